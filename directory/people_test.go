package directory_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/pim"
)

const people = `tenants:
  contoso:
    displayName: Contoso
    users:
      - {id: u1, displayName: Isabella Simonsen, mail: isabella@contoso.example}
      - {id: u2, displayName: Adele Vance, mail: adele@contoso.example}
      - {id: u3, mail: alex@contoso.example}
      - {id: u4, displayName: Diego Siciliani}
    groups:
      - {id: g1, members: [u1, g2, u1]}
      - {id: g2, members: [u2, g3]}
      - {id: g3, members: [u4, g1, g3]}   # around and around
      - {id: empty}
  fabrikam:
    users: [{id: u1, displayName: Eric Gruber, mail: eric@fabrikam.example}]
`

func TestGroupsAreExpandedHoweverDeepAndEachPersonComesOnce(t *testing.T) {
	d := parse(t, people)
	got, err := d.People(t.Context(), "contoso", []pim.Principal{{ID: "g1", Type: pim.Group}, {ID: "u2"}, {ID: "g3"}, {ID: "u2"}})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"u1", "u2", "u4"}, ids(got))
	for _, p := range got {
		require.Equal(t, pim.User, p.Type)
	}
}

// Where there are several ways to somebody, the shortest one counts; who is named needs none.
func TestEachPersonComesWithTheGroupsThroughWhichTheyWereReached(t *testing.T) {
	d := parse(t, people)
	got, err := d.Expand(t.Context(), "contoso", []pim.Principal{{ID: "g1"}, {ID: "u2"}, {ID: "stranger"}})
	require.NoError(t, err)
	via := map[string][]string{}
	for _, p := range got {
		via[p.ID] = ids(p.Via)
	}
	require.Equal(t, map[string][]string{"u1": {"g1"}, "u2": {}, "u4": {"g1", "g2", "g3"}, "stranger": {}}, via)
	got, err = d.Expand(t.Context(), "contoso", []pim.Principal{{ID: "g1"}, {ID: "g3"}})
	require.NoError(t, err)
	for _, p := range got {
		if p.ID == "u4" {
			require.Equal(t, []string{"g3"}, ids(p.Via), "named itself")
		}
	}
}

func TestWhatTheDirectoryKnowsOfAPersonWins(t *testing.T) {
	d := parse(t, people)
	cases := map[string]struct{ given, want pim.Principal }{
		"known": {
			pim.Principal{ID: "u1", DisplayName: "Somebody", Mail: "old@contoso.example", Type: pim.ServicePrincipal},
			pim.Principal{ID: "u1", DisplayName: "Isabella Simonsen", Mail: "isabella@contoso.example", Type: pim.User},
		},
		"known without a name": {
			pim.Principal{ID: "u3", DisplayName: "Alex Wilber"},
			pim.Principal{ID: "u3", DisplayName: "Alex Wilber", Mail: "alex@contoso.example", Type: pim.User},
		},
		"known without an address": {
			pim.Principal{ID: "u4", Mail: " Diego@Contoso.example "},
			pim.Principal{ID: "u4", DisplayName: "Diego Siciliani", Mail: "diego@contoso.example", Type: pim.User},
		},
		"known without an address, and none given": {
			pim.Principal{ID: "u4", Mail: "  "},
			pim.Principal{ID: "u4", DisplayName: "Diego Siciliani", Type: pim.User},
		},
		"unknown": {
			pim.Principal{ID: "x", DisplayName: "Guest", Mail: " Guest@Café.example"},
			pim.Principal{ID: "x", DisplayName: "Guest", Mail: "guest@xn--caf-dma.example", Type: pim.User},
		},
		"unknown with an address that is none": {
			pim.Principal{ID: "x", Mail: "Guest at home "},
			pim.Principal{ID: "x", Mail: "Guest at home", Type: pim.User},
		},
		"service principal": {
			pim.Principal{ID: "app", DisplayName: "Backup", Mail: "backup@contoso.example", Type: pim.ServicePrincipal},
			pim.Principal{ID: "app", DisplayName: "Backup", Type: pim.ServicePrincipal},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := d.People(t.Context(), "contoso", []pim.Principal{c.given})
			require.NoError(t, err)
			require.Equal(t, []pim.Principal{c.want}, got)
		})
	}
}

func TestAddressGivenForSomebodyAlsoCountsWhereAGroupReachesThem(t *testing.T) {
	d := parse(t, people)
	got, err := d.People(t.Context(), "contoso", []pim.Principal{{ID: "g3", Type: pim.Group}, {ID: "u4", Mail: "diego@contoso.example"}})
	require.NoError(t, err)
	addresses := map[string]string{}
	for _, p := range got {
		addresses[p.ID] = p.Mail
	}
	require.Equal(t, map[string]string{"u1": "isabella@contoso.example", "u2": "adele@contoso.example", "u4": "diego@contoso.example"}, addresses)
}

func TestGroupThatNobodyKnowsComesToNobody(t *testing.T) {
	d := parse(t, people)
	got, err := d.People(t.Context(), "contoso", []pim.Principal{{ID: "gone", Type: pim.Group, Mail: "gone@contoso.example"}, {ID: "empty"}})
	require.NoError(t, err)
	require.Empty(t, got)
	_, known, err := d.Principal(t.Context(), "contoso", "gone")
	require.NoError(t, err)
	require.False(t, known)
	group, known, err := d.Principal(t.Context(), "contoso", "empty")
	require.NoError(t, err)
	require.True(t, known)
	require.Equal(t, pim.Group, group.Type)
}

func TestNobodyIsToldOfNobody(t *testing.T) {
	got, err := parse(t, people).People(t.Context(), "contoso", nil)
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestMemberOfGroupsHoweverDeep(t *testing.T) {
	d := parse(t, people)
	group := func(id string) pim.Principal { return pim.Principal{ID: id, Type: pim.Group} }
	cases := []struct {
		person     string
		principals []pim.Principal
		want       bool
	}{
		{"u1", []pim.Principal{{ID: "u1"}}, true},
		{"u1", []pim.Principal{{ID: "u2"}}, false},
		{"u4", []pim.Principal{group("g1")}, true},
		{"u1", []pim.Principal{group("g3")}, true},
		{"u3", []pim.Principal{group("g1"), group("g2"), group("g3"), group("empty")}, false},
		{"u4", []pim.Principal{{ID: "u2"}, {ID: "g2"}}, true},
		{"u1", nil, false},
		{"", []pim.Principal{{ID: ""}, group("g1")}, false},
		{"guest", []pim.Principal{{ID: "guest"}}, true},
		{"guest", []pim.Principal{group("guest")}, false},
		{"g2", []pim.Principal{group("g1")}, false},
		{"g2", []pim.Principal{{ID: "g2"}}, false},
	}
	for _, c := range cases {
		got, err := d.MemberOf(t.Context(), "contoso", c.person, c.principals)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%s of %v", c.person, c.principals)
	}
}

func TestTenantsNeverSeeEachOther(t *testing.T) {
	d := parse(t, people)
	tenants, err := d.Tenants(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"contoso", "fabrikam"}, tenants)
	got, err := d.People(t.Context(), "fabrikam", []pim.Principal{{ID: "u1"}, {ID: "g1", Type: pim.Group}})
	require.NoError(t, err)
	require.Equal(t, []pim.Principal{{ID: "u1", DisplayName: "Eric Gruber", Mail: "eric@fabrikam.example", Type: pim.User}}, got)
}

func TestUnknownTenantIsSaidByEveryQuestion(t *testing.T) {
	d := parse(t, people)
	questions := map[string]func(context.Context) error{
		"Organization": func(ctx context.Context) error { _, err := d.Organization(ctx, "nowhere"); return err },
		"Principal":    func(ctx context.Context) error { _, _, err := d.Principal(ctx, "nowhere", "u1"); return err },
		"People":       func(ctx context.Context) error { _, err := d.People(ctx, "nowhere", nil); return err },
		"MemberOf":     func(ctx context.Context) error { _, err := d.MemberOf(ctx, "nowhere", "u1", nil); return err },
		"Holders":      func(ctx context.Context) error { _, err := d.Holders(ctx, "nowhere", pim.HolderQuery{}); return err },
		"RoleFigures":  func(ctx context.Context) error { _, err := d.RoleFigures(ctx, "nowhere"); return err },
	}
	for name, ask := range questions {
		err := ask(t.Context())
		require.ErrorIs(t, err, pim.ErrUnknownTenant, name)
		require.ErrorContains(t, err, "nowhere", name)
	}
}

func TestQuestionEndsWithItsContext(t *testing.T) {
	d := parse(t, people)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := d.People(ctx, "contoso", []pim.Principal{{ID: "g1"}})
	require.ErrorIs(t, err, context.Canceled)
}

func parse(t testing.TB, text string) *directory.Directory {
	t.Helper()
	d, err := directory.Parse("directory.yaml", []byte(text))
	require.NoError(t, err)
	return d
}
