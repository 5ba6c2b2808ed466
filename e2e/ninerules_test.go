package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// governed is one of Graph's nine notification rules, and how to come to an event that it governs.
type governed struct {
	rule  pim.RuleID
	event func(t testing.TB, w *world, id string, role pim.Role) (resource, eventID string)
	// defaults are those whom the rule tells by default, others those of the same event whom another rule tells.
	defaults, others []string
	requiresAction   bool
	subject          string // of the text that its recipients read; {role} stands for the role
}

var nineRules = []governed{
	{
		rule: "Notification_Admin_Admin_Eligibility", event: assignedTo(pim.Eligible), defaults: []string{"adele", "alex", "grady", "henrietta"}, others: []string{"alain"},
		subject: "PIM: Alain Charon was made eligible for the {role} role",
	},
	{
		rule: "Notification_Admin_Admin_Assignment", event: assignedTo(pim.Active), defaults: []string{"adele", "alex", "grady", "henrietta"}, others: []string{"alain"},
		subject: "PIM: Alain Charon was assigned the {role} role",
	},
	{
		rule: "Notification_Admin_EndUser_Assignment", event: activated, others: []string{"alain"},
		defaults: []string{"adele", "alex", "delia", "grady", "henrietta"}, subject: "PIM: Alain Charon activated the {role} role",
	},
	{
		rule: "Notification_Requestor_Admin_Eligibility", event: assignedTo(pim.Eligible), defaults: []string{"alain"}, others: []string{"adele", "alex", "grady", "henrietta"},
		subject: "PIM: You were made eligible for the {role} role",
	},
	{
		rule: "Notification_Requestor_Admin_Assignment", event: assignedTo(pim.Active), defaults: []string{"alain"}, others: []string{"adele", "alex", "grady", "henrietta"},
		subject: "PIM: You were assigned the {role} role",
	},
	{
		rule: "Notification_Requestor_EndUser_Assignment", event: activated, defaults: []string{"alain"},
		others: []string{"adele", "alex", "delia", "grady", "henrietta"}, subject: "PIM: You activated the {role} role",
	},
	{
		rule: "Notification_Approver_Admin_Eligibility", event: extensionAsked(pim.Eligible), defaults: []string{"adele", "alex", "grady", "henrietta"}, requiresAction: true,
		subject: "PIM: Review Alain Charon's request to extend the {role} role",
	},
	{
		rule: "Notification_Approver_Admin_Assignment", event: extensionAsked(pim.Active), defaults: []string{"adele", "alex", "grady", "henrietta"}, requiresAction: true,
		subject: "PIM: Review Alain Charon's request to extend the {role} role",
	},
	{
		rule: "Notification_Approver_EndUser_Assignment", event: approvalAsked, defaults: []string{"isabella", "johanna", "joni", "lee"}, requiresAction: true,
		subject: "PIM: Review Alain Charon's request to activate the {role} role",
	},
}

func assignedTo(gives pim.AssignmentType) func(testing.TB, *world, string, pim.Role) (string, string) {
	return func(t testing.TB, w *world, id string, role pim.Role) (string, string) {
		t.Helper()
		w.assign(t, id, assignment(func(a *pim.Assignment) { a.Role, a.AssignmentType = role, gives }))
		return "assignments/" + id, "assignment." + id + ".assigned"
	}
}

func extensionAsked(gives pim.AssignmentType) func(testing.TB, *world, string, pim.Role) (string, string) {
	return func(t testing.TB, w *world, id string, role pim.Role) (string, string) {
		t.Helper()
		w.assign(t, id, assignment(func(a *pim.Assignment) { a.Role, a.AssignmentType = role, gives }))
		w.ask(t, id, "extend", "x", pim.ExtensionRequest{RequestedBy: pim.Principal{ID: "u7"}, ScheduleInfo: lasting(time.Hour)})
		return "assignments/" + id, "assignment." + id + ".extendRequested.r~x"
	}
}

func activated(t testing.TB, w *world, id string, role pim.Role) (string, string) {
	t.Helper()
	w.put(t, id, activation(func(r *pim.ActivationRequest) { r.Role, r.Approval = role, pim.Approval{} }))
	return "activationRequests/" + id, "activation." + id + ".completed"
}

func approvalAsked(t testing.TB, w *world, id string, role pim.Role) (string, string) {
	t.Helper()
	w.put(t, id, activation(func(r *pim.ActivationRequest) { r.Role = role }))
	return "activationRequests/" + id, "activation." + id + ".pendingApproval"
}

// ways are the ways to set a rule: what the settings say, and whom it then tells beside those whom another rule tells.
var ways = []struct {
	name, settings string
	told           func(g governed) (defaults bool, additional []string)
}{
	{"untouched", "", func(governed) (bool, []string) { return true, nil }},
	{"none", "notificationLevel: None, notificationRecipients: [soc@contoso.example]", func(governed) (bool, []string) { return false, nil }},
	{"critical", "notificationLevel: Critical, notificationRecipients: [soc@contoso.example]", func(g governed) (bool, []string) {
		if g.requiresAction {
			return true, []string{"soc"}
		}
		return false, nil
	}},
	{"nobody by default", "isDefaultRecipientsEnabled: false", func(governed) (bool, []string) { return false, nil }},
	{
		"others instead", "isDefaultRecipientsEnabled: false, notificationRecipients: [soc@contoso.example, audit@contoso.example]",
		func(governed) (bool, []string) { return false, []string{"audit", "soc"} },
	},
	{"others too", "notificationRecipients: [soc@contoso.example]", func(governed) (bool, []string) { return true, []string{"soc"} }},
}

func TestEachOfTheNineRulesDecidesWhomItsEventsTell(t *testing.T) {
	var policies strings.Builder
	role := func(g governed, way string) pim.Role {
		name := strings.TrimPrefix(string(g.rule), "Notification_") + " " + way
		return pim.Role{ID: strings.ReplaceAll(name, " ", "-"), DisplayName: name}
	}
	for _, g := range nineRules {
		for _, way := range ways {
			if way.settings != "" {
				fmt.Fprintf(&policies, "      - {resourceKind: directoryRole, role: %s, scope: \"*\", rules: [{id: %s, %s}]}\n", role(g, way.name).DisplayName, g.rule, way.settings)
			}
		}
	}
	settings := filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(settings, []byte("tenants:\n  contoso:\n    policies:\n"+policies.String()), 0o600))
	w := newWorld(t, options{env: map[string]string{
		"PIMNOTIFY_SETTINGS": settings, "PIMNOTIFY_ENGINE_DELAY": "0", "PIMNOTIFY_EXPIRY_NOTICES": "1h",
	}})
	require.ElementsMatch(t, pim.AllRuleIDs, ids(nineRules))
	var all []func(testing.TB)
	for _, g := range nineRules {
		for i, way := range ways {
			all = append(all, func(t testing.TB) {
				t.Helper()
				r := role(g, way.name)
				resource, eventID := g.event(t, w, fmt.Sprintf("%s%s-%d", w.prefix, g.rule, i), r)
				w.awaitTold(t, resource, eventID)
				g.hold(t, w, eventID, r, way.told)
			})
		}
	}
	together(t, all...)
}

func ids(rules []governed) (all []pim.RuleID) {
	for _, g := range rules {
		all = append(all, g.rule)
	}
	return all
}

// hold compares who was told of an event with what the rule says.
func (g governed) hold(t testing.TB, w *world, eventID string, role pim.Role, tells func(governed) (bool, []string)) {
	t.Helper()
	defaults, additional := tells(g)
	want, got := map[string]string{}, map[string]string{}
	name := strings.ReplaceAll(g.subject, "{role}", role.DisplayName)
	for _, who := range additional {
		want[who] = "additional: " + name
	}
	for _, who := range g.defaults {
		if defaults {
			want[who] = name
		} else {
			want[who] = string(pim.StatusSkipped) + " " + pim.ReasonRuleOff
		}
	}
	for _, d := range w.recipients(t, eventID) {
		who := local(d.Address)
		switch {
		case who == "" || slices.Contains(g.others, who):
			continue
		case d.Status != pim.StatusSent:
			got[who] = string(d.Status) + " " + d.Reason
		case d.Audience == pim.Additional:
			got[who] = "additional: " + d.Subject
		default:
			got[who] = d.Subject
		}
	}
	require.Equal(t, want, got, "%s, %s", eventID, role.DisplayName)
	arrived := map[string]string{}
	for _, m := range w.inbox.Messages() {
		if m.Header("X-PIM-Event-Id") == eventID {
			who := local(m.To[0])
			arrived[who] = m.Subject
		}
	}
	for who, line := range got {
		if line = strings.TrimPrefix(line, "additional: "); strings.HasPrefix(line, "PIM: ") {
			require.Equal(t, line, arrived[who])
		} else {
			require.NotContains(t, arrived, who)
		}
	}
	for _, who := range g.others {
		require.Contains(t, arrived, who, "another rule tells them")
	}
}
