package ledger_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

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
		makeVersion1(t, url)
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
		"00001_ledger.sql": "56d46a9c4e1ebb7b02c506312804a9e9595436e37e2f5502b1d9c0101211c6af",
	} {
		migration, err := os.ReadFile("migrations/" + file)
		require.NoError(t, err)
		sum := sha256.Sum256(migration)
		require.Equal(t, hash, hex.EncodeToString(sum[:]), file)
	}
}

func makeVersion1(t *testing.T, url string) {
	t.Helper()
	db := database(t, url)
	dialect := goose.DialectSQLite3
	if strings.HasPrefix(url, "postgres:") {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, db, os.DirFS("migrations"))
	require.NoError(t, err)
	_, err = provider.UpTo(t.Context(), 1)
	require.NoError(t, err)
	rows, err := os.ReadFile("testdata/version1.sql")
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), string(rows))
	require.NoError(t, err)
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.MarshalIndent(value, "", "  ")
	require.NoError(t, err)
	return string(encoded)
}
