package starter_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

type changing func(c *starter.Client, ctx context.Context, tenant, id, key string, change pim.AssignmentChange) (pim.View, error)

func (h *town) change(say changing, key string, c pim.AssignmentChange) (pim.View, error) {
	return say(h.Client, h.t.Context(), tenant, h.id, key, c)
}

func (h *town) mustChange(say changing, key string, c pim.AssignmentChange) pim.View {
	h.t.Helper()
	view, err := h.change(say, key, c)
	require.NoError(h.t, err)
	return view
}

func TestWhatAnAdministratorDidIsInTheRecordWhenItIsAnswered(t *testing.T) {
	until := time.Now().UTC().AddDate(0, 3, 0).Truncate(time.Second)
	for name, c := range map[string]struct {
		before func(h *town)
		say    changing
		change pim.AssignmentChange
		what   pim.What
		status pim.RequestStatus
		end    time.Time
	}{
		"extend": {func(h *town) { h.assign(given()) }, (*starter.Client).ExtendAssignment,
			change(pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &until}}), pim.WhatExtended, pim.Provisioned, until},
		"renew": {func(h *town) { h.assign(ending(given())); h.await(pim.WhatExpired) }, (*starter.Client).RenewAssignment,
			change(pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &until}}), pim.WhatRenewed, pim.Provisioned, until},
		"update": {func(h *town) { h.assign(given()) }, (*starter.Client).UpdateAssignment,
			change(pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &until}}), pim.WhatUpdated, pim.Provisioned, until},
		"make permanent": {func(h *town) { h.assign(given()) }, (*starter.Client).UpdateAssignment,
			pim.AssignmentChange{RequestedBy: pim.Principal{ID: "u11"}, Justification: "because", AssignmentType: pim.Active, ScheduleInfo: forever()},
			pim.WhatMadePermanent, pim.Provisioned, time.Time{}},
		"remove": {func(h *town) { h.assign(given()) }, (*starter.Client).RemoveAssignment,
			change(pim.ScheduleInfo{}), pim.WhatRemoved, pim.Revoked, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTown(t)
			c.before(h)
			c.change.RequestedBy.DisplayName = "somebody else"
			view := h.mustChange(c.say, "", c.change)
			step := last(view)
			require.Equal(t, c.what, step.What)
			require.Equal(t, c.status, view.Status)
			require.Equal(t, &pim.Principal{ID: "u11", DisplayName: "Lidia Holloway"}, step.By, "as the directory calls them")
			require.Equal(t, "because", step.Justification)
			if c.what != pim.WhatRemoved {
				require.Equal(t, c.end, view.Assignment.Term.End)
			}
			read, err := h.GetAssignment(t.Context(), tenant, h.id)
			require.NoError(t, err)
			require.Equal(t, view, read)
		})
	}
}

func TestAskingForTheStateThatWasReachedIsDone(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	for _, c := range []struct {
		say    changing
		change pim.AssignmentChange
	}{
		{(*starter.Client).ExtendAssignment, change(lasting("P60D"))},
		{(*starter.Client).UpdateAssignment, pim.AssignmentChange{RequestedBy: pim.Principal{ID: "u11"}, AssignmentType: pim.Active}},
		{(*starter.Client).RemoveAssignment, change(pim.ScheduleInfo{})},
	} {
		first := h.mustChange(c.say, "", c.change)
		require.Equal(t, steps(first), steps(h.mustChange(c.say, "", c.change)))
	}
	h.awaitEnd()
	again := h.mustChange((*starter.Client).RemoveAssignment, "", change(pim.ScheduleInfo{}))
	require.Equal(t, []pim.What{pim.WhatAssigned, pim.WhatExtended, pim.WhatUpdated, pim.WhatRemoved}, steps(again))
}

func TestAKeyIsAnsweredOnce(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	permanent := change(forever())
	first := h.mustChange((*starter.Client).UpdateAssignment, "k1", permanent)
	h.mustChange((*starter.Client).UpdateAssignment, "k2", change(lasting("P5D")))
	latest := h.mustChange((*starter.Client).UpdateAssignment, "k3", change(lasting("P5D")))
	require.Len(t, latest.Timeline, len(first.Timeline)+2, "another key is meant again")

	require.Equal(t, latest, h.mustChange((*starter.Client).UpdateAssignment, "k1", permanent), "the view is as it is now")
	_, err := h.change((*starter.Client).UpdateAssignment, "k1", change(lasting("P6D")))
	requireConflict(t, err, "another change was made with this Idempotency-Key")
	_, err = h.change((*starter.Client).ExtendAssignment, "k1", permanent)
	requireConflict(t, err, "another change was made with this Idempotency-Key")

	h.mustChange((*starter.Client).RemoveAssignment, "k4", change(pim.ScheduleInfo{}))
	h.awaitEnd()
	h.Directory = awayDirectory{}
	h.Now = func() time.Time { return time.Now().AddDate(2, 0, 0) }
	view := h.mustChange((*starter.Client).UpdateAssignment, "k1", permanent)
	require.Equal(t, pim.WhatRemoved, last(view).What)
}

func TestAKeyIsVisibleAndNotTooLong(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	for _, bad := range []string{strings.Repeat("k", 256), "a b", "ø", "a\x7f", "a\n"} {
		_, err := h.change((*starter.Client).RemoveAssignment, bad, change(pim.ScheduleInfo{}))
		requireProblem(t, err, "header.Idempotency-Key", "1 to 255 visible ASCII characters")
	}
	h.mustChange((*starter.Client).RemoveAssignment, strings.Repeat("~", 255), change(pim.ScheduleInfo{}))
}

func TestTheSameChangeManyTimesAtOnceIsMadeOnce(t *testing.T) {
	for name, key := range map[string]string{"with a key": "k1", "without one": ""} {
		t.Run(name, func(t *testing.T) {
			h := newTown(t)
			h.assign(given())
			var wait sync.WaitGroup
			for range 20 {
				wait.Go(func() {
					view, err := h.change((*starter.Client).ExtendAssignment, key, change(lasting("P90D")))
					if err != nil || last(view).What != pim.WhatExtended {
						t.Error(err, steps(view))
					}
				})
			}
			wait.Wait()
			view, err := h.GetAssignment(t.Context(), tenant, h.id)
			require.NoError(t, err)
			require.Equal(t, []pim.What{pim.WhatAssigned, pim.WhatExtended}, steps(view))
		})
	}
}

func TestTheSameChangeIsMeantAgainWhereAnotherCameBetween(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	for i, d := range []pim.Duration{"P5D", "P6D", "P5D"} {
		view := h.mustChange((*starter.Client).UpdateAssignment, "", change(lasting(d)))
		require.Len(t, view.Timeline, i+2)
		require.WithinDuration(t, last(view).At.Add(days(t, d)), view.Assignment.Term.End, time.Second)
	}
}

func days(t *testing.T, d pim.Duration) time.Duration {
	t.Helper()
	length, err := d.Parse()
	require.NoError(t, err)
	return length
}

// The term ends in a few days, so it could be extended again and again.
func TestTheSameChangeAgainIsMadeOnce(t *testing.T) {
	for name, say := range map[string]changing{"extend": (*starter.Client).ExtendAssignment, "update": (*starter.Client).UpdateAssignment} {
		t.Run(name, func(t *testing.T) {
			h := newTown(t)
			h.assign(given())
			first := h.mustChange(say, "", change(lasting("P13D")))
			clock := time.Now()
			h.Now = func() time.Time { return clock }
			for range 3 {
				clock = clock.Add(2 * time.Minute) // so that the server does not know it as the same Update
				require.Equal(t, first, h.mustChange(say, "", change(lasting("P13D"))))
			}
			other := change(lasting("P13D"))
			other.RequestedBy.ID = "u1"
			require.Len(t, h.mustChange(say, "", other).Timeline, len(first.Timeline)+1, "another administrator means it")
		})
	}
}

func TestAProcessIsToldHowLongTheSameChangeIsTheSameCall(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	nobody := &fakeTemporal{noWorker: true}
	h.Temporal = nobody
	_, err := h.change((*starter.Client).ExtendAssignment, "", change(lasting("P90D")))
	requireAway(t, err, starter.AwayWorker)
	require.Equal(t, pim.Duration("PT24H"), nobody.updates[0].Args[0].(workflows.ChangeInput).SameFor)
}

func TestRepeatingAChangeIsOneUpdateAndAnotherIsNot(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	clock := time.Now().Truncate(time.Minute)
	h.Now = func() time.Time { return clock }
	nobody := &fakeTemporal{noWorker: true}
	h.Temporal = nobody
	for _, c := range []struct {
		say    changing
		key    string
		change pim.AssignmentChange
	}{
		{(*starter.Client).ExtendAssignment, "", change(lasting("P90D"))},
		{(*starter.Client).ExtendAssignment, "", change(lasting("P90D"))},
		{(*starter.Client).ExtendAssignment, "", change(lasting("P91D"))},
		{(*starter.Client).UpdateAssignment, "", change(lasting("P90D"))},
		{(*starter.Client).ExtendAssignment, "k1", change(lasting("P90D"))},
		{(*starter.Client).ExtendAssignment, "k1", change(lasting("P90D"))},
		{(*starter.Client).ExtendAssignment, "k2", change(lasting("P90D"))},
	} {
		_, err := h.change(c.say, c.key, c.change)
		requireAway(t, err, starter.AwayWorker)
	}
	ids := map[string]bool{}
	for _, update := range nobody.updates {
		ids[update.UpdateID] = true
	}
	require.Equal(t, nobody.updates[0].UpdateID, nobody.updates[1].UpdateID)
	require.Equal(t, nobody.updates[4].UpdateID, nobody.updates[5].UpdateID)
	require.Len(t, ids, 5)

	clock = clock.Add(time.Minute) // the server would answer the day after what was true today
	_, err := h.change((*starter.Client).ExtendAssignment, "", change(lasting("P90D")))
	requireAway(t, err, starter.AwayWorker)
	require.NotContains(t, ids, nobody.updates[len(nobody.updates)-1].UpdateID)
}

func TestOneKeyForTwoChangesAtOnceIsAConflictForOneOfThem(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	errs := make(chan error, 2)
	for _, d := range []pim.Duration{"P90D", "P120D"} {
		go func() {
			_, err := h.change((*starter.Client).UpdateAssignment, "k1", change(lasting(d)))
			errs <- err
		}()
	}
	one, other := <-errs, <-errs
	if one == nil {
		one, other = other, one
	}
	requireConflict(t, one, "another change was made with this Idempotency-Key")
	require.NoError(t, other)
	view, err := h.GetAssignment(t.Context(), tenant, h.id)
	require.NoError(t, err)
	require.Len(t, view.Timeline, 2)
}

func TestWhatDoesNotFitTheAssignmentIsRefused(t *testing.T) {
	soon := time.Now().Add(5 * 24 * time.Hour)
	earlier := change(pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &soon}})
	for name, c := range map[string]struct {
		assigned pim.Assignment
		say      changing
		change   pim.AssignmentChange
		location string // empty: a conflict
		why      string
	}{
		"extend a permanent one":   {permanently(given()), (*starter.Client).ExtendAssignment, change(lasting("P90D")), "", "a permanent assignment has no end that could be extended"},
		"extend far before":        {for90Days(given()), (*starter.Client).ExtendAssignment, change(lasting("P180D")), "", "can be extended from"},
		"renew before the end":     {given(), (*starter.Client).RenewAssignment, change(lasting("P90D")), "", "can be renewed only after that"},
		"extend to an earlier end": {given(), (*starter.Client).ExtendAssignment, earlier, "body.scheduleInfo.expiration.endDateTime", "must reach beyond the present end"},
		"not valid in itself":      {given(), (*starter.Client).ExtendAssignment, change(lasting("PT4M")), "body.scheduleInfo.expiration.duration", "at least 5 minutes"},
		"nobody":                   {given(), (*starter.Client).RemoveAssignment, pim.AssignmentChange{}, "body.requestedBy.id", "is required"},
		"an address that is none": {given(), (*starter.Client).RemoveAssignment, pim.AssignmentChange{RequestedBy: pim.Principal{ID: "u11", Mail: "u@[10.0.0.1]"}},
			"body.requestedBy.mail", "must"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTown(t)
			h.assign(c.assigned)
			_, err := h.change(c.say, "", c.change)
			if c.location != "" {
				requireProblem(t, err, c.location, c.why)
			} else {
				require.Equal(t, pim.Provisioned, requireConflict(t, err, c.why).Status)
			}
			view, err := h.GetAssignment(t.Context(), tenant, h.id)
			require.NoError(t, err)
			require.Len(t, view.Timeline, 1)
		})
	}
}

func permanently(a pim.Assignment) pim.Assignment {
	a.ScheduleInfo = forever()
	return a
}

func for90Days(a pim.Assignment) pim.Assignment {
	a.ScheduleInfo = lasting("P90D")
	return a
}

func TestNothingCanBeDoneWithAnAssignmentThatIsOver(t *testing.T) {
	for name, c := range map[string]struct {
		end func(h *town)
		why string
	}{
		"removed": {func(h *town) {
			h.assign(given())
			h.mustChange((*starter.Client).RemoveAssignment, "", change(pim.ScheduleInfo{}))
		}, "the assignment was removed"},
		"expired and past its renewal": {func(h *town) {
			all := pim.DefaultSettings()
			all.RenewWindow = 0
			h.Settings = settings{all}
			h.assign(ending(given()))
		}, "and can no longer be renewed"},
		"ended by an operator": {func(h *town) {
			h.assign(given())
			require.NoError(h.t, h.Temporal.CancelWorkflow(h.t.Context(), "assignment/contoso/"+h.id, ""))
		}, "the assignment was removed"},
		"terminated by an operator": {func(h *town) {
			h.assign(given())
			require.NoError(h.t, h.Temporal.TerminateWorkflow(h.t.Context(), "assignment/contoso/"+h.id, "", ""))
		}, "its process has ended in Temporal"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTown(t)
			c.end(h)
			if name != "terminated by an operator" {
				h.awaitEnd()
			}
			for say, call := range map[string]changing{
				"extend": (*starter.Client).ExtendAssignment, "renew": (*starter.Client).RenewAssignment, "update": (*starter.Client).UpdateAssignment,
			} {
				_, err := h.change(call, "", change(lasting("P90D")))
				requireConflict(t, err, say+" is not possible: ")
				require.ErrorContains(t, err, c.why)
			}
			_, _, err := h.PutRenewRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
			requireConflict(t, err, "a request to renew is not possible: ")
			require.ErrorContains(t, err, c.why)
		})
	}
}

func TestAChangeOfWhatNobodyAssignedIsNotFound(t *testing.T) {
	h := newTown(t)
	_, err := h.change((*starter.Client).RemoveAssignment, "", change(pim.ScheduleInfo{}))
	require.ErrorIs(t, err, pim.ErrNotFound)
	_, err = h.RemoveAssignment(t.Context(), tenant, "..", "", change(pim.ScheduleInfo{}))
	requireProblem(t, err, "path.id", "1 to 128")
}

// The process took a change, and whoever told it died before writing that down.
func TestAChangeThatTheRecordMissedIsThereWhenItIsSaidAgain(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	h.post.leave(true)
	h.ledger.broken["Record"] = true
	_, err := h.change((*starter.Client).ExtendAssignment, "", change(lasting("P90D")))
	requireAway(t, err, starter.AwayLedger)
	h.ledger.broken["Record"] = false
	view := h.mustChange((*starter.Client).ExtendAssignment, "", change(lasting("P90D")))
	require.Equal(t, []pim.What{pim.WhatAssigned, pim.WhatExtended}, steps(view))
	h.post.leave(false)
}

func requireAway(t *testing.T, err error, what starter.Away) {
	t.Helper()
	var unavailable *starter.Unavailable
	require.ErrorAs(t, err, &unavailable)
	require.Equal(t, what, unavailable.What)
}

func TestAChangeIsNeverASuccessWhileSomethingIsAway(t *testing.T) {
	for what, outage := range map[starter.Away]func(h *town){
		starter.AwayTemporal:  func(h *town) { h.Temporal = &fakeTemporal{away: true} },
		starter.AwayWorker:    func(h *town) { h.Temporal = &fakeTemporal{noWorker: true} },
		starter.AwayLedger:    func(h *town) { h.ledger.broken["Propose"] = true },
		starter.AwayDirectory: func(h *town) { h.Directory = awayDirectory{} },
	} {
		t.Run(string(what), func(t *testing.T) {
			h := newTown(t)
			h.assign(given())
			outage(h)
			_, err := h.change((*starter.Client).RemoveAssignment, "k1", change(pim.ScheduleInfo{}))
			requireAway(t, err, what)
			_, _, err = h.PutExtendRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
			requireAway(t, err, what)
			view, err := h.GetAssignment(t.Context(), tenant, h.id)
			require.NoError(t, err)
			require.Len(t, view.Timeline, 1)
		})
	}
}
