package pim_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestPlanKeepsWhatItKnewOfEachRecipient(t *testing.T) {
	ben, eve := person("ben"), person("eve")
	group := pim.Principal{ID: "g1", DisplayName: "Tier-0 approvers", Mail: "not kept"}
	plan := pim.Plan(pim.PlanInput{
		Event: pim.ActivationPendingApproval, Profile: pim.Strict, Requestor: alain,
		Rules: pim.Rules{pim.ApproverEndUserAssignment: {
			ID: pim.ApproverEndUserAssignment, NotificationLevel: pim.LevelCritical, IsDefaultRecipientsEnabled: true, NotificationRecipients: []string{"soc@x.example"},
		}},
		Columns: []pim.Filled{
			{
				Audience: pim.Approver, Source: pim.PrivilegedRoleAdministrator, Cell: "fallback", People: []pim.Principal{alain, ben, eve},
				Reached: map[string]pim.Reached{"ben": {State: pim.HolderActive, Via: []pim.Principal{group}}, "eve": {State: pim.HolderActive, Via: []pim.Principal{group}}},
			},
			{Audience: pim.GlobalAdministrator, Cell: "yes", People: []pim.Principal{ben}},
		},
	})
	whys := map[string]*pim.Why{}
	for _, r := range plan {
		whys[r.PrincipalID+r.Address] = r.Why
	}
	known := pim.Why{
		Column: pim.PrivilegedRoleAdministrator, Cell: "fallback", Profile: pim.Strict, Rule: pim.ApproverEndUserAssignment, Level: pim.LevelCritical,
		State: pim.HolderActive, Via: []pim.Principal{{ID: "g1", DisplayName: "Tier-0 approvers"}},
	}
	require.Equal(t, &known, whys["eve"+eve.Mail])
	known.Also = []pim.Aside{{Column: pim.GlobalAdministrator}}
	require.Equal(t, &known, whys["ben"+ben.Mail])
	require.Equal(t, &pim.Why{Column: pim.Additional, Profile: pim.Strict, Rule: pim.ApproverEndUserAssignment, Level: pim.LevelCritical}, whys["soc@x.example"])
	require.Equal(t, pim.PrivilegedRoleAdministrator, whys[alain.ID+alain.Mail].Column, "those who are left out have one too")
}

// Somebody who is left out of one column and told in another is told why they might wonder.
func TestPlanKeepsWhyAnotherColumnLeftSomebodyOut(t *testing.T) {
	plan := pim.Plan(pim.PlanInput{
		Event: pim.ActivationPendingApproval, Requestor: alain,
		Columns: []pim.Filled{column(pim.Approver, alain), column(pim.GlobalAdministrator, person("ben"))},
	})
	require.Equal(t, pim.Approver, plan[len(plan)-1].Why.Column)
	plan = pim.Plan(pim.PlanInput{
		Event: pim.ActivationCompleted, Requestor: alain, Rules: pim.Rules{pim.RequestorEndUserAssignment: {NotificationLevel: pim.LevelNone}},
		Columns: []pim.Filled{column(pim.Requestor, alain), column(pim.GlobalAdministrator, alain)},
	})
	require.Len(t, plan, 1)
	require.Equal(t, []pim.Aside{{Column: pim.Requestor, Reason: pim.ReasonRuleOff}}, plan[0].Why.Also)
}

func TestAThousandRecipientsOfOneGroupShareWhatIsKnown(t *testing.T) {
	var crowd []pim.Principal
	reached := map[string]pim.Reached{}
	for i := range 1000 {
		p := person(fmt.Sprintf("p%04d", i))
		crowd = append(crowd, p)
		reached[p.ID] = pim.Reached{Via: []pim.Principal{{ID: "g1"}}}
	}
	shared := map[*pim.Why]bool{}
	for _, r := range pim.Plan(pim.PlanInput{Event: pim.ActivationPendingApproval, Columns: []pim.Filled{{Audience: pim.Approver, People: crowd, Reached: reached}}}) {
		shared[r.Why] = true
	}
	require.Len(t, shared, 1)
}
