package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"pimnotify/mail/inbox"
)

// naive does to a worker of the obvious kind what is done to ours: it is killed three times, and one answer in twenty is lost. Here
// losses and duplicates are what is expected: where this finds none, the other rows prove nothing.
func naive(t *testing.T, c *trial) {
	program := filepath.Join(t.TempDir(), "naive")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "pimnotify/e2e/naive").CombinedOutput()
	require.NoError(t, err, "%s", out)
	w := c.deploy(t, options{noWorker: true, inbox: inbox.Options{Faults: slowAnswers(
		c.oneInTwenty(inbox.Fault{Kind: inbox.Cut, AfterAccepting: true}), c.oneInTwenty(inbox.Fault{Kind: inbox.Cut}),
	)}})
	up := func() *process {
		p := startProgram(t, program, w.env)
		await(t, patience, "the naive worker", func() bool { return strings.Contains(p.log.String(), "naive worker is up") })
		return p
	}
	worker := up()
	event, due := w.prefix+"naive", time.Now()
	run, err := temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: event, TaskQueue: w.env["PIMNOTIFY_TASK_QUEUE"]},
		"Tell", map[string]any{"Event": event, "N": c.n})
	require.NoError(t, err)
	for i := range 3 {
		await(t, 3*time.Minute, "mails, or the end", func() bool { return len(w.arrivals(event)) >= (i+1)*c.n/8 || ended(t, run) })
		worker.kill()
		worker = up()
	}
	failed := run.Get(t.Context(), nil)
	c.tally(w.arrivals(event), c.n, due)
	c.note("it ended with: %s", firstWords(failed))
	require.Positive(t, c.lost, "it loses mails")
	require.Positive(t, c.twice, "it sends some twice")
}

func ended(t *testing.T, run client.WorkflowRun) bool {
	t.Helper()
	d, err := temporal.DescribeWorkflowExecution(t.Context(), run.GetID(), run.GetRunID())
	return err == nil && d.GetWorkflowExecutionInfo().GetCloseTime() != nil
}

func firstWords(err error) string {
	if err == nil {
		return "success"
	}
	text, _, _ := strings.Cut(err.Error(), " (")
	return text
}
