package directory_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/pim"
)

func TestSampleHasEveryAdministratorInEveryState(t *testing.T) {
	d := openSample(t)
	roles := map[pim.ResourceKind][]string{
		pim.DirectoryRole: {pim.RoleGlobalAdministrator, pim.RolePrivilegedRoleAdministrator, pim.RoleSecurityAdministrator},
		pim.AzureResource: {pim.RoleOwner, pim.RoleUserAccessAdministrator},
		pim.GroupResource: {pim.RoleOwner},
	}
	scopes := map[pim.ResourceKind]string{pim.DirectoryRole: "/", pim.AzureResource: "/subscriptions/s1/resourceGroups/rg1", pim.GroupResource: "g7"}
	states := map[pim.HolderState]bool{}
	for kind, names := range roles {
		for _, role := range names {
			holders, err := d.Holders(t.Context(), "contoso", pim.HolderQuery{Kind: kind, Role: role, Scope: scopes[kind]})
			require.NoError(t, err)
			active, eligible := 0, 0
			for _, h := range holders {
				states[h.State] = true
				if h.State.Active() {
					active++
				} else {
					eligible++
				}
			}
			require.Positive(t, active, role)
			require.Positive(t, eligible, role)
		}
	}
	require.Len(t, states, 4)
}

func TestSamplePeopleAreFictionalAndOneHasNoAddress(t *testing.T) {
	text := string(directory.Sample())
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,{}[]\n", r) }) {
		if strings.Contains(word, "@") {
			require.Regexp(t, `^[a-z]+@(contoso|fabrikam)\.example$`, word)
		}
	}
	d := openSample(t)
	approvers, err := d.People(t.Context(), "contoso", []pim.Principal{{ID: "g1", Type: pim.Group}})
	require.NoError(t, err)
	require.Equal(t, []string{"u1", "u8", "u9", "u10", "u25"}, ids(approvers))
	require.Empty(t, approvers[4].Mail)
}

func TestSampleIsACopyThatNobodyCanSpoil(t *testing.T) {
	clear(directory.Sample())
	openSample(t)
}

func openSample(t *testing.T) *directory.Directory {
	t.Helper()
	d, err := directory.Parse("sample.yaml", directory.Sample())
	require.NoError(t, err)
	return d
}

func ids(people []pim.Principal) []string {
	all := []string{}
	for _, p := range people {
		all = append(all, p.ID)
	}
	return all
}
