package starter

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/serviceerror"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// catchUp writes to the ledger what the process has taken, and whoever told it may not have come to write down. A process that
// Temporal has forgotten had written everything down before it ended.
func (c *Client) catchUp(ctx context.Context, a pim.Accepted) error {
	ctx, cancel := c.persist(ctx)
	defer cancel()
	value, err := c.Temporal.QueryWorkflow(ctx, workflowID(a), "", workflows.QueryState)
	var forgotten *serviceerror.NotFound
	switch {
	case errors.As(err, &forgotten):
		return nil
	case err != nil:
		return away(AwayTemporal, "ask the process of "+a.Resource.String(), err)
	}
	var state struct { // as far as an activation and an assignment answer alike
		Changes []pim.Change `json:"changes"`
	}
	if err := value.Get(&state); err != nil {
		return fmt.Errorf("read the state of %s: %w", a.Resource, err)
	}
	return c.record(a, state.Changes)
}
