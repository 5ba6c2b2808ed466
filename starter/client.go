package starter

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// DefaultPatience is how long one call waits for Temporal and its workers before it says that nobody answered.
const DefaultPatience = 10 * time.Second

// Client starts processes, tells them things and reads the record. Temporal and the three ports below it are required.
type Client struct {
	Temporal  client.Client
	Ledger    Ledger
	Directory Directory
	Settings  Settings
	Planner   Planner // for Explain and Preview, which need no Temporal
	// Observations are told by Explain; nil where nobody listens to SES's events.
	Observations Observations

	TaskQueue string           // where the workers listen; workflows.DefaultTaskQueue where empty
	Patience  time.Duration    // DefaultPatience where zero
	Now       func() time.Time // time.Now where nil
}

func (c *Client) taskQueue() string {
	if c.TaskQueue == "" {
		return workflows.DefaultTaskQueue
	}
	return c.TaskQueue
}

func (c *Client) patience() time.Duration {
	if c.Patience <= 0 {
		return DefaultPatience
	}
	return c.Patience
}

// now is the time in milliseconds, which every store and every reader can hold.
func (c *Client) now() time.Time {
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	return now().UTC().Truncate(time.Millisecond)
}

// persist gives a context for what has to be finished once it was begun, also where the caller hangs up meanwhile. It still ends.
func (c *Client) persist(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), c.patience())
}

func activation(id string) pim.Resource {
	return pim.Resource{Collection: pim.ActivationRequests, ID: id}
}

func assignment(id string) pim.Resource {
	return pim.Resource{Collection: pim.Assignments, ID: id}
}

// maxWorkflowID is the longest workflow id that Temporal can store on every database.
const maxWorkflowID = 255

// checkIDs refuses ids that no tenant and no request or assignment can have, together with what else is wrong before anything is
// looked up. The workflow ids of both are of one length.
func checkIDs(tenant, id string, more ...*pim.Problem) error {
	var problems []pim.Problem
	for _, p := range append([]*pim.Problem{pim.ValidateID("path.tenant", tenant), pim.ValidateID("path.id", id)}, more...) {
		if p != nil {
			problems = append(problems, *p)
		}
	}
	if excess := len(workflows.ActivationID(tenant, id)) - maxWorkflowID; len(problems) == 0 && excess > 0 {
		problems = append(problems, pim.Problem{
			Location: "path.id", Message: fmt.Sprintf("must be %d shorter: together with the tenant's id it is too long for a process", excess), Value: id,
		})
	}
	return invalid(problems)
}

// checkRequestIDs is checkIDs, with the id of a request to extend or renew.
func checkRequestIDs(tenant, id, requestID string) error {
	return checkIDs(tenant, id, pim.ValidateID("path.requestId", requestID))
}
