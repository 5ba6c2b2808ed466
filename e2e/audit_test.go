package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// A worker that stops logs the head of everything that was done, with which the whole audit is proven; the lines in the file are those of
// the ledger.
func TestAStoppedWorkerLeavesAHeadThatProvesTheAudit(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	keys, lines := filepath.Join(folder, "keys"), filepath.Join(folder, "audit.jsonl")
	require.NoError(t, os.WriteFile(keys, []byte(strings.Repeat("0a", 32)+"\n"), 0o600))
	w := newWorld(t, options{env: map[string]string{"PIMNOTIFY_AUDIT_KEY": keys, "PIMNOTIFY_AUDIT": lines}})
	id := w.prefix + "a"
	w.put(t, id, activation())
	w.awaitEvent(t, id, pim.ActivationPendingApproval, pim.EventComplete)
	require.Equal(t, 200, w.decide(t, id, pim.Approve, "u8").status)
	w.awaitEnd(t, id, pim.Provisioned, patience)
	w.api.stop() // so that nothing is done after the head is logged
	w.workers[0].stop()

	heads := w.heads()
	require.GreaterOrEqual(t, len(heads), 2, "at start and when it has stopped")
	require.Equal(t, heads[len(heads)-1]+"\n", w.audit(t, "head"))
	w.auditIsWhole(t)

	exported := strings.Split(w.audit(t, "export"), "\n")
	written, err := os.ReadFile(lines)
	require.NoError(t, err)
	require.Equal(t, slices.Sorted(slices.Values(exported)), slices.Sorted(strings.SplitSeq(string(written), "\n")))
}

var loggedHead = regexp.MustCompile(`"head":"([0-9]+:[0-9a-f]{64})"`)

// heads are those that the workers have logged, in their order.
func (w *world) heads() (heads []string) {
	for _, found := range loggedHead.FindAllStringSubmatch(w.log(), -1) {
		heads = append(heads, found[1])
	}
	return heads
}

// auditIsWhole proves the audit with every head that a worker has logged.
func (w *world) auditIsWhole(t testing.TB) {
	t.Helper()
	args := []string{"verify"}
	for _, head := range w.heads() {
		args = append(args, "--head", head)
	}
	require.Contains(t, w.audit(t, args...), "the audit is whole")
}

// audit runs a command of the audit to its end.
func (w *world) audit(t testing.TB, args ...string) string {
	t.Helper()
	p := start(w.t, w.env, append([]string{"audit"}, args...)...)
	<-p.done
	require.Zero(t, p.cmd.ProcessState.ExitCode(), p.log.String())
	return p.log.String()
}
