package directory

import (
	"reflect"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
)

// SourceOf is what lies below a directory, so that a test can serve it.
func SourceOf(d *Directory) Source { return d.source }

// SetTimeout makes the calls of a directory end sooner than a test would.
func (h *HTTP) SetTimeout(t time.Duration) { h.calls.timeout = t }

// SetRoom bounds what a directory keeps of answers.
func (h *HTTP) SetRoom(bytes int) { h.calls.known = newAnswers(bytes) }

// Kept is how many answers are kept, and their bytes.
func (h *HTTP) Kept() (number, size int) {
	h.calls.known.mu.Lock()
	defer h.calls.known.mu.Unlock()
	return len(h.calls.known.byURL), h.calls.known.size
}

// MaxAnswer is what an answer may be long.
const MaxAnswer = maxAnswer

// ReadAnything reads data as each of the contract's answers.
func ReadAnything(t require.TestingT, data []byte) {
	found, err := readPrincipals(data, []string{"g1", "u1"})
	require.True(t, err == nil || found == nil)
	for id, e := range found {
		require.Equal(t, id, e.Principal.ID)
	}
	grants, err := readGrants(data, []string{"/"})
	require.True(t, err == nil || grants == nil)
	roles, err := readRoleGrants(data)
	require.True(t, err == nil || roles == nil)
	parents, err := readParents(data, []string{"/s"})
	require.True(t, err == nil || parents == nil)
	organization, err := readOrganization(data, "contoso")
	require.True(t, err != nil || organization.ID == "contoso")
	_, _ = readTenants(data)
}

// Fields are the JSON fields of the contract's objects, as the reader knows them.
func Fields() map[string][]string {
	all := map[string][]string{}
	for name, kind := range map[string]reflect.Type{
		"Tenant": reflect.TypeFor[tenantAnswer](), "Principal": reflect.TypeFor[principalAnswer](), "Owner": reflect.TypeFor[ownerAnswer](),
		"Grant": reflect.TypeFor[grantAnswer](), "RoleGrant": reflect.TypeFor[roleGrantAnswer](), "Scope": reflect.TypeFor[scopeAnswer](),
	} {
		for i := range kind.NumField() {
			all[name] = append(all[name], kind.Field(i).Tag.Get("json"))
		}
		slices.Sort(all[name])
	}
	return all
}
