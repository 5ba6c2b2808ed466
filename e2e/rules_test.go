package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// What a tenant sets decides who is told: its profile, and the rules of the role that somebody asks for.
func TestATenantsProfileAndRulesDecideWhoIsTold(t *testing.T) {
	t.Parallel()
	settings := filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(settings, []byte(`tenants:
  contoso:
    profile: entra
    engineDelay: {min: PT0S, p90: PT0S, max: PT0S}
    policies:
      - resourceKind: directoryRole
        role: Silent Reader
        scope: "*"
        rules:
          - {id: Notification_Approver_EndUser_Assignment, notificationLevel: Critical}
          - {id: Notification_Admin_EndUser_Assignment, isDefaultRecipientsEnabled: false, notificationRecipients: [soc@contoso.example, Adele@Contoso.example]}
          - {id: Notification_Requestor_EndUser_Assignment, notificationLevel: None}
`), 0o600))
	w := newWorld(t, options{env: map[string]string{"PIMNOTIFY_SETTINGS": settings}})
	play := func(role string) pim.View {
		id := w.prefix + role
		w.put(t, id, activation(func(r *pim.ActivationRequest) { r.Role = pim.Role{ID: role, DisplayName: "Silent Reader"} }))
		w.awaitEvent(t, id, pim.ActivationPendingApproval, pim.EventComplete)
		w.decide(t, id, pim.Approve, "u8").done(t)
		return w.awaitEnd(t, id, pim.Provisioned, patience)
	}
	v := play("silent")
	require.Equal(t, approvers, w.told(t, v, pim.ActivationPendingApproval), "it asks for an action")
	require.Empty(t, w.told(t, v, pim.ActivationApproved), "it does not")
	require.Equal(t, people{pim.Additional: {"adele", "soc"}}, w.told(t, v, pim.ActivationCompleted), "nobody by default, the requestor neither")
	e, _ := event(v, pim.ActivationCompleted)
	for _, d := range w.recipients(t, e.ID) {
		if d.Status == pim.StatusSkipped && d.Address != "" {
			require.Equal(t, pim.ReasonRuleOff, d.Reason, d.Address)
		}
	}

	// An edit counts for what is planned from then on.
	require.NoError(t, os.WriteFile(settings, []byte("tenants:\n  contoso: {profile: strict, engineDelay: {min: PT0S, p90: PT0S, max: PT0S}}\n"), 0o600))
	strict := people{
		pim.PrivilegedRoleAdministrator: {"grady", "henrietta"}, pim.SecurityAdministrator: {"delia"}, pim.GlobalAdministrator: {"adele", "alex"},
	}
	n := 0
	await(t, patience, "the edit to count", func() bool {
		n++
		v = play("strict" + string(rune('a'+n)))
		_, toldRequestor := w.told(t, v, pim.ActivationCompleted)[pim.Requestor]
		return !toldRequestor && len(w.told(t, v, pim.ActivationCompleted)) == len(strict)
	})
	require.Equal(t, strict, w.told(t, v, pim.ActivationCompleted), "what Microsoft's page lists, and no more")
}
