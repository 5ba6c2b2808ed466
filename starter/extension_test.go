package starter_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/starter"
)

// ask puts a request to extend.
func (h *town) ask(requestID string, r pim.ExtensionRequest) pim.View {
	h.t.Helper()
	view, created, err := h.PutExtendRequest(h.t.Context(), tenant, h.id, requestID, r)
	require.NoError(h.t, err)
	require.True(h.t, created)
	return view
}

func TestARequestToExtendIsInTheRecordWhenItIsAnswered(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	view := h.ask("x1", wanted("u7", lasting("P30D")))
	require.Equal(t, pim.PendingAdminDecision, view.Status)
	step := last(view)
	require.Equal(t, pim.WhatExtendRequested, step.What)
	require.Equal(t, "x1", step.RequestID)
	require.Equal(t, &pim.Principal{ID: "u7", DisplayName: "Alain Charon"}, step.By)
	require.Equal(t, "not done yet", step.Justification)
	require.Equal(t, "x1", view.Assignment.Pending.ID)
	require.Equal(t, view.Assignment.Term.End, view.Assignment.Pending.ExpiresDateTime)
}

func TestARequestToRenewIsTakenWhenTheAssignmentIsOver(t *testing.T) {
	h := newTown(t)
	h.assign(ending(given()))
	_, _, err := h.PutRenewRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
	requireConflict(t, err, "can be renewed only after that")
	h.await(pim.WhatExpired)
	view, created, err := h.PutRenewRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
	require.NoError(t, err)
	require.True(t, created)
	require.Equal(t, pim.WhatRenewRequested, last(view).What)
	require.Equal(t, pim.PendingAdminDecision, view.Status)
	_, _, err = h.PutExtendRequest(t.Context(), tenant, h.id, "x2", wanted("u7", lasting("P30D")))
	requireConflict(t, err, "the request x1 waits for its decision")
}

func TestTheSameRequestToExtendAgainIsAnsweredAsTheFirstTimeForEver(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	first := h.ask("x1", wanted("u7", lasting("P30D")))
	again, created, err := h.PutExtendRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
	require.NoError(t, err)
	require.False(t, created)
	require.Equal(t, first, again)
	_, _, err = h.PutExtendRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P31D")))
	requireConflict(t, err, "another request was accepted under this id")
	_, _, err = h.PutRenewRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
	requireConflict(t, err, "another request was accepted under this id")
	_, _, err = h.PutExtendRequest(t.Context(), tenant, h.id, "x2", wanted("u7", lasting("P30D")))
	requireConflict(t, err, "the request x1 waits for its decision")

	h.mustChange((*starter.Client).RemoveAssignment, "", change(pim.ScheduleInfo{}))
	h.awaitEnd()
	h.Directory = awayDirectory{} // nobody needs to be asked
	over, created, err := h.PutExtendRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
	require.NoError(t, err)
	require.False(t, created)
	require.Equal(t, pim.WhatRemoved, last(over).What)
}

func TestTheSameRequestManyTimesAtOnceIsMadeByOne(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	var wait sync.WaitGroup
	var mu sync.Mutex
	made := 0
	for range 20 {
		wait.Go(func() {
			view, created, err := h.PutExtendRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
			mu.Lock()
			defer mu.Unlock()
			if err != nil || view.Assignment.Pending == nil {
				t.Error(err)
			}
			if created {
				made++
			}
		})
	}
	wait.Wait()
	require.Equal(t, 1, made)
}

func TestOnlyWhoHoldsAnAssignmentAsksForMoreOfIt(t *testing.T) {
	for name, c := range map[string]struct {
		assigned pim.Principal
		by       string
		may      bool
	}{
		"the assignee":                  {pim.Principal{ID: "u7"}, "u7", true},
		"somebody else":                 {pim.Principal{ID: "u7"}, "u8", false},
		"an administrator":              {pim.Principal{ID: "u7"}, "u11", false},
		"a member of a group":           {pim.Principal{ID: "g1"}, "u8", true},
		"a member of a group in it":     {pim.Principal{ID: "g1"}, "u10", true},
		"nobody of the group":           {pim.Principal{ID: "g1"}, "u7", false},
		"the group itself":              {pim.Principal{ID: "g1"}, "g1", false},
		"one whom the directory forgot": {pim.Principal{ID: "u999", Type: pim.User}, "u999", true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTown(t)
			a := given()
			a.Principal = c.assigned
			h.assign(a)
			_, created, err := h.PutExtendRequest(t.Context(), tenant, h.id, "x1", wanted(c.by, lasting("P30D")))
			if c.may {
				require.NoError(t, err)
				require.True(t, created)
				return
			}
			requireForbidden(t, err, "does not hold this assignment")
		})
	}
}

func TestARequestToExtendThatIsNotValidIsNamedFieldByField(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	put := func(requestID string, r pim.ExtensionRequest) error {
		_, _, err := h.PutExtendRequest(t.Context(), tenant, h.id, requestID, r)
		return err
	}
	requireProblem(t, put("..", wanted("u7", lasting("P30D"))), "path.requestId", "1 to 128")
	requireProblem(t, put("a/b", wanted("u7", lasting("P30D"))), "path.requestId", "1 to 128")
	requireProblem(t, put("x1", wanted("u7", pim.ScheduleInfo{})), "body.scheduleInfo.expiration", "is required")
	requireProblem(t, put("x1", wanted("", lasting("P30D"))), "body.requestedBy.id", "is required")
	requireProblem(t, put("x1", wanted("u7", lasting("P9D"))), "body.scheduleInfo.expiration.duration", "must reach beyond the present end")
	bad := wanted("u7", lasting("P30D"))
	bad.RequestedBy.Mail = "u@[10.0.0.1]"
	requireProblem(t, put("x1", bad), "body.requestedBy.mail", "must")
	_, _, err := h.PutExtendRequest(t.Context(), tenant, h.id+"x", "x1", wanted("u7", lasting("P30D")))
	require.ErrorIs(t, err, pim.ErrNotFound)
}

func TestAPermanentAssignmentCannotBeAskedToLastLonger(t *testing.T) {
	h := newTown(t)
	h.assign(permanently(given()))
	_, _, err := h.PutExtendRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
	requireConflict(t, err, "a permanent assignment has no end that could be extended")
}

// The process took a request, and whoever told it died before writing that down.
func TestARequestThatTheRecordMissedIsThereWhenItIsMadeAgain(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	h.post.leave(true)
	h.ledger.broken["Record"] = true
	_, _, err := h.PutExtendRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
	requireAway(t, err, starter.AwayLedger)
	h.ledger.broken["Record"] = false
	view, created, err := h.PutExtendRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
	require.NoError(t, err)
	require.False(t, created, "the call before made it")
	require.Equal(t, pim.WhatExtendRequested, last(view).What)
	h.post.leave(false)
}
