package starter_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

// newCity is a town with a tenant of its own, named as its assignment: the runs of one tenant's setting are counted.
func newCity(t *testing.T) *town {
	t.Helper()
	h := newTown(t)
	organisation, err := directory.Parse("city.yaml", fmt.Appendf(nil, "tenants:\n  %s:\n    displayName: City\n    users:\n      - {id: u1, displayName: Isabella Simonsen}\n", h.id))
	require.NoError(t, err)
	h.Directory = organisation
	return h
}

func (h *town) turn(on bool) pim.PIMView {
	h.t.Helper()
	view, err := h.PutPIM(h.t.Context(), h.id, turned(on))
	require.NoError(h.t, err)
	return view
}

func turned(on bool) pim.PIMChange {
	return pim.PIMChange{IsEnabled: &on, ChangedBy: pim.Principal{ID: "u1", DisplayName: "somebody else"}}
}

// awaitTold waits until these events, and no others, were handed to the post office.
func (h *town) awaitTold(events ...string) {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		h.post.mu.Lock()
		defer h.post.mu.Unlock()
		return slices.Equal(slices.Sorted(slices.Values(h.post.told)), events)
	}, patience, 10*time.Millisecond)
}

func TestATenantThatNeverSaidSoCountsAsEnabled(t *testing.T) {
	h := newCity(t)
	view, err := h.GetPIM(t.Context(), h.id)
	require.NoError(t, err)
	require.Equal(t, pim.PIMView{IsEnabled: true, Timeline: []pim.TimelineEntry{}, Events: []pim.Event{}}, view)
	events, err := h.Events(t.Context(), h.id, pim.Resource{Collection: pim.PIMSetting})
	require.NoError(t, err)
	require.Empty(t, events)
}

func TestEnablingPIMIsToldOnceUntilItIsDisabled(t *testing.T) {
	h := newCity(t)
	first := h.turn(true)
	require.True(t, first.IsEnabled)
	require.Equal(t, &pim.Principal{ID: "u1", DisplayName: "Isabella Simonsen"}, first.ChangedBy, "as the directory calls them")
	require.Len(t, first.Timeline, 1)
	require.Len(t, first.Events, 1)
	require.Equal(t, "pim.enabled.1", first.Events[0].ID)
	h.awaitTold("pim.enabled.1")
	require.Equal(t, first, h.turn(true))

	off := h.turn(false)
	require.False(t, off.IsEnabled)
	require.Len(t, off.Events, 1)
	require.Equal(t, pim.EventCancelled, off.Events[0].Status, "no mail of it had left")
	require.Equal(t, off, h.turn(false))

	again := h.turn(true)
	require.True(t, again.IsEnabled)
	require.Equal(t, "pim.enabled.2", again.Events[1].ID)
	require.Len(t, again.Timeline, 3)
	h.awaitTold("pim.enabled.1", "pim.enabled.2")
	read, err := h.GetPIM(t.Context(), h.id)
	require.NoError(t, err)
	require.Equal(t, again, read)
	events, err := h.Events(t.Context(), h.id, pim.Resource{Collection: pim.PIMSetting})
	require.NoError(t, err)
	require.Equal(t, again.Events, events)
}

func TestDisablingPIMFirstTellsNobody(t *testing.T) {
	h := newCity(t)
	view := h.turn(false)
	require.False(t, view.IsEnabled)
	require.Equal(t, pim.WhatDisabled, view.Timeline[0].What)
	require.Empty(t, view.Events)
	h.Now = func() time.Time { return time.Now().Add(time.Minute) }
	started, err := h.StartUnstarted(t.Context())
	require.NoError(t, err)
	require.Zero(t, started)
	require.Equal(t, "pim.enabled.1", h.turn(true).Events[0].ID)
	h.awaitTold("pim.enabled.1")
}

func TestManyEqualSwitchesAtOnceAreOne(t *testing.T) {
	h := newCity(t)
	all := func(on bool) {
		var wait sync.WaitGroup
		for range 10 {
			wait.Go(func() {
				view, err := h.PutPIM(context.WithoutCancel(t.Context()), h.id, turned(on))
				if err != nil || view.IsEnabled != on {
					t.Error(view, err)
				}
			})
		}
		wait.Wait()
	}
	for range 2 {
		all(true)
		all(false)
	}
	all(true)
	view, err := h.GetPIM(t.Context(), h.id)
	require.NoError(t, err)
	require.Len(t, view.Timeline, 5)
	require.Len(t, view.Events, 3)
	h.awaitTold("pim.enabled.1", "pim.enabled.2", "pim.enabled.3")
}

// overtaken is a ledger in which somebody else switches first, once.
type overtaken struct {
	starter.Ledger
	first func()
}

func (l *overtaken) Supersede(ctx context.Context, a pim.Acceptance) (pim.Accepted, bool, error) {
	if first := l.first; first != nil {
		l.first = nil
		first()
	}
	return l.Ledger.Supersede(ctx, a)
}

func TestASwitchThatWasOvertakenIsMadeAfterTheOthers(t *testing.T) {
	h := newCity(t)
	h.turn(false)
	other := *h
	client := *h.Client
	other.Client = &client
	h.Ledger = &overtaken{h.Ledger, func() {
		other.turn(true)
		other.turn(false)
	}}
	view := h.turn(true)
	require.True(t, view.IsEnabled)
	require.Len(t, view.Timeline, 4)
	require.Len(t, view.Events, 2)
	require.Equal(t, pim.EventCancelled, view.Events[0].Status)
	h.awaitTold("pim.enabled.1", "pim.enabled.2")
}

func TestASwitchGoesOnWhereAnOutageInterruptedIt(t *testing.T) {
	h := newCity(t)
	server := h.Temporal
	h.Temporal = &fakeTemporal{away: true}
	_, err := h.PutPIM(t.Context(), h.id, turned(true))
	requireAway(t, err, starter.AwayTemporal)
	h.Temporal, h.Directory = server, awayDirectory{} // nobody needs to be asked again
	require.True(t, h.turn(true).IsEnabled)
	h.awaitTold("pim.enabled.1")
}

func TestASwitchThatWasTakenBackInTimeIsNeverStarted(t *testing.T) {
	h := newCity(t)
	server := h.Temporal
	h.Temporal = &fakeTemporal{away: true}
	_, err := h.PutPIM(t.Context(), h.id, turned(true))
	requireAway(t, err, starter.AwayTemporal)
	h.Temporal = server
	require.Equal(t, pim.EventCancelled, h.turn(false).Events[0].Status)
	_, err = server.DescribeWorkflowExecution(t.Context(), workflows.PIMID(h.id, 1), "")
	require.Error(t, err)
}

func TestASwitchIsNeverASuccessWhileSomethingIsAway(t *testing.T) {
	for what, outage := range map[starter.Away]func(h *town){
		starter.AwayLedger:    func(h *town) { h.ledger.broken["Accept"] = true },
		starter.AwayDirectory: func(h *town) { h.Directory = awayDirectory{} },
	} {
		t.Run(string(what), func(t *testing.T) {
			h := newCity(t)
			outage(h)
			_, err := h.PutPIM(t.Context(), h.id, turned(true))
			requireAway(t, err, what)
		})
	}
}

func TestASwitchThatIsNotValidIsNamedFieldByField(t *testing.T) {
	h := newCity(t)
	_, err := h.PutPIM(t.Context(), h.id, pim.PIMChange{ChangedBy: pim.Principal{ID: "u1"}})
	requireProblem(t, err, "body.isEnabled", "is required")
	change := turned(true)
	change.ChangedBy.ID = ""
	_, err = h.PutPIM(t.Context(), h.id, change)
	requireProblem(t, err, "body.changedBy.id", "is required")
	change = turned(true)
	change.ChangedBy.Mail = "u@[10.0.0.1]"
	_, err = h.PutPIM(t.Context(), h.id, change)
	requireProblem(t, err, "body.changedBy.mail", "must")
	_, err = h.PutPIM(t.Context(), "..", turned(true))
	requireProblem(t, err, "path.tenant", "1 to 128")
	_, err = h.GetPIM(t.Context(), "..")
	requireProblem(t, err, "path.tenant", "1 to 128")
	_, err = h.PutPIM(t.Context(), "nobody", turned(true))
	require.ErrorIs(t, err, pim.ErrUnknownTenant)
	_, err = h.GetPIM(t.Context(), "nobody")
	require.ErrorIs(t, err, pim.ErrUnknownTenant)
}
