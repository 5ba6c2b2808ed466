package workflows_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

func TestAssignmentIsToldFromItsBeginningToItsEnd(t *testing.T) {
	h := newTenancy(t)
	require.Equal(t, pim.Revoked, h.live(lasting(90)))
	require.Equal(t, []string{
		"day 0 [] assigned",
		"day 76 [] expiring.1 extendable",
		"day 89 [] expiring.2",
		"day 90 [expired] expired",
	}, h.news())
	require.Equal(t, nine.Add(120*day), h.env.Now().UTC(), "and it can be renewed for thirty days more")
}

func TestRecordLearnsAtTheBeginningWhatIsToBeTold(t *testing.T) {
	first := workflows.Assigned(lasting(90))
	require.Equal(t, pim.WhatAssigned, first.What)
	require.Equal(t, pim.Provisioned, first.Status)
	var due []string
	for _, d := range first.Schedule {
		due = append(due, d.Event.ID+" "+since(d.DueDateTime))
	}
	require.Equal(t, []string{
		"assignment.a1.assigned 0s", "assignment.a1.expiring.1 1824h0m0s", "assignment.a1.extendable 1824h0m0s",
		"assignment.a1.expiring.2 2136h0m0s", "assignment.a1.expired 2160h0m0s",
	}, due)
	require.Equal(t, pim.Duration("PT336H"), first.Schedule[1].Telling.Before)
	require.Equal(t, nine.Add(120*day), first.Schedule[4].Telling.RenewUntil)
}

func TestStageThatIsPastWhenTheAssignmentIsMadeIsSkipped(t *testing.T) {
	h := newTenancy(t)
	h.live(lasting(7))
	require.Equal(t, []string{"day 0 [] assigned", "day 6 [] expiring.2", "day 7 [expired] expired"}, h.news())

	// The assignment was made a while before it was told of here.
	in := lasting(30)
	in.CreatedDateTime = nine.Add(-29*day - 12*time.Hour)
	h = newTenancy(t)
	h.live(in)
	require.Equal(t, []string{"day 0 [] assigned", "day 0.5 [expired] expired"}, h.news())
}

func TestPermanentAssignmentWaitsWithoutATimerUntilItIsRemoved(t *testing.T) {
	timers := 0
	h := newTenancy(t).onDay(3000, func(h *house) {
		require.Empty(t, h.tenancy().WaitingOn)
		require.Empty(t, h.tenancy().Upcoming)
	}).onDay(3650, admin(workflows.UpdateRemove, "remove"))
	h.env.SetOnTimerScheduledListener(func(string, time.Duration) { timers++ })
	require.Equal(t, pim.Revoked, h.live(permanent()))
	require.Equal(t, []string{"day 0 [] assigned", "day 3650 [removed] "}, h.news())
	require.Zero(t, timers)
}

func TestAssignmentThatBeginsLaterIsGrantedUntilThen(t *testing.T) {
	in, start := lasting(90), nine.Add(10*day)
	in.ScheduleInfo.StartDateTime = &start
	h := newTenancy(t)
	var before, after pim.RequestStatus
	h.onDay(9, func(h *house) { before = h.tenancy().Status }).onDay(11, func(h *house) { after = h.tenancy().Status })
	h.live(in)
	require.Equal(t, []pim.RequestStatus{pim.Granted, pim.Provisioned}, []pim.RequestStatus{before, after})
	require.Equal(t, []string{
		"day 0 [] assigned", "day 10 [started] ", "day 86 [] expiring.1 extendable", "day 99 [] expiring.2", "day 100 [expired] expired",
	}, h.news())
}

func TestAssignmentMadeOutsideOfPIMIsAnAlertAndNothingMore(t *testing.T) {
	in := lasting(90)
	in.Origin, in.AssignmentType = pim.OutsidePIM, pim.Active
	require.Len(t, workflows.Assigned(in).Schedule, 1)
	h := newTenancy(t)
	require.Equal(t, pim.Provisioned, h.live(in))
	require.Equal(t, []string{"day 0 [] assignedOutsidePim"}, h.news())
	require.Equal(t, nine, h.env.Now().UTC(), "it is not followed")
}

func TestExtendedByAnAdministrator(t *testing.T) {
	h := newTenancy(t).onDay(80, admin(workflows.UpdateExtend, "extend", to(forDays(100)))).onDay(170, admin(workflows.UpdateExtend, "again", to(untilDay(200))))
	h.live(lasting(90))
	require.Equal(t, []string{
		"day 0 [] assigned", "day 76 [] expiring.1 extendable",
		"day 80 [extended] extended.n~1", // and the notice of day 89 is taken back
		"day 166 [] expiring.1~2 extendable~2",
		"day 170 [extended] extended.n~2",
		"day 186 [] expiring.1~3 extendable~3", "day 199 [] expiring.2~3", "day 200 [expired] expired~3",
	}, h.news())
	extended := h.changes()[0]
	require.Equal(t, "c-extend", extended.DecisionID)
	var back []string
	for _, e := range extended.Withdraw {
		back = append(back, e.ID)
	}
	require.Equal(t, []string{"assignment.a1.expiring.2", "assignment.a1.expired"}, back)
	told := extended.Schedule[0].Telling
	require.Equal(t, nine.Add(90*day), told.PreviousEnd)
	require.Equal(t, nine.Add(180*day), told.Term.End)
	require.Equal(t, "c-extend", told.DecisionRef)
}

func TestExtendedOnRequest(t *testing.T) {
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(82, answers(pim.Approve, "x1", "u2"))
	var waiting workflows.AssignmentState
	h.onDay(81, func(h *house) { waiting = h.tenancy() })
	h.live(lasting(90))
	require.Equal(t, pim.PendingAdminDecision, waiting.Status)
	require.Equal(t, &pim.PendingRequest{
		ID: "x1", Action: pim.SelfExtend, RequestedBy: "u7", Asked: nine.Add(80 * day), ExpiresDateTime: nine.Add(90 * day),
	}, waiting.Now.Pending)
	require.Equal(t, []string{
		"day 0 [] assigned", "day 76 [] expiring.1 extendable",
		"day 80 [extendRequested] extendRequested.r~x1",
		"day 82 [extended] extended.r~x1",
		"day 128 [] expiring.1~2 extendable~2", "day 141 [] expiring.2~2", "day 142 [expired] expired~2",
	}, h.news(), "a duration counts from the decision")
	told := h.changes()[1].Schedule[0].Telling
	require.Equal(t, []any{"x1", pim.SelfExtend, "p-x1", "d-x1u2", nine.Add(80 * day)}, []any{told.RequestID, told.Action, told.RequestRef, told.DecisionRef, told.Asked})
	require.Equal(t, "assignment.a1.extendRequested.r~x1", h.changes()[1].Withdraw[2].ID, "what of the request mail has not left is not sent any more")
}

func TestAdministratorMayGiveSomethingElseThanWasAskedFor(t *testing.T) {
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).
		onDay(82, answers(pim.Approve, "x1", "u2", func(in *workflows.ExtensionDecisionInput) { in.ScheduleInfo, in.AssignmentType = forGood(), pim.Active })).
		onDay(500, admin(workflows.UpdateRemove, "remove"))
	h.live(lasting(90))
	require.Equal(t, []string{
		"day 0 [] assigned", "day 76 [] expiring.1 extendable", "day 80 [extendRequested] extendRequested.r~x1", "day 82 [extended] extended.r~x1", "day 500 [removed] ",
	}, h.news())
	require.Equal(t, pim.AssignmentNow{AssignmentType: pim.Active, Term: pim.Term{Number: 2, Start: nine.Add(82 * day)}}, *h.changes()[1].Assignment)
}

func TestRequestThatIsRefused(t *testing.T) {
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(82, answers(pim.Deny, "x1", "u2")).
		onDay(83, asks(pim.SelfExtend, "x2", forDays(20))).onDay(84, answers(pim.Approve, "x2", "u2"))
	h.live(lasting(90))
	require.Equal(t, []string{
		"day 0 [] assigned", "day 76 [] expiring.1 extendable", "day 80 [extendRequested] extendRequested.r~x1", "day 82 [refused] refused.r~x1",
		"day 83 [extendRequested] extendRequested.r~x2", "day 84 [extended] extended.r~x2",
		"day 90 [] expiring.1~2 extendable~2", "day 103 [] expiring.2~2", "day 104 [expired] expired~2",
	}, h.news())
	require.Equal(t, pim.Provisioned, h.changes()[1].Status, "it is what it was before")
}

func TestRequestToExtendThatNobodyAnswersEndsWithTheAssignment(t *testing.T) {
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(91, answers(pim.Approve, "x1", "u2"))
	require.Equal(t, pim.Revoked, h.live(lasting(90)))
	require.Equal(t, "day 90 [timedOut expired] expired", h.news()[4])
	require.Equal(t, "x1", h.changes()[1].RequestID)
	h.refused("Approve x1 by u2", workflows.RefusedUnknownRequest)
}

func TestRenewedByAnAdministratorAndOnRequest(t *testing.T) {
	h := newTenancy(t).onDay(100, admin(workflows.UpdateRenew, "renew", to(forDays(20)))).
		onDay(125, asks(pim.SelfRenew, "y1", forDays(30))).onDay(140, answers(pim.Approve, "y1", "u2"))
	h.live(lasting(90))
	require.Equal(t, []string{
		"day 0 [] assigned", "day 76 [] expiring.1 extendable", "day 89 [] expiring.2", "day 90 [expired] expired",
		"day 100 [renewed] renewed.n~1", "day 106 [] expiring.1~2 extendable~2", "day 119 [] expiring.2~2", "day 120 [expired] expired~2",
		"day 125 [renewRequested] renewRequested.r~y1", "day 140 [renewed] renewed.r~y1",
		"day 156 [] expiring.1~3 extendable~3", "day 169 [] expiring.2~3", "day 170 [expired] expired~3",
	}, h.news())
}

func TestRequestToRenewThatNobodyAnswersEndsWhenItCannotBeRenewedAnyMore(t *testing.T) {
	h := newTenancy(t).onDay(119, asks(pim.SelfRenew, "y1", forDays(30)))
	require.Equal(t, pim.Revoked, h.live(lasting(90)))
	require.Equal(t, "day 120 [timedOut] ", h.news()[5])
	require.Equal(t, nine.Add(120*day), h.env.Now().UTC())
}

func TestUpdateTellsNobodyAndArmsAnew(t *testing.T) {
	h := newTenancy(t).onDay(80, admin(workflows.UpdateUpdate, "longer", to(untilDay(120))))
	h.live(lasting(90))
	require.Equal(t, []string{
		"day 0 [] assigned", "day 76 [] expiring.1 extendable", "day 80 [updated] ",
		"day 106 [] expiring.1~2 extendable~2", "day 119 [] expiring.2~2", "day 120 [expired] expired~2",
	}, h.news())
}

func TestEligibleAssignmentThatBecomesActiveForGoodIsMadePermanent(t *testing.T) {
	h := newTenancy(t).onDay(10, admin(workflows.UpdateUpdate, "permanent", to(forGood()), as(pim.Active))).onDay(400, admin(workflows.UpdateRemove, "remove"))
	h.live(lasting(90))
	require.Equal(t, []string{"day 0 [] assigned", "day 10 [madePermanent] ", "day 400 [removed] "}, h.news())

	// Eligible for good is not permanent in that sense, nor is an active one that no longer ends.
	h = newTenancy(t).onDay(10, admin(workflows.UpdateUpdate, "eligible for good", to(forGood()))).
		onDay(20, admin(workflows.UpdateUpdate, "active for a time", to(forDays(9)), as(pim.Active))).
		onDay(21, admin(workflows.UpdateUpdate, "active for good", to(forGood()))).onDay(400, admin(workflows.UpdateRemove, "remove"))
	h.live(lasting(90))
	for _, change := range h.changes()[:3] {
		require.Equal(t, pim.WhatUpdated, change.What)
	}
}

func TestUpdateOfTheTypeAloneKeepsTheSchedule(t *testing.T) {
	h := newTenancy(t).onDay(80, admin(workflows.UpdateUpdate, "active", as(pim.Active)))
	h.live(lasting(90))
	require.Equal(t, []string{
		"day 0 [] assigned", "day 76 [] expiring.1 extendable", "day 80 [updated] ", "day 89 [] expiring.2~2", "day 90 [expired] expired~2",
	}, h.news())
	require.Equal(t, pim.Active, h.changes()[0].Schedule[0].Telling.AssignmentType)
}

func TestWhatAnAdministratorDoesAnswersTheRequestThatWaits(t *testing.T) {
	for _, c := range []struct {
		update string
		to     pim.ScheduleInfo
		want   string
	}{
		{workflows.UpdateExtend, forDays(50), "day 82 [canceled extended] extended.n~1"},
		{workflows.UpdateUpdate, forDays(50), "day 82 [canceled updated] "},
		{workflows.UpdateRemove, pim.ScheduleInfo{}, "day 82 [canceled removed] "},
	} {
		h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(82, admin(c.update, "it", to(c.to)))
		h.live(lasting(90))
		require.Equal(t, c.want, h.news()[3])
		require.Equal(t, "assignment.a1.extendRequested.r~x1", h.changes()[1].Withdraw[0].ID)
	}
}

func TestOperatorWhoCancelsTheRunEndsTheAssignmentInOrder(t *testing.T) {
	h := newTenancy(t).onDay(80, operatorCancels)
	require.Equal(t, pim.Revoked, h.live(lasting(90)))
	require.Equal(t, "day 80 [canceled] ", h.news()[2])
}

// The worker was away when the notices were due, and comes back after the end.
func TestNoticesThatAreNotTrueAnyMoreAreTakenBack(t *testing.T) {
	in := lasting(90)
	in.CreatedDateTime, in.AcceptedDateTime = nine.Add(-91*day), nine.Add(-91*day)
	h := newTenancy(t)
	h.live(in)
	require.Equal(t, "day 0 [expired] assigned expired", h.news()[0])
	var back []string
	for _, e := range h.changes()[0].Withdraw {
		back = append(back, e.ID)
	}
	require.Equal(t, []string{"assignment.a1.expiring.1", "assignment.a1.extendable", "assignment.a1.expiring.2"}, back)
	require.Equal(t, "-24h0m0s", since(h.changes()[0].At), "due times are counted from the assignment and not from when a worker got round to it")
}

func TestNobodyWhoCouldDecideCanBeReached(t *testing.T) {
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(82, answers(pim.Deny, "x1", "u2"))
	h.post.answer = func(call int, _ activities.NotifyInput) (activities.NotifyResult, error) {
		return activities.NotifyResult{Unreachable: call == 3}, nil
	}
	var waiting, answered string
	h.onDay(81, func(h *house) { waiting = h.details() }).onDay(83, func(h *house) { answered = h.details() })
	h.live(lasting(90))
	require.Contains(t, waiting, "Nobody who could decide")
	require.NotContains(t, answered, "Nobody who could decide")
}

// Every change moves the next moment that matters, and a timer left behind would wake the run for nothing.
func TestThereIsOneTimerAtATime(t *testing.T) {
	running := map[string]bool{}
	h := newTenancy(t)
	h.env.SetOnTimerScheduledListener(func(id string, _ time.Duration) { running[id] = true })
	h.env.SetOnTimerCanceledListener(func(id string) { delete(running, id) })
	h.env.SetOnTimerFiredListener(func(id string) { delete(running, id) })
	for n := range 5 {
		h.onDay(float64(10+n), admin(workflows.UpdateUpdate, strconv.Itoa(n), to(untilDay(200+n)))).
			onDay(float64(10+n)+0.5, func(*house) { require.Len(t, running, 1) })
	}
	h.live(lasting(90))
	require.Empty(t, running)
}
