package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// inVain has the mails that ask for something come to nobody who could do it.
func inVain(_ int, in activities.NotifyInput) (activities.NotifyResult, error) {
	p := postOffice{withdrawn: map[string]string{}}
	result := p.send(in)
	for _, due := range in.Due {
		result.Unreachable = result.Unreachable || due.Event.Kind.RequiresAction()
	}
	return result, nil
}

func bounces(h *house) { h.env.SignalWorkflow(workflows.SignalUnreachable, nil) }

func TestAdministratorsAreToldAtOnceThatNobodyWasReached(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	h.post.answer = inVain
	require.Equal(t, pim.Provisioned, h.run(asked()))
	require.Equal(t, []string{
		"5m0s [] pendingApproval/others@5m0s",
		"5m0s [] pendingApproval/unreachable@5m0s",
		"20m0s [approved activated] completed/all@20m0s",
		"26m0s [approved activated] approved/others@26m0s",
	}, h.post.told(), "once, though each Notify says so")
}

func TestAdministratorsAreToldWhenTheLastMailHasBounced(t *testing.T) {
	h := newHouse(t).after(11*time.Minute, bounces).after(12*time.Minute, bounces).after(20*time.Minute, deny("u2")).after(21*time.Minute, bounces)
	require.Equal(t, pim.Denied, h.run(asked()))
	require.Equal(t, []string{
		"5m0s [] pendingApproval/others@5m0s",
		"11m0s [] pendingApproval/unreachable@11m0s",
		"20m0s [denied] denied/requestor@20m0s",
		"27m0s [denied] denied/others@27m0s",
	}, h.post.told(), "once, and not of what is decided")
}

// A mail that bounces late can meet a request that nobody has been asked about yet only by mistake.
func TestNobodyIsToldBeforeAnybodyWasAsked(t *testing.T) {
	h := newHouse(t).after(time.Minute, bounces).after(2*time.Minute, approve("u2"))
	require.Equal(t, pim.Provisioned, h.run(asked()))
	require.NotContains(t, h.post.told(), "1m0s [] pendingApproval/unreachable@1m0s")
	require.Len(t, h.post.told(), 2)
}

// The administrators' mail waits with SES, and the decision does not wait for it.
func TestADecisionStopsTheWordThatNobodyWasReached(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	h.post.takes = func(activities.NotifyInput) time.Duration {
		if len(h.post.calls) == 2 {
			return time.Hour
		}
		return 0
	}
	h.post.answer = inVain
	require.Equal(t, pim.Provisioned, h.run(asked()))
	require.Equal(t, "withdrawn:approved", h.post.withdrawn["activation.r1.pendingApproval"])
	require.ElementsMatch(t, []string{
		"5m0s [] pendingApproval/others@5m0s",
		"5m0s [] pendingApproval/unreachable@5m0s",
		"20m0s [approved activated] completed/all@20m0s",
		"20m0s [approved activated] pendingApproval/unreachable@5m0s", // how far it came
		"26m0s [approved activated] approved/others@26m0s",
	}, h.post.told())
}

func TestAdministratorsAreToldOfEachRequestToExtendThatReachesNobody(t *testing.T) {
	h := newTenancy(t).
		onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(80.5, bounces).onDay(81, answers(pim.Deny, "x1", "u2")).
		onDay(81.5, bounces). // which nobody waits for
		onDay(82, asks(pim.SelfExtend, "x2", forDays(60))).onDay(82.5, bounces).onDay(82.6, bounces).onDay(83, answers(pim.Approve, "x2", "u2"))
	h.live(lasting(90))
	require.Equal(t, []string{
		"day 80 [extendRequested] extendRequested.r~x1", "day 80.5 [] extendRequested.r~x1", "day 81 [refused] refused.r~x1",
		"day 82 [extendRequested] extendRequested.r~x2", "day 82.5 [] extendRequested.r~x2", "day 83 [extended] extended.r~x2",
	}, h.news()[2:8])
	calls, _, _ := h.post.kept()
	asked, word := calls[2].in.Due[0], calls[3].in.Due[0]
	require.Equal(t, pim.PartUnreachable, word.Part)
	require.Equal(t, asked.Event, word.Event)
	require.Equal(t, asked.Telling, word.Telling)
	require.Equal(t, nine.Add(80*day+day/2), word.DueDateTime.UTC())
}

// What a run has not told when it hands over is the next one's.
func TestTheWordThatNobodyWasReachedCrossesTheSeam(t *testing.T) {
	h := newTenancy(t).onDay(80, asks(pim.SelfExtend, "x1", forDays(60))).onDay(80.5, bounces).
		onDay(80.6, func(h *house) {
			h.env.SetContinueAsNewSuggested(true)
			admin(workflows.UpdateUpdate, "nothing", as(pim.Eligible))(h)
		})
	h.post.answer = func(_ int, in activities.NotifyInput) (activities.NotifyResult, error) {
		if len(in.Due) == 0 || in.Due[0].Part != pim.PartUnreachable {
			return prompt(t.Context(), 1, in)
		}
		held := open(in, pim.StatusPlanned)
		held.Held = pim.HeldPrefix + "sendingPaused"
		return held, nil
	}
	h.env.ExecuteWorkflow(workflows.AssignmentWorkflow, lasting(90))
	in := h.next()
	require.True(t, in.Carried.Unreachable)
	require.Len(t, in.Carried.Due, 1)
	require.Equal(t, pim.PartUnreachable, in.Carried.Due[0].Part)

	h = later(t, 80.6)
	h.live(in)
	require.Equal(t, "extendRequested/unreachable", h.post.sent[0])
}
