package ledger_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

// How long a life can be.
const (
	longChanges = 5_000
	longEvents  = 20_000
)

// longLife is an assignment that was extended again and again, each time by a proposal of another name, and told of each time.
func longLife(t *testing.T, l *ledger.Ledger, db *sql.DB) pim.Resource {
	t.Helper()
	r := acceptAssignment(t, l, "long")
	fill(t, db, longChanges, `INSERT INTO proposals (proposal_id, tenant, collection, resource_id, name, review_result, justification,
		reviewer_id, reviewer_name, reviewer_mail, reviewer_type, reviewed_at, updated_at)`,
		`'p' || i, 'contoso', 'assignments', 'long', 'request/x' || i, 'Approve', 'go on', 'u2', 'Isabella', '', '', i, i`)
	fill(t, db, longChanges, `INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)`,
		`'contoso', 'assignments', 'long', i, i, 'extended', 'Provisioned', 'p' || i,
			'{"seq":' || i || ',"requestId":"x' || i || '","assignment":{"assignmentType":"active","term":{"start":"2026-11-23T12:00:00Z"}}}', i`)
	fill(t, db, longEvents, `INSERT INTO events (event_key, tenant, collection, resource_id, kind, occurrence, display_id, due_at, withdrawn, updated_at)`,
		`i, 'contoso', 'assignments', 'long', 'assignment.extended', 'n~' || i, 'assignment.long.extended.n~' || i, i, '', i`)
	fill(t, db, longEvents, `INSERT INTO parts (event_key, part, due_at, planned_at, updated_at)`, `i, 'all', i, i, i`)
	fill(t, db, longEvents, `INSERT INTO recipients (mail_id, event_key, part, position, ord, address, principal_id, display_name, audience,
		recipient_type, status, reason, detail, message_id, subject, attempt, claimed_by, due_at, sent_at, updated_at)`,
		`'m' || i, i, 'all', 0, 1, 'u1@contoso.example', 'u1', '', 'requestor', 'Requestor', 'sent', '', '', '', '', 1, '', i, i, i`)
	return r
}

// fill inserts rows with the numbers i from 1 to n.
func fill(t testing.TB, db *sql.DB, n int, insert, values string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), insert+`
		WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < $1) SELECT `+values+` FROM numbers`, n)
	require.NoError(t, err, insert)
}

func TestALongLifeIsReadInOneGo(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l := open(t, url)
		r := longLife(t, l, database(t, url))
		start := time.Now()
		shown := view(t, l, r)
		t.Logf("read in %s", time.Since(start))
		require.Len(t, shown.Timeline, longChanges+1)
		require.Len(t, shown.Events, longEvents+1)
		require.Equal(t, pim.Active, shown.Assignment.AssignmentType)
		for i, e := range shown.Timeline[1:] {
			require.Equal(t, fmt.Sprintf("x%d", i+1), e.RequestID)
			require.Equal(t, "Isabella", e.By.DisplayName)
		}
		for _, e := range shown.Events[:longEvents] {
			require.Equal(t, pim.Counts{pim.StatusSent: 1}, e.Counts)
		}
	})
}

// Among many others, a request is read through its keys. Nothing of a long life is looked for once per step, also where a database
// has not counted its rows yet.
func TestWhatIsReadOfOneResourceIsFoundThroughIndexes(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l, db := open(t, url), database(t, url)
		long, short := longLife(t, l, db), acceptAssignment(t, l, "short")
		fill(t, db, longChanges, `INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, accepted_at, updated_at)`,
			`'contoso', 'activationRequests', 'r' || i, '', '', '', 'Granted', 0, i, i`)
		fill(t, db, longChanges, `INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, change, updated_at)`,
			`'contoso', 'activationRequests', 'r' || i, 0, i, 'requested', 'Granted', '{}', i`)
		for _, id := range []string{"'long'", "'r' || i"} {
			fill(t, db, longChanges, `INSERT INTO eligibilities (tenant, resource_id, seq, principal_id, role_id, scope_id, since, until)`,
				`'contoso', `+id+`, i, 'u1', 'r1', '/', i, i + 1`)
		}
		for range 2 {
			for _, r := range []pim.Resource{short, long} {
				queries := ledger.ResourceQueries(tenant, r, "request/x1", "p1", "p2")
				plan := explain(t, l, queries["timeline"])
				require.NotContains(t, plan, "proposals_resource", "each step looks at all proposals\n%s", plan)
				plan = explain(t, l, queries["acceptedProposal"])
				require.Contains(t, plan, "proposals_name", plan)
				require.Contains(t, plan, "timeline_decision", plan)
			}
			_, err := db.ExecContext(t.Context(), `ANALYZE`)
			require.NoError(t, err)
		}
		for name, query := range ledger.ResourceQueries(tenant, short, "request/x1", "p1", "p2") {
			plan := explain(t, l, query)
			require.NotRegexp(t, `(?m)^SCAN |Seq Scan`, plan, "%s\n%s", name, plan)
		}
	})
}

// explain says how a database goes about a query, a step a line.
func explain(t *testing.T, l *ledger.Ledger, query ledger.Query) string {
	t.Helper()
	steps, err := l.Explain(t.Context(), query)
	require.NoError(t, err)
	return strings.Join(steps, "\n")
}
