package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/mail/inbox"
)

// A process that cannot do its work ends at once, and says what is wrong and where.
func TestAProcessRefusesToStartWithWhatWouldNotWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{noWorker: true, inbox: inbox.Options{Identities: map[string]bool{"contoso.example": true}}})
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	require.NoError(t, os.WriteFile(broken, []byte("tenants:\n  contoso:\n    users:\n      - {id: u1, displayname: Somebody}\n"), 0o600))
	for _, refusal := range []struct {
		name    string
		command string
		env     map[string]string
		says    []string
	}{
		{"a broken directory", "worker", map[string]string{"PIMNOTIFY_DIRECTORY": broken}, []string{"broken.yaml", ":4", "displayname"}},
		{"a directory that is not there", "api", map[string]string{"PIMNOTIFY_DIRECTORY": broken + "x"}, []string{"broken.yamlx"}},
		{"no directory", "worker", map[string]string{"PIMNOTIFY_DIRECTORY": ""}, []string{"PIMNOTIFY_DIRECTORY"}},
		{"a setting that is none", "worker", map[string]string{"PIMNOTIFY_PORTAL_ULR": "https://portal.example"}, []string{"no such setting", "PIMNOTIFY_PORTAL_ULR"}},
		{"no portal", "worker", map[string]string{"PIMNOTIFY_PORTAL_URL": ""}, []string{"PIMNOTIFY_PORTAL_URL"}},
		{"a portal without https", "worker", map[string]string{"PIMNOTIFY_PORTAL_URL": "http://portal.example"}, []string{"PIMNOTIFY_PORTAL_URL", "https"}},
		{"a sender that SES has not verified", "worker", nil, []string{"PIMNOTIFY_FROM", "MSSecurity-noreply@microsoft.com"}},
		{"the deprecated sender", "worker", map[string]string{"PIMNOTIFY_FROM": "azure-noreply@microsoft.com"}, []string{"PIMNOTIFY_FROM", "deprecated"}},
		{"an address beyond loopback without tokens", "api", map[string]string{"PIMNOTIFY_LISTEN": "0.0.0.0:0"}, []string{"PIMNOTIFY_LISTEN", "PIMNOTIFY_API_TOKENS"}},
		{"a delay that is not one", "worker", map[string]string{"PIMNOTIFY_ENGINE_DELAY": "10m,3m,15m"}, []string{"PIMNOTIFY_ENGINE_DELAY", "ascending"}},
		{"a ledger that cannot be", "api", map[string]string{"PIMNOTIFY_LEDGER": "/nowhere/at/all/ledger.db"}, []string{"PIMNOTIFY_LEDGER", "/nowhere/at/all"}},
	} {
		t.Run(refusal.name, func(t *testing.T) {
			t.Parallel()
			env := maps.Clone(w.env)
			env["PIMNOTIFY_LISTEN"], env["PIMNOTIFY_WORKER_LISTEN"] = freeAddress(t), freeAddress(t)
			maps.Copy(env, refusal.env)
			p := start(t, env, refusal.command)
			select {
			case <-p.done:
			case <-time.After(30 * time.Second):
				t.Fatal("it went on")
			}
			require.Equal(t, 1, p.cmd.ProcessState.ExitCode())
			for _, word := range refusal.says {
				require.Contains(t, p.log.String(), word)
			}
		})
	}
}

func TestAWorkerStartsWithASenderWhoseDomainIsVerified(t *testing.T) {
	t.Parallel()
	newWorld(t, options{
		directory: directory.Sample(),
		env:       map[string]string{"PIMNOTIFY_FROM": "pim@mail.contoso.example"},
		inbox:     inbox.Options{Identities: map[string]bool{"contoso.example": true}},
	})
}
