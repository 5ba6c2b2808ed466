package starter

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"pimnotify/workflows"
)

// How an Update is repeated that met a run just as it handed over to the next one: by then it is mostly there.
const (
	firstRepeat   = 20 * time.Millisecond
	longestRepeat = time.Second
)

// send sends an Update until it has an answer.
//
// A process that has grown long continues as a new run. An Update that comes while the old run hands over is mostly repeated by
// the server and the SDK themselves: they call it a busy workflow. One that the old run had taken with its last task is answered as
// if the process had ended, as not found or as the failure of an Update whose run ended, although the next run is there. It is sent
// again then; the process knows what it has taken.
func (c *Client) send(ctx context.Context, o client.UpdateWorkflowOptions) (workflows.Recorded, error) {
	for pause := firstRepeat; ; pause = min(2*pause, longestRepeat) {
		recorded, err := c.ask(ctx, o)
		if err == nil {
			return recorded, nil
		}
		if err = c.whyNot(ctx, err); !errors.Is(err, errClosed) {
			return workflows.Recorded{}, err
		}
		if err := c.goesOn(ctx, o.WorkflowID); err != nil {
			return workflows.Recorded{}, err
		}
		select {
		case <-ctx.Done():
			return workflows.Recorded{}, &Unavailable{What: AwayTemporal, RetryAfter: retryAfter, Err: fmt.Errorf("wait for the next run: %w", ctx.Err())}
		case <-time.After(pause):
		}
	}
}

func (c *Client) ask(ctx context.Context, o client.UpdateWorkflowOptions) (recorded workflows.Recorded, err error) {
	handle, err := c.Temporal.UpdateWorkflow(ctx, o)
	if err != nil {
		return recorded, err
	}
	return recorded, handle.Get(ctx, &recorded)
}

// goesOn is errClosed where a process has ended, and nil where one of its runs is there.
func (c *Client) goesOn(ctx context.Context, workflowID string) error {
	described, err := c.Temporal.DescribeWorkflowExecution(ctx, workflowID, "")
	var forgotten *serviceerror.NotFound
	switch {
	case errors.As(err, &forgotten):
		return errClosed
	case err != nil:
		return &Unavailable{What: AwayTemporal, RetryAfter: retryAfter, Err: fmt.Errorf("look for the run of %s: %w", workflowID, err)}
	}
	status := described.GetWorkflowExecutionInfo().GetStatus()
	if status != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING && status != enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW {
		return errClosed
	}
	return nil
}
