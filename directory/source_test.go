package directory_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/pim"
)

// distant is a source as a network would be: it counts how often it is asked, and can be away.
type distant struct {
	away    error
	entries map[string]*directory.Entry
	asked   int
}

var (
	_ directory.Source = (*distant)(nil)
	_ directory.Tenant = (*distant)(nil)
)

func (s *distant) Tenants(context.Context) ([]string, error)                { return nil, s.away }
func (s *distant) Tenant(context.Context, string) (directory.Tenant, error) { return s, nil }
func (s *distant) Organization(context.Context) (pim.Organization, error) {
	return pim.Organization{}, s.away
}
func (s *distant) Parents(context.Context, []string) (map[string]string, error) { return nil, s.away }

func (s *distant) Grants(context.Context, string, []string) ([]directory.Grant, error) {
	return []directory.Grant{{Scope: "/", PrincipalID: "stranger", State: pim.HolderActive}}, s.away
}

func (s *distant) DirectoryRoleGrants(context.Context) (map[string][]directory.Grant, error) {
	return nil, s.away
}

func (s *distant) Find(_ context.Context, ids []string) ([]*directory.Entry, error) {
	s.asked++
	var found []*directory.Entry
	for _, id := range ids {
		if e, ok := s.entries[id]; ok {
			found = append(found, e)
		}
	}
	return found, s.away
}

func TestGroupsAreExpandedWithOneQuestionALevel(t *testing.T) {
	group := func(id string, members ...string) *directory.Entry {
		return &directory.Entry{Principal: pim.Principal{ID: id, Type: pim.Group}, Members: members}
	}
	user := func(id string) *directory.Entry {
		return &directory.Entry{Principal: pim.Principal{ID: id, Type: pim.User}}
	}
	s := &distant{entries: map[string]*directory.Entry{
		"g1": group("g1", "g2", "g3", "u1"), "g2": group("g2", "u2", "u3"), "g3": group("g3", "u3", "g1"),
		"u1": user("u1"), "u2": user("u2"), "u3": user("u3"),
	}}
	people, err := directory.Of(s).People(t.Context(), "c", []pim.Principal{{ID: "g1"}, {ID: "guest"}})
	require.NoError(t, err)
	require.Equal(t, []string{"u1", "u2", "u3", "guest"}, ids(people))
	require.Equal(t, 3, s.asked)
}

// They cannot be mailed, but the record should say so.
func TestHolderWhomASourceDoesNotDescribeComesWithoutAnAddress(t *testing.T) {
	holders, err := directory.Of(&distant{}).Holders(t.Context(), "c", pim.HolderQuery{Kind: pim.DirectoryRole, Role: "Reader", Scope: "/"})
	require.NoError(t, err)
	require.Equal(t, []pim.Holder{{Principal: pim.Principal{ID: "stranger", Type: pim.User}, State: pim.HolderActive}}, holders)
}

func TestSourceThatIsAwayIsSaidByEveryQuestion(t *testing.T) {
	away := errors.New("connection refused")
	d := directory.Of(&distant{away: away})
	questions := map[string]func(context.Context) error{
		"list the directory's tenants":  func(ctx context.Context) error { _, err := d.Tenants(ctx); return err },
		"look up the organization of c": func(ctx context.Context) error { _, err := d.Organization(ctx, "c"); return err },
		"look up a principal of c":      func(ctx context.Context) error { _, _, err := d.Principal(ctx, "c", "u1"); return err },
		"expand principals of c":        func(ctx context.Context) error { _, err := d.People(ctx, "c", []pim.Principal{{ID: "u1"}}); return err },
		"look up a membership of c": func(ctx context.Context) error {
			_, err := d.MemberOf(ctx, "c", "u1", []pim.Principal{{ID: "g"}})
			return err
		},
		"look up holders of Owner in c": func(ctx context.Context) error {
			_, err := d.Holders(ctx, "c", pim.HolderQuery{Kind: pim.AzureResource, Role: "Owner", Scope: "/s"})
			return err
		},
		"look up holders of Reader in c": func(ctx context.Context) error {
			_, err := d.Holders(ctx, "c", pim.HolderQuery{Kind: pim.DirectoryRole, Role: "Reader"})
			return err
		},
		"look up holders of Owner in c: co": func(ctx context.Context) error {
			_, err := d.Holders(ctx, "c", pim.HolderQuery{Kind: pim.GroupResource, Role: "Owner", Scope: "g"})
			return err
		},
		"look up who holds the roles of c": func(ctx context.Context) error { _, err := d.RoleFigures(ctx, "c"); return err },
	}
	for says, ask := range questions {
		err := ask(t.Context())
		require.ErrorIs(t, err, away, says)
		require.ErrorContains(t, err, says)
	}
}
