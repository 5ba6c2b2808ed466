package workflows_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// slowly is a Notify that takes an hour.
func slowly(activities.NotifyInput) time.Duration { return time.Hour }

// next is what a run hands to the one after it.
func (h *house) next() workflows.AssignmentInput {
	h.t.Helper()
	require.True(h.t, h.env.IsWorkflowCompleted())
	var on *workflow.ContinueAsNewError
	require.ErrorAs(h.t, h.env.GetWorkflowError(), &on)
	var in workflows.AssignmentInput
	require.NoError(h.t, converter.GetDefaultDataConverter().FromPayloads(on.Input, &in))
	return in
}

// later is another house, in which the assignment lives on from a day on.
func later(t *testing.T, days float64) *house {
	h := newTenancy(t)
	h.env.SetStartTime(nine.Add(time.Duration(days * float64(day))))
	return h
}

func TestRunWithALongHistoryHandsOverToTheNext(t *testing.T) {
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(80.5, func(h *house) { h.env.SetContinueAsNewSuggested(true) })
	h.env.ExecuteWorkflow(workflows.AssignmentWorkflow, lasting(90))
	in := h.next()
	h.taken("x1")
	require.Equal(t, []string{
		"day 0 [] assigned", "day 76 [] expiring.1 extendable", "day 80 [extendRequested] extendRequested.r~x1",
	}, h.news())

	h = later(t, 80.5)
	h.after(day/2, answers(pim.Approve, "x1", "u2"))
	require.Equal(t, pim.Revoked, h.live(in))
	require.Equal(t, []string{
		"day 81 [extended] extended.r~x1", "day 127 [] expiring.1~2 extendable~2", "day 140 [] expiring.2~2", "day 141 [expired] expired~2",
	}, h.news()[len(h.news())-4:])
	require.Equal(t, 2, h.changes2()[0].Seq, "steps are counted on")
}

func TestMailThatWaitsAtTheSeamIsTheNextRuns(t *testing.T) {
	h := newTenancy(t).after(time.Minute, func(h *house) {
		h.env.SetContinueAsNewSuggested(true)
		admin(workflows.UpdateUpdate, "longer", to(untilDay(100)))(h)
	})
	h.post.answer = func(_ int, in activities.NotifyInput) (activities.NotifyResult, error) {
		if len(in.Due) == 0 {
			return activities.NotifyResult{}, nil
		}
		held := open(in, pim.StatusPlanned)
		held.Held = pim.HeldPrefix + "sendingPaused"
		return held, nil
	}
	h.env.ExecuteWorkflow(workflows.AssignmentWorkflow, lasting(90))
	in := h.next()
	require.Equal(t, time.Minute, h.env.Now().UTC().Sub(nine), "it does not wait until SES is well")
	require.Equal(t, "assignment.a1.assigned", in.Carried.Due[0].Event.ID)

	h = newTenancy(t)
	h.env.SetStartTime(nine.Add(time.Minute))
	h.live(in)
	require.Equal(t, []string{"assigned/all", "expiring/all", "extendable/all", "expiring/all", "expired/all"}, h.post.sent)
}

// A Notify of an hour is under way when the run has to hand over: it is stopped, and asked for again.
func TestWhatIsToldWhileTheRunHandsOverGoesAlong(t *testing.T) {
	h := newTenancy(t).after(time.Minute, func(h *house) {
		h.env.SetContinueAsNewSuggested(true)
		admin(workflows.UpdateUpdate, "first", to(untilDay(100)))(h)
	}).after(time.Minute+time.Second, admin(workflows.UpdateUpdate, "meanwhile", to(untilDay(110))))
	h.post.takes = slowly
	h.env.ExecuteWorkflow(workflows.AssignmentWorkflow, lasting(90))
	in := h.next()
	if h.said["meanwhile"] == nil && len(h.done["meanwhile"].Changes) > 0 {
		require.Equal(t, []pim.What{"updated", "updated"}, whats(in.Carried.Unwritten))
	}
	require.Equal(t, "assignment.a1.assigned", in.Carried.Due[0].Event.ID)
	require.NotEmpty(t, in.Carried.Unwritten)
}

func TestRunTakesSoManyUpdatesAndHandsOver(t *testing.T) {
	h := newTenancy(t)
	var another func(*house)
	n := 0
	another = func(h *house) {
		n++
		admin(workflows.UpdateUpdate, strconv.Itoa(n), to(untilDay(100+n)))(h)
		h.after(time.Minute, another)
	}
	h.after(time.Minute, another)
	h.env.ExecuteWorkflow(workflows.AssignmentWorkflow, lasting(90))
	in := h.next()
	require.Equal(t, 1000, in.Carried.Seq, "the server takes 2,000")
	require.LessOrEqual(t, len(in.Carried.Taken), 50, "what is handed over does not grow")
	require.LessOrEqual(t, len(in.Carried.Unwritten), 1)
}

func TestTheSameCallIsKnownBeyondTheSeam(t *testing.T) {
	h := newTenancy(t).onDay(80, daily(workflows.UpdateExtend, "first", "h", forDays(12))).onDay(80.5, func(h *house) { h.env.SetContinueAsNewSuggested(true) })
	h.env.ExecuteWorkflow(workflows.AssignmentWorkflow, lasting(90))
	in := h.next()

	h = later(t, 80.5)
	h.after(day/4, daily(workflows.UpdateExtend, "again", "h", forDays(12)))
	h.after(day, daily(workflows.UpdateExtend, "on the next day", "h", forDays(12)))
	h.live(in)
	h.taken("again")
	require.Equal(t, []pim.What{"extended", "expired"}, whats(h.changes2()))
	require.Equal(t, "c-on the next day", h.changes2()[0].DecisionID)
}

// changes2 are the steps that were written down, from wherever they begin.
func (h *house) changes2() (all []pim.Change) {
	calls, _, _ := h.post.kept()
	for _, c := range calls {
		all = append(all, c.in.Changes...)
	}
	return all
}
