package directory_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/pim"
)

// large is an organisation of 100,000 people in groups of 5,000, one group around all of them, and one that stands in holders.
func large() string {
	const users, size = 100_000, 5_000
	var b strings.Builder
	b.WriteString("tenants:\n  contoso:\n    users:\n")
	for i := range users {
		fmt.Fprintf(&b, "      - {id: u%d, displayName: User Number %d, mail: u%d@contoso.example}\n", i, i, i)
	}
	b.WriteString("    groups:\n")
	var all []string
	for g := range users / size {
		var members []string
		for i := range size {
			members = append(members, fmt.Sprintf("u%d", g*size+i))
		}
		fmt.Fprintf(&b, "      - {id: g%d, members: [%s]}\n", g, strings.Join(members, ", "))
		all = append(all, fmt.Sprintf("g%d", g))
	}
	fmt.Fprintf(&b, "      - {id: all, members: [%s]}\n", strings.Join(all, ", "))
	b.WriteString("    holders:\n      - {role: Owner, scope: /subscriptions/s1, principal: g3, state: eligible}\n")
	return b.String()
}

// The bounds are loose, because machines are; they tell milliseconds from seconds, and what grows with the square.
func TestLargeOrganisationIsReadInSecondsAndAnswersInMilliseconds(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	text := []byte(large())
	start := time.Now()
	d, err := directory.Parse("large.yaml", text)
	require.NoError(t, err)
	require.Less(t, time.Since(start), time.Minute)

	quick := func(what string, bound time.Duration, ask func()) {
		start := time.Now()
		ask()
		took := time.Since(start)
		t.Logf("%s: %s", what, took)
		require.Less(t, took, bound, what)
	}
	quick("a group of 5,000", time.Second, func() {
		people, err := d.People(t.Context(), "contoso", []pim.Principal{{ID: "g7", Type: pim.Group}})
		require.NoError(t, err)
		require.Len(t, people, 5_000)
	})
	quick("holders through a group of 5,000", time.Second, func() {
		holders, err := d.Holders(t.Context(), "contoso", pim.HolderQuery{Kind: pim.AzureResource, Role: pim.RoleOwner, Scope: "/subscriptions/s1/resourceGroups/rg"})
		require.NoError(t, err)
		require.Len(t, holders, 5_000)
	})
	quick("membership in a group around everybody", 5*time.Second, func() {
		member, err := d.MemberOf(t.Context(), "contoso", "u99999", []pim.Principal{{ID: "all", Type: pim.Group}})
		require.NoError(t, err)
		require.True(t, member)
	})
}

// manyRoles is an organisation with ten groups that contain each other, and everybody in each of them. Each role is held by one of
// the groups as eligible, and by every tenth person permanently and activated.
func manyRoles(users, roles int) *madeSource {
	m := &madeSource{entries: map[string]*directory.Entry{}, roles: map[string][]directory.Grant{}}
	var everybody []string
	for i := range users {
		id := fmt.Sprintf("u%d", i)
		m.entries[id] = &directory.Entry{Principal: pim.Principal{ID: id, Type: pim.User}}
		everybody = append(everybody, id)
	}
	for g := range 10 {
		id, next := fmt.Sprintf("g%d", g), fmt.Sprintf("g%d", (g+1)%10)
		m.entries[id] = &directory.Entry{Principal: pim.Principal{ID: id, Type: pim.Group}, Members: append([]string{next}, everybody...)}
	}
	for r := range roles {
		name := fmt.Sprintf("Role %03d", r)
		hold := func(id string, state pim.HolderState) {
			m.roles[name] = append(m.roles[name], directory.Grant{Scope: "/", PrincipalID: id, State: state})
		}
		hold(fmt.Sprintf("g%d", r%10), pim.HolderEligible)
		for i := r % 10; i < users; i += 10 {
			hold(everybody[i], pim.HolderPermanent)
			hold(everybody[i], pim.HolderActivated)
		}
	}
	return m
}

func TestTenThousandPeopleInTwoHundredRolesAreCountedInSeconds(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	d := directory.Of(manyRoles(10_000, 200))
	start := time.Now()
	figures, err := d.RoleFigures(t.Context(), "contoso")
	took := time.Since(start)
	t.Log(took)
	require.NoError(t, err)
	require.Len(t, figures, 200)
	for _, f := range figures {
		require.Equal(t, 1_000, f.Permanent, f.Role)
		require.Equal(t, 9_000, f.Eligible, f.Role)
	}
	require.Less(t, took, 30*time.Second)
}

func BenchmarkParse(b *testing.B) {
	text := []byte(large())
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_, err := directory.Parse("large.yaml", text)
		require.NoError(b, err)
	}
}

func BenchmarkPeopleOfAGroupOf5000(b *testing.B) {
	d := parse(b, large())
	for b.Loop() {
		_, err := d.People(b.Context(), "contoso", []pim.Principal{{ID: "g7", Type: pim.Group}})
		require.NoError(b, err)
	}
}

func BenchmarkMemberOfAGroupAroundEverybody(b *testing.B) {
	d := parse(b, large())
	for b.Loop() {
		_, err := d.MemberOf(b.Context(), "contoso", "u99999", []pim.Principal{{ID: "all", Type: pim.Group}})
		require.NoError(b, err)
	}
}
