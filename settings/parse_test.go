package settings_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/settings"
)

// good is a small whole file. A case of the table below breaks one line of it.
const good = `tenants:
  contoso:
    profile: strict
    engineDelay: {min: PT1M, p90: PT2M, max: PT3M}
    approvalTimeout: PT12H
    expiryNotices: [P30D, P7D, P1D]
    renewWindow: P10D
    alerts: {assignedOutsidePim: false}
    digest:
      enabled: false
      weekday: Friday
      hour: 17
      timeZone: Europe/Oslo
      additionalRecipients: [Audit@Contoso.example, board@contoso.example]
      skipEmpty: true
      unknownOutcome: resend
    unknownOutcome: hold
    unreachableApproverMail: true
    policies:
      - resourceKind: directoryRole
        role: "*"
        scope: "*"
        rules:
          - {id: Notification_Admin_EndUser_Assignment, notificationLevel: Critical, notificationRecipients: [SOC@contoso.example]}
          - id: Notification_Approver_EndUser_Assignment
            recipientType: Approver
            isDefaultRecipientsEnabled: false
      - {resourceKind: group, role: member, scope: g7, rules: [{id: Notification_Requestor_Admin_Assignment, notificationLevel: None}]}
  fabrikam: {}
`

func TestBrokenFileIsRefusedWithLineAndKey(t *testing.T) {
	const c, long = "tenants.contoso.", "notificationLevel: Critical, "
	const rule0, rule1 = c + "policies[0].rules[0].", c + "policies[0].rules[1]"
	cases := []struct {
		name, old, new string // what of the good file is replaced, once
		line           int
		key, says      string
	}{
		{"unknown key of the file", "tenants:", "version: 1\ntenants:", 1, "version", "is unknown: the keys here are tenants"},
		{"unknown key of a tenant", "profile: strict", "profil: strict", 3, c + "profil", "is unknown: the keys here are profile, engineDelay,"},
		{"unknown key of the delay", "max: PT3M", "max: PT3M, p99: PT3M", 4, c + "engineDelay.p99", "is unknown: the keys here are min, p90, max"},
		{"unknown key of the alerts", "assignedOutsidePim", "assignedOutsidePIM", 8, c + "alerts.assignedOutsidePIM", "is unknown"},
		{"unknown key of the digest", "weekday", "weekDay", 11, c + "digest.weekDay", "is unknown"},
		{"unknown key of a policy", "        role: \"*\"", "        name: x\n        role: \"*\"", 21, c + "policies[0].name", "is unknown: the keys here are resourceKind, role, scope, rules"},
		{"unknown key of a rule", "recipientType: Approver", "recipients: []", 26, rule1 + ".recipients", "is unknown: the keys here are id, recipientType, notificationLevel"},
		{"key that comes twice", "    renewWindow", "    approvalTimeout: PT1H\n    renewWindow", 7, c + "approvalTimeout", "comes twice: it is in line 5 already"},
		{"tenant that comes twice", "  fabrikam", "  contoso", 29, "tenants.contoso", "comes twice: it is in line 2 already"},
		{"tenant id that no path takes", "  fabrikam:", "  fabri/kam:", 29, "tenants.fabri/kam", "must be 1 to 128 of A-Z a-z 0-9 . _ -"},
		{"tenant that is a list", "fabrikam: {}", "fabrikam: []", 29, "tenants.fabrikam", "must be a mapping"},
		{"unknown profile", "profile: strict", "profile: Strict", 3, c + "profile", `must be strict or entra, not "Strict"`},
		{"reserved profile", "profile: strict", "profile: enhanced", 3, c + "profile", "must be strict or entra: enhanced is reserved"},
		{"delay without a bound", "p90: PT2M, ", "", 4, c + "engineDelay.p90", "is required: an ISO 8601 duration, such as PT3M, or PT0S for none"},
		{"delay that descends", "min: PT1M", "min: PT9M", 4, c + "engineDelay", "must be three ascending durations"},
		{"delay in Go's words", "min: PT1M", "min: 1m", 4, c + "engineDelay.min", "must be a positive ISO 8601 duration"},
		{"delay below nothing", "min: PT1M", "min: -PT1M", 4, c + "engineDelay.min", "must be a positive ISO 8601 duration"},
		{"delay that is a single one", "{min: PT1M, p90: PT2M, max: PT3M}", "PT3M", 4, c + "engineDelay", "must be a mapping"},
		{"time-out of no length", "approvalTimeout: PT12H", "approvalTimeout: PT0S", 5, c + "approvalTimeout", "must be longer than nothing"},
		{"time-out in months", "approvalTimeout: PT12H", "approvalTimeout: P1M", 5, c + "approvalTimeout", "must not use years or months"},
		{"time-out that is a list", "approvalTimeout: PT12H", "approvalTimeout: [PT12H]", 5, c + "approvalTimeout", "must be plain text"},
		{"no notice", "[P30D, P7D, P1D]", "[]", 6, c + "expiryNotices", "must be at least one duration"},
		{"notices that ascend", "[P30D, P7D, P1D]", "[P1D, P7D]", 6, c + "expiryNotices", "each shorter than the one before"},
		{"notice that comes twice", "[P30D, P7D, P1D]", "[P7D, PT168H]", 6, c + "expiryNotices", "each shorter than the one before"},
		{"notice at the end itself", "[P30D, P7D, P1D]", "[P7D, PT0S]", 6, c + "expiryNotices", "must be positive durations"},
		{"notice that is none", "[P30D, P7D, P1D]", "[P30D, soon]", 6, c + "expiryNotices[1]", "must be a positive ISO 8601 duration"},
		{"notice that is nothing", "[P30D, P7D, P1D]", "[P30D, '']", 6, c + "expiryNotices[1]", "is required: an ISO 8601 duration"},
		{"notices that are one", "[P30D, P7D, P1D]", "P30D", 6, c + "expiryNotices", "must be a list"},
		{"window of no length", "renewWindow: P10D", "renewWindow: P0D", 7, c + "renewWindow", "must be longer than nothing"},
		{"switch that is no switch", "assignedOutsidePim: false", "assignedOutsidePim: off", 8, c + "alerts.assignedOutsidePim", "must be true or false"},
		{"digest that is a switch", "digest:\n      enabled: false", "digest: off\n    digests:\n      enabled: false", 9, c + "digest", "must be a mapping"},
		{"digest's switch", "enabled: false\n      weekday", "enabled: 'false'\n      weekday", 10, c + "digest.enabled", "must be true or false"},
		{"unknown weekday", "weekday: Friday", "weekday: Fri", 11, c + "digest.weekday", `must be Sunday, Monday, Tuesday, Wednesday, Thursday, Friday or Saturday, not "Fri"`},
		{"hour that no day has", "hour: 17", "hour: 24", 12, c + "digest.hour", "must be a whole hour from 0 to 23"},
		{"hour with minutes", "hour: 17", "hour: '17:30'", 12, c + "digest.hour", "must be a whole hour from 0 to 23"},
		{"hour below nothing", "hour: 17", "hour: -1", 12, c + "digest.hour", "must be a whole hour from 0 to 23"},
		{"unknown time zone", "Europe/Oslo", "Europe/Utopia", 13, c + "digest.timeZone", "must be a time zone of the IANA database"},
		{"time zone of the machine", "Europe/Oslo", "Local", 13, c + "digest.timeZone", "must be a time zone of the IANA database"},
		{"time zone that is empty", "Europe/Oslo", "''", 13, c + "digest.timeZone", "must be a time zone of the IANA database"},
		{"digest's recipient that is none", "board@contoso.example", "board", 14, c + "digest.additionalRecipients[1]", "must be an e-mail address"},
		{"digest's recipient that comes twice", "board@contoso.example", "audit@contoso.EXAMPLE", 14, c + "digest.additionalRecipients[1]", "must be another address: this one stands in line 14 already"},
		{"digest's recipients that are one", "[Audit@Contoso.example, board@contoso.example]", "audit@contoso.example", 14, c + "digest.additionalRecipients", "must be a list"},
		{"digest's unknown outcome", "unknownOutcome: resend", "unknownOutcome: drop", 16, c + "digest.unknownOutcome", `must be resend or hold, not "drop"`},
		{"unknown outcome", "unknownOutcome: hold", "unknownOutcome: Hold", 17, c + "unknownOutcome", `must be resend or hold, not "Hold"`},
		{"approvers' mail", "unreachableApproverMail: true", "unreachableApproverMail: 1", 18, c + "unreachableApproverMail", "must be true or false"},
		{"policies that are one", "    policies:", "    policies: x\n    policy:", 19, c + "policies", "must be a list"},
		{"policy without a kind", "- resourceKind: directoryRole\n        role", "- role", 20, c + "policies[0].resourceKind", "is required: directoryRole, azureResource or group"},
		{"policy of an unknown kind", "resourceKind: directoryRole", "resourceKind: DirectoryRole", 20, c + "policies[0].resourceKind", `not "DirectoryRole"`},
		{"policy without a role", "        role: \"*\"\n", "", 20, c + "policies[0].role", "is required"},
		{"policy without a scope", "        scope: \"*\"\n", "", 20, c + "policies[0].scope", "is required"},
		{"policy whose star is an alias", "        role: \"*\"", "        role: *x", 21, c + "policies[0].role", "anchors and aliases are not supported"},
		{"administrators' role in another spelling", "        role: \"*\"", "        role: global administrator", 21, c + "policies[0].role", "must be written Global Administrator"},
		{"group's role that is none", "role: member", "role: Member", 28, c + "policies[1].role", `must be owner, member or "*" for a group`},
		{"policy without rules", ", rules: [{id: Notification_Requestor_Admin_Assignment, notificationLevel: None}]", "", 28, c + "policies[1].rules", "is required: at least one rule"},
		{"policy with no rules", "[{id: Notification_Requestor_Admin_Assignment, notificationLevel: None}]", "[]", 28, c + "policies[1].rules", "is required: at least one rule"},
		{"policy that comes twice", "  fabrikam: {}", "      - {resourceKind: group, role: member, scope: g7/, rules: [{id: Notification_Requestor_Admin_Eligibility}]}", 29, c + "policies[2]", "what is changed for member at g7 begins in line 28 already"},
		{"policy for one role by id and by name", "  fabrikam: {}", strings.Join([]string{
			"      - {resourceKind: azureResource, role: Owner, scope: /s, rules: [{id: Notification_Requestor_Admin_Eligibility}]}",
			"      - {resourceKind: azureResource, role: 8e3af657-a8ff-443c-a75c-2fe8c4bcb635, scope: /s/, rules: [{id: Notification_Admin_Admin_Eligibility}]}"}, "\n"),
			30, c + "policies[3]", "begins in line 29 already"},
		{"rule without an id", "{id: Notification_Admin_EndUser_Assignment, " + long, "{" + long, 24, rule0 + "id", "is required: Notification_Admin_Admin_Eligibility,"},
		{"rule that Graph has not", "Notification_Admin_EndUser_Assignment", "Notification_Admin_EndUser_Eligibility", 24, rule0 + "id", `not "Notification_Admin_EndUser_Eligibility"`},
		{"rule that comes twice", "id: Notification_Approver_EndUser_Assignment\n            recipientType: Approver", "id: Notification_Admin_EndUser_Assignment", 25, rule1, "must be another rule: Notification_Admin_EndUser_Assignment stands in line 24 already"},
		{"recipient type of another rule", "recipientType: Approver", "recipientType: Admin", 26, rule1 + ".recipientType", "must be Approver, as the id says, or be left out"},
		{"unknown level", "Level: Critical", "Level: critical", 24, rule0 + "notificationLevel", `must be None, Critical or All, not "critical"`},
		{"recipients that are no switch", "isDefaultRecipientsEnabled: false", "isDefaultRecipientsEnabled: no", 27, rule1 + ".isDefaultRecipientsEnabled", "must be true or false"},
		{"additional recipient that is none", "SOC@contoso.example", "SOC", 24, rule0 + "notificationRecipients[0]", "must be an e-mail address"},
		{"additional recipient in no domain", "SOC@contoso.example", "SOC@con_toso.example", 24, rule0 + "notificationRecipients[0]", "must have a domain"},
		{"additional recipient that comes twice", "SOC@contoso.example", "SOC@contoso.example, soc@contoso.example", 24, rule0 + "notificationRecipients[1]", "must be another address"},
		{"additional recipient that is a principal", "SOC@contoso.example", "{id: u1}", 24, rule0 + "notificationRecipients[0]", "must be plain text"},
		{"no YAML", "  fabrikam: {}", "  fabrikam: {", 29, "", "must be YAML"},
		{"second document", "  fabrikam: {}", "---\ntenants: {}", 30, "", "must be one document"},
	}
	for _, b := range cases {
		t.Run(b.name, func(t *testing.T) {
			require.Equal(t, 1, strings.Count(good, b.old), "%q must stand in the good file once", b.old)
			m := mistakesOf(t, strings.Replace(good, b.old, b.new, 1))[0]
			require.Equal(t, "settings.yaml", m.File)
			require.Equal(t, b.line, m.Line, m.String())
			require.Equal(t, b.key, m.Key, m.String())
			require.Contains(t, m.Message, b.says)
		})
	}
}

// An emptied file is what an editor leaves for a moment, or a disk that is full.
func TestFileThatSaysNothingIsRefusedUnlessItSaysSo(t *testing.T) {
	for _, text := range []string{"", "\n\n", "# nothing yet\n", "---\n", "tenants:\n", "null\n"} {
		m := mistakesOf(t, text)
		require.Equal(t, "tenants", m[0].Key, "%q", text)
		require.Contains(t, m[0].Message, "write tenants: {}", "%q", text)
	}
	all, err := settings.Parse("settings.yaml", []byte("tenants: {}\n"), pim.DefaultSettings())
	require.NoError(t, err)
	require.Equal(t, pim.DefaultSettings(), all.Settings("contoso"))
}

func TestEveryMistakeIsNamedInTheOrderOfLines(t *testing.T) {
	text := strings.NewReplacer("profile: strict", "profile: enhanced", "hour: 17", "hour: 25", "scope: g7", "scope: ''", "PT12H", "12h").Replace(good)
	var lines []int
	for _, m := range mistakesOf(t, text) {
		lines = append(lines, m.Line)
	}
	require.Equal(t, []int{3, 5, 12, 28}, lines)
}

func TestErrorsNeverHoldAnAddress(t *testing.T) {
	for _, old := range []string{
		"contoso:\n", "strict", "PT12H", "P10D", "Friday", "17", "Europe/Oslo", "hold", "unknownOutcome: resend", "directoryRole", "Notification_Admin_EndUser_Assignment",
		"Critical", "recipientType: Approver", "[SOC@contoso.example]", "[P30D, P7D, P1D]",
	} {
		for _, m := range mistakesOf(t, strings.Replace(good, old, "isabella@contoso.example: isabella@@contoso.example", 1)) {
			require.NotContains(t, m.String(), "isabella", old)
		}
		for _, m := range mistakesOf(t, strings.Replace(good, old, "isabella@@contoso.example", 1)) {
			require.NotContains(t, m.String(), "isabella", old)
		}
	}
}

func TestGoodFileIsReadAsWritten(t *testing.T) {
	all, err := settings.Parse("settings.yaml", []byte("\ufeff"+good), pim.DefaultSettings())
	require.NoError(t, err)
	const day = 24 * time.Hour
	require.Equal(t, pim.Settings{
		Profile:         pim.Strict,
		EngineDelay:     pim.EngineDelay{Min: time.Minute, P90: 2 * time.Minute, Max: 3 * time.Minute},
		ApprovalTimeout: 12 * time.Hour,
		ExpiryNotices:   []time.Duration{30 * day, 7 * day, day},
		RenewWindow:     10 * day,
		Digest: pim.DigestSettings{
			Weekday: time.Friday, Hour: 17, TimeZone: "Europe/Oslo", SkipEmpty: true, UnknownOutcome: pim.Resend,
			AdditionalRecipients: []string{"audit@contoso.example", "board@contoso.example"},
		},
		UnknownOutcome:          pim.Hold,
		UnreachableApproverMail: true,
	}, all.Settings("contoso"))
	require.Equal(t, 2, all.Size())
	require.Equal(t, pim.Rules{
		pim.AdminEndUserAssignment: {
			ID: pim.AdminEndUserAssignment, RecipientType: pim.AdminRecipient, NotificationLevel: pim.LevelCritical,
			IsDefaultRecipientsEnabled: true, NotificationRecipients: []string{"soc@contoso.example"},
		},
		pim.ApproverEndUserAssignment: {
			ID: pim.ApproverEndUserAssignment, RecipientType: pim.ApproverRecipient, NotificationLevel: pim.LevelAll,
		},
	}, all.Rules("contoso", pim.DirectoryRole, pim.Role{ID: "r"}, pim.Scope{ID: "/"}))
}

func TestWhatATenantLeavesOutIsTheDeployments(t *testing.T) {
	defaults := pim.DefaultSettings()
	defaults.ApprovalTimeout, defaults.EngineDelay = time.Hour, pim.EngineDelay{}
	defaults.ExpiryNotices, defaults.RenewWindow = []time.Duration{time.Hour}, time.Minute
	all, err := settings.Parse("s", []byte(`tenants: {silent: {}, empty: , some: {renewWindow: PT2M, expiryNotices: , digest: {hour: 0}, alerts: {}, policies: []}}`), defaults)
	require.NoError(t, err)
	for _, tenant := range []string{"silent", "empty", "unnamed"} {
		require.Equal(t, defaults, all.Settings(tenant), tenant)
		require.Nil(t, all.Rules(tenant, pim.DirectoryRole, pim.Role{ID: "r"}, pim.Scope{ID: "/"}), tenant)
	}
	want := defaults
	want.RenewWindow, want.Digest.Hour = 2*time.Minute, 0
	require.Equal(t, want, all.Settings("some"))
}

func TestDocumentedFileIsOneThatIsRead(t *testing.T) {
	page, err := os.ReadFile("../docs/configuration.md")
	require.NoError(t, err)
	_, chapter, found := strings.Cut(string(page), "\n## The settings file\n")
	require.True(t, found)
	_, example, _ := strings.Cut(chapter, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	all, err := settings.Parse("configuration.md", []byte(example), pim.DefaultSettings())
	require.NoError(t, err)
	want := pim.DefaultSettings() // the page shows the defaults, but for the digest's time zone and recipients
	want.Digest.TimeZone, want.Digest.AdditionalRecipients = "Europe/Oslo", []string{"audit@contoso.example"}
	require.Equal(t, want, all.Settings("contoso"))
	rule := all.Rules("contoso", pim.GroupResource, pim.Role{ID: "member"}, pim.Scope{ID: "g7"}).Rule(pim.RequestorEndUserAssignment)
	require.Equal(t, pim.LevelNone, rule.NotificationLevel)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("tenants: {c: {policies: [{resourceKind: group, role: *a, rules: [&a {}, !!x y, ? z]}]}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := settings.Parse("settings.yaml", data, pim.DefaultSettings())
		if err != nil {
			require.Nil(t, all)
			require.NotRegexp(t, `\w@\w`, strings.ReplaceAll(err.Error(), "alain@contoso.example", "the example"))
			return
		}
		require.NoError(t, pim.ValidateNotices(all.Settings("contoso").ExpiryNotices))
		require.NoError(t, all.Settings("contoso").EngineDelay.Validate())
	})
}

func mistakesOf(t *testing.T, text string) []settings.Mistake {
	t.Helper()
	all, err := settings.Parse("settings.yaml", []byte(text), pim.DefaultSettings())
	require.Error(t, err, text)
	require.Nil(t, all)
	var broken *settings.Broken
	require.ErrorAs(t, err, &broken)
	require.NotEmpty(t, broken.Mistakes)
	return broken.Mistakes
}
