package starter_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

// switchboard is a Temporal that passes Signals on.
type switchboard struct {
	client.Client
	told []string
	err  error
}

func (s *switchboard) SignalWorkflow(_ context.Context, id, _, signal string, _ any) error {
	s.told = append(s.told, signal+" to "+id)
	return s.err
}

func TestAProcessIsToldThatNobodyCanBeReached(t *testing.T) {
	temporal := &switchboard{}
	c := &starter.Client{Temporal: temporal}
	tell := func(collection pim.Collection) error {
		return c.TellUnreachable(t.Context(), "contoso", pim.Resource{Collection: collection, ID: "r1"})
	}
	require.NoError(t, tell(pim.ActivationRequests))
	require.NoError(t, tell(pim.Assignments))
	require.NoError(t, tell(pim.Digest))
	require.Equal(t, []string{
		workflows.SignalUnreachable + " to activation/contoso/r1", workflows.SignalUnreachable + " to assignment/contoso/r1",
	}, temporal.told)
	temporal.err = serviceerror.NewNotFound("over")
	require.NoError(t, tell(pim.ActivationRequests), "it is over")
	temporal.err = errors.New("away")
	require.ErrorContains(t, tell(pim.ActivationRequests), "activation/contoso/r1")
}
