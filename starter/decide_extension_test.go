package starter_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/starter"
)

// pending is an assignment with a request to extend, x1, that waits.
func pending(t *testing.T) *town {
	t.Helper()
	h := newTown(t)
	h.assign(given())
	h.ask("x1", wanted("u7", lasting("P30D")))
	return h
}

func (h *town) decide(d pim.ExtensionDecision) (pim.View, error) {
	return h.DecideExtendRequest(h.t.Context(), tenant, h.id, "x1", d)
}

func TestAnApprovedExtensionIsInTheRecordWhenItIsAnswered(t *testing.T) {
	h := pending(t)
	view, err := h.decide(answer("u11", pim.Approve))
	require.NoError(t, err)
	require.Equal(t, pim.Provisioned, view.Status)
	step := last(view)
	require.Equal(t, pim.WhatExtended, step.What)
	require.Equal(t, "x1", step.RequestID)
	require.Equal(t, &pim.Principal{ID: "u11", DisplayName: "Lidia Holloway"}, step.By)
	require.Equal(t, "because I say so", step.Justification)
	require.Nil(t, view.Assignment.Pending)
	require.WithinDuration(t, time.Now().AddDate(0, 0, 30), view.Assignment.Term.End, time.Minute)
}

func TestAnApprovalMayGiveAnotherScheduleAndType(t *testing.T) {
	h := pending(t)
	d := answer("u11", pim.Approve)
	d.ScheduleInfo, d.AssignmentType = lasting("P20D"), pim.Active
	view, err := h.decide(d)
	require.NoError(t, err)
	require.Equal(t, pim.Active, view.Assignment.AssignmentType)
	require.WithinDuration(t, time.Now().AddDate(0, 0, 20), view.Assignment.Term.End, time.Minute)
}

func TestARefusedExtensionLeavesTheAssignmentAsItWas(t *testing.T) {
	h := pending(t)
	view, err := h.decide(answer("u17", pim.Deny))
	require.NoError(t, err)
	require.Equal(t, pim.WhatRefused, last(view).What)
	require.Equal(t, pim.Provisioned, view.Status)
	require.WithinDuration(t, time.Now().AddDate(0, 0, 10), view.Assignment.Term.End, time.Minute)
	require.NotNil(t, h.ask("x2", wanted("u7", lasting("P30D"))).Assignment.Pending, "they may ask again")
}

func TestARenewalIsApproved(t *testing.T) {
	h := newTown(t)
	h.assign(ending(given()))
	h.await(pim.WhatExpired)
	_, _, err := h.PutRenewRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
	require.NoError(t, err)
	_, err = h.decide(answer("u11", pim.Approve))
	require.ErrorIs(t, err, pim.ErrNotFound, "it did not ask to extend")
	view, err := h.DecideRenewRequest(t.Context(), tenant, h.id, "x1", answer("u11", pim.Approve))
	require.NoError(t, err)
	require.Equal(t, pim.WhatRenewed, last(view).What)
	require.Equal(t, pim.Provisioned, view.Status)
}

func TestOnlyActiveAdministratorsDecideOnExtensions(t *testing.T) {
	owned := func(kind pim.ResourceKind, scope string) func(*pim.Assignment) {
		return func(a *pim.Assignment) {
			a.ResourceKind, a.Scope.ID = kind, scope
			if kind == pim.GroupResource {
				a.AccessID = pim.Member
			}
		}
	}
	azure := owned(pim.AzureResource, "/subscriptions/s1")
	for name, c := range map[string]struct {
		change   func(*pim.Assignment)
		reviewer string
		may      bool
	}{
		"a permanent Owner":           {azure, "u11", true},
		"an activated Owner":          {azure, "u12", true},
		"an Owner of a parent":        {azure, "u2", true},
		"a User Access Admin":         {azure, "u15", true},
		"an eligible Owner":           {azure, "u16", false},
		"an eligible User Access":     {azure, "u18", false},
		"somebody":                    {azure, "u8", false},
		"a Global Administrator":      {owned(pim.DirectoryRole, "/"), "u3", true},
		"a Privileged Role Admin":     {owned(pim.DirectoryRole, "/"), "u5", true},
		"a Security Administrator":    {owned(pim.DirectoryRole, "/"), "u24", false},
		"a permanent owner of groups": {owned(pim.GroupResource, "g7"), "u19", true},
		"an activated owner":          {owned(pim.GroupResource, "g7"), "u22", false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTown(t)
			a := given()
			c.change(&a)
			h.assign(a)
			h.ask("x1", wanted("u7", lasting("P30D")))
			view, err := h.decide(answer(c.reviewer, pim.Approve))
			if c.may {
				require.NoError(t, err)
				require.Equal(t, pim.WhatExtended, last(view).What)
				return
			}
			requireForbidden(t, err, "is not an administrator who decides on this")
		})
	}
}

func TestNobodyDecidesOnTheirOwnAssignment(t *testing.T) {
	for name, c := range map[string]struct{ assigned, asks string }{
		"an Owner who holds it":                           {"u11", "u11"},
		"a User Access Administrator of a group who asks": {"g4", "u17"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTown(t)
			a := given()
			a.Principal = pim.Principal{ID: c.assigned}
			h.assign(a)
			h.ask("x1", wanted(c.asks, lasting("P30D")))
			_, err := h.decide(answer(c.asks, pim.Approve))
			requireForbidden(t, err, "nobody decides their own request")
		})
	}
}

func TestTheSameDecisionOnAnExtensionIsAnsweredAsTheFirstTime(t *testing.T) {
	h := pending(t)
	first, err := h.decide(answer("u11", pim.Approve))
	require.NoError(t, err)
	again, err := h.decide(answer("u11", pim.Approve))
	require.NoError(t, err)
	require.Equal(t, first, again)

	h.mustChange((*starter.Client).RemoveAssignment, "", change(pim.ScheduleInfo{}))
	h.awaitEnd()
	h.Directory = awayDirectory{}
	d := answer("u11", pim.Approve)
	d.Justification, d.ScheduleInfo = "in other words", lasting("PT1M")
	over, err := h.decide(d)
	require.NoError(t, err)
	require.Equal(t, pim.WhatRemoved, last(over).What)
}

func TestASecondDecisionOnAnExtensionIsToldWhoDecidedHowAndWhen(t *testing.T) {
	h := pending(t)
	view, err := h.decide(answer("u11", pim.Deny))
	require.NoError(t, err)
	for name, second := range map[string]pim.ExtensionDecision{"by another": answer("u17", pim.Deny), "another answer": answer("u11", pim.Approve)} {
		_, err := h.decide(second)
		conflict := requireConflict(t, err, "the request was decided before")
		require.Equal(t, pim.Deny, conflict.Decision.ReviewResult, name)
		require.Equal(t, "Lidia Holloway", conflict.Decision.ReviewedBy.DisplayName)
		require.Equal(t, last(view).At, conflict.Decision.ReviewedDateTime)
	}
}

func TestNobodyDecidesBeforeTheyWereAskedWhateverTheirClockSays(t *testing.T) {
	h := pending(t)
	d := answer("u11", pim.Deny)
	d.ReviewedDateTime = time.Now().Add(-time.Hour)
	view, err := h.decide(d)
	require.NoError(t, err)
	asked := view.Timeline[1].At
	require.Equal(t, asked, last(view).At)
	_, err = h.decide(answer("u17", pim.Deny))
	require.Equal(t, asked, requireConflict(t, err, "the request was decided before").Decision.ReviewedDateTime)
}

func TestOfOppositeDecisionsAtOnceOneWinsAndTheOtherIsToldOfIt(t *testing.T) {
	h := pending(t)
	errs := make(chan error, 2)
	for reviewer, result := range map[string]pim.ReviewResult{"u11": pim.Approve, "u17": pim.Deny} {
		go func() {
			_, err := h.decide(answer(reviewer, result))
			errs <- err
		}()
	}
	lost, won := <-errs, <-errs
	if lost == nil {
		lost, won = won, lost
	}
	require.NoError(t, won)
	conflict := requireConflict(t, lost, "the request was decided before")
	view, err := h.GetAssignment(t.Context(), tenant, h.id)
	require.NoError(t, err)
	require.Len(t, view.Timeline, 3)
	require.Equal(t, last(view).By.ID, conflict.Decision.ReviewedBy.ID)
}

// The process took a decision, and whoever told it died before writing that down.
func TestADecisionOnAnExtensionThatTheRecordMissedIsFoundInTheProcess(t *testing.T) {
	h := pending(t)
	h.post.leave(true)
	h.ledger.broken["Record"] = true
	_, err := h.decide(answer("u11", pim.Approve))
	requireAway(t, err, starter.AwayLedger)
	h.ledger.broken["Record"] = false
	_, err = h.decide(answer("u17", pim.Deny))
	require.Equal(t, "u11", requireConflict(t, err, "the request was decided before").Decision.ReviewedBy.ID)
	view, err := h.decide(answer("u11", pim.Approve))
	require.NoError(t, err)
	require.Equal(t, pim.WhatExtended, last(view).What)
	h.post.leave(false)
}

func TestADecisionOnWhatWasNeverAskedIsNotFound(t *testing.T) {
	h := pending(t)
	_, err := h.DecideExtendRequest(t.Context(), tenant, h.id, "x2", answer("u11", pim.Approve))
	require.ErrorIs(t, err, pim.ErrNotFound)
	_, err = h.DecideRenewRequest(t.Context(), tenant, h.id, "x1", answer("u11", pim.Approve))
	require.ErrorIs(t, err, pim.ErrNotFound)
	_, err = h.DecideExtendRequest(t.Context(), tenant, h.id, "..", answer("u11", pim.Approve))
	requireProblem(t, err, "path.requestId", "1 to 128")
}

func TestARequestThatIsOverCannotBeDecided(t *testing.T) {
	h := pending(t)
	h.mustChange((*starter.Client).UpdateAssignment, "", change(lasting("P40D")))
	_, err := h.decide(answer("u11", pim.Approve))
	requireConflict(t, err, "no request x1 waits for a decision")
	h.mustChange((*starter.Client).RemoveAssignment, "", change(pim.ScheduleInfo{}))
	h.awaitEnd()
	_, err = h.decide(answer("u11", pim.Approve))
	requireConflict(t, err, "a decision is not possible: the assignment was removed")
}

func TestADecisionOnAnExtensionThatIsNotValidIsNamedFieldByField(t *testing.T) {
	h := pending(t)
	approve := answer("u11", pim.Approve)
	for location, spoil := range map[string]func(*pim.ExtensionDecision){
		"body.reviewResult":                     func(d *pim.ExtensionDecision) { d.ReviewResult = "" },
		"body.reviewedBy.id":                    func(d *pim.ExtensionDecision) { d.ReviewedBy.ID = "" },
		"body.reviewedBy.mail":                  func(d *pim.ExtensionDecision) { d.ReviewedBy.Mail = "u@[10.0.0.1]" },
		"body.reviewedDateTime":                 func(d *pim.ExtensionDecision) { d.ReviewedDateTime = time.Now().Add(time.Hour) },
		"body.assignmentType":                   func(d *pim.ExtensionDecision) { d.AssignmentType = "x" },
		"body.scheduleInfo.expiration.duration": func(d *pim.ExtensionDecision) { d.ScheduleInfo = lasting("P9D") },
	} {
		d := approve
		spoil(&d)
		_, err := h.decide(d)
		requireProblem(t, err, location, "")
	}
}
