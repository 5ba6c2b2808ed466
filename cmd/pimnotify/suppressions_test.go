package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

// A mistyped name must not look like a record in which nobody is suppressed.
func TestNoLedgerIsMadeForWhoeverOnlyLooks(t *testing.T) {
	d := newDesk(t)
	for _, args := range [][]string{
		{"list"}, {"list", "--all"}, {"clear", "--address", "alain@contoso.example", "--reason", "the mailbox is back"},
	} {
		var out bytes.Buffer
		err := run(t.Context(), append(append([]string{"suppressions"}, args...), "--ledger", d.ledger), nobody, &out, &out)
		require.ErrorContains(t, err, "PIMNOTIFY_LEDGER: open the ledger "+d.ledger+": there is none to look at")
	}
	err := d.ask("explain", "--tenant", "contoso", "--event", "activation.r1.completed", "--recipient", "u1")
	require.ErrorContains(t, err, "PIMNOTIFY_LEDGER: open the ledger "+d.ledger+": there is none to look at")
	require.NoFileExists(t, d.ledger)
}

func TestAnOperatorLooksAtSuppressedAddressesAndClearsOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	record, err := ledger.Open(t.Context(), path)
	require.NoError(t, err)
	for _, who := range []string{"alain@contoso.example", "isabella@contoso.example"} {
		_, err = record.Suppress(t.Context(), pim.Suppression{
			Address: who, Kind: pim.ObservedBounce, Detail: "550 no\n\x1b[2Jsuch user", MessageID: "ses-1", Since: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
		})
		require.NoError(t, err)
	}
	require.NoError(t, record.Close())
	env := nobody.with(map[string]string{"PIMNOTIFY_LEDGER": path})
	command := func(args ...string) (stdout, stderr string, err error) {
		var out, log bytes.Buffer
		err = run(context.Background(), append([]string{"suppressions"}, args...), env, &out, &log)
		return out.String(), log.String(), err
	}

	out, _, err := command("list")
	require.NoError(t, err)
	require.Contains(t, out, "alain@contoso.example     2026-11-23T12:00:00Z  bounce  ses-1        550 no [2Jsuch user\n")

	_, _, err = command("clear", "--address", "alain")
	require.ErrorContains(t, err, "--address must be an e-mail address")
	_, _, err = command("clear", "--address", "alain@contoso.example")
	require.ErrorContains(t, err, "--reason must say why")
	_, _, err = command("clear", "--address", "adele@contoso.example", "--reason", "x")
	require.ErrorContains(t, err, "is not suppressed")

	out, log, err := command("clear", "--address", " Alain@Contoso.example ", "--reason", "the mailbox is back")
	require.NoError(t, err)
	require.Contains(t, out, "alain@contoso.example is not suppressed any more")
	require.Contains(t, log, `"reason":"the mailbox is back"`)
	require.Contains(t, log, `"by":"`+operator()+`"`)
	require.NotContains(t, strings.ToLower(log), "alain", "no address gets into a log")

	out, _, err = command("list")
	require.NoError(t, err)
	require.NotContains(t, out, "alain")
	require.Contains(t, out, "isabella")
	out, _, err = command("list", "--all")
	require.NoError(t, err)
	require.Contains(t, out, "by "+operator()+": the mailbox is back")
}
