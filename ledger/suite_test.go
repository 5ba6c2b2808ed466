package ledger_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"pimnotify/internal/pgtest"
	"pimnotify/ledger"
	"pimnotify/pim"
)

const tenant = "contoso"

// noon is when everything of these tests happens.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// databases are the two on which every test runs, each with an empty place of its own.
var databases = []struct {
	name string
	url  func(t testing.TB) string
}{
	{"SQLite", file},
	{"PostgreSQL", pgtest.URL},
}

func file(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "ledger.db")
}

func onBoth(t *testing.T, test func(t *testing.T, l *ledger.Ledger)) {
	t.Helper()
	onBothURLs(t, func(t *testing.T, url string) { test(t, open(t, url)) })
}

func onBothURLs(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) { test(t, d.url(t)) })
	}
}

func open(t testing.TB, url string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// database is the same database without the ledger before it.
func database(t testing.TB, url string) *sql.DB {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(url, "postgres:") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func TestMain(m *testing.M) {
	if job := os.Getenv(childJob); job != "" {
		if err := runChild(context.Background(), job, os.Getenv(childURL)); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func activation(id string) pim.Resource {
	return pim.Resource{Collection: pim.ActivationRequests, ID: id}
}

func acceptance(r pim.Resource) pim.Acceptance {
	return pim.Acceptance{
		Tenant: tenant, Resource: r, Hash: "h1", AcceptedAt: noon,
		Body:  json.RawMessage(`{"principal":{"id":"u7","displayName":"Alain Charon","mail":"alain@contoso.example"},"justification":"restore drill"}`),
		Input: json.RawMessage(`{"tenant":"contoso"}`),
		First: pim.Change{
			Seq: 0, At: noon, What: pim.WhatRequested, Status: pim.PendingApproval, By: "u7",
			Schedule: []pim.Due{due(r, pim.ActivationPendingApproval, pim.PartAll, noon.Add(3*time.Minute))},
		},
	}
}

func due(r pim.Resource, kind pim.EventKind, part pim.Part, at time.Time) pim.Due {
	return pim.Due{Event: pim.NewEvent(r, kind, "", at), Part: part, DueDateTime: at}
}

func accept(t testing.TB, l *ledger.Ledger, id string) pim.Resource {
	t.Helper()
	r := activation(id)
	_, created, err := l.Accept(t.Context(), acceptance(r))
	require.NoError(t, err)
	require.True(t, created)
	return r
}

func markStarted(t testing.TB, l *ledger.Ledger, r pim.Resource) {
	t.Helper()
	accepted, err := l.Accepted(t.Context(), tenant, r)
	require.NoError(t, err)
	require.NoError(t, l.MarkStarted(t.Context(), accepted, noon.Add(time.Second)))
}

func propose(t testing.TB, l *ledger.Ledger, r pim.Resource, p pim.Proposal) string {
	t.Helper()
	id, err := l.Propose(t.Context(), tenant, r, p)
	require.NoError(t, err)
	return id
}

func view(t testing.TB, l *ledger.Ledger, r pim.Resource) pim.View {
	t.Helper()
	view, err := l.View(t.Context(), tenant, r)
	require.NoError(t, err)
	return view
}

// people are n recipients in order, from the given place on.
func people(from, n int) []pim.Recipient {
	recipients := make([]pim.Recipient, 0, n)
	for i := from; i < from+n; i++ {
		recipients = append(recipients, pim.Recipient{
			Order: i, Address: fmt.Sprintf("u%d@contoso.example", i), PrincipalID: fmt.Sprintf("u%d", i), DisplayName: fmt.Sprintf("User %d", i),
			Audience: pim.Approver, RecipientType: pim.ApproverRecipient, Status: pim.StatusPlanned,
		})
	}
	return recipients
}

// planned accepts a request and plans its first mail for n people. It gives the key and the reference of the event.
func planned(t testing.TB, l *ledger.Ledger, id string, n int) (pim.Resource, int64, pim.EventRef) {
	t.Helper()
	r := accept(t, l, id)
	d := due(r, pim.ActivationPendingApproval, pim.PartAll, noon.Add(3*time.Minute))
	key := dueState(t, l, r, d).EventKey
	plan(t, l, key, pim.PartAll, people(1, n))
	return r, key, d.Event
}

func dueState(t testing.TB, l *ledger.Ledger, r pim.Resource, d pim.Due) pim.DueState {
	t.Helper()
	states, err := l.DueStates(t.Context(), tenant, r, []pim.Due{d})
	require.NoError(t, err)
	require.Len(t, states, 1)
	return states[0]
}

func plan(t testing.TB, l *ledger.Ledger, key int64, part pim.Part, recipients []pim.Recipient) {
	t.Helper()
	done, err := l.Plan(t.Context(), key, part, noon, recipients, noon)
	require.NoError(t, err)
	require.True(t, done)
}

func claim(t testing.TB, l *ledger.Ledger, limit int, keys ...int64) []pim.Claim {
	t.Helper()
	claims, err := l.Claim(t.Context(), request(limit, noon, keys...))
	require.NoError(t, err)
	return claims
}

func request(limit int, at time.Time, keys ...int64) pim.ClaimRequest {
	return pim.ClaimRequest{EventKeys: keys, Limit: limit, Worker: "w1", Now: at, Lease: 30 * time.Second}
}

func settle(t testing.TB, l *ledger.Ledger, c pim.Claim, status pim.RecipientStatus) {
	t.Helper()
	require.NoError(t, l.Settle(t.Context(), []pim.Settlement{settlement(c, status)}))
}

func settlement(c pim.Claim, status pim.RecipientStatus) pim.Settlement {
	s := pim.Settlement{MailID: c.MailID, Attempt: c.Attempt, Status: status, At: noon.Add(time.Second)}
	if status == pim.StatusSent {
		s.MessageID, s.Subject = "m-"+c.MailID, "PIM: Review a request"
	}
	return s
}

func withdrawal(seq int, what pim.What, events ...pim.EventRef) pim.Change {
	return pim.Change{Seq: seq, At: noon.Add(time.Minute), What: what, Status: pim.Granted, By: "u2", Withdraw: events}
}

func withdraw(t testing.TB, l *ledger.Ledger, r pim.Resource, events ...pim.EventRef) {
	t.Helper()
	require.NoError(t, l.Record(t.Context(), tenant, r, withdrawal(1, pim.WhatApproved, events...)))
}

func counts(t testing.TB, l *ledger.Ledger, key int64) pim.Counts {
	t.Helper()
	tally, err := l.Tally(t.Context(), []int64{key})
	require.NoError(t, err)
	return tally.Counts[key]
}

func event(t testing.TB, l *ledger.Ledger, r pim.Resource) pim.Event {
	t.Helper()
	events, err := l.Events(t.Context(), tenant, r)
	require.NoError(t, err)
	require.Len(t, events, 1)
	return events[0]
}
