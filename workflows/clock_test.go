package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// at tells the run something under a clock that is wrong by so much.
func at(name string, wrong time.Duration) func(*house) {
	return func(h *house) {
		h.update(name, name, workflows.ReportInput{At: h.env.Now().Add(wrong)})
	}
}

func TestAReportersClockNeitherDelaysAMailNorPutsItBeforeItsTime(t *testing.T) {
	for name, wrong := range map[string]time.Duration{"an hour fast": time.Hour, "a day slow": -24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t).after(10*time.Minute, approve("u2")).after(20*time.Minute, at(workflows.UpdateActivated, wrong))
			require.Equal(t, pim.Provisioned, h.run(reported(asked())))
			changes := h.done[workflows.UpdateActivated].Changes
			require.Len(t, changes, 1)
			require.False(t, changes[0].At.Before(nine.Add(10*time.Minute)), "not before it was approved")
			require.False(t, changes[0].At.After(nine.Add(20*time.Minute)), "not after it was heard of")
			last := h.post.told()[len(h.post.told())-1]
			require.True(t, strings.HasPrefix(last, "20m0s [approved activated] completed/all@"), "at once: %s", last)
		})
	}
}

func TestAnApprovalAfterTheTimeThatWasAskedForCanOnlyFail(t *testing.T) {
	in := asked()
	end := nine.Add(time.Hour)
	in.ScheduleInfo.Expiration = pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}
	h := newHouse(t).after(2*time.Hour, approve("u2"))
	require.Equal(t, pim.Failed, h.run(in))
	require.Equal(t, []string{
		"5m0s [] pendingApproval/others@5m0s",
		"2h0m0s [approved failed] failed/all@2h0m0s",
		"2h6m0s [approved failed] approved/others@2h6m0s",
	}, h.post.told(), "the approvers are told how it was decided all the same")
}

func TestWhatNobodyEverAnswersForIsTriedEverMoreRarely(t *testing.T) {
	h := newHouse(t).after(3*time.Minute, approve("u2"))
	until := nine.Add(48 * time.Hour)
	h.post.answer = func(_ int, in activities.NotifyInput) (activities.NotifyResult, error) {
		if in.Due[0].Event.Kind == pim.ActivationCompleted && h.env.Now().Before(until) {
			result := open(in, pim.StatusUnknown)
			result.UnknownUntil = h.env.Now().Add(time.Minute)
			return result, nil
		}
		return settled(in), nil
	}
	require.Equal(t, pim.Provisioned, h.run(asked()))
	require.Less(t, len(h.post.told()), 4*48+20, "four times an hour at most, after the first")
}
