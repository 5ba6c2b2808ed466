package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/workflows"
)

func TestApprovedAfterTheRequestMail(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	require.Equal(t, pim.Provisioned, h.run(asked()))
	h.taken("Approve by u2")
	require.Equal(t, []string{
		"5m0s [] pendingApproval/others@5m0s",
		"20m0s [approved activated] completed/all@20m0s",
		"26m0s [approved activated] approved/others@26m0s",
	}, h.post.told())
}

func TestRequestMailIsNeverSentWhenDecidedFirst(t *testing.T) {
	for answer, want := range map[pim.ReviewResult][]string{
		pim.Approve: {"2m0s [approved activated] completed/all@2m0s", "8m0s [approved activated] approved/others@8m0s"},
		pim.Deny:    {"2m0s [denied] denied/requestor@2m0s", "9m0s [denied] denied/others@9m0s"},
	} {
		h := newHouse(t).after(2*time.Minute, decide(answer, "u2"))
		h.run(asked())
		require.Equal(t, want, h.post.told(), answer)
		require.Equal(t, "activation.r1.pendingApproval", h.post.calls[0].in.Changes[0].Withdraw[0].ID, "the record says that it was withdrawn")
	}
}

func TestDenied(t *testing.T) {
	h := newHouse(t).after(time.Hour, deny("u2"))
	require.Equal(t, pim.Denied, h.run(asked()))
	require.Equal(t, []string{
		"5m0s [] pendingApproval/others@5m0s",
		"1h0m0s [denied] denied/requestor@1h0m0s",
		"1h7m0s [denied] denied/others@1h7m0s",
	}, h.post.told())
}

func TestSilenceTimesOut(t *testing.T) {
	h := newHouse(t)
	require.Equal(t, pim.TimedOut, h.run(asked()))
	require.Equal(t, []string{
		"5m0s [] pendingApproval/others@5m0s",
		"24h0m0s [timedOut] timedOut/all@24h0m0s",
	}, h.post.told())
}

func TestRequestOlderThanTheTimeOutTimesOutAtOnceAndAsksNobody(t *testing.T) {
	in := asked()
	in.CreatedDateTime = nine.Add(-25 * time.Hour)
	in.ApprovalDeadline = nine.Add(-time.Hour)
	h := newHouse(t).after(0, approve("u2"))
	require.Equal(t, pim.TimedOut, h.run(in))
	require.Equal(t, []string{"0s [timedOut] timedOut/all@-1h0m0s"}, h.post.told())
}

func TestEngineThatIsSlowerThanTheTimeOutAsksNobody(t *testing.T) {
	in := asked()
	in.RequestMailDelay = "PT30H"
	h := newHouse(t)
	require.Equal(t, pim.TimedOut, h.run(in))
	require.Equal(t, []string{"24h0m0s [timedOut] timedOut/all@24h0m0s"}, h.post.told())
}

func TestFutureStart(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	var waiting workflows.ActivationState
	h.after(2*time.Hour, func(h *house) { waiting = h.state() })
	require.Equal(t, pim.Provisioned, h.run(startingAfter(3*time.Hour, asked())))
	require.Equal(t, pim.Granted, waiting.Status)
	require.Equal(t, []string{
		"5m0s [] pendingApproval/others@5m0s",
		"20m0s [approved] approved/requestor@20m0s", // the requestor learns at once that it was approved
		"26m0s [approved] approved/others@26m0s",
		"3h0m0s [approved activated] completed/all@3h0m0s",
	}, h.post.told())
}

func TestStartThatPassedBeforeTheDecisionIsAtOnce(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	require.Equal(t, pim.Provisioned, h.run(startingAfter(10*time.Minute, asked())))
	require.Equal(t, "20m0s [approved activated] completed/all@20m0s", h.post.told()[1])
}

// The decision is told late: it was made before the start, and arrives after it.
func TestRoleIsNotActiveBeforeItsStart(t *testing.T) {
	h := newHouse(t).after(time.Hour, func(h *house) {
		h.update(workflows.UpdateDecide, "late", workflows.DecideInput{
			DecisionID: "d1", ReviewResult: pim.Approve, ReviewedBy: "u2", ReviewedDateTime: nine.Add(20 * time.Minute),
		})
	})
	require.Equal(t, pim.Provisioned, h.run(startingAfter(30*time.Minute, asked())))
	changes := h.done["late"].Changes
	require.Equal(t, []string{"20m0s", "30m0s"}, []string{since(changes[0].At), since(changes[1].At)})
	require.Equal(t, "1h0m0s [approved activated] approved/others@26m0s completed/all@30m0s", h.post.told()[1])
}

func TestReportedActivation(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2")).after(2*time.Hour, report(workflows.UpdateActivated))
	require.Equal(t, pim.Provisioned, h.run(reported(asked())))
	require.Equal(t, []string{
		"5m0s [] pendingApproval/others@5m0s",
		"20m0s [approved] approved/requestor@20m0s",
		"26m0s [approved] approved/others@26m0s",
		"2h0m0s [approved activated] completed/all@2h0m0s",
	}, h.post.told())
}

func TestReportThatNeverComesIsAFailureAtTheEndOfTheSchedule(t *testing.T) {
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	require.Equal(t, pim.Failed, h.run(reported(asked())))
	require.Equal(t, "8h20m0s [approved failed] failed/all@8h20m0s", h.post.told()[3])
}

func TestReportThatNeverComesWhereTheEndIsAMoment(t *testing.T) {
	in := reported(ready())
	end := nine.Add(3 * time.Hour)
	in.ScheduleInfo.Expiration = pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}
	h := newHouse(t)
	require.Equal(t, pim.Failed, h.run(in))
	require.Equal(t, []string{"3h0m0s [failed] failed/all@3h0m0s"}, h.post.told())
}

func TestNoApprovalNeeded(t *testing.T) {
	t.Run("active at once", func(t *testing.T) {
		h := newHouse(t)
		require.Equal(t, pim.Provisioned, h.run(ready()))
		require.Equal(t, []string{"0s [activated] completed/all@0s"}, h.post.told())
		require.Empty(t, h.post.calls[0].in.Changes[0].Withdraw, "nobody had to be asked")
		require.True(t, h.post.calls[0].in.ExpiresDateTime.IsZero())
	})
	t.Run("at its start", func(t *testing.T) {
		h := newHouse(t)
		require.Equal(t, pim.Provisioned, h.run(startingAfter(48*time.Hour, ready())))
		require.Equal(t, []string{"48h0m0s [activated] completed/all@48h0m0s"}, h.post.told())
	})
	t.Run("when PIM says so", func(t *testing.T) {
		h := newHouse(t).after(time.Minute, report(workflows.UpdateActivated))
		require.Equal(t, pim.Provisioned, h.run(reported(ready())))
		require.Equal(t, []string{"1m0s [activated] completed/all@1m0s"}, h.post.told())
	})
}

func TestWithoutEngineDelayEverythingOfADecisionIsOneNotify(t *testing.T) {
	in := asked()
	in.RequestMailDelay, in.ApprovedDelay, in.DeniedDelay = "PT0S", "PT0S", "PT0S"
	h := newHouse(t).after(20*time.Minute, approve("u2"))
	require.Equal(t, pim.Provisioned, h.run(in))
	require.Equal(t, []string{
		"0s [] pendingApproval/others@0s",
		"20m0s [approved activated] approved/others@20m0s completed/all@20m0s",
	}, h.post.told())
}

// The worker comes back two days after the request was accepted, or was approved: nothing is counted from then.
func TestDueTimesAreCountedFromTheEventAndNotFromWhenAWorkerGotRoundToIt(t *testing.T) {
	in := asked()
	in.CreatedDateTime = nine.Add(-time.Hour)
	in.ApprovalDeadline = in.CreatedDateTime.Add(approvalTimeout)
	h := newHouse(t).after(30*time.Minute, func(h *house) {
		h.update(workflows.UpdateDecide, "late", workflows.DecideInput{
			DecisionID: "d1", ReviewResult: pim.Approve, ReviewedBy: "u2", ReviewedDateTime: nine.Add(10 * time.Minute),
		})
	})
	require.Equal(t, pim.Provisioned, h.run(in))
	require.Equal(t, []string{
		"0s [] pendingApproval/others@-55m0s",
		"30m0s [approved activated] approved/others@16m0s completed/all@10m0s",
	}, h.post.told())
}

func TestNoClockButOursCanMoveADecisionOutOfItsOrder(t *testing.T) {
	for reviewed, want := range map[time.Duration]string{
		-time.Hour:       "0s",     // before the request was made
		5 * time.Minute:  "5m0s",   // as it should be
		70 * time.Minute: "1h0m0s", // after it was heard of
	} {
		h := newHouse(t).after(time.Hour, func(h *house) {
			h.update(workflows.UpdateDecide, "d", workflows.DecideInput{
				DecisionID: "d1", ReviewResult: pim.Deny, ReviewedBy: "u2", ReviewedDateTime: nine.Add(reviewed),
			})
		})
		h.run(asked())
		require.Equal(t, want, since(h.done["d"].Changes[0].At))
	}
}

// The request was for two hours from nine on, and its approvers take three.
func TestApprovalOfARoleWhoseTimeIsOverCanOnlyFail(t *testing.T) {
	for _, mode := range []pim.ActivationMode{pim.Assumed, pim.Reported} {
		in, end := asked(), nine.Add(2*time.Hour)
		in.Activation = mode
		in.ScheduleInfo.Expiration = pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}
		h := newHouse(t).after(3*time.Hour, approve("u2"))
		require.Equal(t, pim.Failed, h.run(in), mode)
		require.Equal(t, []string{
			"5m0s [] pendingApproval/others@5m0s",
			"3h0m0s [approved failed] failed/all@3h0m0s",
			"3h6m0s [approved failed] approved/others@3h6m0s",
		}, h.post.told(), mode)
	}
}

func TestNoClockButOursCanMoveAReportOutOfItsOrder(t *testing.T) {
	for told, want := range map[time.Duration]string{
		10 * time.Minute: "20m0s", // before it was approved
		50 * time.Minute: "50m0s", // as it should be
		70 * time.Minute: "1h0m0s",
	} {
		h := newHouse(t).after(20*time.Minute, approve("u2")).after(time.Hour, func(h *house) {
			h.update(workflows.UpdateActivated, "active", workflows.ReportInput{At: nine.Add(told)})
		})
		h.run(reported(asked()))
		require.Equal(t, want, since(h.done["active"].Changes[0].At))
	}
}

func TestChangeOfARequestThatComesTooLateIsTheOneThatItsProcessMakes(t *testing.T) {
	in := asked()
	in.CreatedDateTime, in.ApprovalDeadline = nine.Add(-25*time.Hour), nine.Add(-time.Hour)
	change, late := workflows.TimedOut(in, nine)
	require.True(t, late)
	h := newHouse(t)
	h.run(in)
	require.Equal(t, []pim.Change{change}, h.state().Changes)

	_, late = workflows.TimedOut(asked(), nine)
	require.False(t, late)
	_, late = workflows.TimedOut(ready(), nine)
	require.False(t, late, "nobody has to answer it")
}
