package directory_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/pim"
)

// good is a small whole file. A case of the table below breaks one line of it.
const good = `tenants:
  contoso:
    displayName: Contoso
    cloud: china
    users:
      - {id: u1, displayName: Isabella Simonsen, mail: Isabella@Contoso.example}
      - {id: u2, displayName: Adele Vance}
    groups:
      - id: g1
        displayName: Approvers
        members: [u1, g2]
        owners: [{principal: u1, state: permanent}]
      - id: g2
        members:
          - u2
          - g1
    scopes:
      - {id: /subscriptions/s1, parent: /managementGroups/m1}
      - {id: /managementGroups/m1, parent: /managementGroups/m0}
    holders:
      - {role: Global Administrator, scope: /, principal: u1, state: permanent}
      - {role: Owner, scope: /subscriptions/s1, principal: g1, state: eligible}
`

func TestBrokenFileIsRefusedWithLineAndKey(t *testing.T) {
	const c = "tenants.contoso."
	cases := []struct {
		name, old, new string // what of the good file is replaced, once
		line           int
		key, says      string
	}{
		{"unknown key of the file", "tenants:", "tenant: {}\ntenants:", 1, "tenant", "is unknown: the keys here are tenants"},
		{"unknown key of a tenant", "cloud: china", "clouds: china", 4, c + "clouds", "is unknown: the keys here are displayName, cloud, users, groups, scopes, holders"},
		{"unknown key of a user", "u2, displayName", "u2, name", 7, c + "users[1].name", "is unknown: the keys here are id, displayName, mail"},
		{"unknown key of a group", "      - id: g2", "      - id: g2\n        type: group", 14, c + "groups[1].type", "is unknown"},
		{"unknown key of an owner", "{principal: u1, state: permanent}]", "{principal: u1, state: permanent, scope: /}]", 12, c + "groups[0].owners[0].scope", "is unknown"},
		{"unknown key of a scope", "parent: /managementGroups/m1}", "parent: /managementGroups/m1, name: x}", 18, c + "scopes[0].name", "is unknown"},
		{"unknown key of a holder", "u1, state: permanent}\n      - {role: Owner", "u1, state: permanent, until: x}\n      - {role: Owner", 21, c + "holders[0].until", "is unknown"},
		{"key that comes twice", "cloud: china", "cloud: china\n    cloud: public", 5, c + "cloud", "comes twice: it is in line 4 already"},
		{"tenant that comes twice", "tenants:", "tenants:\n  contoso: {}", 3, "tenants.contoso", "comes twice: it is in line 2 already"},
		{"tenant id that no path takes", "  contoso:", "  con toso:", 2, "tenants.con toso", "must be 1 to 128 of A-Z a-z 0-9 . _ -"},
		{"unknown cloud", "cloud: china", "cloud: moon", 4, c + "cloud", `must be public, usGov or china, not "moon"`},
		{"user without an id", "{id: u2, displayName: Adele Vance}", "{displayName: Adele Vance}", 7, c + "users[1].id", "is required"},
		{"user with an empty id", "id: u2,", "id: '',", 7, c + "users[1].id", "is required"},
		{"user that is nothing", "{id: u2, displayName: Adele Vance}", "", 7, c + "users[1].id", "is required"},
		{"user whose id is too long", "id: u2,", "id: " + strings.Repeat("u", 513) + ",", 7, c + "users[1].id", "must be at most 512 bytes, not 513"},
		{"user whose id has control characters", "id: u2,", `id: "u\t2",`, 7, c + "users[1].id", "must be without control characters"},
		{"user who is described twice", "id: u2,", "id: u1,", 7, c + "users[1].id", "must be unique among users and groups: u1 is described in line 6 already"},
		{"group that is described twice", "- id: g2", "- id: g1", 13, c + "groups[1].id", "must be unique among users and groups: g1 is described in line 9 already"},
		{"group with a user's id", "- id: g2", "- id: u2", 13, c + "groups[1].id", "u2 is described in line 7 already"},
		{"group without an id", "- id: g2\n        members", "- members", 13, c + "groups[1].id", "is required"},
		{"mail that is none", "Isabella@Contoso.example", "isabella", 6, c + "users[0].mail", "must be an e-mail address such as alain@contoso.example"},
		{"mail in no domain", "Isabella@Contoso.example", "isabella@con_toso.example", 6, c + "users[0].mail", "must have a domain"},
		{"member whom nobody describes", "          - u2", "          - u3", 15, c + "groups[1].members[0]", "names u3, who is neither among the users nor among the groups"},
		{"member that is nothing", "          - u2", "          - ''", 15, c + "groups[1].members[0]", "is required"},
		{"owner whom nobody describes", "owners: [{principal: u1", "owners: [{principal: u4", 12, c + "groups[0].owners[0].principal", "names u4"},
		{"owner without a principal", "owners: [{principal: u1, ", "owners: [{", 12, c + "groups[0].owners[0].principal", "is required"},
		{"owner in an unknown state", "state: permanent}]", "state: sometimes}]", 12, c + "groups[0].owners[0].state", `must be permanent, active, activated or eligible, not "sometimes"`},
		{"owner without a state", ", state: permanent}]", "}]", 12, c + "groups[0].owners[0].state", "is required: permanent, active, activated or eligible"},
		{"holder whom nobody describes", "principal: g1", "principal: g3", 22, c + "holders[1].principal", "names g3"},
		{"holder without a principal", " principal: g1,", "", 22, c + "holders[1].principal", "is required"},
		{"holder in an unknown state", "state: eligible", "state: Eligible", 22, c + "holders[1].state", `not "Eligible"`},
		{"holder without a state", ", state: eligible", "", 22, c + "holders[1].state", "is required"},
		{"holder without a role", "role: Owner, ", "", 22, c + "holders[1].role", "is required"},
		{"holder without a scope", "scope: /subscriptions/s1, principal", "principal", 22, c + "holders[1].scope", "is required"},
		{"administrators' role in another spelling", "Global Administrator", "Global administrator", 21, c + "holders[0].role", "must be written Global Administrator"},
		{"scope without an id", "{id: /subscriptions/s1, ", "{", 18, c + "scopes[0].id", "is required"},
		{"scope without a parent", ", parent: /managementGroups/m1", "", 18, c + "scopes[0].parent", "is required"},
		{"scope that comes twice", "id: /managementGroups/m1", "id: /subscriptions/s1/", 19, c + "scopes[1].id", "must be unique: /subscriptions/s1 has its parent in line 18 already"},
		{"scope that is its own parent", "parent: /managementGroups/m0", "parent: /managementGroups/m1", 19, c + "scopes[1].parent", "must not lead back to /managementGroups/m1"},
		{"scope above its own parent", "parent: /managementGroups/m0", "parent: /subscriptions/s1", 18, c + "scopes[0].parent", "must not lead back to /subscriptions/s1"},
		{"scope below itself", "parent: /managementGroups/m0", "parent: /managementGroups/m1/x", 19, c + "scopes[1].parent", "must not lead back to"},
		{"whole tenant with a parent", "id: /managementGroups/m1", "id: /", 19, c + "scopes[1].parent", "must not lead back to /"},
		{"list in the place of text", "displayName: Contoso", "displayName: [Contoso]", 3, c + "displayName", "must be plain text"},
		{"text in the place of a list", "members: [u1, g2]", "members: u1", 11, c + "groups[0].members", "must be a list"},
		{"text in the place of a mapping", "{id: u2, displayName: Adele Vance}", "u2", 7, c + "users[1]", "must be a mapping"},
		{"mapping in the place of an id", "[u1, g2]", "[{id: u1}, g2]", 11, c + "groups[0].members[0]", "must be plain text"},
		{"alias", "members: [u1, g2]", "members: [&a u1, *a]", 11, c + "groups[0].members[0]", "anchors and aliases are not supported"},
		{"merge", "displayName: Contoso", "<<: {displayName: Contoso}", 3, "tenants.contoso", "must have plain keys"},
		{"bracket that never closes", "members: [u1, g2]", "members: [u1, g2", 12, "", "must be YAML"},
		{"tab for an indent", "    cloud:", "\tcloud:", 4, "", "must be YAML"},
		{"second document", "    holders:", "---\n    holders:", 21, "", "must be one document"},
		{"bytes that are no text", "Adele", "Ad\xe8le", 7, "", "must be UTF-8"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, 1, strings.Count(good, c.old), "%q must stand in the good file once", c.old)
			mistakes := mistakesOf(t, strings.Replace(good, c.old, c.new, 1))
			m := mistakes[0]
			require.Equal(t, "directory.yaml", m.File)
			require.Equal(t, c.line, m.Line, m.String())
			require.Equal(t, c.key, m.Key, m.String())
			require.Contains(t, m.Message, c.says)
			require.Regexp(t, `^directory\.yaml:\d+: `, m.String())
		})
	}
}

func TestFileThatSaysNothingIsRefused(t *testing.T) {
	for _, text := range []string{"", "\n\n", "# nothing yet\n", "---\n", "tenants:\n", "tenants: {}\n", "null\n"} {
		m := mistakesOf(t, text)
		require.Equal(t, "tenants", m[0].Key, "%q", text)
		require.Equal(t, "must describe at least one tenant", m[0].Message, "%q", text)
	}
	for _, text := range []string{"tenants: contoso\n", "tenants: [contoso]\n"} {
		require.Contains(t, mistakesOf(t, text)[0].String(), "directory.yaml:1: tenants must be a mapping")
	}
	for _, text := range []string{"contoso\n", "- contoso\n"} {
		require.Contains(t, mistakesOf(t, text)[0].String(), "directory.yaml:1: must be a mapping")
	}
}

func TestEveryMistakeIsNamedInTheOrderOfLines(t *testing.T) {
	text := strings.NewReplacer("cloud: china", "cloud: moon", "members: [u1, g2]", "members: {u1: u2}", "state: eligible", "state: never").Replace(good)
	var lines []int
	for _, m := range mistakesOf(t, text) {
		lines = append(lines, m.Line)
	}
	require.Equal(t, []int{4, 11, 22}, lines)
}

func TestMissingDescriptionIsNotDrownedInWhatFollowsFromIt(t *testing.T) {
	mistakes := mistakesOf(t, strings.Replace(good, "users:", "usres:", 1))
	require.Len(t, mistakes, 1)
	require.Equal(t, "tenants.contoso.usres", mistakes[0].Key)
}

func TestManyMistakesAreCountedAndNotSpelledOut(t *testing.T) {
	text := strings.Replace(good, "[u1, g2]", "["+strings.Repeat("nobody, ", 40)+"u1]", 1)
	_, err := directory.Parse("directory.yaml", []byte(text))
	require.ErrorContains(t, err, "and 30 more")
	require.Less(t, len(err.Error()), 2000)
}

func TestErrorsNeverHoldAnAddress(t *testing.T) {
	for _, text := range []string{
		strings.Replace(good, "Isabella@Contoso.example", "isabella@@contoso.example", 1),
		strings.Replace(good, "[u1, g2]", "[isabella@contoso.example]", 1),
		strings.ReplaceAll(good, "id: u2,", "id: isabella@contoso.example, mail: isabella@contoso.example}\n      - {id: isabella@contoso.example,"),
		strings.Replace(good, "Isabella@Contoso.example}", "isabella@contoso.example", 1),
		strings.Replace(good, "Isabella@Contoso.example}", `"isabella@contoso.example}`, 1),
	} {
		for _, m := range mistakesOf(t, text) {
			require.NotContains(t, m.String(), "isabella", text)
		}
	}
}

func TestGoodFileIsReadAsWritten(t *testing.T) {
	d, err := directory.Parse("directory.yaml", []byte("\ufeff"+strings.ReplaceAll(good, "u2", "007")))
	require.NoError(t, err)
	organization, err := d.Organization(t.Context(), "contoso")
	require.NoError(t, err)
	require.Equal(t, pim.Organization{ID: "contoso", DisplayName: "Contoso", Cloud: "china"}, organization)
	for _, want := range []pim.Principal{
		{ID: "u1", DisplayName: "Isabella Simonsen", Mail: "isabella@contoso.example", Type: pim.User},
		{ID: "007", DisplayName: "Adele Vance", Type: pim.User},
		{ID: "g1", DisplayName: "Approvers", Type: pim.Group},
		{ID: "g2", Type: pim.Group},
	} {
		got, ok, err := d.Principal(t.Context(), "contoso", want.ID)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
}

func TestTenantThatSaysNothingHasItsIDForANameAndThePublicCloud(t *testing.T) {
	for _, text := range []string{"tenants: {contoso: }", "tenants: {contoso: {}}", "tenants: {contoso: {displayName: ' ', cloud: null}}"} {
		d, err := directory.Parse("directory.yaml", []byte(text))
		require.NoError(t, err)
		organization, err := d.Organization(t.Context(), "contoso")
		require.NoError(t, err)
		require.Equal(t, pim.Organization{ID: "contoso", DisplayName: "contoso", Cloud: "public"}, organization)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add(directory.Sample())
	f.Add([]byte("tenants: {c: {users: [{id: u, mail: *a}], holders: [&a {}, !!x y, ? z]}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := directory.Parse("directory.yaml", data)
		if err != nil {
			require.Nil(t, d)
			require.NotEmpty(t, mistakesIn(t, err))
			return
		}
		tenants, err := d.Tenants(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, tenants)
	})
}

func mistakesOf(t *testing.T, text string) []directory.Mistake {
	t.Helper()
	d, err := directory.Parse("directory.yaml", []byte(text))
	require.Error(t, err, text)
	require.Nil(t, d)
	return mistakesIn(t, err)
}

func mistakesIn(t *testing.T, err error) []directory.Mistake {
	t.Helper()
	var broken *directory.Broken
	require.ErrorAs(t, err, &broken)
	require.NotEmpty(t, broken.Mistakes)
	return broken.Mistakes
}
