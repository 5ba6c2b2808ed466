package pim_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestColumnsStandInTheOrderInWhichPeopleAreTold(t *testing.T) {
	same := func(audiences ...pim.Audience) []pim.Column {
		var columns []pim.Column
		for _, a := range audiences {
			_, states, _ := pim.HoldersOf(a)
			columns = append(columns, pim.Column{Audience: a, Source: a, States: states})
		}
		return columns
	}
	for name, c := range map[string]struct {
		kind  pim.ResourceKind
		event pim.EventKind
		want  []pim.Column
	}{
		"the requestor first, administrators from left to right": {
			pim.DirectoryRole, pim.ActivationCompleted,
			same(pim.Requestor, pim.PrivilegedRoleAdministrator, pim.SecurityAdministrator, pim.GlobalAdministrator),
		},
		"the requestor before approvers": {pim.DirectoryRole, pim.ActivationApproved, same(pim.Requestor, pim.Approver)},
		"approvers before owners":        {pim.AzureResource, pim.ActivationPendingApproval, same(pim.Approver, pim.ResourceOwner, pim.UserAccessAdministrator)},
		"a group":                        {pim.GroupResource, pim.ActivationCompleted, same(pim.Requestor, pim.GroupOwner)},
	} {
		require.Equal(t, c.want, pim.Columns(c.kind, c.event, pim.Entra, pim.PartAll, false), name)
	}
}

func TestFallbackAdministratorsStandAsApprovers(t *testing.T) {
	for _, event := range []pim.EventKind{pim.ActivationPendingApproval, pim.ActivationApproved, pim.ActivationDenied} {
		columns := pim.Columns(pim.DirectoryRole, event, pim.Entra, pim.PartOthers, true)
		require.Contains(t, columns, pim.Column{
			Audience: pim.Approver, Source: pim.PrivilegedRoleAdministrator,
			States: []pim.HolderState{pim.HolderPermanent, pim.HolderActive, pim.HolderActivated},
		}, event)
		for _, column := range columns {
			require.Equal(t, pim.Approver, column.Audience, event)
		}
	}
}

// Who is told where nobody is reached is who would have been asked, had nobody been named, as far as they can act now.
func TestFallbackColumnsAreThoseWhoAreAskedWhereNobodyIsNamed(t *testing.T) {
	active := []pim.HolderState{pim.HolderPermanent, pim.HolderActive, pim.HolderActivated}
	for kind, want := range map[pim.ResourceKind][]pim.Column{
		pim.DirectoryRole: {{Audience: pim.PrivilegedRoleAdministrator, Source: pim.PrivilegedRoleAdministrator, States: active}},
		pim.AzureResource: {
			{Audience: pim.ResourceOwner, Source: pim.ResourceOwner, States: active},
			{Audience: pim.UserAccessAdministrator, Source: pim.UserAccessAdministrator, States: active},
		},
		pim.GroupResource: {{Audience: pim.GroupOwner, Source: pim.GroupOwner, States: []pim.HolderState{pim.HolderPermanent}}},
	} {
		columns := pim.FallbackColumns(kind)
		require.Equal(t, want, columns, kind)
		asked := pim.Columns(kind, pim.ActivationPendingApproval, pim.Strict, pim.PartOthers, true)
		for _, c := range columns {
			require.True(t, slices.ContainsFunc(asked, func(a pim.Column) bool { return a.Source == c.Source }), "%s %s", kind, c.Source)
			require.Empty(t, pim.Columns(kind, pim.ActivationPendingApproval, pim.Entra, pim.PartUnreachable, true), "the matrix has no say in it")
		}
	}
}

func TestPartsOfAnEventAreTheWholeOfIt(t *testing.T) {
	for _, table := range pim.Matrix() {
		kind := table.Kind
		for _, row := range table.Rows {
			event := row.Event
			for _, noApprovers := range []bool{true, false} {
				first := pim.Columns(kind, event, pim.Entra, pim.PartRequestor, noApprovers)
				then := pim.Columns(kind, event, pim.Entra, pim.PartOthers, noApprovers)
				for _, column := range first {
					require.Equal(t, pim.Requestor, column.Audience)
				}
				for _, column := range then {
					require.NotEqual(t, pim.Requestor, column.Audience)
				}
				require.Equal(t, pim.Columns(kind, event, pim.Entra, pim.PartAll, noApprovers), append(first, then...), "%s %s", kind, event)
			}
		}
	}
}

func TestAdministratorsWhoCanDecideNowAreAskedFirst(t *testing.T) {
	active := []pim.HolderState{pim.HolderPermanent, pim.HolderActive, pim.HolderActivated}
	require.Equal(t, []pim.Column{
		{Audience: pim.Approver, Source: pim.Approver},
		{Audience: pim.ResourceOwner, Source: pim.ResourceOwner, States: active},
		{Audience: pim.UserAccessAdministrator, Source: pim.UserAccessAdministrator, States: active},
		{Audience: pim.ResourceOwner, Source: pim.ResourceOwner, States: []pim.HolderState{pim.HolderEligible}},
	}, pim.Columns(pim.AzureResource, pim.ActivationPendingApproval, pim.Entra, pim.PartOthers, true))

	_, all, _ := pim.HoldersOf(pim.ResourceOwner)
	require.Len(t, all, 4, "asking changes nothing")
	require.Equal(t, all, pim.Columns(pim.AzureResource, pim.ActivationPendingApproval, pim.Entra, pim.PartOthers, false)[1].States,
		"where approvers are named, nobody else decides")
	require.Equal(t, all, pim.Columns(pim.AzureResource, pim.ActivationCompleted, pim.Entra, pim.PartAll, true)[1].States,
		"a mail that asks for nothing has no such order")
}
