package workflows_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// then is a step of a past, so many days after nine.
func then(days float64, what pim.What, adjust ...func(*pim.PastStep)) pim.PastStep {
	s := pim.PastStep{At: nine.Add(time.Duration(days * float64(day))), What: what, By: pim.Principal{ID: "u1"}, Ref: fmt.Sprintf("p-%s-%g", what, days)}
	for _, a := range adjust {
		a(&s)
	}
	return s
}

func until(s pim.ScheduleInfo) func(*pim.PastStep) {
	return func(p *pim.PastStep) { p.ScheduleInfo = s }
}

func of(request string) func(*pim.PastStep) { return func(p *pim.PastStep) { p.RequestID = request } }

func became(t pim.AssignmentType) func(*pim.PastStep) {
	return func(p *pim.PastStep) { p.AssignmentType = t }
}

func onDay(days float64) time.Time { return nine.Add(time.Duration(days * float64(day))) }

// recall brings an assignment in, so many days after it was made.
func recall(t *testing.T, in workflows.AssignmentInput, now float64, steps ...pim.PastStep) ([]pim.Change, *workflows.AssignmentInput) {
	t.Helper()
	changes, next, err := workflows.Recall(in, steps, onDay(now))
	require.NoError(t, err)
	return changes, next
}

func TestWhatIsBroughtInIsToldFromThenOnAndNeverThatItWasAssigned(t *testing.T) {
	changes, next := recall(t, lasting(90), 30)
	require.Equal(t, []pim.What{"assigned"}, whats(changes))
	var coming []string
	for _, d := range changes[0].Schedule {
		coming = append(coming, strings.TrimPrefix(d.Event.ID, "assignment.a1."))
	}
	require.Equal(t, []string{"expiring.1", "extendable", "expiring.2", "expired"}, coming, "the record knows what is still to come")

	var waits, details string
	h := later(t, 30).onDay(1, func(h *house) { waits, details = h.tenancy().WaitingOn, h.details() })
	require.Equal(t, pim.Revoked, h.live(*next))
	require.Equal(t, []string{"day 76 [] expiring.1 extendable", "day 89 [] expiring.2", "day 90 [expired] expired"}, h.news())
	require.Equal(t, "the next notice that it expires", waits)
	require.Contains(t, details, "it was brought in")
	require.Equal(t, onDay(120), h.env.Now().UTC(), "and it can be renewed for thirty days more")
	require.Equal(t, 1, h.changes2()[0].Seq, "steps are counted on")
}

func TestNoticeThatWasDueBeforeItWasBroughtInIsNotTold(t *testing.T) {
	_, next := recall(t, lasting(90), 80)
	h := later(t, 80)
	h.live(*next)
	require.Equal(t, []string{"day 89 [] expiring.2", "day 90 [expired] expired"}, h.news())

	// Its process may start a while later: what became due meanwhile is told late, as everywhere.
	_, next = recall(t, lasting(90), 75.9)
	h = later(t, 77)
	h.live(*next)
	require.Equal(t, "day 77 [] expiring.1 extendable", h.news()[0])

	// Even past the end: the notices are not true any more.
	_, next = recall(t, lasting(90), 75.9)
	h = later(t, 91)
	h.live(*next)
	require.Equal(t, []string{"day 91 [expired] expired"}, h.news())
}

func TestWhatIsBroughtInCanBeExtendedUpdatedAndRemoved(t *testing.T) {
	_, next := recall(t, lasting(90), 30)
	h := later(t, 30).onDay(50, admin(workflows.UpdateExtend, "extend", to(untilDay(200)))).
		onDay(60, admin(workflows.UpdateUpdate, "update", to(untilDay(300)))).
		onDay(70, admin(workflows.UpdateRemove, "remove"))
	require.Equal(t, pim.Revoked, h.live(*next))
	require.Equal(t, []string{"day 76 [] expiring.1 extendable", "day 80 [extended] extended.n~1", "day 90 [updated] ", "day 100 [removed] "}, h.news())
}

func TestWhatIsOverWhenItIsBroughtInCanBeRenewed(t *testing.T) {
	changes, next := recall(t, lasting(90), 100)
	require.Equal(t, []pim.What{"assigned", "expired"}, whats(changes))
	require.Equal(t, pim.Revoked, next.Carried.Status)
	require.Empty(t, changes[1].Schedule, "nobody is told now that it has expired")
	h := later(t, 100).onDay(5, asks(pim.SelfRenew, "y1", forDays(3))).onDay(6, answers(pim.Approve, "y1", "u2"))
	h.live(*next)
	require.Equal(t, []string{
		"day 105 [renewRequested] renewRequested.r~y1", "day 106 [renewed] renewed.r~y1", "day 108 [] expiring.2~2", "day 109 [expired] expired~2",
	}, h.news())
}

func TestNothingIsStartedForWhatNothingCanHappenTo(t *testing.T) {
	outside := lasting(90)
	outside.Origin, outside.AssignmentType = pim.OutsidePIM, pim.Active
	for name, c := range map[string]struct {
		in    workflows.AssignmentInput
		now   float64
		steps []pim.PastStep
		what  []pim.What
	}{
		"over and past its renewal": {lasting(90), 120, nil, []pim.What{"assigned", "expired"}},
		"removed":                   {permanent(), 30, []pim.PastStep{then(20, pim.WhatRemoved)}, []pim.What{"assigned", "removed"}},
		"made outside of PIM":       {outside, 30, nil, []pim.What{"assignedOutsidePim"}},
	} {
		changes, next := recall(t, c.in, c.now, c.steps...)
		require.Nil(t, next, name)
		require.Equal(t, c.what, whats(changes), name)
		for _, change := range changes {
			require.Empty(t, change.Schedule)
			require.Empty(t, change.Withdraw)
		}
	}
}

func TestPermanentAssignmentIsBroughtInToWait(t *testing.T) {
	_, next := recall(t, permanent(), 30)
	h := later(t, 30).onDay(1000, admin(workflows.UpdateRemove, "remove"))
	h.env.SetOnTimerScheduledListener(func(string, time.Duration) { require.Fail(t, "there is nothing to wait for") })
	require.Equal(t, pim.Revoked, h.live(*next))
	require.Equal(t, []string{"day 1030 [removed] "}, h.news(), "and nothing is written down at the start")
}

func TestAssignmentThatBeginsLaterIsBroughtInBeforeItDoes(t *testing.T) {
	in, start := lasting(90), nine.Add(10*day)
	in.ScheduleInfo.StartDateTime = &start
	changes, next := recall(t, in, 5)
	require.Equal(t, pim.Granted, changes[0].Status)
	h := later(t, 5)
	h.live(*next)
	require.Equal(t, "day 10 [started] ", h.news()[0])

	changes, _ = recall(t, in, 11)
	require.Equal(t, []pim.What{"assigned", "started"}, whats(changes))
}

func TestHistoryIsRecalledStepByStep(t *testing.T) {
	changes, next := recall(t, lasting(90), 250,
		then(10, pim.WhatUpdated, became(pim.Active)),
		then(80, pim.WhatExtendRequested, of("x1"), until(forDays(60))),
		then(81, pim.WhatRefused, of("x1")),
		then(82, pim.WhatExtendRequested, of("x2"), until(forDays(60))),
		then(83, pim.WhatExtended, of("x2")),
		then(150, pim.WhatRenewRequested, of("y1"), until(forDays(20))),
		then(151, pim.WhatCanceled, of("y1")),
		then(152, pim.WhatRenewed, until(untilDay(190))),
		then(180, pim.WhatExtendRequested, of("x3"), until(forDays(60))),
		then(200, pim.WhatRenewed, until(untilDay(300)), became(pim.Eligible)),
		then(240, pim.WhatMadePermanent, until(forGood()), became(pim.Active)),
	)
	require.Equal(t, []pim.What{
		"assigned", "updated", "extendRequested", "refused", "extendRequested", "extended", "expired", "renewRequested", "canceled", "renewed",
		"extendRequested", "timedOut", "expired", "renewed", "madePermanent",
	}, whats(changes))
	require.Equal(t, []any{onDay(83), "u1", "p-extended-83", "x2"}, []any{changes[5].At, changes[5].By, changes[5].DecisionID, changes[5].RequestID})
	require.Equal(t, pim.Term{Number: 3, Start: onDay(83), End: onDay(143)}, changes[5].Assignment.Term, "a duration counts from the decision")
	require.Equal(t, pim.PendingAdminDecision, changes[4].Status)
	require.Equal(t, pim.AssignmentNow{AssignmentType: pim.Active, Term: pim.Term{Number: 6, Start: onDay(240)}}, next.Carried.Now)

	// What is told from then on has ids of its own.
	h := later(t, 250).onDay(1, admin(workflows.UpdateUpdate, "for a time", to(untilDay(300)))).
		onDay(40, admin(workflows.UpdateExtend, "extend", to(untilDay(301))))
	h.live(*next)
	require.Equal(t, []string{
		"day 251 [updated] ", "day 286 [] expiring.1~7 extendable~7", "day 290 [extended] extended.n~1", "day 300 [] expiring.2~8", "day 301 [expired] expired~8",
	}, h.news())
}

func TestStepThatCannotHaveBeenIsNamed(t *testing.T) {
	outside := permanent()
	outside.Origin = pim.OutsidePIM
	asked := then(80, pim.WhatExtendRequested, of("x1"), until(forDays(60)))
	for name, c := range map[string]struct {
		in    workflows.AssignmentInput
		steps []pim.PastStep
		step  int
		says  string
	}{
		"after the removal":        {lasting(90), []pim.PastStep{then(2, pim.WhatRemoved), then(3, pim.WhatRemoved)}, 1, "must not follow the removal"},
		"outside of PIM":           {outside, []pim.PastStep{then(2, pim.WhatRemoved)}, 0, "recorded as an alert only"},
		"an answer to nobody":      {lasting(90), []pim.PastStep{then(2, pim.WhatRefused, of("x1"))}, 0, "must follow the request x1"},
		"an answer to another":     {lasting(90), []pim.PastStep{asked, then(82, pim.WhatExtended, of("x2"))}, 1, "must follow the request x2"},
		"an answer to what lapsed": {lasting(90), []pim.PastStep{asked, then(91, pim.WhatExtended, of("x1"))}, 1, "must follow the request x1"},
		"renewed for extended":     {lasting(90), []pim.PastStep{asked, then(82, pim.WhatRenewed, of("x1"))}, 1, "must answer what the request x1 asked for"},
		"two at a time":            {lasting(90), []pim.PastStep{asked, asked}, 1, "must not come while the request x1 waits"},
		"still open":               {lasting(90), []pim.PastStep{asked}, 1, "must not end with the request x1 still open"},
		"not made permanent":       {lasting(90), []pim.PastStep{then(2, pim.WhatMadePermanent, until(forDays(90)))}, 0, "must be updated"},
		"of an activation":         {lasting(90), []pim.PastStep{then(2, pim.WhatApproved)}, 0, "must be a step of an assignment"},
	} {
		_, _, err := workflows.Recall(c.in, c.steps, onDay(max(85, c.steps[len(c.steps)-1].At.Sub(nine).Hours()/24)))
		var misfit *workflows.Misfit
		require.ErrorAs(t, err, &misfit, name)
		require.Equal(t, c.step, misfit.Step, name)
		require.Contains(t, misfit.Reason, c.says, name)
	}
	changes, _ := recall(t, lasting(90), 100, asked, then(95, pim.WhatTimedOut, of("x1")))
	require.Equal(t, []pim.What{"assigned", "extendRequested", "timedOut", "expired"}, whats(changes), "time had ended it, and it may say so")
}

func TestWhatIsHandedOnNamesNobodyAndIsReadBackAsItWas(t *testing.T) {
	step := then(2, pim.WhatExtended, until(forDays(90)))
	step.By.DisplayName, step.Justification = "Isabella Simonsen", "the migration takes longer"
	_, next := recall(t, lasting(90), 3, step)
	text, err := json.Marshal(next)
	require.NoError(t, err)
	require.NotContains(t, string(text), "Simonsen")
	require.NotContains(t, string(text), "migration")
	var again workflows.AssignmentInput
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, *next, again)
}

// Whatever happens to an assignment, it makes no difference when it is brought in: all that had happened is recalled as it was, and
// all that is told from then on is the same.
func TestItMakesNoDifferenceWhenAnAssignmentIsBroughtIn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := lasting(rapid.IntRange(1, 120).Draw(r, "days"))
		type step struct {
			after time.Duration
			do    func(*house)
		}
		var steps []step
		said := map[string]pim.PastStep{} // schedules and types, by what changes call them
		moment := time.Duration(0)
		for n := range rapid.IntRange(0, 8).Draw(r, "steps") {
			moment += time.Duration(rapid.IntRange(1, 400).Draw(r, "hours")) * time.Hour
			steps = append(steps, step{moment, pastStep(r, n, said)})
		}
		cut := time.Duration(rapid.IntRange(0, 200*24).Draw(r, "cut"))*time.Hour + 30*time.Minute
		now := nine.Add(cut)

		whole := newTenancy(t)
		for _, s := range steps {
			whole.after(s.after, s.do)
		}
		whole.env.ExecuteWorkflow(workflows.AssignmentWorkflow, in)
		lived := append([]pim.Change{workflows.Assigned(in)}, whole.changes()...)

		var history []pim.PastStep
		var before []pim.Change
		for _, c := range lived {
			if c.At.After(now) {
				break
			}
			before = append(before, pim.Change{Seq: c.Seq, At: c.At, What: c.What, Status: c.Status, By: c.By, DecisionID: c.DecisionID, RequestID: c.RequestID, Assignment: c.Assignment})
			switch c.What {
			case pim.WhatAssigned, pim.WhatStarted, pim.WhatExpired:
			default:
				s := said[c.DecisionID]
				history = append(history, pim.PastStep{
					At: c.At, What: c.What, By: pim.Principal{ID: c.By}, RequestID: c.RequestID, Ref: c.DecisionID, ScheduleInfo: s.ScheduleInfo, AssignmentType: s.AssignmentType,
				})
			}
		}
		recalled, next, err := workflows.Recall(in, history, now)
		if before[len(before)-1].Assignment.Pending != nil {
			require.ErrorContains(r, err, "still open")
			return
		}
		require.NoError(r, err)
		for i := range recalled {
			recalled[i].Schedule = nil
		}
		require.Equal(r, before, recalled)

		after := news(whole, len(recalled)-1, now)
		if next == nil {
			require.Empty(r, after)
			return
		}
		rest := newTenancy(t)
		rest.env.SetStartTime(now)
		for _, s := range steps {
			if s.after > cut {
				rest.after(s.after-cut, s.do)
			}
		}
		rest.env.ExecuteWorkflow(workflows.AssignmentWorkflow, *next)
		require.Equal(r, after, news(rest, len(recalled)-1, now))
	})
}

// news is what happened and was told after a moment and a step, sorted: which of two Notifies at one moment comes first is anybody's
// guess.
func news(h *house, step int, from time.Time) []string {
	all := map[string]bool{}
	calls, _, _ := h.post.kept()
	for _, c := range calls {
		for _, change := range c.in.Changes {
			if change.Seq > step {
				all[fmt.Sprintf("%s %03d %s %s", change.At.Format(time.RFC3339), change.Seq, change.What, change.Status)] = true
			}
		}
		for _, d := range c.in.Due {
			if c.at.After(from) {
				all[fmt.Sprintf("%s told %s", c.at.Format(time.RFC3339), d.Event.ID)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func pastStep(r *rapid.T, n int, said map[string]pim.PastStep) func(*house) {
	schedule := rapid.SampledFrom([]pim.ScheduleInfo{forDays(3), forDays(20), forDays(100), forGood()}).Draw(r, "schedule")
	request := fmt.Sprintf("x%d", rapid.IntRange(0, n).Draw(r, "request"))
	name := fmt.Sprint("step ", n)
	said["p-"+fmt.Sprintf("x%d", n)] = pim.PastStep{ScheduleInfo: schedule}
	choice := rapid.IntRange(0, 8).Draw(r, "step")
	switch choice {
	case 3:
		said["c-"+name] = pim.PastStep{AssignmentType: pim.Active}
	case 4:
	default:
		said["c-"+name] = pim.PastStep{ScheduleInfo: schedule}
	}
	return []func(*house){
		admin(workflows.UpdateExtend, name, to(schedule)),
		admin(workflows.UpdateRenew, name, to(schedule)),
		admin(workflows.UpdateUpdate, name, to(schedule)),
		admin(workflows.UpdateUpdate, name, as(pim.Active)),
		admin(workflows.UpdateRemove, name),
		asks(pim.SelfExtend, fmt.Sprintf("x%d", n), schedule),
		asks(pim.SelfRenew, fmt.Sprintf("x%d", n), schedule),
		answers(pim.Approve, request, "u2"),
		answers(pim.Deny, request, "u2"),
	}[choice]
}
