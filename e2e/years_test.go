package e2e

import (
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	_ "modernc.org/sqlite" // reads the ledger's file

	"pimnotify/pim"
	"pimnotify/workflows"
)

// The server warns of a history that has this many events or bytes.
const (
	warnedEvents = 10_240
	warnedBytes  = 10 << 20
)

// An assignment of ten years that is changed all the time, by many at once, and whose worker is killed in the middle of it. By default
// it is changed 600 times, which takes most of a minute on two cores; PIMNOTIFY_TEST_UPDATES=5000 is the whole of it, and takes a
// quarter of an hour, because each answer holds everything that there ever was.
func TestTenYearsOfChangesAreOnRecordOnceAndNoRunGrowsTooLong(t *testing.T) {
	updates := 600
	if n, err := strconv.Atoi(os.Getenv("PIMNOTIFY_TEST_UPDATES")); err == nil {
		updates = n
	}
	w := newWorld(t, options{noWorker: true, env: map[string]string{"PIMNOTIFY_RENEW_WINDOW": "1s"}})
	worker := w.startWorker()
	worker.awaitReadyWorker()
	id, began := w.prefix+"a", time.Now()
	const years = 3650 * 24 * time.Hour
	w.assign(t, id, assignment(func(a *pim.Assignment) { a.ScheduleInfo = lasting(years) }))

	const callers = 8
	var made atomic.Int64
	var all []func(testing.TB)
	for caller := range callers {
		all = append(all, func(t testing.TB) {
			t.Helper()
			for i := caller; i < updates; i += callers {
				c := by("u2", lasting(years-time.Duration(i)*time.Minute))
				c.Justification = strconv.Itoa(i)
				w.change(t, id, "update", c, "Idempotency-Key", c.Justification).done(t)
				made.Add(1)
			}
		})
	}
	all = append(all, func(t testing.TB) {
		t.Helper()
		await(t, 20*time.Minute, "half of it", func() bool { return made.Load() >= int64(updates/2) })
		t.Logf("half of it after %s: the worker is killed", time.Since(began))
		worker.kill()
		w.startWorker()
	})
	together(t, all...)
	took := time.Since(began)

	// In the end it ends: of everything that was laid out, only this is told.
	w.change(t, id, "update", by("u2", lasting(10*time.Second)), "Idempotency-Key", "end").done(t)
	end := fmt.Sprintf("assignment.%s.expired~%d", id, updates+2)
	v := w.awaitTold(t, "assignments/"+id, end)
	w.eachStepOnce(t, id, v, updates)
	w.onlyBeginningAndEndAreTold(t, v, "assignment."+id+".assigned", end)
	runs := runsOf(t, workflows.AssignmentID(tenant, id))
	require.Greater(t, len(runs), updates/600, "it handed over")
	for _, run := range runs {
		require.Less(t, run.GetHistoryLength(), int64(warnedEvents))
		require.Less(t, run.GetHistorySizeBytes(), int64(warnedBytes))
		t.Logf("%s: %d events, %d bytes", run.GetStatus(), run.GetHistoryLength(), run.GetHistorySizeBytes())
	}
	t.Logf("%d changes took %s, in %d runs", updates, took, len(runs))
}

// eachStepOnce holds the timeline against what was done: assigned, each change once, expired.
func (w *world) eachStepOnce(t *testing.T, id string, v pim.View, updates int) {
	t.Helper()
	require.Len(t, v.Timeline, updates+3)
	reasons := map[string]bool{}
	for _, step := range v.Timeline[1 : updates+1] {
		require.Equal(t, pim.WhatUpdated, step.What)
		reasons[step.Justification] = true
	}
	require.Len(t, reasons, updates, "each once")
	require.Equal(t, pim.WhatExpired, v.Timeline[updates+2].What)
	require.Equal(t, updates+2, v.Assignment.Term.Number)

	ledger, err := sql.Open("sqlite", "file:"+w.env["PIMNOTIFY_LEDGER"]+"?mode=ro")
	require.NoError(t, err)
	defer func() { _ = ledger.Close() }()
	var first, last, different int
	require.NoError(t, ledger.QueryRow("SELECT min(seq), max(seq), count(DISTINCT seq) FROM timeline WHERE resource_id = ?", id).Scan(&first, &last, &different))
	require.Equal(t, []int{0, updates + 2, updates + 3}, []int{first, last, different}, "counted without a gap")
}

func (w *world) onlyBeginningAndEndAreTold(t *testing.T, v pim.View, events ...string) {
	t.Helper()
	for _, e := range v.Events {
		if !slices.Contains(events, e.ID) {
			require.Equal(t, pim.EventCancelled, e.Status, e.ID)
			require.Equal(t, "withdrawn:updated", e.Reason, e.ID)
		}
	}
	toldOf := map[string]int{}
	for _, m := range w.inbox.Messages() {
		toldOf[m.Header("X-PIM-Event-Id")]++
	}
	// The assignee, and the four administrators of an Entra role who have an address.
	require.Equal(t, map[string]int{events[0]: 5, events[1]: 5}, toldOf)
}

// runsOf are all runs of a process that has ended well, however often it handed over.
func runsOf(t *testing.T, workflowID string) (runs []*workflowpb.WorkflowExecutionInfo) {
	t.Helper()
	await(t, patience, "the last run to end", func() bool {
		list, err := temporal.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: "WorkflowId = '" + workflowID + "'"})
		require.NoError(t, err)
		runs = nil
		ended := 0
		for _, e := range list.GetExecutions() {
			run, err := temporal.DescribeWorkflowExecution(t.Context(), workflowID, e.GetExecution().GetRunId())
			require.NoError(t, err)
			info := run.GetWorkflowExecutionInfo()
			require.Contains(t, []enums.WorkflowExecutionStatus{
				enums.WORKFLOW_EXECUTION_STATUS_RUNNING, enums.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, enums.WORKFLOW_EXECUTION_STATUS_COMPLETED,
			}, info.GetStatus())
			if info.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_COMPLETED {
				ended++
			}
			runs = append(runs, info)
		}
		return ended == 1
	})
	return runs
}
