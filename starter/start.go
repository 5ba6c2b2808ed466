package starter

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/serviceerror"

	"pimnotify/pim"
)

// ensureStarted starts the process of what was accepted, unless it is known to have been started before, or none is to be. Temporal
// refuses a second run under the same id, so it does no harm when two callers and a worker do this at the same time.
func (c *Client) ensureStarted(ctx context.Context, a pim.Accepted) error {
	if a.Started || len(a.Input) == 0 {
		return nil
	}
	ctx, cancel := c.persist(ctx)
	defer cancel()
	p, err := processOf(a)
	if err != nil {
		return err
	}
	_, err = c.Temporal.ExecuteWorkflow(ctx, c.startOptions(a.Tenant, p), p.workflow, p.input)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if err != nil && !errors.As(err, &started) {
		return away(AwayTemporal, "start "+a.Resource.String(), err)
	}
	if err := c.Ledger.MarkStarted(ctx, a, c.now()); err != nil {
		return away(AwayLedger, "mark "+a.Resource.String()+" as started", err)
	}
	return nil
}

// How StartUnstarted works: rows are left alone for as long as the call that accepted them may still be at it.
const (
	unstartedAfter = 30 * time.Second
	UnstartedBatch = 100 // how many it starts at most
)

// StartUnstarted starts the processes of what was accepted a while ago and whose caller never came back, and of what was brought in
// to go on. A worker calls it again and again. It answers how many it started; an error names those that it could not.
func (c *Client) StartUnstarted(ctx context.Context) (int, error) {
	rows, err := c.Ledger.Unstarted(ctx, c.now().Add(-unstartedAfter), UnstartedBatch)
	if err != nil {
		return 0, away(AwayLedger, "look for what was not started", err)
	}
	var failures []error
	for i, row := range rows {
		err := c.ensureStarted(ctx, row)
		if err == nil {
			continue
		}
		failures = append(failures, err)
		if ctx.Err() != nil || isOutage(err) {
			return i + 1 - len(failures), errors.Join(failures...)
		}
	}
	return len(rows) - len(failures), errors.Join(failures...)
}

// isOutage tells something that is away, where the next row would fare no better, from a row that Temporal refuses.
func isOutage(err error) bool {
	var unavailable *Unavailable
	var refused *serviceerror.InvalidArgument
	return errors.As(err, &unavailable) && !errors.As(err, &refused)
}
