package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// once is a step of a past, so long after nine.
func once(after time.Duration, what pim.What) pim.PastStep {
	return pim.PastStep{At: nine.Add(after), What: what, By: pim.Principal{ID: "u8"}, Ref: "p-" + string(what)}
}

func TestActivationIsRecalledToItsEnd(t *testing.T) {
	later, early := 10*time.Hour, 5*time.Minute
	ending, end := asked(), nine.Add(8*time.Hour)
	ending.ScheduleInfo.Expiration = pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}
	for name, c := range map[string]struct {
		in    workflows.ActivationInput
		steps []pim.PastStep
		what  []pim.What
		last  time.Duration
		is    pim.RequestStatus
	}{
		"nobody had to approve":        {ready(), nil, []pim.What{"activated"}, 0, pim.Provisioned},
		"with a start of its own":      {startingAfter(later, ready()), nil, []pim.What{"activated"}, later, pim.Provisioned},
		"approved":                     {asked(), []pim.PastStep{once(early, pim.WhatApproved)}, []pim.What{"approved", "activated"}, early, pim.Provisioned},
		"approved before its start":    {startingAfter(later, asked()), []pim.PastStep{once(early, pim.WhatApproved)}, []pim.What{"approved", "activated"}, later, pim.Provisioned},
		"approved when it was over":    {ending, []pim.PastStep{once(later, pim.WhatApproved)}, []pim.What{"approved", "failed"}, later, pim.Failed},
		"told when it was active":      {asked(), []pim.PastStep{once(early, pim.WhatApproved), once(later, pim.WhatActivated)}, []pim.What{"approved", "activated"}, later, pim.Provisioned},
		"reported":                     {reported(ready()), []pim.PastStep{once(early, pim.WhatActivated)}, []pim.What{"activated"}, early, pim.Provisioned},
		"given back":                   {ready(), []pim.PastStep{once(early, pim.WhatDeactivated)}, []pim.What{"activated", "deactivated"}, early, pim.Revoked},
		"denied":                       {asked(), []pim.PastStep{once(early, pim.WhatDenied)}, []pim.What{"denied"}, early, pim.Denied},
		"nobody answered":              {asked(), []pim.PastStep{once(early, pim.WhatTimedOut)}, []pim.What{"timedOut"}, early, pim.TimedOut},
		"canceled":                     {asked(), []pim.PastStep{once(early, pim.WhatCanceled)}, []pim.What{"canceled"}, early, pim.Canceled},
		"canceled after its approval":  {asked(), []pim.PastStep{once(early, pim.WhatApproved), once(later, pim.WhatCanceled)}, []pim.What{"approved", "canceled"}, later, pim.Canceled},
		"failed where nobody approves": {ready(), []pim.PastStep{once(early, pim.WhatFailed)}, []pim.What{"failed"}, early, pim.Failed},
	} {
		changes, err := workflows.RecallActivation(c.in, c.steps, nine.Add(24*time.Hour))
		require.NoError(t, err, name)
		require.Equal(t, c.what, whats(changes), name)
		end := changes[len(changes)-1]
		require.Equal(t, []any{c.is, nine.Add(c.last)}, []any{end.Status, end.At}, name)
		for i, change := range changes {
			require.Equal(t, i+1, change.Seq)
			require.Empty(t, change.Schedule, "nobody is told")
			require.Empty(t, change.Withdraw)
		}
	}
	changes, err := workflows.RecallActivation(asked(), []pim.PastStep{once(early, pim.WhatApproved)}, nine.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, []string{"u8", "p-approved"}, []string{changes[0].By, changes[0].DecisionID})
}

func TestActivationThatIsNotOverIsNotRecalled(t *testing.T) {
	for says, c := range map[string]struct {
		in    workflows.ActivationInput
		steps []pim.PastStep
		step  int
	}{
		"must say how the request ended":                       {asked(), nil, 0},
		"must end in the past":                                 {startingAfter(48*time.Hour, asked()), []pim.PastStep{once(time.Hour, pim.WhatApproved)}, 1},
		"must say what became of it":                           {reported(asked()), []pim.PastStep{once(time.Hour, pim.WhatApproved)}, 1},
		"must not follow while the request is Granted":         {startingAfter(time.Hour, ready()), []pim.PastStep{once(time.Minute, pim.WhatDeactivated)}, 0},
		"must not follow while the request is Denied":          {asked(), []pim.PastStep{once(time.Minute, pim.WhatDenied), once(time.Hour, pim.WhatApproved)}, 1},
		"must not follow while the request is PendingApproval": {asked(), []pim.PastStep{once(time.Minute, pim.WhatActivated)}, 0},
		"must not follow while the request is Provisioned":     {reported(ready()), []pim.PastStep{once(1, pim.WhatActivated), once(2, pim.WhatTimedOut)}, 1},
	} {
		_, err := workflows.RecallActivation(c.in, c.steps, nine.Add(24*time.Hour))
		var misfit *workflows.Misfit
		require.ErrorAs(t, err, &misfit, says)
		require.Contains(t, misfit.Reason, says)
		require.Equal(t, c.step, misfit.Step, says)
	}
}
