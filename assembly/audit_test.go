package assembly

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"pimnotify/pim"
)

// A file that cannot be written any more is an error in the log and a figure for an alarm, and nothing waits for it.
func TestLinesThatCannotBeWrittenAreAnAlarmAndNothingElse(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	folder := filepath.Join(t.TempDir(), "audit")
	require.NoError(t, os.Mkdir(folder, 0o700))
	p := &Parts{Log: zap.New(core), Config: Config{Ledger: filepath.Join(t.TempDir(), "ledger.db"), Audit: filepath.Join(folder, "lines.jsonl")}}
	require.NoError(t, p.OpenLedger(t.Context()))
	_, _, page, err := newMetrics(nil, p.Lines)
	require.NoError(t, err)
	require.Contains(t, read(t, page), "pimnotify_audit_lines_lost_total 0")

	require.NoError(t, os.RemoveAll(folder))
	for _, id := range []string{"r1", "r2"} {
		_, created, err := p.Ledger.Accept(t.Context(), pim.Acceptance{
			Tenant: "contoso", Resource: pim.Resource{Collection: pim.ActivationRequests, ID: id}, AcceptedAt: time.Now(),
			First: pim.Change{At: time.Now(), What: pim.WhatRequested, Status: pim.PendingApproval},
		})
		require.NoError(t, err)
		require.True(t, created)
	}
	require.NoError(t, p.Close())
	require.GreaterOrEqual(t, p.Lines.Lost(), int64(2))
	require.Contains(t, read(t, page), "pimnotify_audit_lines_lost_total ")
	require.Len(t, logs.FilterMessageSnippet("lines of the audit cannot be written").All(), 1)
}

func TestAProcessWithoutTheKeyOfItsLedgerSaysSo(t *testing.T) {
	keys, file := filepath.Join(t.TempDir(), "keys"), filepath.Join(t.TempDir(), "ledger.db")
	require.NoError(t, os.WriteFile(keys, []byte(strings.Repeat("0a", 32)), 0o600))
	for _, c := range []struct {
		key   string
		warns int
	}{{keys, 0}, {"", 1}, {keys, 0}} {
		core, logs := observer.New(zap.WarnLevel)
		p := &Parts{Log: zap.New(core), Config: Config{Ledger: file, AuditKey: c.key}}
		require.NoError(t, p.OpenLedger(t.Context()))
		require.NoError(t, p.Close())
		require.Len(t, logs.FilterMessageSnippet("the audit is kept under a key").All(), c.warns)
	}
	p := &Parts{Log: zap.NewNop(), Config: Config{Ledger: file, AuditKey: file}}
	require.ErrorContains(t, p.OpenLedger(t.Context()), "PIMNOTIFY_AUDIT_KEY: "+file)
}
