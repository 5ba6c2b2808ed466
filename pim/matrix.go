package pim

// Profile is a tenant's choice of how much is told. Strict is what Microsoft's page on PIM's e-mail lists; entra, the default,
// adds what the pages it links to say.
type Profile string

// The profiles. Enhanced is reserved: it is refused wherever a profile is read.
const (
	Strict   Profile = "strict"
	Entra    Profile = "entra"
	Enhanced Profile = "enhanced"
)

// cell is one entry of the matrix.
type cell string

const (
	no            cell = "no"              // in neither profile
	yes           cell = "yes"             // in both
	entra         cell = "entra"           // in profile entra only
	fallback      cell = "fallback"        // in both, and only where no approvers are specified
	fallbackEntra cell = "fallback, entra" // in profile entra, and only where no approvers are specified
)

// told reports whether the cell says that its audience is told.
func (c cell) told(p Profile, noApprovers bool) bool {
	switch c {
	case yes:
		return true
	case entra:
		return p == Entra
	case fallback:
		return noApprovers
	case fallbackEntra:
		return noApprovers && p == Entra
	case no:
	}
	return false
}

// isFallback reports whether the audience of this cell stands in for approvers that nobody specified.
func (c cell) isFallback() bool { return c == fallback || c == fallbackEntra }

// table is the matrix of one resource kind. Its columns stand in the order in which recipients are told, but for the
// requestor, who comes first of all.
type table struct {
	columns []Audience
	rows    []row
}

type row struct {
	event EventKind
	cells []cell
}

// matrix says who is told of what. It is docs/requirements.md as data: laid side by side, they are equal cell by cell.
var matrix = map[ResourceKind]table{
	DirectoryRole: {
		columns: []Audience{Approver, PrivilegedRoleAdministrator, SecurityAdministrator, GlobalAdministrator, Requestor},
		rows: []row{
			{ActivationPendingApproval, []cell{yes, fallback, no, no, no}},
			{ActivationApproved, []cell{yes, fallback, no, no, entra}},
			{ActivationDenied, []cell{entra, fallbackEntra, no, no, entra}},
			{ActivationTimedOut, []cell{no, no, no, no, entra}},
			{ActivationFailed, []cell{no, no, no, no, entra}},
			{ActivationCompleted, []cell{no, yes, yes, yes, entra}},
		},
	},
	AzureResource: {
		columns: []Audience{Approver, ResourceOwner, UserAccessAdministrator, Requestor},
		rows: []row{
			{ActivationPendingApproval, []cell{yes, yes, yes, no}},
			{ActivationApproved, []cell{yes, no, no, entra}},
			{ActivationDenied, []cell{entra, no, no, entra}},
			{ActivationTimedOut, []cell{no, no, no, entra}},
			{ActivationFailed, []cell{no, no, no, entra}},
			{ActivationCompleted, []cell{no, yes, yes, yes}},
		},
	},
	GroupResource: {
		columns: []Audience{Approver, GroupOwner, Requestor},
		rows: []row{
			{ActivationPendingApproval, []cell{yes, yes, no}},
			{ActivationApproved, []cell{yes, no, entra}},
			{ActivationDenied, []cell{entra, no, entra}},
			{ActivationTimedOut, []cell{no, no, entra}},
			{ActivationFailed, []cell{no, no, entra}},
			{ActivationCompleted, []cell{no, yes, yes}},
		},
	},
}

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

// deciders says who may decide where no approvers are specified. They need not be told: of the two Entra roles only the
// Privileged Role Administrators are.
var deciders = map[ResourceKind][]holders{
	DirectoryRole: {{RolePrivilegedRoleAdministrator, activeHolders}, {RoleGlobalAdministrator, activeHolders}},
	AzureResource: {{RoleOwner, activeHolders}, {RoleUserAccessAdministrator, activeHolders}},
	GroupResource: {{RoleOwner, permanentHolders}},
}

// Decider is a role whose holders in these states may decide where no approvers are specified.
type Decider struct {
	Role   string
	States []HolderState
}

// FallbackDeciders are the roles that decide on requests of this kind where no approvers are specified.
func FallbackDeciders(kind ResourceKind) []Decider {
	var all []Decider
	for _, h := range deciders[kind] {
		all = append(all, Decider{Role: h.role, States: h.states})
	}
	return all
}
