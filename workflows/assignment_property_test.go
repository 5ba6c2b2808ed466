package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// Whatever administrators, assignees and time do with an assignment in whatever order: steps are counted without a gap, nothing is
// told twice or after it was taken back, a term's notices come before its end, and what is laid out is either told or taken back.
func TestWhateverHappensToAnAssignmentIsToldOnceOrTakenBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		h := newTenancy(t)
		moment := 0.0
		for n := range rapid.IntRange(0, 12).Draw(r, "steps") {
			moment += float64(rapid.IntRange(0, 400).Draw(r, "hours")) / 24
			h.onDay(moment, randomStep(r, n))
		}
		in := lasting(rapid.IntRange(1, 120).Draw(r, "days"))
		h.env.ExecuteWorkflow(workflows.AssignmentWorkflow, in)
		calls, _, _ := h.post.kept()
		checkStory(r, in, calls)
		if err := h.env.GetWorkflowError(); err != nil {
			require.ErrorContains(r, err, "deadline exceeded", "only one that is permanent at last does not end")
			require.True(r, last(calls, in).Term.Permanent())
		}
	})
}

func randomStep(r *rapid.T, n int) func(*house) {
	schedule := rapid.SampledFrom([]pim.ScheduleInfo{forDays(3), forDays(20), forDays(100), forGood()}).Draw(r, "schedule")
	request := fmt.Sprintf("x%d", rapid.IntRange(0, n).Draw(r, "request"))
	by := rapid.SampledFrom([]string{"u2", "u7"}).Draw(r, "by")
	name := fmt.Sprint("step ", n)
	return rapid.SampledFrom([]func(*house){
		admin(workflows.UpdateExtend, name, to(schedule)),
		admin(workflows.UpdateRenew, name, to(schedule)),
		admin(workflows.UpdateUpdate, name, to(schedule)),
		admin(workflows.UpdateUpdate, name, as(pim.Active)),
		admin(workflows.UpdateRemove, name),
		asks(pim.SelfExtend, fmt.Sprintf("x%d", n), schedule), // an id is one request's for ever: the starter sees to that
		asks(pim.SelfRenew, fmt.Sprintf("x%d", n), schedule),
		answers(pim.Approve, request, by),
		answers(pim.Deny, request, by),
	}).Draw(r, "step")
}

func last(calls []call, in workflows.AssignmentInput) pim.AssignmentNow {
	latest := workflows.Assigned(in)
	for _, c := range calls { // which of two Notifies at one moment comes first is anybody's guess
		for _, change := range c.in.Changes {
			if change.Seq > latest.Seq {
				latest = change
			}
		}
	}
	return *latest.Assignment
}

func checkStory(r *rapid.T, in workflows.AssignmentInput, calls []call) {
	first := workflows.Assigned(in)
	laidOut, back, told := map[string]time.Time{}, map[string]time.Time{}, map[string]bool{}
	layOut := func(c pim.Change) {
		for _, e := range c.Withdraw {
			back[e.ID] = c.At
		}
		for _, d := range c.Schedule {
			if at, there := laidOut[d.Event.ID]; there {
				require.True(r, at.Equal(d.DueDateTime), "%s is laid out again for another moment", d.Event.ID)
			}
			require.NotContains(r, back, d.Event.ID, "it was taken back before")
			laidOut[d.Event.ID] = d.DueDateTime
		}
	}
	layOut(first)
	seq := 0
	for _, c := range calls {
		for _, change := range c.in.Changes {
			if change.Seq <= seq {
				continue
			}
			require.Equal(r, seq+1, change.Seq)
			seq++
			layOut(change)
		}
		for _, d := range c.in.Due {
			checkDue(r, c, d, laidOut, back, told)
		}
	}
	for id := range laidOut {
		require.True(r, told[id] || !back[id].IsZero() || ahead(laidOut[id], calls), "%s is neither told nor taken back", id)
	}
}

// ahead reports whether a moment lies after everything that happened: the run may have been ended by the test.
func ahead(at time.Time, calls []call) bool { return at.After(calls[len(calls)-1].at) }

func checkDue(r *rapid.T, c call, d pim.Due, laidOut map[string]time.Time, back map[string]time.Time, told map[string]bool) {
	at, there := laidOut[d.Event.ID]
	require.True(r, there, "%s was never laid out", d.Event.ID)
	require.False(r, told[d.Event.ID], "%s is told twice", d.Event.ID)
	if when, taken := back[d.Event.ID]; taken { // of two Notifies at one moment either may be the first: the record's barrier holds then
		require.False(r, c.at.After(when), "%s is told although it was taken back", d.Event.ID)
	}
	require.False(r, c.at.Before(at), "%s is told before it is due", d.Event.ID)
	require.NotNil(r, d.Telling)
	if d.Event.Kind == pim.AssignmentExpiring || d.Event.Kind == pim.AssignmentExtendable {
		require.True(r, c.at.Before(d.Telling.Term.End), "%s is not true any more", d.Event.ID)
	}
	told[d.Event.ID] = true
}
