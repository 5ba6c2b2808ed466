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
	var few []string
	for i := range 500 {
		few = append(few, fmt.Sprintf("u%d", i))
	}
	fmt.Fprintf(&b, "      - {id: few, members: [%s]}\n", strings.Join(few, ", "))
	b.WriteString("    holders:\n      - {role: Owner, scope: /subscriptions/s1, principal: g3, state: eligible}\n")
	b.WriteString("      - {role: Owner, scope: /subscriptions/s2, principal: few, state: eligible}\n")
	return b.String()
}

// grows holds a large question against a small one of the same kind: the quickest of a few of each, taken in turns, because machines
// are noisy. Ten times as much may take ten times as long or a few times that, and not a hundred times.
func grows(t *testing.T, what string, atMost float64, small, large func()) {
	t.Helper()
	took := func(ask func(), best time.Duration) time.Duration {
		start := time.Now()
		ask()
		return min(best, time.Since(start))
	}
	few, many := time.Hour, time.Hour
	for range 15 {
		few, many = took(small, few), took(large, many)
	}
	ratio := float64(many) / float64(few)
	t.Logf("%s: %s instead of %s, %.1f times", what, many, few, ratio)
	require.Less(t, ratio, atMost, what)
}

func TestALargeOrganisationAnswersInProportionToWhatIsAsked(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	d, err := directory.Parse("large.yaml", []byte(large()))
	require.NoError(t, err)
	people := func(group string, n int) func() {
		return func() {
			people, err := d.People(t.Context(), "contoso", []pim.Principal{{ID: group, Type: pim.Group}})
			require.NoError(t, err)
			require.Len(t, people, n)
		}
	}
	grows(t, "a group of 5,000 instead of 500", 80, people("few", 500), people("g7", 5_000))
	holders := func(scope string, n int) func() {
		return func() {
			holders, err := d.Holders(t.Context(), "contoso", pim.HolderQuery{Kind: pim.AzureResource, Role: pim.RoleOwner, Scope: scope})
			require.NoError(t, err)
			require.Len(t, holders, n)
		}
	}
	grows(t, "holders through a group of 5,000 instead of 500", 80, holders("/subscriptions/s2/resourceGroups/rg", 500), holders("/subscriptions/s1/resourceGroups/rg", 5_000))
	member := func(group string) func() {
		return func() {
			_, err := d.MemberOf(t.Context(), "contoso", "u99999", []pim.Principal{{ID: group, Type: pim.Group}})
			require.NoError(t, err)
		}
	}
	grows(t, "membership in a group of 5,000 instead of 500", 80, member("few"), member("g7"))
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

func TestHoldersOfManyRolesAreCountedInProportionToTheirNumber(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	count := func(users int) func() {
		d := directory.Of(manyRoles(users, 50))
		return func() {
			figures, err := d.RoleFigures(t.Context(), "contoso")
			require.NoError(t, err)
			require.Len(t, figures, 50)
			for _, f := range figures {
				require.Equal(t, users/10, f.Permanent, f.Role)
				require.Equal(t, users-users/10, f.Eligible, f.Role)
			}
		}
	}
	grows(t, "5,000 people instead of 500", 80, count(500), count(5_000))
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
