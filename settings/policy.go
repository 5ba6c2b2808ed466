package settings

import (
	"strings"

	"pimnotify/pim"
)

// everything stands in the file where a policy speaks of all roles, or of all scopes.
const everything = "*"

// policy is one entry of a tenant's policies: rules that are changed for a role at a scope.
type policy struct {
	kind  pim.ResourceKind
	role  string // id, display name, or everything; for groups owner or member
	scope string // without a slash at its end, or everything
	rules map[pim.RuleID]*rule
}

// rule is a changed rule and its place.
type rule struct {
	pim.Rule
	origin Origin
}

// weight is how exactly a policy speaks of a role at a scope: 0 not at all, otherwise the sum of what is exact. A role weighs
// more than a scope, so it is looked at first. Between two policies for one role the one that means its id wins, because two
// roles can bear one name.
type weight int

const (
	speaks     weight = 1
	exactID    weight = 2
	exactScope weight = 4
	exactRole  weight = 8
)

// weigh says how exactly the policy speaks of this role and scope. No two policies of one tenant weigh the same, unless they
// speak of none: reading refuses a second one for the same role and scope.
func (p *policy) weigh(kind pim.ResourceKind, role pim.Role, scope pim.Scope) weight {
	if p.kind != kind {
		return 0
	}
	w := speaks
	switch {
	case p.role == everything:
	case p.hasID(role.ID):
		w += exactRole + exactID
	case p.hasName(role.DisplayName):
		w += exactRole
	default:
		return 0
	}
	switch p.scope {
	case everything:
	case plainScope(scope.ID):
		w += exactScope
	default:
		return 0
	}
	return w
}

// hasID reports whether the policy means the role of this id, also where it calls an administrators' role by its name.
func (p *policy) hasID(id string) bool {
	if p.kind == pim.GroupResource {
		return strings.EqualFold(p.role, id)
	}
	return p.role == id || roleName(id) == p.role
}

// hasName reports whether the policy means the role of this name, also where it gives the id of an administrators' role.
func (p *policy) hasName(name string) bool {
	if p.kind == pim.GroupResource {
		return strings.EqualFold(p.role, name) // people see Member, where the API says member
	}
	return roleName(p.role) == name
}

// roleName is the display name of an administrators' role that is named by its id; any other role as it is.
func roleName(role string) string {
	for name, id := range pim.RoleIDs {
		if role == id {
			return name
		}
	}
	return role
}

// plainScope is a scope without slashes at its end, so that both spellings are one.
func plainScope(scope string) string {
	if plain := strings.TrimRight(scope, "/"); plain != "" {
		return plain
	}
	return "/"
}
