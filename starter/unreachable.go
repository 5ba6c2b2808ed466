package starter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// alarmTime bounds the wait for Temporal: whoever calls has more to do than that one process should know.
const alarmTime = 5 * time.Second

// TellUnreachable tells the process of a request that nobody who could act on what it asks was reached. A process that is over, or of a
// kind that asks nothing, need not know.
func (c *Client) TellUnreachable(ctx context.Context, tenant string, resource pim.Resource) error {
	var id string
	switch resource.Collection {
	case pim.ActivationRequests:
		id = workflows.ActivationID(tenant, resource.ID)
	case pim.Assignments:
		id = workflows.AssignmentID(tenant, resource.ID)
	case pim.PIMSetting, pim.Digest:
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, alarmTime)
	defer cancel()
	err := c.Temporal.SignalWorkflow(ctx, id, "", workflows.SignalUnreachable, nil)
	if err == nil || errors.As(err, new(*serviceerror.NotFound)) {
		return nil
	}
	return fmt.Errorf("tell %s that nobody can be reached: %w", id, err)
}
