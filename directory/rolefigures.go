package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pimnotify/pim"
)

// RoleFigures says of each Microsoft Entra role that somebody holds, by name, how many people hold it permanently and how many are
// eligible: groups expanded, each person once a role, whatever the ways and scopes in which they hold it. Permanent goes before
// eligible, and who has activated a role is eligible for it. Somebody who is only assigned it for a time is neither.
//
// Only users are people: a service principal activates nothing, so nobody can make it eligible where it is permanent. An address
// makes no difference, since nobody is told.
func (d *Directory) RoleFigures(ctx context.Context, tenant string) ([]pim.RoleFigure, error) {
	t, err := d.open(ctx, tenant)
	if err != nil {
		return nil, err
	}
	roles, err := directoryRoles(ctx, t)
	if err != nil {
		return nil, fmt.Errorf("look up who holds the roles of %s: %w", tenant, err)
	}
	everybody, err := fetch(ctx, t, roles)
	if err != nil {
		return nil, fmt.Errorf("expand who holds the roles of %s: %w", tenant, err)
	}
	figures := make([]pim.RoleFigure, 0, len(roles))
	for _, name := range slices.Sorted(maps.Keys(roles)) {
		f, err := figureOf(ctx, everybody, name, roles[name])
		if err != nil {
			return nil, fmt.Errorf("count who holds %s in %s: %w", name, tenant, err)
		}
		figures = append(figures, f)
	}
	return figures, nil
}

// standing is who holds a role, groups not expanded, as far as figures ask.
type standing struct{ permanent, eligible []string }

// directoryRoles are the Microsoft Entra roles that somebody holds, each under one name.
func directoryRoles(ctx context.Context, t Tenant) (map[string]standing, error) {
	byRole, err := t.DirectoryRoleGrants(ctx)
	if err != nil {
		return nil, err
	}
	roles := map[string]standing{}
	for role, grants := range byRole {
		name := roleName(role)
		for _, g := range grants {
			if azureRoles[name] || !entraScope(g.Scope) {
				continue
			}
			s := roles[name]
			switch g.State {
			case pim.HolderPermanent:
				s.permanent = append(s.permanent, g.PrincipalID)
			case pim.HolderActivated, pim.HolderEligible:
				s.eligible = append(s.eligible, g.PrincipalID)
			case pim.HolderActive:
			}
			roles[name] = s
		}
	}
	return roles, nil
}

// azureRoles are Azure's wherever they are held. At the whole tenant, too: a Global Administrator who takes access to all
// subscriptions is User Access Administrator there.
var azureRoles = map[string]bool{pim.RoleOwner: true, pim.RoleUserAccessAdministrator: true}

// entraScope reports whether Microsoft Entra roles are held at a scope: the whole tenant or an administrative unit.
func entraScope(scope string) bool {
	scope = plainScope(scope)
	return scope == "/" || strings.HasPrefix(scope, "/administrativeUnits/")
}

// fetch brings everybody who stands behind the holders of any role, once and level by level: role by role, a source over a network
// would be called for each of them.
func fetch(ctx context.Context, t Tenant, roles map[string]standing) (*tenant, error) {
	var ids []string
	for _, s := range roles {
		ids = append(append(ids, s.permanent...), s.eligible...)
	}
	slices.Sort(ids) // the same questions each time, so that a source can say that an answer still holds
	entries := map[string]*Entry{}
	err := walk(ctx, t, ids, func(e *Entry) bool {
		entries[e.Principal.ID] = e
		return true
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if entries[id] == nil { // taken for a user, as everywhere
			entries[id] = &Entry{Principal: unknown(pim.Principal{ID: id})}
		}
	}
	return &tenant{entries: entries}, nil
}

func figureOf(ctx context.Context, t Tenant, role string, s standing) (pim.RoleFigure, error) {
	seen := map[string]bool{} // whoever is permanent is not met again among the eligible
	permanent, err := countUsers(ctx, t, seen, s.permanent)
	if err != nil {
		return pim.RoleFigure{}, err
	}
	eligible, err := countUsers(ctx, t, seen, s.eligible)
	if err != nil {
		return pim.RoleFigure{}, err
	}
	return pim.RoleFigure{Role: role, Permanent: permanent, Eligible: eligible}, nil
}

// countUsers counts the users behind principals whom nobody has seen yet.
func countUsers(ctx context.Context, t Tenant, seen map[string]bool, ids []string) (users int, err error) {
	err = walkOn(ctx, t, seen, ids, func(e *Entry) bool {
		if e.Principal.Type == pim.User {
			users++
		}
		return true
	})
	return users, err
}
