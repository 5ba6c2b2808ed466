package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// open is a Notify that could not settle everything.
func open(in activities.NotifyInput, status pim.RecipientStatus) activities.NotifyResult {
	return activities.NotifyResult{Events: []activities.EventResult{{ID: in.Due[0].Event.ID, Counts: pim.Counts{status: 2, pim.StatusSent: 1}}}}
}

func settled(in activities.NotifyInput) activities.NotifyResult {
	return activities.NotifyResult{Events: []activities.EventResult{{ID: in.Due[0].Event.ID, Counts: pim.Counts{pim.StatusSent: 3}}}}
}

// asks is when the mails of a run were asked for.
func (p *postOffice) asks() []string {
	var all []string
	calls, _, _ := p.kept()
	for _, c := range calls {
		all = append(all, since(c.at))
	}
	return all
}

func TestHeldMailsAreAskedForAgainAfterPausesThatGrow(t *testing.T) {
	h := newHouse(t)
	h.post.answer = func(call int, in activities.NotifyInput) (activities.NotifyResult, error) {
		result := settled(in)
		if call < 10 {
			result = open(in, pim.StatusPlanned)
			result.Held = pim.HeldPrefix + "sending is paused"
		}
		return result, nil
	}
	var details string
	h.after(10*time.Minute, func(h *house) { details = h.details() })
	require.Equal(t, pim.Provisioned, h.run(ready()))
	// 30 s, doubled each time, never more than a quarter of an hour.
	require.Equal(t, []string{"0s", "30s", "1m30s", "3m30s", "7m30s", "15m30s", "30m30s", "45m30s", "1h0m30s", "1h15m30s"}, h.post.asks())
	require.Contains(t, details, "**Mails are held back: sending is paused.**")
	require.Contains(t, details, "2 planned, 1 sent")
}

func TestUnknownOutcomeIsLookedAtAgainWhenItsGraceTimeIsOver(t *testing.T) {
	h := newHouse(t)
	h.post.answer = func(call int, in activities.NotifyInput) (activities.NotifyResult, error) {
		result := settled(in)
		if call < 3 {
			result = open(in, pim.StatusUnknown)
			result.UnknownUntil = h.env.Now().Add(time.Duration(call) * time.Minute)
		}
		return result, nil
	}
	require.Equal(t, pim.Provisioned, h.run(ready()))
	require.Equal(t, []string{"0s", "1m0s", "3m0s"}, h.post.asks())
}

func TestMailsThatStayOpenWithoutAReasonAreAskedForAgainNotTooOften(t *testing.T) {
	h := newHouse(t)
	h.post.answer = func(call int, in activities.NotifyInput) (activities.NotifyResult, error) {
		result := settled(in)
		if call < 9 {
			result = open(in, pim.StatusSending)
			result.UnknownUntil = h.env.Now().Add(-time.Second) // a grace time that is over says nothing either
		}
		return result, nil
	}
	h.run(ready())
	require.Equal(t, []string{"0s", "1s", "3s", "7s", "15s", "31s", "1m1s", "1m31s", "2m1s"}, h.post.asks())
}

// The test environment gives up at the tenth attempt; a server does not.
func TestNotifyThatFailsIsRepeatedAfterPausesThatGrow(t *testing.T) {
	h := newHouse(t)
	h.post.answer = func(call int, in activities.NotifyInput) (activities.NotifyResult, error) {
		if call < 10 {
			return activities.NotifyResult{}, errors.New("the ledger is away")
		}
		return settled(in), nil
	}
	require.Equal(t, pim.Provisioned, h.run(ready()))
	require.Equal(t, []string{"0s", "1s", "3s", "7s", "15s", "31s", "1m1s", "1m31s", "2m1s", "2m31s"}, h.post.asks())
}

func TestNotifyThatCanNeverSucceedFailsTheRunAndSaysWhich(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	h.post.answer = func(_ int, in activities.NotifyInput) (activities.NotifyResult, error) {
		if in.Due[0].Event.Kind == pim.ActivationCompleted {
			return activities.NotifyResult{}, temporal.NewNonRetryableApplicationError("no such request", "NotFound", nil)
		}
		return settled(in), nil
	}
	h.env.ExecuteWorkflow(workflows.ActivationWorkflow, asked())
	require.ErrorContains(t, h.env.GetWorkflowError(), "mails of activationRequests/r1: write down and tell the outcome")
	require.ErrorContains(t, h.env.GetWorkflowError(), "no such request")
	require.Equal(t, "26m0s", since(h.post.calls[2].at), "the other mails went out first")
}

func TestRequestMailThatIsStoppedInTheMiddleIsAccountedForBehindTheWithdrawal(t *testing.T) {
	h := newHouse(t).after(6*time.Minute, approve("u2"))
	h.post.takes = func(in activities.NotifyInput) time.Duration {
		if len(in.Changes) == 0 {
			return 10 * time.Minute // the first one is still at it when the approval comes
		}
		return 0
	}
	require.Equal(t, pim.Provisioned, h.run(asked()))
	told := h.post.told()
	require.Equal(t, "5m0s [] pendingApproval/others@5m0s", told[0])
	require.ElementsMatch(t, []string{
		"6m0s [approved activated] pendingApproval/others@5m0s", // what became of those that had left
		"6m0s [approved activated] completed/all@6m0s",
	}, told[1:3])
	require.Equal(t, "12m0s [approved activated] approved/others@12m0s", told[3])
	require.Len(t, told, 4)
	_, _, withdrawn := h.post.kept()
	require.Equal(t, "withdrawn:approved", withdrawn["activation.r1.pendingApproval"])
}

func TestPauseOfAHeldRequestMailEndsWithTheDecision(t *testing.T) {
	h := newHouse(t).after(100*time.Minute, deny("u2"))
	h.post.answer = func(_ int, in activities.NotifyInput) (activities.NotifyResult, error) {
		result := activities.NotifyResult{Held: pim.HeldPrefix + "quota", Events: open(in, pim.StatusPlanned).Events}
		if len(in.Changes) > 0 {
			result = settled(in)
		}
		return result, nil
	}
	require.Equal(t, pim.Denied, h.run(asked()))
	told := h.post.told()
	require.Contains(t, told, "1h40m0s [denied] pendingApproval/others@5m0s", "it does not wait for the next quarter of an hour")
}

func TestUnknownRequestMailIsLookedAtWhenTheDecisionComes(t *testing.T) {
	h := newHouse(t).after(10*time.Minute, deny("u2"))
	h.post.answer = func(_ int, in activities.NotifyInput) (activities.NotifyResult, error) {
		result := settled(in)
		if in.Due[0].Event.Kind == pim.ActivationPendingApproval && h.env.Now().Before(nine.Add(20*time.Minute)) {
			result = open(in, pim.StatusUnknown)
			result.UnknownUntil = nine.Add(20 * time.Minute)
		}
		return result, nil
	}
	require.Equal(t, pim.Denied, h.run(asked()))
	require.Equal(t, []string{
		"5m0s [] pendingApproval/others@5m0s",
		"20m0s [denied] pendingApproval/others@5m0s",
	}, []string{h.post.told()[0], h.post.told()[len(h.post.told())-1]}, "what nobody knew is settled before the run ends")
}

func TestMailToApproversIsNotHeldUpByAnotherThatIs(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	h.post.takes = func(in activities.NotifyInput) time.Duration {
		if in.Due[0].Event.Kind == pim.ActivationCompleted {
			return 30 * time.Minute
		}
		return 0
	}
	h.run(asked())
	require.Equal(t, "26m0s [approved activated] approved/others@26m0s", h.post.told()[2])
}

func TestRunEndsWithItsLastMail(t *testing.T) {
	h := newHouse(t)
	h.post.takes = func(activities.NotifyInput) time.Duration { return 50 * time.Minute }
	h.run(ready())
	require.Equal(t, "50m0s", since(h.env.Now()))
}

func TestDetailsSayThatMailsAreHeldAsLongAsAnyAre(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	h.post.answer = func(_ int, in activities.NotifyInput) (activities.NotifyResult, error) {
		result := settled(in)
		if in.Due[0].Event.Kind == pim.ActivationCompleted && h.env.Now().Before(nine.Add(time.Hour)) {
			result = open(in, pim.StatusPlanned)
			result.Held = pim.HeldPrefix + "quota"
		}
		return result, nil
	}
	var between string
	h.after(27*time.Minute, func(h *house) { between = h.details() }) // the approvers have just been told, without any trouble
	h.run(asked())
	require.Contains(t, between, "**Mails are held back: quota.**")
	require.NotContains(t, h.details(), "held back")
}

// Each time that the outcome is unknown again, the mail was sent again: not at once, and not for ever at the same pace.
func TestPausesGrowWhileEveryNewAttemptEndsUnknown(t *testing.T) {
	h := newHouse(t)
	h.post.answer = func(call int, in activities.NotifyInput) (activities.NotifyResult, error) {
		result := settled(in)
		if call < 8 {
			result = open(in, pim.StatusUnknown)
			result.UnknownUntil = h.env.Now().Add(time.Minute)
		}
		return result, nil
	}
	h.run(ready())
	require.Equal(t, []string{"0s", "1m0s", "3m0s", "7m0s", "15m0s", "30m0s", "45m0s", "1h0m0s"}, h.post.asks())
}
