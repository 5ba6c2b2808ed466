package starter_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

// relay stands in for an assignment's process: it hands over to the next run after every second Update, whatever is just being
// told to it. What it has taken goes along; an answer that is under way does not.
func relay(answers time.Duration) func(workflow.Context, workflows.AssignmentInput) error {
	return func(ctx workflow.Context, in workflows.AssignmentInput) error {
		if in.Carried == nil {
			in.Carried = &workflows.Carried{}
		}
		taken := 0
		if err := workflow.SetUpdateHandler(ctx, workflows.UpdateUpdate, func(ctx workflow.Context, told workflows.ChangeInput) (workflows.Recorded, error) {
			all := &in.Carried.Unwritten
			i := slices.IndexFunc(*all, func(c pim.Change) bool { return c.DecisionID == told.ChangeID })
			if i < 0 {
				taken++
				i = len(*all)
				*all = append(*all, pim.Change{Seq: i + 1, At: told.At, What: pim.WhatUpdated, Status: pim.Provisioned, DecisionID: told.ChangeID})
			}
			if answers > 0 {
				_ = workflow.Sleep(ctx, answers)
			}
			return workflows.Recorded{Changes: []pim.Change{(*all)[i]}}, nil
		}); err != nil {
			return err
		}
		if err := workflow.Await(ctx, func() bool { return taken >= 2 }); err != nil {
			return err
		}
		return workflow.NewContinueAsNewError(ctx, workflows.AssignmentWorkflow, in)
	}
}

func TestNoChangeIsLostOrRefusedWhileARunHandsOverToTheNext(t *testing.T) {
	for name, answers := range map[string]time.Duration{"at once": 0, "while its answer is under way": 20 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			h := newTown(t)
			queue := h.id + "-relay"
			w := worker.New(h.Temporal, queue, worker.Options{WorkerStopTimeout: time.Second})
			w.RegisterWorkflowWithOptions(relay(answers), workflow.RegisterOptions{Name: workflows.AssignmentWorkflow})
			require.NoError(t, w.Start())
			t.Cleanup(w.Stop)
			h.TaskQueue = queue
			h.assign(given())
			const callers, calls = 4, 4
			var wait sync.WaitGroup
			for caller := range callers {
				wait.Go(func() {
					for call := range calls {
						if _, err := h.change((*starter.Client).UpdateAssignment, fmt.Sprintf("%d-%d", caller, call), change(lasting("P90D"))); err != nil {
							t.Errorf("call %d of %d: %v", call, caller, err)
						}
					}
				})
			}
			wait.Wait()
			view, err := h.GetAssignment(t.Context(), tenant, h.id)
			require.NoError(t, err)
			require.Len(t, view.Timeline, 1+callers*calls)
			require.NoError(t, h.Temporal.TerminateWorkflow(t.Context(), workflows.AssignmentID(tenant, h.id), "", "done"))
		})
	}
}

// handingOver is a Temporal whose run hands over: it answers Updates as if the process had ended, a few times.
type handingOver struct {
	client.Client
	err    error
	status enumspb.WorkflowExecutionStatus
	times  int
	asked  int
}

func (f *handingOver) UpdateWorkflow(context.Context, client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	f.asked++
	if f.asked <= f.times {
		return nil, f.err
	}
	return updateHandle{workflows.Recorded{Changes: []pim.Change{{Seq: 1, At: noon, What: pim.WhatRemoved, Status: pim.Revoked}}}, nil}, nil
}

func (f *handingOver) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{Status: f.status}}, nil
}

func TestAnUpdateIsSentAgainOnlyWhereTheNextRunIsThere(t *testing.T) {
	notFound := serviceerror.NewNotFound("workflow update was aborted by closing workflow")
	accepted := temporal.NewNonRetryableApplicationError("the run ended first", "AcceptedUpdateCompletedWorkflow", nil)
	for name, c := range map[string]struct {
		err    error
		status enumspb.WorkflowExecutionStatus
		asked  int
	}{
		"not found, and there is a run":     {notFound, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, 4},
		"not answered, and there is a run":  {accepted, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, 4},
		"not found, and the last run ended": {notFound, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, 1},
		"not answered, for it was stopped":  {accepted, enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED, 1},
		"something else that can be waited": {serviceerror.NewUnavailable("x"), enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTown(t)
			h.assign(given())
			over := &handingOver{err: c.err, status: c.status, times: 3}
			h.Temporal = over
			view, err := h.change((*starter.Client).RemoveAssignment, "", change(pim.ScheduleInfo{}))
			require.Equal(t, c.asked, over.asked)
			switch {
			case c.asked > 1:
				require.NoError(t, err)
				require.Equal(t, pim.WhatRemoved, last(view).What)
			case errors.Is(c.err, notFound), errors.Is(c.err, accepted):
				requireConflict(t, err, "its process has ended in Temporal")
			default:
				requireAway(t, err, starter.AwayTemporal)
			}
		})
	}
}

func TestAnUpdateIsNotSentAgainForEver(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	h.Patience = 300 * time.Millisecond
	h.Temporal = &handingOver{err: serviceerror.NewNotFound("x"), status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, times: 1 << 30}
	_, err := h.change((*starter.Client).RemoveAssignment, "", change(pim.ScheduleInfo{}))
	requireAway(t, err, starter.AwayTemporal)
}
