package directory_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/directory"
	"pimnotify/pim"
)

// helper is a test, of either kind.
type helper interface {
	require.TestingT
	Helper()
}

// same asks both and holds the answers equal, errors' meaning included.
func same[T any](t helper, what string, want T, wantErr error, got T, gotErr error) {
	t.Helper()
	require.Equal(t, wantErr == nil, gotErr == nil, "%s: %v, %v", what, wantErr, gotErr)
	if wantErr == nil {
		require.Equal(t, want, got, what)
	}
}

var (
	someTenants = []string{"contoso", "fabrikam"}
	someRoles   = append(administrators(), "Backup Reader", "Nobody's Role")
	someScopes  = []string{"/", "/subscriptions/s1", "/subscriptions/s1/", "/subscriptions/s1/resourceGroups/rg1", "/subscriptions/s2/x/y/z",
		"/managementGroups/m1", "/managementGroups/root", "/subscriptions/f1", "/nowhere/at/all", "", "no/path", "g1", "g3", "g7", "u1"}
	someKinds = []pim.ResourceKind{pim.DirectoryRole, pim.AzureResource, pim.GroupResource, "other"}
)

func administrators() []string {
	var roles []string
	for name, id := range pim.RoleIDs {
		roles = append(roles, name, id)
	}
	return roles
}

func somePrincipals() []string {
	all := []string{"", "stranger", "g5", "ü&=?#%/", "with space", "isabella@contoso.example"}
	for i := range 26 {
		all = append(all, fmt.Sprintf("u%d", i+1), fmt.Sprintf("g%d", i+1))
	}
	return all
}

func TestServiceAnswersAsTheFileDoesForEveryPrincipal(t *testing.T) {
	file := openSample(t)
	_, service := serve(t, file)
	ctx := t.Context()
	for _, tenant := range append(someTenants, "nowhere", "..", "") {
		want, wantErr := file.Organization(ctx, tenant)
		got, gotErr := service.Organization(ctx, tenant)
		same(t, tenant, want, wantErr, got, gotErr)
		if wantErr != nil {
			require.ErrorIs(t, gotErr, pim.ErrUnknownTenant)
		}
		for _, id := range somePrincipals() {
			what := tenant + " " + id
			want, wantFound, wantErr := file.Principal(ctx, tenant, id)
			got, gotFound, gotErr := service.Principal(ctx, tenant, id)
			same(t, what, want, wantErr, got, gotErr)
			require.Equal(t, wantFound, gotFound, what)
			asked := []pim.Principal{{ID: id, Type: pim.Group}, {ID: "u7"}}
			wantPeople, wantErr := file.People(ctx, tenant, asked)
			gotPeople, gotErr := service.People(ctx, tenant, asked)
			same(t, what, wantPeople, wantErr, gotPeople, gotErr)
			wantWays, wantErr := file.Expand(ctx, tenant, asked)
			gotWays, gotErr := service.Expand(ctx, tenant, asked)
			same(t, what, wantWays, wantErr, gotWays, gotErr)
		}
	}
	want, err := file.Tenants(ctx)
	require.NoError(t, err)
	got, err := service.Tenants(ctx)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestServiceAnswersAsTheFileDoesForEveryMembership(t *testing.T) {
	file := openSample(t)
	_, service := serve(t, file)
	for _, tenant := range someTenants {
		for _, group := range []string{"g1", "g2", "g3", "g4", "g7", "u1", "stranger"} {
			for _, person := range somePrincipals() {
				of := []pim.Principal{{ID: group}}
				want, wantErr := file.MemberOf(t.Context(), tenant, person, of)
				got, gotErr := service.MemberOf(t.Context(), tenant, person, of)
				same(t, tenant+" "+group+" "+person, want, wantErr, got, gotErr)
			}
		}
	}
}

func TestServiceAnswersAsTheFileDoesForEveryRole(t *testing.T) {
	file := openSample(t)
	_, service := serve(t, file)
	holders := 0
	for _, tenant := range append(someTenants, "nowhere") {
		for _, kind := range someKinds {
			for _, role := range someRoles {
				for _, scope := range someScopes {
					q := pim.HolderQuery{Kind: kind, Role: role, Scope: scope}
					want, wantErr := file.Holders(t.Context(), tenant, q)
					got, gotErr := service.Holders(t.Context(), tenant, q)
					same(t, fmt.Sprint(tenant, q), want, wantErr, got, gotErr)
					holders += len(want)
				}
			}
		}
	}
	require.Greater(t, holders, 200, "nothing was compared")
}

func TestServiceCountsAsTheFileDoes(t *testing.T) {
	file := openSample(t)
	_, service := serve(t, file)
	for _, tenant := range append(someTenants, "nowhere") {
		want, wantErr := file.RoleFigures(t.Context(), tenant)
		got, gotErr := service.RoleFigures(t.Context(), tenant)
		same(t, tenant, want, wantErr, got, gotErr)
		require.Equal(t, tenant == "nowhere", len(want) == 0, "nothing was compared")
	}
}

// Groups and scopes that contain each other in any way, and lists of principals in any order, with what the caller says of them.
func TestServiceAnswersAsTheFileDoesWhateverTheOrganisation(t *testing.T) {
	s, service := serve(t, openSample(t))
	rapid.Check(t, func(r *rapid.T) {
		file := directory.Of(randomOrganisation(r))
		s.mu.Lock()
		s.source = directory.SourceOf(file)
		s.mu.Unlock()
		var asked []pim.Principal
		for range rapid.IntRange(0, 6).Draw(r, "asked") {
			asked = append(asked, pim.Principal{ID: anybody(r), Mail: "Given@Contoso.example", DisplayName: "given", Type: rapid.SampledFrom([]pim.PrincipalType{"", pim.User, pim.Group, pim.ServicePrincipal}).Draw(r, "type")})
		}
		want, wantErr := file.People(t.Context(), "contoso", asked)
		got, gotErr := service.People(t.Context(), "contoso", asked)
		same(r, "people", want, wantErr, got, gotErr)
		person := anybody(r)
		wantMember, wantErr := file.MemberOf(t.Context(), "contoso", person, asked)
		gotMember, gotErr := service.MemberOf(t.Context(), "contoso", person, asked)
		same(r, "member", wantMember, wantErr, gotMember, gotErr)
		q := pim.HolderQuery{Kind: rapid.SampledFrom(someKinds[:3]).Draw(r, "kind"), Role: pim.RoleOwner, Scope: rapid.SampledFrom([]string{"/", "/a", "/a/b", "/c", "g0", "g1"}).Draw(r, "scope")}
		wantHolders, wantErr := file.Holders(t.Context(), "contoso", q)
		gotHolders, gotErr := service.Holders(t.Context(), "contoso", q)
		same(r, "holders", wantHolders, wantErr, gotHolders, gotErr)
		wantFigures, wantErr := file.RoleFigures(t.Context(), "contoso")
		gotFigures, gotErr := service.RoleFigures(t.Context(), "contoso")
		same(r, "figures", wantFigures, wantErr, gotFigures, gotErr)
	})
	require.Positive(t, s.count(http.StatusText(http.StatusOK)))
}

func anybody(r *rapid.T) string {
	return rapid.SampledFrom([]string{"g0", "g1", "g2", "g3", "u0", "u1", "u2", "s0", "stranger"}).Draw(r, "id")
}

// madeSource is one tenant that a test made up. Its answers have no order of their own, as the file's have.
type madeSource struct {
	entries map[string]*directory.Entry
	grants  []directory.Grant
	roles   map[string][]directory.Grant // of Microsoft Entra
	parents map[string]string
}

func (m *madeSource) Tenants(context.Context) ([]string, error)                { return []string{"contoso"}, nil }
func (m *madeSource) Tenant(context.Context, string) (directory.Tenant, error) { return m, nil }
func (m *madeSource) Organization(context.Context) (pim.Organization, error) {
	return pim.Organization{ID: "contoso", DisplayName: "Contoso", Cloud: "public"}, nil
}

func (m *madeSource) Find(_ context.Context, ids []string) ([]*directory.Entry, error) {
	var found []*directory.Entry
	for _, id := range ids {
		if e, ok := m.entries[id]; ok {
			found = append(found, e)
		}
	}
	return found, nil
}

func (m *madeSource) Grants(context.Context, string, []string) ([]directory.Grant, error) {
	return m.grants, nil
}

func (m *madeSource) DirectoryRoleGrants(context.Context) (map[string][]directory.Grant, error) {
	return m.roles, nil
}

func (m *madeSource) Parents(_ context.Context, scopes []string) (map[string]string, error) {
	parents := map[string]string{}
	for _, s := range scopes {
		if parent, ok := m.parents[s]; ok {
			parents[s] = parent
		}
	}
	return parents, nil
}

func randomOrganisation(r *rapid.T) *madeSource {
	m := &madeSource{entries: map[string]*directory.Entry{}, roles: map[string][]directory.Grant{}, parents: map[string]string{}}
	known := rapid.SampledFrom([]string{"g0", "g1", "g2", "g3", "u0", "u1", "u2", "s0"})
	states := rapid.SampledFrom([]pim.HolderState{pim.HolderPermanent, pim.HolderActive, pim.HolderActivated, pim.HolderEligible})
	for _, id := range []string{"u0", "u1", "u2"} {
		m.entries[id] = &directory.Entry{Principal: pim.Principal{ID: id, DisplayName: "User " + id, Type: pim.User, Mail: rapid.SampledFrom([]string{"", id + "@contoso.example"}).Draw(r, "mail")}}
	}
	m.entries["s0"] = &directory.Entry{Principal: pim.Principal{ID: "s0", DisplayName: "Robot", Type: pim.ServicePrincipal}}
	for _, id := range []string{"g0", "g1", "g2", "g3"} {
		e := &directory.Entry{Principal: pim.Principal{ID: id, DisplayName: "Group", Type: pim.Group}, Members: rapid.SliceOfN(known, 0, 5).Draw(r, "members")}
		for range rapid.IntRange(0, 3).Draw(r, "owners") {
			e.Owners = append(e.Owners, directory.Grant{PrincipalID: known.Draw(r, "owner"), State: states.Draw(r, "state")})
		}
		m.entries[id] = e
	}
	scopes := rapid.SampledFrom([]string{"/", "/a", "/a/b", "/c", "/d"})
	for range rapid.IntRange(0, 8).Draw(r, "grants") {
		m.grants = append(m.grants, directory.Grant{Scope: scopes.Draw(r, "scope"), PrincipalID: known.Draw(r, "holder"), State: states.Draw(r, "state")})
	}
	entra := rapid.SampledFrom([]string{pim.RoleGlobalAdministrator, pim.RoleIDs[pim.RoleGlobalAdministrator], "Reader", pim.RoleOwner, pim.RoleIDs[pim.RoleOwner]})
	units := rapid.SampledFrom([]string{"/", "/administrativeUnits/a", "/administrativeUnits/b/", "/a"})
	for range rapid.IntRange(0, 8).Draw(r, "role grants") {
		role := entra.Draw(r, "role")
		m.roles[role] = append(m.roles[role], directory.Grant{Scope: units.Draw(r, "unit"), PrincipalID: known.Draw(r, "holder"), State: states.Draw(r, "state")})
	}
	for _, id := range []string{"/a", "/a/b", "/c", "/d"} {
		if rapid.Bool().Draw(r, "parent") {
			m.parents[id] = scopes.Draw(r, "above")
		}
	}
	return m
}
