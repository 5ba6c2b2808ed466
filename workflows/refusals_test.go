package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

func TestFirstDecisionWinsAndTheSecondIsToldWhoDecidedHowAndWhen(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2")).after(21*time.Minute, deny("u3"))
	require.Equal(t, pim.Provisioned, h.run(asked()))
	h.taken("Approve by u2")
	refusal := h.refused("Deny by u3", workflows.RefusedAlreadyDecided)
	require.Equal(t, pim.Provisioned, refusal.Status)
	require.Equal(t, "u2", refusal.Decision.ReviewedBy)
	require.Equal(t, pim.Approve, refusal.Decision.ReviewResult)
	require.Equal(t, "20m0s", since(refusal.Decision.ReviewedDateTime))
}

func TestOfTwoDecisionsAtOnceOneWins(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, func(h *house) { approve("u2")(h); deny("u3")(h) })
	h.run(asked())
	h.taken("Approve by u2")
	require.Equal(t, "u2", h.refused("Deny by u3", workflows.RefusedAlreadyDecided).Decision.ReviewedBy)
	require.Len(t, h.done["Approve by u2"].Changes, 2)
}

func TestNobodyDecidesTheirOwnRequest(t *testing.T) {
	for _, answer := range []pim.ReviewResult{pim.Approve, pim.Deny} {
		h := newHouse(t).after(20*time.Minute, decide(answer, "u7"))
		require.Equal(t, pim.TimedOut, h.run(asked()), "the request waits on as if nothing had happened")
		refusal := h.refused(string(answer)+" by u7", workflows.RefusedOwnRequest)
		require.Equal(t, workflows.Refusal{Status: pim.PendingApproval}, refusal)
	}
}

func TestDecisionThatIsNoneIsRefused(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, decide("Perhaps", "u2"))
	require.Equal(t, pim.TimedOut, h.run(asked()))
	h.refused("Perhaps by u2", workflows.RefusedWrongState)
}

func TestDecisionAfterTheDeadlineIsRefused(t *testing.T) {
	// The mail about the time-out keeps the run open, so that there is somebody to refuse.
	h := newHouse(t).after(approvalTimeout+time.Minute, approve("u2"))
	h.post.takes = func(activities.NotifyInput) time.Duration { return time.Hour }
	require.Equal(t, pim.TimedOut, h.run(asked()))
	require.Equal(t, workflows.Refusal{Status: pim.TimedOut}, h.refused("Approve by u2", workflows.RefusedWrongState))
}

// The deadline has passed while no worker was there, and what finds it is a decision, in the very first task.
func TestDecisionAfterTheDeadlineIsRefusedAlsoWhereNobodyHasNotedTheTimeOut(t *testing.T) {
	in := asked()
	in.CreatedDateTime, in.ApprovalDeadline = nine.Add(-approvalTimeout), nine
	h := newHouse(t).after(0, approve("u2")).after(0, report(workflows.UpdateCancel))
	require.Equal(t, pim.TimedOut, h.run(in))
	require.Equal(t, workflows.Refusal{Status: pim.TimedOut}, h.refused("Approve by u2", workflows.RefusedWrongState))
	require.Equal(t, workflows.Refusal{Status: pim.TimedOut}, h.refused(workflows.UpdateCancel, workflows.RefusedWrongState))
}

func TestLastMomentIsInTime(t *testing.T) {
	for at, want := range map[time.Duration]pim.RequestStatus{
		approvalTimeout - time.Millisecond: pim.Denied,
		approvalTimeout:                    pim.TimedOut,
		approvalTimeout + time.Millisecond: pim.TimedOut,
	} {
		h := newHouse(t).after(at, deny("u2"))
		require.Equal(t, want, h.run(asked()), at)
	}
}

func TestDecisionWhereNothingHasToBeDecidedIsRefused(t *testing.T) {
	h := newHouse(t).after(time.Minute, approve("u2"))
	require.Equal(t, pim.Failed, h.run(reported(ready())))
	require.Equal(t, workflows.Refusal{Status: pim.Granted}, h.refused("Approve by u2", workflows.RefusedWrongState))
}

func TestDecisionOnACancelledRequestIsRefused(t *testing.T) {
	h := newHouse(t).after(time.Minute, report(workflows.UpdateCancel)).after(2*time.Minute, approve("u2"))
	h.post.takes = func(activities.NotifyInput) time.Duration { return time.Hour }
	require.Equal(t, pim.Canceled, h.run(asked()))
	require.Equal(t, workflows.Refusal{Status: pim.Canceled}, h.refused("Approve by u2", workflows.RefusedWrongState))
}

func TestRoleThatIsNotActiveCannotBeGivenBack(t *testing.T) {
	h := newHouse(t).after(time.Minute, report(workflows.UpdateDeactivated))
	h.run(asked())
	require.Equal(t, pim.PendingApproval, h.refused(workflows.UpdateDeactivated, workflows.RefusedWrongState).Status)

	h = newHouse(t).after(time.Minute, report(workflows.UpdateDeactivated))
	h.run(startingAfter(time.Hour, ready()))
	require.Equal(t, pim.Granted, h.refused(workflows.UpdateDeactivated, workflows.RefusedWrongState).Status)
}

func TestRoleThatWaitsForItsApprovalCannotBeActivated(t *testing.T) {
	h := newHouse(t).after(time.Minute, report(workflows.UpdateActivated))
	require.Equal(t, pim.TimedOut, h.run(asked()))
	require.Equal(t, pim.PendingApproval, h.refused(workflows.UpdateActivated, workflows.RefusedWrongState).Status)
}

func TestActiveRoleCanNeitherFailNorBeCancelled(t *testing.T) {
	for _, update := range []string{workflows.UpdateFailed, workflows.UpdateCancel, workflows.UpdateActivated} {
		h := newHouse(t).after(20*time.Minute, approve("u2")).after(22*time.Minute, report(update))
		require.Equal(t, pim.Provisioned, h.run(asked()))
		refusal := h.refused(update, workflows.RefusedWrongState)
		require.Equal(t, pim.Provisioned, refusal.Status)
		require.Equal(t, "u2", refusal.Decision.ReviewedBy)
	}
}
