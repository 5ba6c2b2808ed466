package starter

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// errClosed says that there is no running process to tell anything: it has ended, or Temporal has forgotten it.
var errClosed = errors.New("the process has ended")

// refused is an Update that the process answered with no.
type refused struct {
	kind    string
	reason  string // one sentence
	refusal workflows.Refusal
	err     error
}

func (e *refused) Error() string { return e.err.Error() }

// update tells a running process something, waits until it has taken it, and writes what it changed to the ledger: a caller who
// reads the record next finds it there. The id makes the same call twice one Update, also where the first answer was lost.
func (c *Client) update(ctx context.Context, a pim.Accepted, name, updateID string, arg any) ([]pim.Change, error) {
	ctx, cancel := c.persist(ctx)
	defer cancel()
	recorded, err := c.send(ctx, client.UpdateWorkflowOptions{
		WorkflowID: workflowID(a), UpdateName: name, UpdateID: updateID,
		Args: []any{arg}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", name, a.Resource, err)
	}
	return recorded.Changes, c.record(a, recorded.Changes)
}

// record has time of its own: the process has taken the change, whatever time that left.
func (c *Client) record(a pim.Accepted, changes []pim.Change) error {
	ctx, cancel := c.persist(context.Background())
	defer cancel()
	if len(changes) == 0 {
		return nil
	}
	if err := c.Ledger.Record(ctx, a.Tenant, a.Resource, changes...); err != nil {
		return away(AwayLedger, "record "+a.Resource.String(), err)
	}
	return nil
}

// whyNot finds out what an Update's error means: no, too late, or nobody there.
func (c *Client) whyNot(ctx context.Context, err error) error {
	var application *temporal.ApplicationError
	var notFound *serviceerror.NotFound
	var timeout *client.WorkflowUpdateServiceTimeoutOrCanceledError
	var deadline *serviceerror.DeadlineExceeded
	switch {
	case errors.As(err, &application):
		return fromApplication(application, err)
	case errors.As(err, &notFound):
		return errClosed
	case errors.As(err, &timeout), errors.As(err, &deadline), errors.Is(err, context.DeadlineExceeded):
		return &Unavailable{What: c.whoIsAway(ctx), RetryAfter: retryAfter, Err: err}
	}
	return &Unavailable{What: AwayTemporal, RetryAfter: retryAfter, Err: err}
}

func fromApplication(application *temporal.ApplicationError, err error) error {
	switch application.Type() {
	case workflows.RefusedAlreadyDecided, workflows.RefusedWrongState, workflows.RefusedOwnRequest,
		workflows.RefusedPending, workflows.RefusedInvalid, workflows.RefusedUnknownRequest:
		no := &refused{kind: application.Type(), reason: application.Message(), err: err}
		if detail := application.Details(&no.refusal); detail != nil {
			return fmt.Errorf("read why: %w", errors.Join(detail, err))
		}
		return no
	case acceptedButClosed:
		return errClosed
	}
	// Neither a refusal nor an outage: the handler itself broke, which no repetition of ours can tell from a worker that is away.
	return &Unavailable{What: AwayWorker, RetryAfter: retryAfter, Err: err}
}

// acceptedButClosed is the type of the server's own failure of an Update whose run ended before it was answered.
const acceptedButClosed = "AcceptedUpdateCompletedWorkflow"

// whoIsAway tells a missing worker from a missing server, once nobody has answered in time.
func (c *Client) whoIsAway(ctx context.Context) Away {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.patience()/4)
	defer cancel()
	if _, err := c.Temporal.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return AwayTemporal
	}
	return AwayWorker
}
