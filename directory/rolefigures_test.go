package directory_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/directory"
	"pimnotify/pim"
)

const held = `tenants:
  contoso:
    users:
      - {id: u1, mail: one@contoso.example}
      - {id: u2}                            # nobody but u1 has an address
      - {id: u3}
      - {id: u4}
    groups:
      - {id: g1, members: [u1, u2, g2]}
      - {id: g2, members: [u3, g1]}         # around and around
      - {id: g3, members: [u2]}
      - {id: empty}
    scopes:
      - {id: /administrativeUnits/a2, parent: /managementGroups/m1}
    holders:
`

func TestPeopleAreCountedOnceARole(t *testing.T) {
	const global = "62e90394-69f5-4237-9190-012177145e10"
	type grants [][4]string // role, scope, principal, state
	type figures = []pim.RoleFigure
	one := func(role string, permanent, eligible int) figures {
		return figures{{Role: role, Permanent: permanent, Eligible: eligible}}
	}
	cases := []struct {
		name    string
		holders grants
		want    figures
	}{
		{"nobody holds anything", grants{}, figures{}},
		{"each role by itself, by name", grants{
			{"Reader", "/", "u1", "eligible"},
			{"Author", "/", "u1", "permanent"},
		}, figures{{Role: "Author", Permanent: 1}, {Role: "Reader", Eligible: 1}}},
		{"with an address or without one", grants{
			{"Reader", "/", "u1", "permanent"},
			{"Reader", "/", "u2", "permanent"},
		}, one("Reader", 2, 0)},
		{"a group, however deep, and around and around", grants{{"Reader", "/", "g1", "eligible"}}, one("Reader", 0, 3)},
		{"an empty group", grants{{"Reader", "/", "empty", "permanent"}}, one("Reader", 0, 0)},
		{"whoever has activated a role is eligible for it", grants{
			{"Reader", "/", "u1", "activated"},
			{"Reader", "/", "u2", "eligible"},
		}, one("Reader", 0, 2)},
		{"whoever is assigned it for a time is neither", grants{
			{"Reader", "/", "u1", "active"},
			{"Reader", "/", "g3", "active"},
		}, one("Reader", 0, 0)},
		{"for a time, and eligible", grants{
			{"Reader", "/", "u1", "active"},
			{"Reader", "/", "u1", "eligible"},
		}, one("Reader", 0, 1)},
		{"for a time, and permanent", grants{
			{"Reader", "/", "u1", "permanent"},
			{"Reader", "/", "u1", "active"},
		}, one("Reader", 1, 0)},
		{"eligible, and permanent", grants{
			{"Reader", "/", "u1", "eligible"},
			{"Reader", "/", "u1", "permanent"},
		}, one("Reader", 1, 0)},
		{"eligible, and permanent through a group", grants{
			{"Reader", "/", "u2", "eligible"},
			{"Reader", "/", "g3", "permanent"},
		}, one("Reader", 1, 0)},
		{"permanent, and eligible through a group with others", grants{
			{"Reader", "/", "u3", "permanent"},
			{"Reader", "/", "g1", "eligible"},
		}, one("Reader", 1, 2)},
		{"permanent through one group, eligible through another that contains it", grants{
			{"Reader", "/", "g2", "permanent"},
			{"Reader", "/", "g1", "eligible"},
			{"Reader", "/", "u4", "eligible"},
		}, one("Reader", 3, 1)},
		{"activated and eligible", grants{
			{"Reader", "/", "u1", "activated"},
			{"Reader", "/", "u1", "eligible"},
		}, one("Reader", 0, 1)},
		{"the same twice", grants{
			{"Reader", "/", "u1", "permanent"},
			{"Reader", "/", "u1", "permanent"},
			{"Reader", "/", "g3", "eligible"},
			{"Reader", "/", "g3", "eligible"},
		}, one("Reader", 1, 1)},
		{"the whole tenant and administrative units", grants{
			{"Reader", "/", "u1", "permanent"},
			{"Reader", "/administrativeUnits/a1", "u1", "permanent"},
			{"Reader", "/administrativeUnits/a2/", "u2", "permanent"},
			{"Reader", "/administrativeUnits/a2", "u1", "eligible"},
			{"Reader", "/administrativeUnits/a2", "u3", "eligible"},
		}, one("Reader", 2, 1)},
		{"other scopes are not of Microsoft Entra", grants{
			{"Reader", "/subscriptions/s1", "u1", "permanent"},
			{"Reader", "/managementGroups/m1", "u2", "permanent"},
			{"Reader", "/administrativeUnits", "u3", "permanent"},
			{"Reader", "/administrativeUnitsOfOurs/a1", "u3", "permanent"},
			{"Reader", "prod", "u3", "permanent"},
			{"Reader", "/", "u4", "eligible"},
		}, one("Reader", 0, 1)},
		{"a role is one under both its spellings", grants{
			{"Global Administrator", "/", "u1", "permanent"},
			{global, "/", "u1", "permanent"},
			{global, "/", "u2", "permanent"},
			{global, "/", "u3", "eligible"},
		}, one("Global Administrator", 2, 1)},
		{"a role by its id alone", grants{{global, "/", "u1", "eligible"}}, one("Global Administrator", 0, 1)},
		{"Azure's roles are not of Microsoft Entra, whatever the scope and the spelling", grants{
			{"Owner", "/", "u1", "permanent"},
			{"8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "/", "u2", "permanent"},
			{"User Access Administrator", "/", "u1", "permanent"},
			{"18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "/", "u2", "eligible"},
			{"Owner", "/administrativeUnits/a1", "u1", "permanent"},
		}, figures{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := held
			for _, g := range c.holders {
				text += fmt.Sprintf("      - {role: %s, scope: %s, principal: %s, state: %s}\n", g[0], g[1], g[2], g[3])
			}
			got, err := parse(t, text).RoleFigures(t.Context(), "contoso")
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestRolesOfTheSampleAreCounted(t *testing.T) {
	figures, err := openSample(t).RoleFigures(t.Context(), "contoso")
	require.NoError(t, err)
	require.Equal(t, []pim.RoleFigure{
		{Role: pim.RoleGlobalAdministrator, Permanent: 2, Eligible: 2},
		{Role: pim.RoleSecurityAdministrator, Permanent: 1, Eligible: 2},
		{Role: "Backup Reader", Permanent: 0, Eligible: 2},
		{Role: pim.RolePrivilegedRoleAdministrator, Permanent: 1, Eligible: 1},
	}, pim.TopRoles(figures))
}

func TestServicePrincipalsAreNotCountedAndWhomNobodyDescribesIs(t *testing.T) {
	m := &madeSource{
		entries: map[string]*directory.Entry{
			"s0": {Principal: pim.Principal{ID: "s0", Type: pim.ServicePrincipal}},
			"u0": {Principal: pim.Principal{ID: "u0", Type: pim.User}},
			"g0": {Principal: pim.Principal{ID: "g0", Type: pim.Group}, Members: []string{"s0", "u0"}},
		},
		roles: map[string][]directory.Grant{"Reader": {
			{Scope: "/", PrincipalID: "s0", State: pim.HolderPermanent}, {Scope: "/", PrincipalID: "g0", State: pim.HolderPermanent},
			{Scope: "/", PrincipalID: "stranger", State: pim.HolderEligible},
		}},
	}
	figures, err := directory.Of(m).RoleFigures(t.Context(), "contoso")
	require.NoError(t, err)
	require.Equal(t, []pim.RoleFigure{{Role: "Reader", Permanent: 1, Eligible: 1}}, figures)
}

// Whatever the organisation, the figures are those that come out when each person is asked for each way in which they hold a role.
func TestFiguresAreWhatAskingEachPersonWouldGive(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := randomOrganisation(r)
		d := directory.Of(m)
		got, err := d.RoleFigures(t.Context(), "contoso")
		require.NoError(r, err)
		want := map[string]pim.RoleFigure{}
		for _, role := range []string{pim.RoleGlobalAdministrator, "Reader"} {
			grants := slices.Concat(m.roles[role], m.roles[pim.RoleIDs[role]])
			f := pim.RoleFigure{Role: role}
			named := false
			for _, g := range grants {
				named = named || g.Scope != "/a"
			}
			for _, person := range []string{"u0", "u1", "u2"} {
				switch states := statesOf(t.Context(), r, d, person, grants); {
				case states[pim.HolderPermanent]:
					f.Permanent++
				case states[pim.HolderActivated] || states[pim.HolderEligible]:
					f.Eligible++
				}
			}
			if named {
				want[role] = f
			}
		}
		require.Len(r, got, len(want))
		for _, f := range got {
			require.Equal(r, want[f.Role], f)
		}
	})
}

// statesOf are all states in which somebody holds a role of Microsoft Entra, by its grants.
func statesOf(ctx context.Context, r *rapid.T, d *directory.Directory, person string, grants []directory.Grant) map[pim.HolderState]bool {
	states := map[pim.HolderState]bool{}
	for _, g := range grants {
		holds, err := d.MemberOf(ctx, "contoso", person, []pim.Principal{{ID: g.PrincipalID}})
		require.NoError(r, err)
		if holds && g.Scope != "/a" {
			states[g.State] = true
		}
	}
	return states
}
