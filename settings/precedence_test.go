package settings_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/settings"
)

// What the request is about, and the six ways in which a policy can speak of it, the most exact first. The list is the rule as
// people say it: the role before the scope, a role by its id before a role by its name.
var (
	asked      = pim.Role{ID: "acdd72a7", DisplayName: "Backup Reader"}
	askedAt    = pim.Scope{ID: "/subscriptions/s1"}
	precedence = []struct{ role, scope string }{
		{asked.ID, askedAt.ID}, {asked.DisplayName, askedAt.ID},
		{asked.ID, "*"}, {asked.DisplayName, "*"},
		{"*", askedAt.ID}, {"*", "*"},
	}
)

// written is one rule as somebody wrote it: what is empty is left out of the file.
type written struct {
	level, defaults, additional string
}

var (
	levels      = []string{"", "None", "Critical", "All"}
	switches    = []string{"", "true", "false"}
	additionals = []string{"", "[]", "[soc@contoso.example]", "[soc@contoso.example, Audit@contoso.example]"}
)

func (w written) yaml(id pim.RuleID) string {
	text := "{id: " + string(id)
	for key, value := range map[string]string{"notificationLevel": w.level, "isDefaultRecipientsEnabled": w.defaults, "notificationRecipients": w.additional} {
		if value != "" {
			text += ", " + key + ": " + value
		}
	}
	return text + "}"
}

// says is what somebody who wrote this expects, worked out without the code.
func (w written) says(id pim.RuleID) pim.Rule {
	r := pim.Rule{ID: id, RecipientType: pim.RecipientType(strings.Split(string(id), "_")[1]), NotificationLevel: pim.LevelAll}
	if w.level != "" {
		r.NotificationLevel = pim.NotificationLevel(w.level)
	}
	r.IsDefaultRecipientsEnabled = w.defaults != "false"
	if list := strings.Trim(strings.ToLower(w.additional), "[]"); list != "" {
		r.NotificationRecipients = strings.Split(list, ", ")
	}
	return r
}

// Every rule, in each level, with default recipients on and off, with and without additional ones, each of them left out too, under
// every set of policies that speak of the role: the most exact one wins, whole, and says where it stands.
func TestMostSpecificRuleWinsWholeAndSaysWhereItStands(t *testing.T) {
	for _, id := range pim.AllRuleIDs {
		t.Run(string(id), func(t *testing.T) {
			t.Parallel()
			var tenants []string
			var file strings.Builder
			file.WriteString("tenants:\n")
			line := 1
			winners := map[string]written{}
			lines := map[string]int{}
			origins := map[string]struct{ role, scope string }{}
			for policies := range 1 << len(precedence) {
				for n := range len(levels) * len(switches) * len(additionals) {
					tenant := fmt.Sprintf("t%d-%d", policies, n)
					tenants = append(tenants, tenant)
					fmt.Fprintf(&file, "  %s:\n    policies:\n", tenant)
					line += 2
					// Others that must not be heard: another kind, role, scope, another rule of the same place.
					for _, deaf := range []string{
						"resourceKind: group, role: '*', scope: '*', rules: [{id: " + string(id) + ", notificationLevel: None}]",
						"resourceKind: azureResource, role: Reader, scope: " + askedAt.ID + ", rules: [{id: " + string(id) + ", notificationLevel: None}]",
						"resourceKind: azureResource, role: '*', scope: /subscriptions, rules: [{id: " + string(id) + ", notificationLevel: None}]",
					} {
						fmt.Fprintf(&file, "      - {%s}\n", deaf)
						line++
					}
					for i := len(precedence) - 1; i >= 0; i-- { // the winner is the last of the file
						if policies&(1<<i) == 0 {
							continue
						}
						m := n + i // so that what loses says something else
						w := written{levels[m%4], switches[m/4%3], additionals[m/12%4]}
						fmt.Fprintf(&file, "      - {resourceKind: azureResource, role: '%s', scope: '%s', rules: [%s]}\n",
							precedence[i].role, precedence[i].scope, w.yaml(id))
						line++
						winners[tenant], lines[tenant], origins[tenant] = w, line, precedence[i]
					}
				}
			}
			all, err := settings.Parse("settings.yaml", []byte(file.String()), pim.DefaultSettings())
			require.NoError(t, err)
			for _, tenant := range tenants {
				got, origin := all.Effective(tenant, pim.AzureResource, asked, askedAt, id)
				rules := all.Rules(tenant, pim.AzureResource, asked, askedAt)
				require.Equal(t, got, rules.Rule(id), tenant)
				w, changed := winners[tenant]
				if !changed {
					require.Equal(t, written{}.says(id), got, tenant)
					require.True(t, origin.IsDefault(), tenant)
					require.Empty(t, rules, tenant)
					continue
				}
				require.Equal(t, w.says(id), got, tenant)
				require.Len(t, rules, 1, tenant)
				require.Equal(t, lines[tenant], origin.Line, tenant)
				require.Equal(t, origins[tenant].role, origin.Role, tenant)
				require.Equal(t, origins[tenant].scope, origin.Scope, tenant)
			}
		})
	}
}

// Rule by rule: a policy for the role does not silence what a wider one says of another rule.
func TestPolicyLeavesTheRulesItDoesNotNameToTheOthers(t *testing.T) {
	all := parse(t, `tenants:
  contoso:
    policies:
      - {resourceKind: azureResource, role: "*", scope: "*", rules: [{id: Notification_Admin_EndUser_Assignment, notificationLevel: None}, {id: Notification_Admin_Admin_Assignment, notificationLevel: None}]}
      - {resourceKind: azureResource, role: Backup Reader, scope: "*", rules: [{id: Notification_Admin_EndUser_Assignment, isDefaultRecipientsEnabled: false}]}
`)
	rules := all.Rules("contoso", pim.AzureResource, asked, askedAt)
	require.Equal(t, pim.LevelNone, rules.Rule(pim.AdminAdminAssignment).NotificationLevel)
	changed := rules.Rule(pim.AdminEndUserAssignment)
	require.False(t, changed.IsDefaultRecipientsEnabled)
	require.Equal(t, pim.LevelAll, changed.NotificationLevel, "left out: the default, not what the wider policy says")
	require.Equal(t, pim.DefaultRule(pim.ApproverEndUserAssignment), rules.Rule(pim.ApproverEndUserAssignment))
	_, origin := all.Effective("contoso", pim.AzureResource, asked, askedAt, pim.AdminAdminAssignment)
	require.Equal(t, "settings.yaml:4: tenants.contoso.policies[0].rules[1]", origin.String())
	_, origin = all.Effective("contoso", pim.AzureResource, asked, askedAt, pim.ApproverEndUserAssignment)
	require.Equal(t, "default", origin.String())
	require.Empty(t, all.Rules("fabrikam", pim.AzureResource, asked, askedAt), "another tenant's")
}

func TestPolicyMeansARoleInEachOfItsSpellings(t *testing.T) {
	owner := pim.RoleIDs[pim.RoleOwner]
	cases := []struct {
		name          string
		kind          pim.ResourceKind
		inFile        string
		asked         pim.Role
		scope, scoped string
		heard         bool
	}{
		{"by id", pim.AzureResource, "acdd72a7", asked, "*", "/", true},
		{"by display name", pim.AzureResource, "Backup Reader", asked, "*", "/", true},
		{"in another case", pim.AzureResource, "backup reader", asked, "*", "/", false},
		{"an administrators' role by name, asked by id", pim.AzureResource, "Owner", pim.Role{ID: owner, DisplayName: "Eier"}, "*", "/", true},
		{"an administrators' role by id, asked by name", pim.AzureResource, owner, pim.Role{ID: "x", DisplayName: "Owner"}, "*", "/", true},
		{"an administrators' role by id, asked for another", pim.AzureResource, owner, pim.Role{ID: "x", DisplayName: "Reader"}, "*", "/", false},
		{"a role without a name", pim.AzureResource, "Reader", pim.Role{ID: "x"}, "*", "/", false},
		{"a group's member", pim.GroupResource, "member", pim.Role{ID: "member", DisplayName: "Member"}, "g7", "g7", true},
		{"a group's member by the name people see", pim.GroupResource, "member", pim.Role{ID: "2f1c", DisplayName: "Member"}, "*", "g7", true},
		{"a group's owner is no member", pim.GroupResource, "member", pim.Role{ID: "owner", DisplayName: "Owner"}, "*", "g7", false},
		{"another group", pim.GroupResource, "member", pim.Role{ID: "member", DisplayName: "Member"}, "g7", "g70", false},
		{"a slash at the end of the file's scope", pim.AzureResource, "*", asked, "/subscriptions/s1/", "/subscriptions/s1", true},
		{"a slash at the end of the request's scope", pim.AzureResource, "*", asked, "/subscriptions/s1", "/subscriptions/s1/", true},
		{"a scope below", pim.AzureResource, "*", asked, "/subscriptions/s1", "/subscriptions/s1/resourceGroups/rg1", false},
		{"the whole tenant is a scope like any other", pim.AzureResource, "*", asked, "/", "/subscriptions/s1", false},
		{"the whole tenant", pim.DirectoryRole, "*", asked, "/", "/", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			all := parse(t, fmt.Sprintf("tenants: {contoso: {policies: [{resourceKind: %s, role: %q, scope: %q, rules: [{id: Notification_Admin_EndUser_Assignment, notificationLevel: None}]}]}}\n",
				c.kind, c.inFile, c.scope))
			for _, kind := range []pim.ResourceKind{pim.DirectoryRole, pim.AzureResource, pim.GroupResource} {
				rules := all.Rules("contoso", kind, c.asked, pim.Scope{ID: c.scoped})
				require.Equal(t, c.heard && kind == c.kind, len(rules) == 1, kind)
			}
		})
	}
}

// The name that people see may be any; the id says which role it is.
func TestRoleByItsIDBeatsANamesake(t *testing.T) {
	const file = `tenants:
  contoso:
    policies:
      - {resourceKind: directoryRole, role: Globaler Administrator, scope: /, rules: [{id: Notification_Admin_EndUser_Assignment, notificationLevel: None}]}
      - {resourceKind: directoryRole, role: Global Administrator, scope: /, rules: [{id: Notification_Admin_EndUser_Assignment, notificationLevel: Critical}]}
`
	role := pim.Role{ID: pim.RoleIDs[pim.RoleGlobalAdministrator], DisplayName: "Globaler Administrator"}
	rule, _ := parse(t, file).Effective("contoso", pim.DirectoryRole, role, pim.Scope{ID: "/"}, pim.AdminEndUserAssignment)
	require.Equal(t, pim.LevelCritical, rule.NotificationLevel)
}

func parse(t *testing.T, text string) *settings.All {
	t.Helper()
	all, err := settings.Parse("settings.yaml", []byte(text), pim.DefaultSettings())
	require.NoError(t, err)
	return all
}
