package pim_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// The rules of an assignment's events, as the requirements list them: … stands for Eligibility or Assignment.
func TestRuleOfAnAssignmentsEventDependsOnItsType(t *testing.T) {
	for _, c := range []struct {
		event                      pim.EventKind
		admin, requestor, approver string
		requiresAction             bool
	}{
		{pim.AssignmentAssigned, "Admin_Admin_", "Requestor_Admin_", "", false},
		{pim.AssignmentExpiring, "Admin_Admin_", "Requestor_Admin_", "", false},
		{pim.AssignmentExtendable, "Admin_Admin_", "Requestor_Admin_", "", false},
		{pim.AssignmentExpired, "Admin_Admin_", "Requestor_Admin_", "", false},
		{pim.AssignmentExtended, "Admin_Admin_", "Requestor_Admin_", "", false},
		{pim.AssignmentRenewed, "Admin_Admin_", "Requestor_Admin_", "", false},
		{pim.AssignmentRefused, "Admin_Admin_", "Requestor_Admin_", "", false},
		{pim.AssignmentExtendRequested, "Approver_Admin_", "", "Approver_Admin_", true},
		{pim.AssignmentRenewRequested, "Approver_Admin_", "", "Approver_Admin_", true},
		{pim.AssignmentAssignedOutsidePIM, "", "", "", false},
		{pim.PIMEnabled, "", "", "", false},
		{pim.DigestWeekly, "", "", "", false},
	} {
		require.Equal(t, c.requiresAction, c.event.RequiresAction(), c.event)
		for assigned, ending := range map[pim.AssignmentType]string{pim.Eligible: "Eligibility", pim.Active: "Assignment"} {
			want := func(beginning string) pim.RuleID {
				if beginning == "" {
					return ""
				}
				return pim.RuleID("Notification_" + beginning + ending)
			}
			for _, administrator := range []pim.Audience{
				pim.PrivilegedRoleAdministrator, pim.SecurityAdministrator, pim.GlobalAdministrator,
				pim.ResourceOwner, pim.UserAccessAdministrator, pim.GroupOwner,
			} {
				rule, reads := pim.Governing(c.event, assigned, administrator)
				require.Equal(t, want(c.admin), rule, "%s, %s, to %s", c.event, assigned, administrator)
				wantReads := pim.AdminRecipient
				if c.requiresAction {
					wantReads = pim.ApproverRecipient
				}
				require.Equal(t, wantReads, reads, "%s to %s", c.event, administrator)
			}
			rule, reads := pim.Governing(c.event, assigned, pim.Requestor)
			require.Equal(t, want(c.requestor), rule, "%s, %s, to the assignee", c.event, assigned)
			require.Equal(t, pim.RequestorRecipient, reads)
			rule, _ = pim.Governing(c.event, assigned, pim.Approver)
			require.Equal(t, want(c.approver), rule, "%s, %s, to approvers", c.event, assigned)
		}
	}
}

// everyCombination visits each row of the matrix under each setting of each of the nine rules.
func everyCombination(visit func(table pim.MatrixTable, row pim.MatrixRow, assigned pim.AssignmentType, rule pim.Rule)) {
	for _, table := range pim.Matrix() {
		for _, row := range table.Rows {
			for _, assigned := range []pim.AssignmentType{pim.Eligible, pim.Active} {
				for _, id := range pim.AllRuleIDs {
					for _, level := range []pim.NotificationLevel{pim.LevelNone, pim.LevelCritical, pim.LevelAll} {
						for _, defaults := range []bool{true, false} {
							for _, additional := range [][]string{nil, {"soc@x.example"}} {
								visit(table, row, assigned, pim.Rule{
									ID: id, NotificationLevel: level, IsDefaultRecipientsEnabled: defaults, NotificationRecipients: additional,
								})
							}
						}
					}
				}
			}
		}
	}
}

// One person in each column, one rule changed: who is told is worked out here from the rule's words, once per person.
func TestEveryRuleInEverySettingOnEveryEvent(t *testing.T) {
	combinations := 0
	everyCombination(func(table pim.MatrixTable, row pim.MatrixRow, assigned pim.AssignmentType, rule pim.Rule) {
		in := pim.PlanInput{
			Event: row.Event, AssignmentType: assigned, Requestor: alain, DecidedBy: person("nobody"), Rules: pim.Rules{rule.ID: rule},
		}
		var want []string
		governs := false
		for _, c := range pim.Columns(table.Kind, row.Event, pim.Entra, pim.PartAll, true) {
			who := person(string(c.Source))
			if len(in.Columns) > 0 && slices.ContainsFunc(in.Columns, func(f pim.Filled) bool { return slices.Contains(f.People, who) }) {
				continue // the same column again, for those who cannot decide now
			}
			in.Columns = append(in.Columns, column(c.Audience, who))
			id, _ := pim.Governing(row.Event, assigned, c.Audience)
			told := true
			if id == rule.ID {
				governs = true
				told = rule.IsDefaultRecipientsEnabled && reaches(rule.NotificationLevel, row.Event)
			}
			if told {
				want = append(want, who.Mail)
			}
		}
		if governs && reaches(rule.NotificationLevel, row.Event) {
			want = append(want, rule.NotificationRecipients...)
		}
		var got []string
		for _, r := range pim.Plan(in) {
			if r.Status == pim.StatusPlanned {
				got = append(got, r.Address)
			}
		}
		require.Equal(t, want, got, "%s %s %s %+v", table.Kind, row.Event, assigned, rule)
		combinations++
	})
	require.Equal(t, (18+16+15)*2*9*3*2*2, combinations)
}

func reaches(level pim.NotificationLevel, event pim.EventKind) bool {
	asks := []pim.EventKind{pim.ActivationPendingApproval, pim.AssignmentExtendRequested, pim.AssignmentRenewRequested}
	return level == pim.LevelAll || (level == pim.LevelCritical && slices.Contains(asks, event))
}

func TestAdministratorsAskedToExtendStandInTheOrderOfWhoCanDecide(t *testing.T) {
	active := []pim.HolderState{pim.HolderPermanent, pim.HolderActive, pim.HolderActivated}
	for _, event := range []pim.EventKind{pim.AssignmentExtendRequested, pim.AssignmentRenewRequested} {
		for _, noApprovers := range []bool{true, false} {
			require.Equal(t, []pim.Column{
				{Audience: pim.ResourceOwner, Source: pim.ResourceOwner, States: active},
				{Audience: pim.UserAccessAdministrator, Source: pim.UserAccessAdministrator, States: active},
				{Audience: pim.ResourceOwner, Source: pim.ResourceOwner, States: []pim.HolderState{pim.HolderEligible}},
			}, pim.Columns(pim.AzureResource, event, pim.Strict, pim.PartAll, noApprovers), event)
		}
		require.Equal(t, []pim.Column{
			{Audience: pim.PrivilegedRoleAdministrator, Source: pim.PrivilegedRoleAdministrator, States: active},
			{Audience: pim.GlobalAdministrator, Source: pim.GlobalAdministrator, States: active},
		}, pim.Columns(pim.DirectoryRole, event, pim.Entra, pim.PartAll, false), event)
		require.Empty(t, pim.Columns(pim.DirectoryRole, event, pim.Strict, pim.PartAll, false))
	}
}

func TestWhoeverExtendedOrRefusedIsNotToldOfIt(t *testing.T) {
	for _, event := range []pim.EventKind{pim.AssignmentExtended, pim.AssignmentRenewed, pim.AssignmentRefused} {
		in := pim.PlanInput{
			Event: event, AssignmentType: pim.Eligible, Requestor: alain, DecidedBy: person("zoe"),
			Columns: []pim.Filled{
				column(pim.Requestor, alain), column(pim.ResourceOwner, person("zoe"), person("ben")),
				column(pim.UserAccessAdministrator, pim.Principal{ID: "zoe's other account", Mail: "zoe@contoso.example"}),
			},
			Rules: pim.Rules{pim.AdminAdminEligibility: {
				NotificationLevel: pim.LevelAll, IsDefaultRecipientsEnabled: true, NotificationRecipients: []string{"zoe@contoso.example", "soc@x.example"},
			}},
		}
		require.Equal(t, []string{
			"1 alain requestor Requestor planned", "2 ben owner Admin planned", "3 soc@x.example additional Admin planned",
			"0 zoe owner Admin skipped ownDecision",
		}, lines(pim.Plan(in)), event)

		in.DecidedBy = alain
		require.Contains(t, lines(pim.Plan(in)), "0 alain requestor Requestor skipped ownDecision", "nor where it is their own")
		in.DecidedBy = pim.Principal{}
		require.Len(t, pim.Plan(in), 4, "where nobody is known to have decided, nobody is left out")
	}
	// A member of the group that has the assignment, and an address that is told in the assignee's words.
	require.Equal(t, []string{"1 alain requestor Requestor planned", "0 zoe requestor Requestor skipped ownDecision"}, lines(pim.Plan(pim.PlanInput{
		Event: pim.AssignmentRefused, AssignmentType: pim.Eligible, Requestor: alain, DecidedBy: person("zoe"),
		Columns: []pim.Filled{column(pim.Requestor, alain, person("zoe"))},
		Rules: pim.Rules{pim.RequestorAdminEligibility: {
			NotificationLevel: pim.LevelAll, IsDefaultRecipientsEnabled: true, NotificationRecipients: []string{"zoe@contoso.example"},
		}},
	})))
	for _, event := range []pim.EventKind{pim.AssignmentAssigned, pim.AssignmentExpired, pim.AssignmentAssignedOutsidePIM, pim.PIMEnabled} {
		require.Equal(t, []string{"1 zoe globalAdministrator Admin planned"}, lines(pim.Plan(pim.PlanInput{
			Event: event, DecidedBy: person("zoe"), Columns: []pim.Filled{column(pim.GlobalAdministrator, person("zoe"))},
		})), "%s leaves nobody out", event)
	}
}

func TestWhoeverAsksToExtendIsNotAskedToDecide(t *testing.T) {
	plan := pim.Plan(pim.PlanInput{
		Event: pim.AssignmentExtendRequested, AssignmentType: pim.Active, Requestor: alain,
		Columns: []pim.Filled{column(pim.ResourceOwner, alain, person("ben"))},
	})
	require.Equal(t, []string{"1 ben owner Approver planned", "0 alain owner Approver skipped ownRequest"}, lines(plan))
}

func TestCapHoldsForAGroupThatIsAssignedARole(t *testing.T) {
	crowd := make([]pim.Principal, 1100)
	for i := range crowd {
		crowd[i] = person(fmt.Sprintf("m%04d", i))
	}
	plan := pim.Plan(pim.PlanInput{
		Event: pim.AssignmentAssigned, AssignmentType: pim.Active, Requestor: pim.Principal{ID: "g1", Type: pim.Group},
		Columns: []pim.Filled{column(pim.Requestor, crowd...), column(pim.ResourceOwner, person("a"))},
	})
	require.Equal(t, pim.StatusPlanned, plan[999].Status)
	require.Equal(t, "m0999", plan[999].PrincipalID)
	require.Equal(t, "1101 a owner Admin capped overCap", lines(plan)[1100], "the assignees first")
}
