package directory_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/directory"
	"pimnotify/pim"
)

const roles = `tenants:
  contoso:
    users:
      - {id: u1}
      - {id: u2}
      - {id: u3}
      - {id: u4}
      - {id: u5, mail: five@contoso.example}
    groups:
      - id: g1
        members: [u1, u2, g2]
        owners:
          - {principal: u1, state: eligible}
          - {principal: g2, state: permanent}
          - {principal: u4, state: activated}
      - {id: g2, members: [u3, g1]}
      - {id: g3, members: [u2]}
    scopes:
      - {id: /subscriptions/s1, parent: /managementGroups/m1}
      - {id: /managementGroups/m1, parent: /managementGroups/m0/}
      - {id: /subscriptions/s1/resourceGroups/rg9, parent: /managementGroups/m9}
      - {id: prod, parent: /managementGroups/m1}
    holders:
      - {role: Global Administrator, scope: /, principal: u5, state: permanent}
      - {role: 62e90394-69f5-4237-9190-012177145e10, scope: /, principal: u4, state: eligible}
      - {role: Global Administrator, scope: /administrativeUnits/a1, principal: u3, state: permanent}
      - {role: Owner, scope: /subscriptions/s1, principal: g1, state: eligible}
      - {role: Owner, scope: /managementGroups/m0, principal: u2, state: permanent}
      - {role: Owner, scope: /subscriptions/s1/, principal: u3, state: activated}
      - {role: Owner, scope: /subscriptions/s1, principal: u3, state: active}
      - {role: Owner, scope: /subscriptions/s10, principal: u5, state: permanent}
      - {role: Owner, scope: /subscriptions/s1/resourceGroups/rg1, principal: u4, state: active}
      - {role: Owner, scope: /managementGroups/m9, principal: u5, state: active}
      - {role: User Access Administrator, scope: /, principal: u4, state: permanent}
`

func TestHoldersComeOnceWithTheirStrongestState(t *testing.T) {
	d := parse(t, roles)
	const permanent, active, activated, eligible = pim.HolderPermanent, pim.HolderActive, pim.HolderActivated, pim.HolderEligible
	type states map[string]pim.HolderState
	cases := []struct {
		name        string
		kind        pim.ResourceKind
		role, scope string
		want        states
	}{
		{"a directory role by name", pim.DirectoryRole, pim.RoleGlobalAdministrator, "/", states{"u5": permanent, "u4": eligible}},
		{"a directory role by id", pim.DirectoryRole, pim.RoleIDs[pim.RoleGlobalAdministrator], "/", states{"u5": permanent, "u4": eligible}},
		{"a directory role is the whole tenant's", pim.DirectoryRole, pim.RoleGlobalAdministrator, "/administrativeUnits/a1", states{"u5": permanent, "u4": eligible}},
		{"a role that nobody holds", pim.DirectoryRole, pim.RoleSecurityAdministrator, "/", states{}},
		{"a subscription, with its management groups", pim.AzureResource, pim.RoleOwner, "/subscriptions/s1", states{"u1": eligible, "u2": permanent, "u3": active}},
		{"a slash at the end makes no difference", pim.AzureResource, pim.RoleOwner, "/subscriptions/s1/", states{"u1": eligible, "u2": permanent, "u3": active}},
		{"a resource below it", pim.AzureResource, pim.RoleOwner, "/subscriptions/s1/resourceGroups/rg1/vm/v", states{"u1": eligible, "u2": permanent, "u3": active, "u4": active}},
		{"a resource with a parent of its own", pim.AzureResource, pim.RoleOwner, "/subscriptions/s1/resourceGroups/rg9", states{"u1": eligible, "u2": permanent, "u3": active, "u5": active}},
		{"a path that only begins alike", pim.AzureResource, pim.RoleOwner, "/subscriptions/s10", states{"u5": permanent}},
		{"a management group does not look down", pim.AzureResource, pim.RoleOwner, "/managementGroups/m1", states{"u2": permanent}},
		{"a scope that is no path", pim.AzureResource, pim.RoleOwner, "prod", states{"u2": permanent}},
		{"the whole tenant is everyone's parent", pim.AzureResource, pim.RoleUserAccessAdministrator, "/anything/at/all", states{"u4": permanent}},
		{"a role by id at a resource", pim.AzureResource, pim.RoleIDs[pim.RoleUserAccessAdministrator], "/", states{"u4": permanent}},
		{"owners of a group, themselves through groups", pim.GroupResource, pim.RoleOwner, "g1", states{"u1": permanent, "u2": permanent, "u3": permanent, "u4": activated}},
		{"a group without owners", pim.GroupResource, pim.RoleOwner, "g2", states{}},
		{"a group that nobody knows", pim.GroupResource, pim.RoleOwner, "g9", states{}},
		{"a user is no group", pim.GroupResource, pim.RoleOwner, "u1", states{}},
		{"a group has owners only", pim.GroupResource, pim.RoleGlobalAdministrator, "g1", states{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			holders, err := d.Holders(t.Context(), "contoso", pim.HolderQuery{Kind: c.kind, Role: c.role, Scope: c.scope})
			require.NoError(t, err)
			got := states{}
			for _, h := range holders {
				require.NotContains(t, got, h.Principal.ID, "comes twice")
				got[h.Principal.ID] = h.State
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestHoldersComeWithWhatTheDirectoryKnowsOfThem(t *testing.T) {
	holders, err := parse(t, roles).Holders(t.Context(), "contoso", pim.HolderQuery{Kind: pim.DirectoryRole, Role: pim.RoleGlobalAdministrator, Scope: "/"})
	require.NoError(t, err)
	require.Equal(t, pim.Holder{Principal: pim.Principal{ID: "u5", Mail: "five@contoso.example", Type: pim.User}, State: pim.HolderPermanent}, holders[0])
}

func TestHoldersOfAnUnknownResourceKindAreRefused(t *testing.T) {
	_, err := parse(t, roles).Holders(t.Context(), "contoso", pim.HolderQuery{Kind: "planet", Role: pim.RoleOwner, Scope: "/"})
	require.ErrorContains(t, err, "must be directoryRole, azureResource or group")
}

// Whatever the path, the holders of a role are those whose scope the language of PIM calls a parent.
func TestScopesAreParentsExactlyAsPIMSaysThey(t *testing.T) {
	segment := rapid.SampledFrom([]string{"a", "ab", "b", "a1"})
	path := rapid.Custom(func(t *rapid.T) string {
		text := ""
		for _, s := range rapid.SliceOfN(segment, 0, 4).Draw(t, "segments") {
			text += "/" + s
		}
		return max(text, "/")
	})
	rapid.Check(t, func(rt *rapid.T) {
		held, asked := path.Draw(rt, "held"), path.Draw(rt, "asked")
		d, err := directory.Parse("d", []byte("tenants: {c: {users: [{id: u}], holders: [{role: Owner, scope: "+held+", principal: u, state: active}]}}"))
		require.NoError(rt, err)
		holders, err := d.Holders(t.Context(), "c", pim.HolderQuery{Kind: pim.AzureResource, Role: pim.RoleOwner, Scope: asked})
		require.NoError(rt, err)
		require.Equal(rt, pim.ScopeWithin(asked, held), slices.ContainsFunc(holders, func(h pim.Holder) bool { return h.Principal.ID == "u" }))
	})
}
