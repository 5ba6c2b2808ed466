package main

import (
	"net"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"pimnotify/assembly"
)

// completed is what dev and demo run with, of these arguments and variables.
func completed(t *testing.T, env map[string]string, args ...string) (assembly.Config, error) {
	t.Helper()
	p := &program{env: nobody.with(env)}
	cmd := settings(&cobra.Command{Use: "dev"})
	require.NoError(t, cmd.ParseFlags(args))
	c, err := p.config(cmd.Flags())
	require.NoError(t, err)
	s := &stack{folder: t.TempDir()}
	err = s.complete(&c, p.given(cmd))
	return c, err
}

// vacant is an address that nobody listens on.
func vacant(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

func TestWhatSomebodyGivesDevIsWhatItRunsWith(t *testing.T) {
	api, worker, ledger := vacant(t), vacant(t), filepath.Join(t.TempDir(), "kept.db")
	for name, given := range map[string]struct {
		env  map[string]string
		args []string
	}{
		"flags":     {nil, []string{"--listen", api, "--worker-listen", worker, "--ledger", ledger}},
		"variables": {map[string]string{"PIMNOTIFY_LISTEN": api, "PIMNOTIFY_WORKER_LISTEN": worker, "PIMNOTIFY_LEDGER": ledger}, nil},
	} {
		c, err := completed(t, given.env, given.args...)
		require.NoError(t, err, name)
		require.Equal(t, []string{api, worker, ledger}, []string{c.Listen, c.WorkerListen, c.Ledger}, name)
	}
	c, err := completed(t, nil, "--listen", "127.0.0.1:0")
	require.NoError(t, err)
	require.NotContains(t, c.Listen, ":0", "any port is one that can be told")

	c, err = completed(t, nil)
	require.NoError(t, err)
	require.NotEqual(t, "pimnotify.db", c.Ledger, "where nobody gives one it is new, and goes")
	require.Contains(t, c.Listen, "127.0.0.1:")
}

// Without the key, audit verify cannot judge what dev wrote, and import adds entries that nobody believes.
func TestOtherCommandsAreGivenTheKeyOfTheAudit(t *testing.T) {
	s := &stack{config: assembly.Config{AuditKey: "/run/keys"}}
	require.Contains(t, s.exports(), "  export PIMNOTIFY_AUDIT_KEY='/run/keys'\n")
	s.config.AuditKey = ""
	require.NotContains(t, s.exports(), "PIMNOTIFY_AUDIT_KEY")
}

func TestAnAddressThatSomebodyElseHasIsNotTakenForOurs(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = other.Close() }()
	for flag, env := range map[string]string{"--listen": "PIMNOTIFY_LISTEN", "--worker-listen": "PIMNOTIFY_WORKER_LISTEN"} {
		_, err := completed(t, nil, flag, other.Addr().String())
		require.ErrorContains(t, err, env+": listen tcp")
	}
}

func TestWhatListensEverywhereIsReachedOnThisMachine(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", ":8080": "http://127.0.0.1:8080", "0.0.0.0:80": "http://127.0.0.1:80",
		"[::]:80": "http://127.0.0.1:80", "[::1]:80": "http://[::1]:80", "localhost:1": "http://localhost:1",
	} {
		require.Equal(t, want, reach(listen), listen)
	}
}
