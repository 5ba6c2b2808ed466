package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/workflows"
)

func TestPermanentAssignmentIsNeitherExtendedNorRenewed(t *testing.T) {
	h := newTenancy(t).
		onDay(1, admin(workflows.UpdateExtend, "extend", to(forDays(30)))).onDay(1, admin(workflows.UpdateRenew, "renew", to(forDays(30)))).
		onDay(1, asks(pim.SelfExtend, "x1", forDays(30))).onDay(1, asks(pim.SelfRenew, "y1", forDays(30))).
		onDay(2, admin(workflows.UpdateRemove, "remove"))
	h.live(permanent())
	for _, as := range []string{"extend", "renew", "x1", "y1"} {
		require.Equal(t, pim.Provisioned, h.refused(as, workflows.RefusedWrongState).Status)
		require.ErrorContains(t, h.said[as], "permanent")
	}
	require.Equal(t, []string{"day 0 [] assigned", "day 2 [removed] "}, h.news())
}

func TestExtensionIsForItsWindowOnly(t *testing.T) {
	h := newTenancy(t).
		onDay(75.9, asks(pim.SelfExtend, "early", forDays(60))).onDay(75.9, admin(workflows.UpdateExtend, "admin early", to(forDays(60)))).
		onDay(90, asks(pim.SelfExtend, "late", forDays(60))).onDay(90, admin(workflows.UpdateExtend, "admin late", to(forDays(60))))
	h.live(lasting(90))
	for _, as := range []string{"early", "admin early", "late", "admin late"} {
		h.refused(as, workflows.RefusedWrongState)
	}
	require.ErrorContains(t, h.said["early"], "can be extended from 2027-02-07T09:00:00Z on")
	require.ErrorContains(t, h.said["late"], "it can be renewed, and no longer extended")
}

func TestRenewalIsForItsWindowOnly(t *testing.T) {
	h := newTenancy(t).onDay(89.9, asks(pim.SelfRenew, "early", forDays(60))).
		onDay(90, asks(pim.SelfRenew, "at the end", forDays(60))).onDay(91, answers(pim.Deny, "at the end", "u2")).
		onDay(120, asks(pim.SelfRenew, "at the last moment", forDays(60))).onDay(120.001, asks(pim.SelfRenew, "late", forDays(60)))
	h.live(lasting(90))
	h.refused("early", workflows.RefusedWrongState)
	h.taken("at the end")
	require.NotContains(t, h.said, "late", "nobody is there any more to refuse it")
}

func TestOneRequestAtATime(t *testing.T) {
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(81, asks(pim.SelfExtend, "x2", forDays(50)))
	h.live(lasting(90))
	h.taken("x1")
	require.Equal(t, pim.PendingAdminDecision, h.refused("x2", workflows.RefusedPending).Status)
}

func TestTheSameRequestAgainIsTheSame(t *testing.T) {
	again := func(h *house) {
		h.update(workflows.UpdateRequest, "again", workflows.ExtensionInput{
			ProposalID: "p-other", RequestID: "x1", Action: pim.SelfExtend, Hash: "x1", By: "u7", At: h.env.Now(), ScheduleInfo: forDays(60),
		})
	}
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(81, again)
	h.live(lasting(90))
	h.taken("again")
	require.Len(t, h.news(), 5)
}

func TestExtensionThatDoesNotReachBeyondTheEndIsRefusedWithItsField(t *testing.T) {
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "short", forDays(5))).onDay(80, admin(workflows.UpdateExtend, "before", to(untilDay(85))))
	h.live(lasting(90))
	require.Equal(t, []workflows.Problem{{Location: "body.scheduleInfo.expiration.duration", Message: "must reach beyond the present end, 2027-02-21T09:00:00Z"}},
		h.refused("short", workflows.RefusedInvalid).Problems)
	require.Equal(t, "body.scheduleInfo.expiration.endDateTime", h.refused("before", workflows.RefusedInvalid).Problems[0].Location)
}

func TestNobodyDecidesTheirOwnExtension(t *testing.T) {
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(81, answers(pim.Approve, "x1", "u7"))
	h.live(lasting(90))
	require.Equal(t, pim.PendingAdminDecision, h.refused("Approve x1 by u7", workflows.RefusedOwnRequest).Status)
}

func TestOfTwoAnswersToARequestTheFirstWins(t *testing.T) {
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(81, func(h *house) {
		answers(pim.Deny, "x1", "u2")(h)
		answers(pim.Approve, "x1", "u3")(h)
	})
	h.live(lasting(90))
	h.taken("Deny x1 by u2")
	h.refused("Approve x1 by u3", workflows.RefusedUnknownRequest)
	require.Equal(t, "day 81 [refused] refused.r~x1", h.news()[3])
}

func TestAnswerThatWasTakenBeforeIsAnsweredAgainAndChangesNothing(t *testing.T) {
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(81, answers(pim.Approve, "x1", "u2")).
		onDay(82, func(h *house) {
			h.update(workflows.UpdateDecideRequest, "again", workflows.ExtensionDecisionInput{DecisionID: "d-x1u2", RequestID: "x1", ReviewResult: pim.Approve, ReviewedBy: "u2"})
		})
	h.live(lasting(90))
	h.taken("again")
	require.Len(t, h.changes(), 3, "asked, extended, expired")
}

func TestApprovalOfWhatIsOverMeanwhileIsRefusedWithItsField(t *testing.T) {
	h := newTenancy(t).onDay(95, asks(pim.SelfRenew, "y1", untilDay(100))).onDay(110, answers(pim.Approve, "y1", "u2")).
		onDay(111, answers(pim.Approve, "y1", "u3", func(in *workflows.ExtensionDecisionInput) { in.ScheduleInfo = untilDay(130) }))
	h.live(lasting(90))
	require.Equal(t, "body.scheduleInfo.expiration", h.refused("Approve y1 by u2", workflows.RefusedInvalid).Problems[0].Location)
	h.taken("Approve y1 by u3")
}

func TestWhatIsOverIsNotUpdated(t *testing.T) {
	h := newTenancy(t).onDay(90, admin(workflows.UpdateUpdate, "late", to(untilDay(100))))
	h.live(lasting(90))
	h.refused("late", workflows.RefusedWrongState)
}

func TestWhatWasRemovedStaysRemoved(t *testing.T) {
	h := newTenancy(t).onDay(10, admin(workflows.UpdateRemove, "remove")).onDay(10, func(h *house) {
		admin(workflows.UpdateRemove, "again")(h)
		admin(workflows.UpdateUpdate, "update", to(untilDay(100)))(h)
		admin(workflows.UpdateExtend, "extend", to(untilDay(100)))(h)
		asks(pim.SelfExtend, "x1", forDays(60))(h)
	})
	h.post.takes = slowly
	h.live(lasting(90))
	h.taken("again")
	for _, as := range []string{"update", "extend", "x1"} {
		require.Equal(t, pim.Revoked, h.refused(as, workflows.RefusedWrongState).Status)
	}
}

// So it is of callers who do not say how long they mean the same: runs that took changes of theirs have to come to it again.
func TestTheSameChangeAgainIsDone(t *testing.T) {
	again := func(update, as, hash string, s pim.ScheduleInfo) func(*house) {
		return admin(update, as, to(s), func(in *workflows.ChangeInput) { in.Hash = hash })
	}
	for _, c := range []struct{ update, day, want string }{
		{workflows.UpdateExtend, "extended", "extended.n~1"},
		{workflows.UpdateUpdate, "updated", ""},
	} {
		h := newTenancy(t).onDay(80, again(c.update, "once", "h", forDays(60))).onDay(80.1, again(c.update, "twice", "h", forDays(60))).
			onDay(81, again(c.update, "the state that it has", "other", untilDay(140)))
		h.live(lasting(90))
		h.taken("twice")
		h.taken("the state that it has")
		require.Len(t, h.changes(), 2, "%s, and the end", c.update)
	}
	h := newTenancy(t).onDay(100, again(workflows.UpdateRenew, "once", "h", forDays(60))).onDay(100.1, again(workflows.UpdateRenew, "twice", "h", forDays(60))).
		onDay(161, again(workflows.UpdateRenew, "when it is over again", "h", forDays(60)))
	h.live(lasting(90))
	require.Equal(t, []pim.What{"expired", "renewed", "expired", "renewed", "expired"}, whats(h.changes()))
}

// daily is a change that is known by its hash alone, and is the same call for a day.
func daily(update, as, hash string, s pim.ScheduleInfo) func(*house) {
	return admin(update, as, to(s), func(in *workflows.ChangeInput) { in.Hash, in.SameFor = hash, "PT24H" })
}

func TestTheLatestChangeAgainIsTheSameCallForADay(t *testing.T) {
	for update, c := range map[string]struct {
		day  float64 // when it is made first
		made pim.What
	}{
		workflows.UpdateExtend: {80, "extended"}, workflows.UpdateUpdate: {80, "updated"}, workflows.UpdateRenew: {91, "renewed"},
	} {
		t.Run(update, func(t *testing.T) {
			h := newTenancy(t)
			for name, after := range map[string]float64{"once": 0, "a moment later": 0.01, "when the day is over": 1} {
				h.onDay(c.day+after, daily(update, name, "h", forDays(12)))
			}
			h.onDay(c.day+1.01, daily(update, "on the next day", "h", forDays(12)))
			h.live(lasting(90))
			made := slices.DeleteFunc(h.changes(), func(c pim.Change) bool { return c.What == pim.WhatExpired })
			for i, name := range []string{"once", "a moment later", "when the day is over"} {
				h.taken(name)
				require.Equal(t, i == 0, slices.ContainsFunc(made, func(m pim.Change) bool { return m.DecisionID == "c-"+name }), name)
			}
			if update == workflows.UpdateRenew {
				h.refused("on the next day", workflows.RefusedWrongState) // it is another call, and nothing to renew is there
				require.Equal(t, []pim.What{c.made}, whats(made))
				return
			}
			require.Equal(t, []pim.What{c.made, c.made}, whats(made))
			require.Equal(t, nine.Add(time.Duration((c.day+1.01+12)*float64(day))), made[1].Assignment.Term.End.UTC(), "it counts from then")
		})
	}
}

func TestAnotherChangeBetweenMakesItAnotherCallAndARequestDoesNot(t *testing.T) {
	h := newTenancy(t).onDay(80, daily(workflows.UpdateExtend, "first", "h", forDays(12))).
		onDay(80.1, asks(pim.SelfExtend, "x1", forDays(60))).onDay(80.2, daily(workflows.UpdateExtend, "again", "h", forDays(12))).
		onDay(80.3, daily(workflows.UpdateUpdate, "update", "other", untilDay(94))).onDay(80.4, daily(workflows.UpdateUpdate, "first as update", "h", forDays(12))).
		onDay(80.5, daily(workflows.UpdateUpdate, "update again", "other", untilDay(94)))
	h.live(lasting(90))
	h.taken("again")
	require.Equal(t, []pim.What{"extended", "extendRequested", "canceled", "updated", "updated", "updated", "expired"}, whats(h.changes()))
}

func TestWhatIsSoAlreadyIsDoneWhenever(t *testing.T) {
	h := newTenancy(t).onDay(91, daily(workflows.UpdateRenew, "renew", "h", untilDay(140)))
	for i, update := range []string{workflows.UpdateExtend, workflows.UpdateRenew, workflows.UpdateUpdate} {
		h.onDay(100+float64(i), daily(update, update+" by somebody else", "other", untilDay(140)))
		h.onDay(110+float64(i), daily(update, update+" long after", "h", untilDay(140)))
	}
	h.live(lasting(90))
	for _, update := range []string{workflows.UpdateExtend, workflows.UpdateRenew, workflows.UpdateUpdate} {
		h.taken(update + " by somebody else")
		h.taken(update + " long after")
	}
	require.Equal(t, []pim.What{"expired", "renewed", "expired"}, whats(h.changes()))
}

func TestWhatIsOverAgainIsRenewedAgainByTheSameChange(t *testing.T) {
	renewal := forDays(1)
	renewal.Expiration.Duration = "PT8H"
	h := newTenancy(t).onDay(91, daily(workflows.UpdateRenew, "one shift", "h", renewal)).onDay(91.5, daily(workflows.UpdateRenew, "the next", "h", renewal))
	h.live(lasting(90))
	require.Equal(t, []pim.What{"expired", "renewed", "expired", "renewed", "expired"}, whats(h.changes()), "the day is not over, but what it made is")
}

func TestChangeWithAKeyIsMeantEachTime(t *testing.T) {
	keyed := func(as string) func(*house) {
		return admin(workflows.UpdateUpdate, as, to(forDays(60)), func(in *workflows.ChangeInput) { in.Hash, in.Keyed = "h and "+as, true })
	}
	again := func(h *house) { // as another proposal: the answer to the first was lost
		h.update(workflows.UpdateUpdate, "again", workflows.ChangeInput{ChangeID: "c-other", Hash: "h and one", Keyed: true, By: "u1", ScheduleInfo: forDays(60)})
	}
	h := newTenancy(t).onDay(10, keyed("one")).onDay(11, keyed("two")).onDay(12, again)
	h.live(lasting(90))
	require.Equal(t, []pim.What{"updated", "updated", "expired"}, whats(h.changes()), "and the same one again is done")
}

func whats(changes []pim.Change) []pim.What {
	var all []pim.What
	for _, c := range changes {
		all = append(all, c.What)
	}
	return all
}
