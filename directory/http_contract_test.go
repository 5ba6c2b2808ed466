package directory_test

import (
	"maps"
	"os"
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
