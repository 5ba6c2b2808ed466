package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// waits are the moments at which a request waits for something, and what had been told by then.
var waits = map[string]struct {
	in     workflows.ActivationInput
	act    time.Duration // when the test does what it does
	before []string
	had    string // the changes until then
}{
	"for the engine": {in: asked(), act: 2 * time.Minute},
	"for a decision": {in: asked(), act: time.Hour, before: []string{"5m0s [] pendingApproval/others@5m0s"}},
	"for the start":  {in: startingAfter(3*time.Hour, ready()), act: time.Hour},
	"for PIM to say": {in: reported(ready()), act: time.Hour},
	"to tell the approvers, approved and not active": {
		in: startingAfter(3*time.Hour, asked()), act: 23 * time.Minute,
		before: []string{"5m0s [] pendingApproval/others@5m0s", "20m0s [approved] approved/requestor@20m0s"}, had: "approved ",
	},
}

// endAt runs a request that something ends while it waits, and answers how it ended and what was told from then on.
func endAt(t *testing.T, wait string, do func(*house)) (*house, pim.RequestStatus, []string) {
	t.Helper()
	w := waits[wait]
	h := newHouse(t).after(w.act, do)
	if w.had != "" {
		h.after(20*time.Minute, approve("u2"))
	}
	status := h.run(w.in)
	told := h.post.told()
	require.Equal(t, w.before, append([]string(nil), told[:len(w.before)]...), wait)
	return h, status, told[len(w.before):]
}

// stillOwed is the mail that tells the approvers of a decision made before the end: it goes out all the same.
func stillOwed(had, what string) []string {
	if had == "" {
		return nil
	}
	return []string{"26m0s [" + had + what + "] approved/others@26m0s"}
}

func TestCancelledAtEachWaitTellsNobody(t *testing.T) {
	for wait, w := range waits {
		h, status, told := endAt(t, wait, report(workflows.UpdateCancel))
		require.Equal(t, pim.Canceled, status, wait)
		h.taken(workflows.UpdateCancel)
		require.Equal(t, append([]string{w.act.String() + " [" + w.had + "canceled] "}, stillOwed(w.had, "canceled")...), told, wait)
		withdraws(t, h, w.in.ApprovalRequired)
	}
}

func TestFailedAtEachWaitTellsTheRequestor(t *testing.T) {
	for wait, w := range waits {
		h, status, told := endAt(t, wait, report(workflows.UpdateFailed))
		require.Equal(t, pim.Failed, status, wait)
		h.taken(workflows.UpdateFailed)
		want := []string{w.act.String() + " [" + w.had + "failed] failed/all@" + w.act.String()}
		require.Equal(t, append(want, stillOwed(w.had, "failed")...), told, wait)
		withdraws(t, h, w.in.ApprovalRequired)
	}
}

func TestOperatorWhoCancelsTheRunCancelsTheRequestInOrder(t *testing.T) {
	for wait, w := range waits {
		h, status, told := endAt(t, wait, operatorCancels)
		require.Equal(t, pim.Canceled, status, wait)
		require.Equal(t, append([]string{w.act.String() + " [" + w.had + "canceled] "}, stillOwed(w.had, "canceled")...), told, wait)
		withdraws(t, h, w.in.ApprovalRequired)
	}
}

// withdraws looks whether the request mail is withdrawn by what ended the request, where there was one to withdraw.
func withdraws(t *testing.T, h *house, asked bool) {
	t.Helper()
	if !asked {
		require.Empty(t, h.post.withdrawn)
		return
	}
	require.Contains(t, h.post.withdrawn, "activation.r1.pendingApproval")
}

func TestOperatorWhoCancelsTheRunOfAnActiveRoleLosesNoMail(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2")).after(22*time.Minute, operatorCancels)
	require.Equal(t, pim.Provisioned, h.run(asked()))
	require.Equal(t, []string{
		"5m0s [] pendingApproval/others@5m0s",
		"20m0s [approved activated] completed/all@20m0s",
		"26m0s [approved activated] approved/others@26m0s",
	}, h.post.told())
}

func TestOperatorWhoCancelsWhileTheDeniedMailIsOpenChangesNothing(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, deny("u2")).after(22*time.Minute, operatorCancels)
	require.Equal(t, pim.Denied, h.run(asked()))
	require.Equal(t, "27m0s [denied] denied/others@27m0s", h.post.told()[2])
}

func TestOperatorWhoCancelsTwiceCancelsOnce(t *testing.T) {
	h := newHouse(t).after(time.Minute, operatorCancels).after(time.Minute, operatorCancels)
	require.Equal(t, pim.Canceled, h.run(asked()))
	require.Len(t, h.post.calls, 1)
}

func TestRoleGivenBackWhileMailsAreOpen(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2")).after(22*time.Minute, report(workflows.UpdateDeactivated))
	require.Equal(t, pim.Revoked, h.run(asked()))
	h.taken(workflows.UpdateDeactivated)
	require.Equal(t, []string{
		"5m0s [] pendingApproval/others@5m0s",
		"20m0s [approved activated] completed/all@20m0s",
		"22m0s [approved activated deactivated] ", // written down at once, and told to nobody
		"26m0s [approved activated deactivated] approved/others@26m0s",
	}, h.post.told())
}

func TestRoleGivenBackWhileTheCompletedMailIsBeingSent(t *testing.T) {
	h := newHouse(t).after(30*time.Second, report(workflows.UpdateDeactivated))
	h.post.takes = func(activities.NotifyInput) time.Duration { return time.Minute }
	require.Equal(t, pim.Revoked, h.run(ready()))
	require.Equal(t, []string{"0s [activated] completed/all@0s", "30s [activated deactivated] "}, h.post.told())
	require.Equal(t, []string{"completed/all"}, h.post.sent, "it is true that the role was active")
}

func TestEveryEndIsForGood(t *testing.T) {
	for name, end := range map[string]func(*house){
		"Denied": deny("u2"), "Canceled": report(workflows.UpdateCancel), "Failed": report(workflows.UpdateFailed),
	} {
		h := newHouse(t).after(time.Minute, end)
		// The denied mail keeps the run open; the Notify of the others is made to.
		h.post.takes = func(activities.NotifyInput) time.Duration { return 10 * time.Minute }
		for _, late := range []string{workflows.UpdateCancel, workflows.UpdateFailed, workflows.UpdateActivated, workflows.UpdateDeactivated} {
			h.after(2*time.Minute, func(h *house) { h.update(late, "late "+late, workflows.ReportInput{At: h.env.Now()}) })
		}
		require.Equal(t, pim.RequestStatus(name), h.run(asked()))
		for _, late := range []string{workflows.UpdateCancel, workflows.UpdateFailed, workflows.UpdateActivated, workflows.UpdateDeactivated} {
			require.Equal(t, pim.RequestStatus(name), h.refused("late "+late, workflows.RefusedWrongState).Status)
		}
	}
}
