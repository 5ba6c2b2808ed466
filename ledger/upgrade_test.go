package ledger_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

// reading is what a ledger says of one request.
type reading struct {
	Accepted   pim.Accepted   `json:"accepted"`
	View       pim.View       `json:"view"`
	Recipients []pim.Delivery `json:"recipients"`
}

// testdata has the rows that version 1 wrote in a few stories, and what version 1 read of them.
func TestALedgerOfVersion1IsBroughtUpToDateAndReadsTheSame(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		makeVersion(t, url, 1)
		l := open(t, url)
		require.Equal(t, "3fLnb7vs7BKEOxJpmzDIWg", l.ID())

		want := map[string]reading{}
		golden, err := os.ReadFile("testdata/version1.json")
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(golden, &want))
		require.Len(t, want, 3)
		for id, was := range want {
			r := activation(id)
			var is reading
			is.Accepted, err = l.Accepted(t.Context(), tenant, r)
			require.NoError(t, err)
			is.View = view(t, l, r)
			is.Recipients, err = l.Recipients(t.Context(), tenant, "activation."+id+".pendingApproval")
			require.NoError(t, err)
			was.Accepted.Seq = len(was.View.Timeline) - 1 // which version 1 did not read
			require.Equal(t, asJSON(t, was), asJSON(t, is), id)
		}

		decision := want["r1"].Accepted.Decision
		proposals, err := l.Proposals(t.Context(), tenant, activation("r1"), decision.ID)
		require.NoError(t, err)
		require.Equal(t, map[string]pim.Proposal{decision.ID: {ID: decision.ID, Decision: *decision}}, proposals)
		unstarted, err := l.Unstarted(t.Context(), noon.AddDate(1, 0, 0), 10)
		require.NoError(t, err)
		require.Len(t, unstarted, 2)
		require.NoError(t, l.Record(t.Context(), tenant, activation("r1"), pim.Change{Seq: 2, At: noon, What: pim.WhatActivated, Status: pim.Provisioned}))
		require.Equal(t, pim.Provisioned, view(t, l, activation("r1")).Status)
	})
}

// Ledgers that are in use have run it: whatever is to be different is for the next one to do.
func TestAMigrationThatWasReleasedStaysAsItIs(t *testing.T) {
	for file, hash := range map[string]string{
		"00001_ledger.sql":       "56d46a9c4e1ebb7b02c506312804a9e9595436e37e2f5502b1d9c0101211c6af",
		"00002_proposals.sql":    "df8bd9c62d12ad1d70643bd9e087d932eb7aa50a7e674f1f213e0a12dd8a35b6",
		"00003_digest.sql":       "7c656d38444cca9ba85b9ca0bd827144dd047641a6df01bd605960d3f9ca69ef",
		"00005_turns.sql":        "9a983c9383f3ac64eee4cf76248906b6c998385acb06ea63986b85ea988087b5",
		"00006_observations.sql": "8000b81decbffbe6a1576a138027cb748496f507190a4b4e1888fd264df7a956",
		"00007_why.sql":          "677fe11a6835e66a1fc5ca0a87d109d43ac0d9a2f6a640de690ef8d5a07e0a26",
		"00008_audit.sql":        "ed72f0d2bfc4d8a734a75b33dd9786a0da103bb0717e88dd169d532424a87d5b",
	} {
		migration, err := os.ReadFile("migrations/" + file)
		require.NoError(t, err)
		sum := sha256.Sum256(migration)
		require.Equal(t, hash, hex.EncodeToString(sum[:]), file)
	}
}

// makeVersion makes a ledger as a version before this one left it.
func makeVersion(t *testing.T, url string, version int64) {
	t.Helper()
	db := database(t, url)
	dialect := goose.DialectSQLite3
	if strings.HasPrefix(url, "postgres:") {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, db, os.DirFS("migrations"))
	require.NoError(t, err)
	_, err = provider.UpTo(t.Context(), version)
	require.NoError(t, err)
	rows, err := os.ReadFile(fmt.Sprintf("testdata/version%d.sql", version))
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), string(rows))
	require.NoError(t, err)
}

// testdata has what version 2 wrote of a week before anybody counted. By hand: of contoso r1 and r2 became active, a1 was made
// permanent and so was u8 by a3, but not by a4, a1 and a2 were made eligible, and a5 was assigned outside of PIM.
func TestALedgerOfVersion2IsCountedWhenItIsBroughtUpToDate(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		makeVersion(t, url, 2)
		l := open(t, url)
		require.Equal(t, "oJP4K-E4RYpMeTB5uJdm8w", l.ID())
		require.Equal(t, tiles{2, 2, 2, 1}, count(t, l, tenant, monday, nextMonday))
		require.Equal(t, tiles{0, 0, 1, 0}, count(t, l, "fabrikam", monday, nextMonday))
		require.Len(t, view(t, l, assignment("a2")).Timeline, 3)

		removed := assignmentStep(day(2), pim.WhatRemoved, pim.Revoked, pim.Eligible, never)
		live(t, l, entra("b1", "u10", eligibleFrom(day(1)), removed))
		require.Equal(t, tiles{2, 2, 3, 1}, count(t, l, tenant, monday, nextMonday))
	})
}

// What is derived from a record that was there is what is written as it grows, also where a timeline is looked at in several goes.
func TestWhatIsCountedLaterIsWhatIsCountedAtOnce(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l, db := open(t, url), database(t, url)
		long := []pim.Change{eligibleFrom(monday)}
		for i := range 4_500 {
			at := monday.Add(time.Duration(i) * time.Minute)
			long = append(long, assignmentStep(at, pim.WhatExtended, pim.Provisioned, pim.Eligible, at.AddDate(0, 1, 0)))
		}
		long = append(long, assignmentStep(day(5), pim.WhatRemoved, pim.Revoked, pim.Eligible, never))
		stories := []pim.Imported{entra("long", "u7", long...)}
		for i := range 100 {
			stories = append(stories, entra(fmt.Sprintf("p%d", i), "u7", permanentFrom(monday.Add(time.Duration(i)*time.Hour))))
			stories = append(stories, entra(fmt.Sprintf("r%d", i), "u7", activationStep(day(1), pim.WhatRequested, pim.Granted), activationStep(day(2), pim.WhatActivated, pim.Provisioned)))
		}
		bringIn(t, l, stories...)
		n := 0
		for _, c := range tileCases() {
			for _, s := range c.stories {
				n++
				s.Resource.ID = fmt.Sprintf("%s-%d", s.Resource.ID, n)
				live(t, l, s)
			}
		}
		written, counted := digestRows(t, db), count(t, l, tenant, monday, nextMonday)
		require.Greater(t, len(written), 4_000)
		require.NoError(t, l.Close())

		for _, statement := range []string{
			`DROP TABLE facts`, `DROP TABLE permanents`, `DROP TABLE eligibilities`, `DROP TABLE digests`, `DROP TABLE turns`,
			`DROP TABLE observations`, `DROP TABLE suppressions`, `DROP INDEX recipients_message`,
			`DROP TABLE whys`, `ALTER TABLE recipients DROP COLUMN why`,
			`DROP TABLE audit`, `DROP TABLE audit_head`,
			`DELETE FROM goose_db_version WHERE version_id > 2`,
		} {
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		l, err := ledger.Open(t.Context(), url)
		require.NoError(t, err)
		defer func() { require.NoError(t, l.Close()) }()
		require.Equal(t, written, digestRows(t, db))
		require.Equal(t, counted, count(t, l, tenant, monday, nextMonday))
	})
}

// digestRows is everything that digests are counted from, but for eligibilities that were over when they began.
func digestRows(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `
		SELECT tenant || ' ' || tile || ' ' || at || ' ' || resource_id || ' ' || seq FROM facts
		UNION ALL SELECT tenant || ' ' || at || ' ' || principal_id || ' ' || role_id || ' ' || scope_id || ' ' || resource_id FROM permanents
		UNION ALL SELECT tenant || ' ' || resource_id || ' ' || seq || ' ' || principal_id || ' ' || role_id || ' ' || scope_id || ' ' || since || ' ' || until
			FROM eligibilities WHERE since < until`)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var row string
		require.NoError(t, rows.Scan(&row))
		all = append(all, row)
	}
	require.NoError(t, rows.Err())
	slices.Sort(all)
	return all
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.MarshalIndent(value, "", "  ")
	require.NoError(t, err)
	return string(encoded)
}
