package pim_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestMailTakesTheStepsThatAreAllowedAndNoOther(t *testing.T) {
	allowed := map[pim.RecipientStatus][]pim.RecipientStatus{
		"planned":   {"sending", "cancelled", "suppressed"},
		"sending":   {"sent", "planned", "failed", "unknown"},
		"unknown":   {"sent", "sending", "cancelled"},
		"sent":      {"delivered", "bounced", "complained", "suppressed", "failed"},
		"delivered": {"bounced", "complained"},
	}
	require.Len(t, pim.AllRecipientStatuses, 12)
	for _, from := range pim.AllRecipientStatuses {
		for _, to := range pim.AllRecipientStatuses {
			require.Equal(t, slices.Contains(allowed[from], to), from.CanBecome(to), "%s → %s", from, to)
		}
		require.False(t, from.CanBecome("lost"))
		require.False(t, pim.RecipientStatus("lost").CanBecome(from))
	}
}

func TestMailIsOpenWhileItWaitsForSomething(t *testing.T) {
	open := []pim.RecipientStatus{"planned", "sending", "unknown"}
	all := pim.Counts{}
	for _, status := range pim.AllRecipientStatuses {
		require.Equal(t, slices.Contains(open, status), status.Open(), status)
		all[status] = 2
	}
	require.Equal(t, 6, all.Open())
	require.Zero(t, pim.Counts(nil).Open())
}

// Every open status has a way to an end, or a run could wait for ever.
func TestEveryOpenMailCanComeToAnEnd(t *testing.T) {
	var ends func(from pim.RecipientStatus, seen map[pim.RecipientStatus]bool) bool
	ends = func(from pim.RecipientStatus, seen map[pim.RecipientStatus]bool) bool {
		if !from.Open() {
			return true
		}
		seen[from] = true
		return slices.ContainsFunc(pim.AllRecipientStatuses, func(to pim.RecipientStatus) bool {
			return from.CanBecome(to) && !seen[to] && ends(to, seen)
		})
	}
	for _, status := range pim.AllRecipientStatuses {
		require.True(t, ends(status, map[pim.RecipientStatus]bool{}), status)
	}
}
