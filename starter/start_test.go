package starter_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

// abandon accepts requests whose callers never come back, while Temporal is away.
func abandon(t *testing.T, h *house, ids ...string) {
	t.Helper()
	h.temporal.away = true
	for _, id := range ids {
		_, _, err := h.PutActivation(t.Context(), tenant, id, request())
		require.Error(t, err)
	}
	h.temporal.away = false
}

func TestWhatWasAcceptedIsStartedAlthoughItsCallerNeverComesBack(t *testing.T) {
	h := newHouse(t)
	abandon(t, h, "r1", "r2")
	h.clock = noon.Add(29 * time.Second)
	started, err := h.StartUnstarted(t.Context())
	require.NoError(t, err)
	require.Zero(t, started, "the caller may still be at it")

	h.clock = noon.Add(31 * time.Second)
	started, err = h.StartUnstarted(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, started)
	require.NotNil(t, h.run("r1"))
	require.Equal(t, noon, h.run("r2").input.CreatedDateTime, "counted from when it was asked")

	started, err = h.StartUnstarted(t.Context())
	require.NoError(t, err)
	require.Zero(t, started)
}

func TestOneRequestThatCannotBeStartedHoldsUpNoOther(t *testing.T) {
	h := newHouse(t)
	abandon(t, h, "r1", "r2", "r3")
	h.clock = noon.Add(time.Minute)
	h.Temporal = refusing{h.temporal, "r2"}
	started, err := h.StartUnstarted(t.Context())
	require.ErrorContains(t, err, "r2")
	require.Equal(t, 2, started)
	require.NotNil(t, h.run("r3"))
}

func TestAnOutageIsNotTriedRequestByRequest(t *testing.T) {
	h := newHouse(t)
	abandon(t, h, "r1", "r2", "r3")
	h.clock = noon.Add(time.Minute)
	h.temporal.away = true
	before := len(h.temporal.starts)
	started, err := h.StartUnstarted(t.Context())
	var unavailable *starter.Unavailable
	require.ErrorAs(t, err, &unavailable)
	require.Zero(t, started)
	require.Len(t, h.temporal.starts, before+1)
}

// refusing is a Temporal that does not want one workflow.
type refusing struct {
	client.Client
	id string
}

func (r refusing) ExecuteWorkflow(ctx context.Context, o client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	if strings.HasSuffix(o.ID, r.id) {
		return nil, serviceerror.NewInvalidArgument("search attribute is not defined")
	}
	return r.Client.ExecuteWorkflow(ctx, o, workflow, args...)
}

func TestEventsAndRecipientsAreReadFromTheRecord(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	events, err := h.Events(t.Context(), tenant, pim.Resource{Collection: pim.ActivationRequests, ID: "r1"})
	require.NoError(t, err)
	require.Len(t, events, 1)
	recipients, err := h.Recipients(t.Context(), tenant, events[0].ID)
	require.NoError(t, err)
	require.NotNil(t, recipients)
	require.Empty(t, recipients)

	_, err = h.Events(t.Context(), tenant, pim.Resource{Collection: pim.ActivationRequests, ID: "r2"})
	require.ErrorIs(t, err, pim.ErrNotFound)
	_, err = h.Recipients(t.Context(), tenant, "activation.r2.completed")
	require.ErrorIs(t, err, pim.ErrNotFound)
	_, err = h.Recipients(t.Context(), "fabrikam", events[0].ID)
	require.ErrorIs(t, err, pim.ErrNotFound, "another tenant's events do not exist")
	digest, err := h.Events(t.Context(), tenant, pim.Resource{Collection: pim.Digest})
	require.NoError(t, err)
	require.NotNil(t, digest)
	require.Empty(t, digest)
	require.Equal(t, "activation/contoso/r1", workflows.ActivationID(tenant, "r1"))
}
