package pim

import "slices"

// holders says who stands in an administrators' column: the role, and the states in which its holders count.
type holders struct {
	role   string
	states []HolderState
}

var (
	activeHolders    = []HolderState{HolderPermanent, HolderActive, HolderActivated}
	everyHolder      = []HolderState{HolderPermanent, HolderActive, HolderActivated, HolderEligible}
	permanentHolders = []HolderState{HolderPermanent}
)

var administrators = map[Audience]holders{
	PrivilegedRoleAdministrator: {RolePrivilegedRoleAdministrator, activeHolders},
	SecurityAdministrator:       {RoleSecurityAdministrator, activeHolders},
	GlobalAdministrator:         {RoleGlobalAdministrator, activeHolders},
	ResourceOwner:               {RoleOwner, everyHolder},
	UserAccessAdministrator:     {RoleUserAccessAdministrator, activeHolders},
	GroupOwner:                  {RoleOwner, permanentHolders},
}

// HoldersOf says which role an administrators' audience holds, and in which states its holders count. The last result is
// false for an audience that no role makes: requestor, approver, additional.
func HoldersOf(a Audience) (role string, states []HolderState, ok bool) {
	h, ok := administrators[a]
	return h.role, h.states, ok
}

// deciders says who may decide where no approvers are specified, and always on extensions and renewals. They need not be told:
// where an activation waits, of the two Entra roles only the Privileged Role Administrators are.
var deciders = map[ResourceKind][]holders{
	DirectoryRole: {{RolePrivilegedRoleAdministrator, activeHolders}, {RoleGlobalAdministrator, activeHolders}},
	AzureResource: {{RoleOwner, activeHolders}, {RoleUserAccessAdministrator, activeHolders}},
	GroupResource: {{RoleOwner, permanentHolders}},
}

// fallbacks are the columns of those who are asked by mail where no approvers are specified.
var fallbacks = map[ResourceKind][]Audience{
	DirectoryRole: {PrivilegedRoleAdministrator},
	AzureResource: {ResourceOwner, UserAccessAdministrator},
	GroupResource: {GroupOwner},
}

// FallbackColumns lists who is to be told where nobody who could decide is reached: those who are asked where no approvers are
// specified, as far as their role is active now, in the order in which they are told. Being told makes nobody an approver.
func FallbackColumns(kind ResourceKind) []Column {
	var columns []Column
	for _, audience := range fallbacks[kind] {
		states := slices.DeleteFunc(slices.Clone(administrators[audience].states), func(s HolderState) bool { return !s.Active() })
		columns = append(columns, Column{Audience: audience, Source: audience, States: states})
	}
	return columns
}

// Decider is a role whose holders in these states may decide where no approvers are specified.
type Decider struct {
	Role   string
	States []HolderState
}

// FallbackDeciders are the roles that decide on requests of this kind where no approvers are specified. For an extension or a
// renewal nobody can be, so there they always decide.
func FallbackDeciders(kind ResourceKind) []Decider {
	var all []Decider
	for _, h := range deciders[kind] {
		all = append(all, Decider{Role: h.role, States: h.states})
	}
	return all
}
