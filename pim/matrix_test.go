package pim

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// These three tables are the requirements, in their own layout and order. The requestor of an assignment is the assignee; their
// own request to extend or renew is not told to them, because it asks them for nothing. A cell is
//
//	yes                             told in both profiles
//	entra                           told in profile entra only
//	no                              never told
//	only if no approvers are named  told in both profiles, and only where nobody was named to approve
//	as fallback approvers: entra    the same, in profile entra only
var requirements = map[ResourceKind]string{
	DirectoryRole: `
| event kind                    | approver | privilegedRoleAdministrator    | securityAdministrator | globalAdministrator | requestor |
| activation.pendingApproval    | yes      | only if no approvers are named | no                    | no                  | no        |
| activation.approved           | yes      | only if no approvers are named | no                    | no                  | entra     |
| activation.denied             | entra    | as fallback approvers: entra   | no                    | no                  | entra     |
| activation.timedOut           | no       | no                             | no                    | no                  | entra     |
| activation.failed             | no       | no                             | no                    | no                  | entra     |
| activation.completed          | no       | yes                            | yes                   | yes                 | entra     |
| pim.enabled                   | no       | yes                            | yes                   | yes                 | no        |
| digest.weekly                 | no       | yes                            | yes                   | yes                 | no        |
| assignment.assignedOutsidePim | no       | yes                            | yes                   | yes                 | no        |
| assignment.assigned           | no       | entra                          | no                    | entra               | entra     |
| assignment.expiring           | no       | entra                          | no                    | entra               | entra     |
| assignment.extendable         | no       | entra                          | no                    | entra               | entra     |
| assignment.extendRequested    | no       | entra                          | no                    | entra               | no        |
| assignment.renewRequested     | no       | entra                          | no                    | entra               | no        |
| assignment.extended           | no       | entra                          | no                    | entra               | entra     |
| assignment.renewed            | no       | entra                          | no                    | entra               | entra     |
| assignment.refused            | no       | entra                          | no                    | entra               | entra     |
| assignment.expired            | no       | entra                          | no                    | entra               | entra     |`,
	AzureResource: `
| event kind                    | approver | owner | userAccessAdministrator | requestor |
| activation.pendingApproval    | yes      | yes   | yes                     | no        |
| activation.approved           | yes      | no    | no                      | entra     |
| activation.denied             | entra    | no    | no                      | entra     |
| activation.timedOut           | no       | no    | no                      | entra     |
| activation.failed             | no       | no    | no                      | entra     |
| activation.completed          | no       | yes   | yes                     | yes       |
| assignment.assigned           | no       | yes   | yes                     | yes       |
| assignment.expiring           | no       | yes   | yes                     | entra     |
| assignment.extendable         | no       | yes   | yes                     | entra     |
| assignment.extendRequested    | no       | yes   | yes                     | no        |
| assignment.renewRequested     | no       | yes   | yes                     | no        |
| assignment.extended           | no       | entra | entra                   | yes       |
| assignment.renewed            | no       | entra | entra                   | entra     |
| assignment.refused            | no       | entra | entra                   | entra     |
| assignment.expired            | no       | entra | entra                   | yes       |
| assignment.assignedOutsidePim | no       | entra | entra                   | no        |`,
	GroupResource: `
| event kind                    | approver | groupOwner | requestor |
| activation.pendingApproval    | yes      | yes        | no        |
| activation.approved           | yes      | no         | entra     |
| activation.denied             | entra    | no         | entra     |
| activation.timedOut           | no       | no         | entra     |
| activation.failed             | no       | no         | entra     |
| activation.completed          | no       | yes        | yes       |
| assignment.assigned           | no       | yes        | yes       |
| assignment.expiring           | no       | yes        | entra     |
| assignment.extendable         | no       | yes        | entra     |
| assignment.extendRequested    | no       | yes        | no        |
| assignment.renewRequested     | no       | yes        | no        |
| assignment.extended           | no       | entra      | yes       |
| assignment.renewed            | no       | entra      | entra     |
| assignment.refused            | no       | entra      | entra     |
| assignment.expired            | no       | entra      | yes       |`,
}

// toldBy reads a cell of the requirements in the words of the requirements.
func toldBy(t *testing.T, cell string, profile Profile, named bool) bool {
	t.Helper()
	switch cell {
	case "no":
		return false
	case "yes":
		return true
	case "entra":
		return profile == Entra
	case "only if no approvers are named":
		return !named
	case "as fallback approvers: entra":
		return !named && profile == Entra
	}
	require.Fail(t, "the table has a word that nobody explained", cell)
	return false
}

// cellsOf reads a line of a table.
func cellsOf(line string) []string {
	var cells []string
	for _, cell := range strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|") {
		cells = append(cells, strings.TrimSpace(cell))
	}
	return cells
}

func TestMatrixIsTheRequirementsCellByCell(t *testing.T) {
	cells := 0
	for kind, text := range requirements {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		audiences := cellsOf(lines[0])[1:]
		for _, line := range lines[1:] {
			row := cellsOf(line)
			for i, audience := range audiences {
				for _, profile := range []Profile{Strict, Entra} {
					for _, named := range []bool{true, false} {
						name := fmt.Sprintf("%s %s %s %s approvers named %t", kind, row[0], audience, profile, named)
						columns := Columns(kind, EventKind(row[0]), profile, PartAll, !named)
						told := slices.ContainsFunc(columns, func(c Column) bool { return c.Source == Audience(audience) })
						require.Equal(t, toldBy(t, row[i+1], profile, named), told, name)
						cells++
					}
				}
			}
		}
	}
	require.Equal(t, (18*5+16*4+15*3)*2*2, cells, "every cell in two profiles, with and without approvers")
}

func TestMatrixHasNoRowThatNobodyRequired(t *testing.T) {
	require.Len(t, matrix, len(requirements))
	for kind, text := range requirements {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		var heading []Audience
		for _, cell := range cellsOf(lines[0])[1:] {
			heading = append(heading, Audience(cell))
		}
		require.Equal(t, heading, matrix[kind].columns, "columns of %s, from left to right", kind)
		var required, got []string
		for _, line := range lines[1:] {
			required = append(required, cellsOf(line)[0])
		}
		for _, row := range matrix[kind].rows {
			got = append(got, string(row.event))
			require.Len(t, row.cells, len(heading), "%s %s", kind, row.event)
		}
		require.Equal(t, required, got, kind)
	}
	require.Empty(t, Columns(DirectoryRole, "activation.unheardOf", Entra, PartAll, true))
	require.Empty(t, Columns("building", ActivationCompleted, Entra, PartAll, true))
}

func TestReservedProfileTellsNoMoreThanStrict(t *testing.T) {
	for kind, table := range matrix {
		for _, row := range table.rows {
			for _, noApprovers := range []bool{true, false} {
				require.Equal(t, Columns(kind, row.event, Strict, PartAll, noApprovers),
					Columns(kind, row.event, Enhanced, PartAll, noApprovers), "%s %s", kind, row.event)
			}
		}
	}
}

// In the requirements' words: active holders are permanent, active and activated ones; Owners of Azure resources are told also
// when they are only eligible; of a group's owners only the permanent ones count.
func TestAdministratorsCountInTheStatesThatTheirHeadingNames(t *testing.T) {
	active := []HolderState{HolderPermanent, HolderActive, HolderActivated}
	for audience, want := range map[Audience]struct {
		role   string
		states []HolderState
	}{
		PrivilegedRoleAdministrator: {"Privileged Role Administrator", active},
		SecurityAdministrator:       {"Security Administrator", active},
		GlobalAdministrator:         {"Global Administrator", active},
		ResourceOwner:               {"Owner", []HolderState{HolderPermanent, HolderActive, HolderActivated, HolderEligible}},
		UserAccessAdministrator:     {"User Access Administrator", active},
		GroupOwner:                  {"Owner", []HolderState{HolderPermanent}},
	} {
		role, states, ok := HoldersOf(audience)
		require.True(t, ok, audience)
		require.Equal(t, want.role, role, audience)
		require.ElementsMatch(t, want.states, states, audience)
	}
	for _, audience := range []Audience{Requestor, Approver, Additional, "passer-by"} {
		_, _, ok := HoldersOf(audience)
		require.False(t, ok, "no role makes somebody %s", audience)
	}
}

func TestWhereNobodyIsNamedActiveAdministratorsDecide(t *testing.T) {
	active := []HolderState{HolderPermanent, HolderActive, HolderActivated}
	require.Equal(t, []Decider{{"Privileged Role Administrator", active}, {"Global Administrator", active}}, FallbackDeciders(DirectoryRole))
	require.Equal(t, []Decider{{"Owner", active}, {"User Access Administrator", active}}, FallbackDeciders(AzureResource))
	require.Equal(t, []Decider{{"Owner", []HolderState{HolderPermanent}}}, FallbackDeciders(GroupResource))
	require.Empty(t, FallbackDeciders("building"))
}

func TestMatrixThatIsHandedOutIsTheWholeAndACopy(t *testing.T) {
	view := Matrix()
	require.Len(t, view, len(matrix))
	for _, table := range view {
		require.Equal(t, matrix[table.Kind].columns, table.Columns)
		require.Len(t, table.Rows, len(matrix[table.Kind].rows))
		for i, row := range table.Rows {
			require.Equal(t, matrix[table.Kind].rows[i].event, row.Event)
			for j, c := range matrix[table.Kind].rows[i].cells {
				require.Equal(t, string(c), row.Cells[j], "%s %s", row.Event, table.Columns[j])
			}
		}
	}
	view[0].Columns[0], view[0].Rows[0].Cells[0] = "somebody", "perhaps"
	require.Equal(t, Approver, Matrix()[0].Columns[0])
	require.Equal(t, "yes", Matrix()[0].Rows[0].Cells[0])
}
