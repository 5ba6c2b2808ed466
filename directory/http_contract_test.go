package directory_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/pim"
)

type contract struct {
	OpenAPI    string                                    `yaml:"openapi"`
	Paths      map[string]map[string]any                 `yaml:"paths"`
	Components struct{ Schemas map[string]contractType } `yaml:"components"`
}

type contractType struct {
	AdditionalProperties any            `yaml:"additionalProperties"`
	Required             []string       `yaml:"required"`
	Properties           map[string]any `yaml:"properties"`
}

func readContract(t *testing.T) contract {
	t.Helper()
	text, err := os.ReadFile("../docs/directory-openapi.yaml")
	require.NoError(t, err)
	var c contract
	require.NoError(t, yaml.Unmarshal(text, &c))
	require.Equal(t, "3.1.0", c.OpenAPI)
	return c
}

func TestContractHasTheFieldsThatAreRead(t *testing.T) {
	c := readContract(t)
	for name, fields := range directory.Fields() {
		require.Equal(t, fields, slices.Sorted(maps.Keys(c.Components.Schemas[name].Properties)), name)
		require.Equal(t, false, c.Components.Schemas[name].AdditionalProperties, name)
		if name != "Principal" { // what it requires depends on its type
			require.ElementsMatch(t, fields, c.Components.Schemas[name].Required, name)
		}
	}
}

func TestContractHasThePathsThatAreCalled(t *testing.T) {
	s, d := serve(t, openSample(t))
	require.NoError(t, d.Ready(t.Context()))
	_, err := d.Holders(t.Context(), "contoso", pim.HolderQuery{Kind: pim.AzureResource, Role: pim.RoleOwner, Scope: "/subscriptions/s1"})
	require.NoError(t, err)
	_, err = d.RoleFigures(t.Context(), "contoso")
	require.NoError(t, err)
	called := map[string]bool{}
	for _, line := range s.asked {
		path, _, _ := strings.Cut(strings.TrimPrefix(line, "/base"), "?")
		called[strings.Replace(path, "/contoso", "/{tenant}", 1)] = true
	}
	require.Equal(t, slices.Sorted(maps.Keys(readContract(t).Paths)), slices.Sorted(maps.Keys(called)))
}

// The examples of the contract are answers that are taken.
func TestContractsExamplesAreTaken(t *testing.T) {
	served := sensible
	for path, operations := range readContract(t).Paths {
		text, err := yaml.MarshalWithOptions(dig(t, operations, "get", "responses", "200", "content", "application/json", "example"), yaml.JSON())
		require.NoError(t, err)
		word := strings.ReplaceAll(path[strings.LastIndexByte(path, '/')+1:], "{tenant}", "contoso")
		served = served.with(word, 200, asJSON, string(text))
	}
	d := dial(t, served, "")
	require.NoError(t, d.Ready(t.Context()))
	organization, err := d.Organization(t.Context(), "contoso")
	require.NoError(t, err)
	require.Equal(t, "Contoso", organization.DisplayName)
	people, err := d.MemberOf(t.Context(), "contoso", "u1", []pim.Principal{{ID: "u1"}, {ID: "g1"}})
	require.NoError(t, err)
	require.True(t, people)

	// Its groups have members who are described in no example.
	d = dial(t, served.with("principals", 200, asJSON, `{"value":[{"id":"u1","type":"user","displayName":"","mail":""},{"id":"u2","type":"user","displayName":"","mail":""}]}`), "")
	figures, err := d.RoleFigures(t.Context(), "contoso")
	require.NoError(t, err)
	require.Equal(t, []pim.RoleFigure{{Role: "Global Administrator", Permanent: 1}, {Role: "User Administrator", Eligible: 1}}, figures)
}

// What the contract says of a scope is what is taken.
func TestContractsScopesOfRolesAreThoseThatAreTaken(t *testing.T) {
	text, _ := dig(t, readContract(t).Components.Schemas["RoleGrant"].Properties, "scope", "pattern").(string)
	pattern := regexp.MustCompile(text)
	for _, scope := range []string{"/", "/administrativeUnits/a1", "/administrativeUnits/a1/", "/administrativeUnits/a1/b", "/administrativeUnits", "/administrativeUnits/",
		"/administrativeUnitsx/a1", "administrativeUnits/a1", "/subscriptions/s1", "/s", "x/administrativeUnits/a1"} {
		d := dial(t, sensible.with("directoryRoleGrants", 200, asJSON, `{"value":[{"role":"Reader","scope":"`+scope+`","principalId":"u1","state":"active"}]}`), "")
		_, err := d.RoleFigures(t.Context(), "contoso")
		require.Equal(t, pattern.MatchString(scope), err == nil, scope)
	}
}

func dig(t *testing.T, from any, keys ...string) any {
	t.Helper()
	for _, key := range keys {
		m, ok := from.(map[string]any)
		require.True(t, ok && m[key] != nil, "%s is missing", key)
		from = m[key]
	}
	return from
}
