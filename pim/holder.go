package pim

import "strings"

// HolderState is how somebody holds an administrator's role.
type HolderState string

// The states. Permanent, active and activated holders are active holders; an eligible one could be, and is not now.
const (
	HolderPermanent HolderState = "permanent"
	HolderActive    HolderState = "active"    // for a time
	HolderActivated HolderState = "activated" // eligible, and active now
	HolderEligible  HolderState = "eligible"  // eligible only
)

// Active reports whether the holder can use the role now.
func (s HolderState) Active() bool {
	return s == HolderPermanent || s == HolderActive || s == HolderActivated
}

// Holder is one person who holds an administrator's role, after groups have been expanded.
type Holder struct {
	Principal Principal   `json:"principal"`
	State     HolderState `json:"state"`
	Via       []Principal `json:"via,omitempty"` // the groups through which they hold it, the outermost first; none where it is their own
}

// Person is one person behind principals that somebody named, and the groups through which they were reached, the outermost first;
// none where they were named themself.
type Person struct {
	Principal
	Via []Principal
}

// HolderQuery asks who holds a role at a scope. Holders at a parent scope count.
type HolderQuery struct {
	Kind  ResourceKind
	Role  string // display name: "Global Administrator"; for a group always "Owner", of the group that Scope names
	Scope string // "/" for the whole tenant, a resource path, a group's id
}

// The administrators' roles, by the display names that Microsoft gives them.
const (
	RoleGlobalAdministrator         = "Global Administrator"
	RolePrivilegedRoleAdministrator = "Privileged Role Administrator"
	RoleSecurityAdministrator       = "Security Administrator"
	RoleOwner                       = "Owner"
	RoleUserAccessAdministrator     = "User Access Administrator"
)

// RoleIDs are Microsoft's template ids of the same roles: a directory may name a role by either.
var RoleIDs = map[string]string{
	RoleGlobalAdministrator:         "62e90394-69f5-4237-9190-012177145e10",
	RolePrivilegedRoleAdministrator: "e8611ab8-c189-46e8-94e1-60213ab1f814",
	RoleSecurityAdministrator:       "194ae4cb-b126-40b2-bd5b-6091b380977d",
	RoleOwner:                       "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
	RoleUserAccessAdministrator:     "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
}

// ScopeWithin reports whether scope lies at or below parent: a parent is a prefix by whole path segments, and / is the parent
// of everything. A slash at the end says nothing.
func ScopeWithin(scope, parent string) bool {
	if parent == "/" {
		return true
	}
	return parent != "" && strings.HasPrefix(strings.TrimSuffix(scope, "/")+"/", strings.TrimSuffix(parent, "/")+"/")
}
