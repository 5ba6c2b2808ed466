package starter_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/starter"
)

type reporting func(c *starter.Client, ctx context.Context, tenant, id, justification string) (pim.View, error)

func TestWhatPIMDidIsInTheRecordAndSayingItAgainIsDone(t *testing.T) {
	for name, c := range map[string]struct {
		before []reporting
		say    reporting
		status pim.RequestStatus
		what   pim.What
	}{
		"cancel":      {nil, (*starter.Client).Cancel, pim.Canceled, pim.WhatCanceled},
		"activated":   {nil, (*starter.Client).Activated, pim.Provisioned, pim.WhatActivated},
		"failed":      {nil, (*starter.Client).Failed, pim.Failed, pim.WhatFailed},
		"deactivated": {[]reporting{(*starter.Client).Activated}, (*starter.Client).Deactivated, pim.Revoked, pim.WhatDeactivated},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			r := request()
			r.Approval = pim.Approval{}
			h.accept(t, "r1", r)
			for _, earlier := range c.before {
				_, err := earlier(h.Client, t.Context(), tenant, "r1", "")
				require.NoError(t, err)
			}
			first, err := c.say(h.Client, t.Context(), tenant, "r1", "the reason")
			require.NoError(t, err)
			require.Equal(t, c.status, first.Status)
			last := first.Timeline[len(first.Timeline)-1]
			require.Equal(t, c.what, last.What)
			require.Equal(t, "the reason", last.Justification)

			updates := len(h.temporal.updates)
			h.run("r1").closed = true
			again, err := c.say(h.Client, t.Context(), tenant, "r1", "")
			require.NoError(t, err)
			require.Equal(t, first, again)
			require.Len(t, h.temporal.updates, updates)
		})
	}
}

func TestARoleIsGivenBackAlsoWhenItsProcessHasLongEnded(t *testing.T) {
	h := newHouse(t)
	r := request()
	r.Approval = pim.Approval{}
	h.accept(t, "r1", r)
	_, err := h.Activated(t.Context(), tenant, "r1", "")
	require.NoError(t, err)
	h.run("r1").closed = true
	h.clock = noon.Add(4 * time.Hour)

	view, err := h.Deactivated(t.Context(), tenant, "r1", "done early")
	require.NoError(t, err)
	require.Equal(t, pim.Revoked, view.Status)
	require.Equal(t, pim.WhatDeactivated, view.Timeline[2].What)
	require.Equal(t, h.clock, view.Timeline[2].At)
	require.Equal(t, "done early", view.Timeline[2].Justification)
	again, err := h.Deactivated(t.Context(), tenant, "r1", "")
	require.NoError(t, err)
	require.Equal(t, view, again)
	active, err := h.Activated(t.Context(), tenant, "r1", "")
	require.NoError(t, err, "what happened is done, whatever happened since")
	require.Equal(t, pim.Revoked, active.Status)
}

func TestWhatComesTooLateOrTooEarlyIsRefusedWithTheStatus(t *testing.T) {
	for name, c := range map[string]struct {
		state  func(t *testing.T, h *house)
		say    reporting
		status pim.RequestStatus
	}{
		"activated before it is approved": {func(*testing.T, *house) {}, (*starter.Client).Activated, pim.PendingApproval},
		"deactivated before it is active": {func(*testing.T, *house) {}, (*starter.Client).Deactivated, pim.PendingApproval},
		"failed once active":              {active, (*starter.Client).Failed, pim.Provisioned},
		"cancel once active":              {active, (*starter.Client).Cancel, pim.Provisioned},
		"failed long after":               {activeAndOver, (*starter.Client).Failed, pim.Provisioned},
		"cancel long after":               {activeAndOver, (*starter.Client).Cancel, pim.Provisioned},
		"activated although denied":       {denied, (*starter.Client).Activated, pim.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.accept(t, "r1", request())
			c.state(t, h)
			_, err := c.say(h.Client, t.Context(), tenant, "r1", "")
			var conflict *starter.Conflict
			require.ErrorAs(t, err, &conflict)
			require.Equal(t, c.status, conflict.Status)
			require.Equal(t, c.status != pim.PendingApproval, conflict.Decision != nil)
			require.Contains(t, conflict.Reason, "is not possible: the request is "+string(c.status))
		})
	}
}

func TestOnlyAProcessThatIsGoneIsSaidToBe(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	h.run("r1").closed = true
	_, err := h.Activated(t.Context(), tenant, "r1", "")
	var conflict *starter.Conflict
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, pim.PendingApproval, conflict.Status)
	require.Equal(t, "Temporal no longer knows the process of this request: activated is not possible", conflict.Reason)
}

func active(t *testing.T, h *house) {
	_, err := h.Decide(t.Context(), tenant, "r1", decision("u8", pim.Approve))
	require.NoError(t, err)
	_, err = h.Activated(t.Context(), tenant, "r1", "")
	require.NoError(t, err)
}

func activeAndOver(t *testing.T, h *house) {
	active(t, h)
	h.run("r1").closed = true
}

func denied(t *testing.T, h *house) {
	_, err := h.Decide(t.Context(), tenant, "r1", decision("u8", pim.Deny))
	require.NoError(t, err)
}

// The process took a report, and whoever told it died before writing that down.
func TestAReportThatTheRecordMissedIsFoundInTheProcess(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	h.ledger.broken["Record"] = true
	_, err := h.Cancel(t.Context(), tenant, "r1", "")
	require.Error(t, err)
	h.ledger.broken["Record"] = false
	view, err := h.Cancel(t.Context(), tenant, "r1", "")
	require.NoError(t, err)
	require.Equal(t, pim.Canceled, view.Status)
	require.Len(t, view.Timeline, 2)
}

func TestAReportStartsWhatWasAcceptedAndNotStarted(t *testing.T) {
	h := newHouse(t)
	h.temporal.away = true
	_, _, err := h.PutActivation(t.Context(), tenant, "r1", request())
	require.Error(t, err)
	h.temporal.away = false
	view, err := h.Cancel(t.Context(), tenant, "r1", "")
	require.NoError(t, err)
	require.Equal(t, pim.Canceled, view.Status)
}

func TestAReportWithoutAWorkerIsNotDone(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	h.temporal.noWorker = true
	_, err := h.Cancel(t.Context(), tenant, "r1", "no longer needed")
	var unavailable *starter.Unavailable
	require.ErrorAs(t, err, &unavailable)
	require.Equal(t, starter.AwayWorker, unavailable.What)
}
