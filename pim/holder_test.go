package pim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestScopeLiesWithinItsParentsByWholeSegments(t *testing.T) {
	for _, c := range []struct {
		scope, parent string
		want          bool
	}{
		{"/subscriptions/s1", "/subscriptions/s1", true},
		{"/subscriptions/s1/resourceGroups/g", "/subscriptions/s1", true},
		{"/subscriptions/s1", "/subscriptions", true},
		{"/subscriptions/s1", "/", true},
		{"/", "/", true},
		{"g7", "/", true}, // a group is everybody's too
		{"g7", "g7", true},
		{"/subscriptions/s1", "/subscriptions/s1/", true},
		{"/subscriptions/s1/", "/subscriptions/s1", true},
		{"/subscriptions/s10", "/subscriptions/s1", false},
		{"/subscriptions/s1", "/subscriptions/s10", false},
		{"/subscriptions/s1", "/subscriptions/s1/resourceGroups/g", false},
		{"/", "/subscriptions", false},
		{"g70", "g7", false},
		{"/subscriptions/s1", "subscriptions/s1", false},
		{"/subscriptions/s1", "", false},
	} {
		require.Equal(t, c.want, pim.ScopeWithin(c.scope, c.parent), "%q within %q", c.scope, c.parent)
	}
}

func TestEligibleHolderIsNotAnActiveOne(t *testing.T) {
	for state, want := range map[pim.HolderState]bool{
		pim.HolderPermanent: true, pim.HolderActive: true, pim.HolderActivated: true, pim.HolderEligible: false, "retired": false,
	} {
		require.Equal(t, want, state.Active(), state)
	}
}

func TestEveryAdministratorsRoleHasMicrosoftsID(t *testing.T) {
	seen := map[string]bool{}
	for _, role := range []string{
		"Global Administrator", "Privileged Role Administrator", "Security Administrator", "Owner", "User Access Administrator",
	} {
		id := pim.RoleIDs[role]
		require.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, id, role)
		require.False(t, seen[id], role)
		seen[id] = true
	}
	require.Len(t, pim.RoleIDs, len(seen))
}
