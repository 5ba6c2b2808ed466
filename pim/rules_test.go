package pim_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestThereAreNineRulesWithGraphsIDs(t *testing.T) {
	var want []pim.RuleID
	for _, recipient := range []string{"Admin", "Requestor", "Approver"} {
		for _, event := range []string{"Admin_Eligibility", "Admin_Assignment", "EndUser_Assignment"} {
			want = append(want, pim.RuleID("Notification_"+recipient+"_"+event))
		}
	}
	require.Equal(t, want, pim.AllRuleIDs)
}

func TestUnchangedRuleTellsEverythingToTheDefaultRecipientsAlone(t *testing.T) {
	types := []pim.RecipientType{pim.AdminRecipient, pim.RequestorRecipient, pim.ApproverRecipient}
	for i, id := range pim.AllRuleIDs {
		want := pim.Rule{ID: id, RecipientType: types[i/3], NotificationLevel: pim.LevelAll, IsDefaultRecipientsEnabled: true}
		require.Equal(t, want, pim.DefaultRule(id))
		require.Equal(t, want, pim.Rules(nil).Rule(id), "a rule that is not there has its defaults")
	}
	changed := pim.Rule{ID: pim.AdminEndUserAssignment, NotificationLevel: pim.LevelNone}
	rules := pim.Rules{pim.AdminEndUserAssignment: changed}
	require.Equal(t, changed, rules.Rule(pim.AdminEndUserAssignment))
	require.Equal(t, pim.DefaultRule(pim.RequestorEndUserAssignment), rules.Rule(pim.RequestorEndUserAssignment))
}

func TestRuleIsWrittenAsInGraph(t *testing.T) {
	text, err := json.Marshal(pim.Rule{
		ID: pim.AdminEndUserAssignment, RecipientType: pim.AdminRecipient, NotificationLevel: pim.LevelCritical,
		IsDefaultRecipientsEnabled: true, NotificationRecipients: []string{"soc@contoso.example"},
	})
	require.NoError(t, err)
	require.JSONEq(t, `{"id": "Notification_Admin_EndUser_Assignment", "recipientType": "Admin", "notificationLevel": "Critical",
		"isDefaultRecipientsEnabled": true, "notificationRecipients": ["soc@contoso.example"]}`, string(text))
}

func TestLevelLetsThrough(t *testing.T) {
	for _, c := range []struct {
		level         pim.NotificationLevel
		action, other bool
	}{
		{pim.LevelNone, false, false},
		{pim.LevelCritical, true, false},
		{pim.LevelAll, true, true},
		{"Everything", false, false}, // unheard of: nobody is told by mistake
	} {
		rule := pim.Rule{NotificationLevel: c.level}
		require.Equal(t, c.action, rule.Lets(true), "%s, a mail that requires an action", c.level)
		require.Equal(t, c.other, rule.Lets(false), "%s, another mail", c.level)
	}
}

func TestRuleThatGoverns(t *testing.T) {
	const none = pim.RuleID("")
	for _, c := range []struct {
		event    pim.EventKind
		audience pim.Audience
		rule     pim.RuleID
		reads    pim.RecipientType
	}{
		{pim.ActivationPendingApproval, pim.Approver, "Notification_Approver_EndUser_Assignment", pim.ApproverRecipient},
		// Whoever is asked to decide is a default recipient of the approvers' rule.
		{pim.ActivationPendingApproval, pim.ResourceOwner, "Notification_Approver_EndUser_Assignment", pim.ApproverRecipient},
		{pim.ActivationPendingApproval, pim.UserAccessAdministrator, "Notification_Approver_EndUser_Assignment", pim.ApproverRecipient},
		{pim.ActivationPendingApproval, pim.GroupOwner, "Notification_Approver_EndUser_Assignment", pim.ApproverRecipient},
		{pim.ActivationApproved, pim.Approver, "Notification_Approver_EndUser_Assignment", pim.ApproverRecipient},
		{pim.ActivationApproved, pim.Requestor, "Notification_Requestor_EndUser_Assignment", pim.RequestorRecipient},
		{pim.ActivationDenied, pim.Approver, "Notification_Approver_EndUser_Assignment", pim.ApproverRecipient},
		{pim.ActivationDenied, pim.Requestor, "Notification_Requestor_EndUser_Assignment", pim.RequestorRecipient},
		{pim.ActivationTimedOut, pim.Requestor, "Notification_Requestor_EndUser_Assignment", pim.RequestorRecipient},
		{pim.ActivationFailed, pim.Requestor, "Notification_Requestor_EndUser_Assignment", pim.RequestorRecipient},
		{pim.ActivationCompleted, pim.Requestor, "Notification_Requestor_EndUser_Assignment", pim.RequestorRecipient},
		{pim.ActivationCompleted, pim.PrivilegedRoleAdministrator, "Notification_Admin_EndUser_Assignment", pim.AdminRecipient},
		{pim.ActivationCompleted, pim.SecurityAdministrator, "Notification_Admin_EndUser_Assignment", pim.AdminRecipient},
		{pim.ActivationCompleted, pim.GlobalAdministrator, "Notification_Admin_EndUser_Assignment", pim.AdminRecipient},
		{pim.ActivationCompleted, pim.ResourceOwner, "Notification_Admin_EndUser_Assignment", pim.AdminRecipient},
		{pim.ActivationCompleted, pim.UserAccessAdministrator, "Notification_Admin_EndUser_Assignment", pim.AdminRecipient},
		{pim.ActivationCompleted, pim.GroupOwner, "Notification_Admin_EndUser_Assignment", pim.AdminRecipient},
		{"activation.unheardOf", pim.GlobalAdministrator, none, pim.AdminRecipient},
	} {
		rule, reads := pim.Governing(c.event, "", c.audience)
		require.Equal(t, c.rule, rule, "%s to %s", c.event, c.audience)
		require.Equal(t, c.reads, reads, "%s to %s", c.event, c.audience)
	}
}

func TestOnlyTheRequestMailRequiresAnAction(t *testing.T) {
	require.True(t, pim.ActivationPendingApproval.RequiresAction())
	for _, event := range []pim.EventKind{
		pim.ActivationApproved, pim.ActivationDenied, pim.ActivationTimedOut, pim.ActivationFailed, pim.ActivationCompleted,
	} {
		require.False(t, event.RequiresAction(), event)
	}
}
