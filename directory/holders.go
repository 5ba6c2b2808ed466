package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pimnotify/pim"
)

// strongestFirst is the order in which the ways to hold a role count, where one person holds it in several.
var strongestFirst = []pim.HolderState{pim.HolderPermanent, pim.HolderActive, pim.HolderActivated, pim.HolderEligible}

// Holders says who holds a role: groups expanded, each person once, with the strongest of the states in which they hold it,
// directly or through groups, here or at a parent scope. So somebody eligible for a subscription and permanent on its
// management group counts as permanent.
//
// Directory roles are looked up for the whole tenant, whatever the scope. For a group the holders are its owners.
func (d *Directory) Holders(ctx context.Context, tenant string, q pim.HolderQuery) ([]pim.Holder, error) {
	t, err := d.open(ctx, tenant)
	if err != nil {
		return nil, err
	}
	grants, err := grantsOf(ctx, t, q)
	if err != nil {
		return nil, fmt.Errorf("look up holders of %s in %s: %w", q.Role, tenant, err)
	}
	byState := map[pim.HolderState][]pim.Principal{}
	for _, g := range grants {
		byState[g.State] = append(byState[g.State], pim.Principal{ID: g.PrincipalID})
	}
	var holders []pim.Holder
	seen := map[string]bool{}
	for _, state := range strongestFirst {
		people, err := expand(ctx, t, byState[state])
		if err != nil {
			return nil, fmt.Errorf("expand holders of %s in %s: %w", q.Role, tenant, err)
		}
		for _, person := range people {
			if !seen[person.ID] {
				seen[person.ID] = true
				holders = append(holders, pim.Holder{Principal: person.Principal, State: state, Via: person.Via})
			}
		}
	}
	return holders, nil
}

// grantsOf are the grants that a query is about, groups not expanded.
func grantsOf(ctx context.Context, t Tenant, q pim.HolderQuery) ([]Grant, error) {
	role := roleName(q.Role)
	switch q.Kind {
	case pim.GroupResource:
		return ownersOf(ctx, t, q.Scope, role)
	case pim.DirectoryRole:
		return grantsWithin(ctx, t, role, map[string]bool{"/": true})
	case pim.AzureResource:
		scopes, err := upwards(ctx, t, q.Scope)
		if err != nil {
			return nil, err
		}
		return grantsWithin(ctx, t, role, scopes)
	default:
		return nil, fmt.Errorf("resource kind must be directoryRole, azureResource or group, not %q", q.Kind)
	}
}

func ownersOf(ctx context.Context, t Tenant, group, role string) ([]Grant, error) {
	if role != pim.RoleOwner {
		return nil, nil
	}
	found, err := t.Find(ctx, []string{group})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0].Owners, nil
}

func grantsWithin(ctx context.Context, t Tenant, role string, scopes map[string]bool) ([]Grant, error) {
	all, err := t.Grants(ctx, role, slices.Sorted(maps.Keys(scopes)))
	if err != nil {
		return nil, err
	}
	var grants []Grant
	for _, g := range all {
		if scopes[plainScope(g.Scope)] {
			grants = append(grants, g)
		}
	}
	return grants, nil
}

// upwards is a scope with everything above it: the paths it lies below, the whole tenant, and the parents that the directory
// names for any of them, with what is above those.
func upwards(ctx context.Context, t Tenant, scope string) (map[string]bool, error) {
	above := map[string]bool{"/": true}
	for level := climb(above, scope); len(level) > 0; {
		parents, err := t.Parents(ctx, level)
		if err != nil {
			return nil, err
		}
		asked := level
		level = nil
		for _, s := range asked {
			if parent, ok := parents[s]; ok {
				level = append(level, climb(above, parent)...)
			}
		}
	}
	return above, nil
}

// climb adds a scope and the paths it lies below, and gives those that were not there before.
func climb(above map[string]bool, scope string) []string {
	var fresh []string
	for s := plainScope(scope); !above[s]; s = pathParent(s) {
		above[s] = true
		fresh = append(fresh, s)
	}
	return fresh
}

// pathParent is a scope without its last segment; at the end the whole tenant.
func pathParent(scope string) string {
	if i := strings.LastIndexByte(scope, '/'); i > 0 {
		return plainScope(scope[:i])
	}
	return "/"
}

// plainScope is a scope without slashes at its end, so that both spellings are one.
func plainScope(scope string) string {
	if plain := strings.TrimRight(scope, "/"); plain != "" {
		return plain
	}
	return "/"
}
