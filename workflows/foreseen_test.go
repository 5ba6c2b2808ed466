package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// What is foreseen is what a run makes of the request, where somebody approves it in the moment in which they are asked.
func TestForeseenIsWhatTheUsualRunDoes(t *testing.T) {
	for name, in := range map[string]workflows.ActivationInput{
		"active at once": asked(), "active later": startingAfter(3*time.Hour, asked()), "no approval": ready(), "no approval, active later": startingAfter(3*time.Hour, ready()),
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t).after(requestMailDelay, func(h *house) {
				if in.ApprovalRequired {
					approve("u2")(h)
				}
			})
			h.run(in)
			changes := h.state().Changes
			for i := range changes {
				changes[i].By, changes[i].DecisionID = "", "" // nobody is known yet who could
			}
			require.Equal(t, changes, workflows.Foreseen(in))
		})
	}
}

func TestForeseenOfARoleThatIsReportedIsReportedAtItsStart(t *testing.T) {
	changes := workflows.Foreseen(reported(startingAfter(3*time.Hour, asked())))
	require.Equal(t, []pim.What{pim.WhatApproved, pim.WhatActivated}, []pim.What{changes[0].What, changes[1].What})
	require.Equal(t, nine.Add(3*time.Hour), changes[1].At)
}

func TestForeseenOfAnEngineThatIsSlowerThanTheTimeOutIsSilence(t *testing.T) {
	in := asked()
	in.ApprovalDeadline = nine.Add(requestMailDelay)
	changes := workflows.Foreseen(in)
	require.Len(t, changes, 1)
	require.Equal(t, pim.WhatTimedOut, changes[0].What)
}
