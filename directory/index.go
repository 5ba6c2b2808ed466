package directory

import (
	"context"
	"fmt"

	"pimnotify/pim"
)

// index is a whole directory in memory, every question one look-up. It never changes.
type index struct {
	names   []string // sorted
	tenants map[string]*tenant
}

var _ Source = (*index)(nil)

// Size is how many tenants there are.
func (x *index) Size() int { return len(x.names) }

func (x *index) Tenants(context.Context) ([]string, error) {
	return append([]string(nil), x.names...), nil
}

func (x *index) Tenant(_ context.Context, id string) (Tenant, error) {
	t, ok := x.tenants[id]
	if !ok {
		return nil, fmt.Errorf("%s: %w", id, pim.ErrUnknownTenant)
	}
	return t, nil
}

// tenant is one tenant of an index.
type tenant struct {
	organization pim.Organization
	entries      map[string]*Entry
	grants       map[string][]Grant // by role
	parents      map[string]string  // by scope
}

var _ Tenant = (*tenant)(nil)

func (t *tenant) Organization(context.Context) (pim.Organization, error) { return t.organization, nil }

func (t *tenant) Find(ctx context.Context, ids []string) ([]*Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	found := make([]*Entry, 0, len(ids))
	for _, id := range ids {
		if e, ok := t.entries[id]; ok {
			found = append(found, e)
		}
	}
	return found, nil
}

func (t *tenant) Grants(_ context.Context, role string, _ []string) ([]Grant, error) {
	return t.grants[role], nil
}

func (t *tenant) DirectoryRoleGrants(context.Context) (map[string][]Grant, error) {
	return t.grants, nil
}

func (t *tenant) Parents(_ context.Context, scopes []string) (map[string]string, error) {
	parents := map[string]string{}
	for _, s := range scopes {
		if parent, ok := t.parents[s]; ok {
			parents[s] = parent
		}
	}
	return parents, nil
}
