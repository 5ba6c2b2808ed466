package pim

import "slices"

// matrix says who is told of what. It is docs/requirements.md as data: laid side by side, they are equal cell by cell. The
// requestor of an assignment's event is the assignee. No approver is named for an assignment: its administrators decide. A
// group has no row for assignments made outside of PIM, because there is no such thing to be told of.
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
			{PIMEnabled, []cell{no, yes, yes, yes, no}},
			{DigestWeekly, []cell{no, yes, yes, yes, no}},
			{AssignmentAssignedOutsidePIM, []cell{no, yes, yes, yes, no}},
			{AssignmentAssigned, []cell{no, entra, no, entra, entra}},
			{AssignmentExpiring, []cell{no, entra, no, entra, entra}},
			{AssignmentExtendable, []cell{no, entra, no, entra, entra}},
			{AssignmentExtendRequested, []cell{no, entra, no, entra, no}},
			{AssignmentRenewRequested, []cell{no, entra, no, entra, no}},
			{AssignmentExtended, []cell{no, entra, no, entra, entra}},
			{AssignmentRenewed, []cell{no, entra, no, entra, entra}},
			{AssignmentRefused, []cell{no, entra, no, entra, entra}},
			{AssignmentExpired, []cell{no, entra, no, entra, entra}},
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
			{AssignmentAssigned, []cell{no, yes, yes, yes}},
			{AssignmentExpiring, []cell{no, yes, yes, entra}},
			{AssignmentExtendable, []cell{no, yes, yes, entra}},
			{AssignmentExtendRequested, []cell{no, yes, yes, no}},
			{AssignmentRenewRequested, []cell{no, yes, yes, no}},
			{AssignmentExtended, []cell{no, entra, entra, yes}},
			{AssignmentRenewed, []cell{no, entra, entra, entra}},
			{AssignmentRefused, []cell{no, entra, entra, entra}},
			{AssignmentExpired, []cell{no, entra, entra, yes}},
			{AssignmentAssignedOutsidePIM, []cell{no, entra, entra, no}},
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
			{AssignmentAssigned, []cell{no, yes, yes}},
			{AssignmentExpiring, []cell{no, yes, entra}},
			{AssignmentExtendable, []cell{no, yes, entra}},
			{AssignmentExtendRequested, []cell{no, yes, no}},
			{AssignmentRenewRequested, []cell{no, yes, no}},
			{AssignmentExtended, []cell{no, entra, yes}},
			{AssignmentRenewed, []cell{no, entra, entra}},
			{AssignmentRefused, []cell{no, entra, entra}},
			{AssignmentExpired, []cell{no, entra, yes}},
		},
	},
}

// MatrixTable is the matrix of one resource kind as people read it. It is a copy: changing it changes nothing.
type MatrixTable struct {
	Kind    ResourceKind
	Columns []Audience
	Rows    []MatrixRow
}

// MatrixRow is one event, with a cell for each column: yes, no, entra, fallback, or "fallback, entra".
type MatrixRow struct {
	Event EventKind
	Cells []string
}

// Matrix is the whole matrix: Entra roles, Azure resources, groups.
func Matrix() []MatrixTable {
	var all []MatrixTable
	for _, kind := range []ResourceKind{DirectoryRole, AzureResource, GroupResource} {
		view := MatrixTable{Kind: kind, Columns: slices.Clone(matrix[kind].columns)}
		for _, r := range matrix[kind].rows {
			row := MatrixRow{Event: r.event}
			for _, c := range r.cells {
				row.Cells = append(row.Cells, string(c))
			}
			view.Rows = append(view.Rows, row)
		}
		all = append(all, view)
	}
	return all
}

// MatrixColumns are the columns of a resource kind's table, from left to right.
func MatrixColumns(kind ResourceKind) []Audience { return slices.Clone(matrix[kind].columns) }
