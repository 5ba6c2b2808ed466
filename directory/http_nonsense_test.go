package directory_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/pim"
)

// script answers each path's last word with a text, as JSON unless it says otherwise.
type script map[string]struct {
	status int
	kind   string
	text   string
}

func (s script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, ok := s[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]]
	if !ok {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	w.Header().Set("Content-Type", answer.kind)
	w.Header().Set("ETag", `"same"`)
	w.WriteHeader(answer.status)
	_, _ = w.Write([]byte(answer.text))
}

func (s script) with(word string, status int, kind, text string) script {
	all := script{}
	for k, v := range s {
		all[k] = v
	}
	answer := s[word]
	answer.status, answer.kind, answer.text = status, kind, text
	all[word] = answer
	return all
}

const asJSON = "application/json"

var sensible = script{}.with("contoso", 200, asJSON, goodTenant).
	with("tenants", 200, asJSON, `{"value":["contoso"]}`).
	with("principals", 200, asJSON, `{"value":[]}`).
	with("grants", 200, asJSON, `{"value":[]}`).
	with("directoryRoleGrants", 200, asJSON, `{"value":[]}`).
	with("scopes", 200, asJSON, `{"value":[]}`)

// everything asks all that a directory can be asked and gives the first error; what it is asked about leads to every call.
func everything(ctx context.Context, d *directory.HTTP) error {
	if _, err := d.Tenants(ctx); err != nil {
		return err
	}
	if _, err := d.People(ctx, "contoso", []pim.Principal{{ID: "g1", Type: pim.Group}, {ID: "isabella@contoso.example"}}); err != nil {
		return err
	}
	if _, err := d.Holders(ctx, "contoso", pim.HolderQuery{Kind: pim.AzureResource, Role: pim.RoleOwner, Scope: "/s"}); err != nil {
		return err
	}
	_, err := d.RoleFigures(ctx, "contoso")
	return err
}

func TestAnswerThatIsNonsenseIsAnErrorAndNeverAList(t *testing.T) {
	user := func(fields string) string { return `{"value":[{"id":"g1",` + fields + `}]}` }
	cases := []struct{ name, word, text, says string }{
		{"nothing", "principals", ``, "it ends too soon"},
		{"half an object", "principals", `{"value":[`, "it ends too soon"},
		{"HTML in JSON's clothes", "principals", `<html>isabella@contoso.example</html>`, "it is broken at byte"},
		{"null", "principals", `null`, "value is required"},
		{"a bare list", "principals", `[]`, "the answer is of the wrong kind: array"},
		{"text", "principals", `"none"`, "the answer is of the wrong kind: string"},
		{"no list", "principals", `{}`, "value is required"},
		{"a list that is null", "principals", `{"value":null}`, "value is required"},
		{"a list that is an object", "principals", `{"value":{}}`, "value is of the wrong kind: object"},
		{"a list that comes twice", "principals", `{"value":[],"Value":[]}`, "comes twice"},
		{"two objects", "principals", `{"value":[]}{"value":[]}`, "nothing after it"},
		{"a page of more", "principals", `{"value":[],"nextLink":"isabella@contoso.example"}`, "no other fields"},
		{"bytes that are no text", "principals", "{\"value\":[\"\xff\"]}", "must be UTF-8"},
		{"nested without end", "principals", `{"value":` + strings.Repeat("[", 5000), "levels deep"},
		{"null in a list", "principals", `{"value":[null]}`, "value[0].type is required"},
		{"unknown type", "principals", user(`"type":"device","displayName":""`), "value[0].type must be user, group or servicePrincipal"},
		{"no type", "principals", user(`"displayName":"","mail":""`), "value[0].type is required"},
		{"no id", "principals", `{"value":[{"type":"user","displayName":"","mail":""}]}`, "value[0].id is required"},
		{"no name", "principals", user(`"type":"user","mail":""`), "value[0].displayName is required"},
		{"no address", "principals", user(`"type":"user","displayName":""`), "value[0].mail is required"},
		{"address that is null", "principals", user(`"type":"user","displayName":"","mail":null`), "value[0].mail is required"},
		{"address that is a number", "principals", user(`"type":"user","displayName":"","mail":7`), "value.mail is of the wrong kind: number"},
		{"address that is malformed", "principals", user(`"type":"user","displayName":"","mail":"isabella@@contoso.example"`), "value[0].mail must"},
		{"address with a name", "principals", user(`"type":"user","displayName":"","mail":"I <isabella@contoso.example>"`), "value[0].mail must"},
		{"group with an address", "principals", user(`"type":"group","displayName":"","members":[],"owners":[],"mail":"isabella@contoso.example"`), "value[0].mail must be left out"},
		{"group without members", "principals", user(`"type":"group","displayName":"","owners":[]`), "value[0].members and owners are required"},
		{"group without owners", "principals", user(`"type":"group","displayName":"","members":[]`), "value[0].members and owners are required"},
		{"members that are null", "principals", user(`"type":"group","displayName":"","members":null,"owners":[]`), "value[0].members and owners are required"},
		{"member that is null", "principals", user(`"type":"group","displayName":"","members":[null],"owners":[]`), "value[0].members[0] must be 1 to 512 bytes"},
		{"user with members", "principals", user(`"type":"user","displayName":"","mail":"","members":[]`), "value[0].members and owners must be left out"},
		{"owner in no state", "principals", user(`"type":"group","displayName":"","members":[],"owners":[{"principalId":"u"}]`), "value[0].owners[0].state is required"},
		{"owner in another state", "principals", user(`"type":"group","displayName":"","members":[],"owners":[{"principalId":"u","state":"x"}]`), "value[0].owners[0].state must be permanent, active, activated or eligible"},
		{"somebody nobody asked for", "principals", `{"value":[{"id":"u9","type":"user","displayName":"","mail":""}]}`, "value[0].id must be one of those"},
		{"somebody twice", "principals", `{"value":[{"id":"g1","type":"user","displayName":"","mail":""},{"id":"g1","type":"user","displayName":"","mail":""}]}`, "value[1].id must come once"},
		{"member whom nobody describes", "principals", user(`"type":"group","displayName":"","members":["isabella@contoso.example"],"owners":[]`), "names this id as a member"},
		{"grant of no state", "grants", `{"value":[{"scope":"/s","principalId":"g1"}]}`, "value[0].state is required"},
		{"grant at another scope", "grants", `{"value":[{"scope":"/t","principalId":"g1","state":"active"}]}`, "value[0].scope must be one of those"},
		{"grant of nobody", "grants", `{"value":[{"scope":"/s","principalId":"","state":"active"}]}`, "value[0].principalId must be"},
		{"grant of somebody whom nobody describes", "grants", `{"value":[{"scope":"/s","principalId":"g1","state":"active"}]}`, "names g1"},
		{"role grant of no role", "directoryRoleGrants", `{"value":[{"scope":"/","principalId":"g1","state":"active"}]}`, "value[0].role is required"},
		{"role grant of a role without a name", "directoryRoleGrants", `{"value":[{"role":"","scope":"/","principalId":"g1","state":"active"}]}`, "value[0].role must be 1 to 512 bytes"},
		{"role grant of an administrators' role in another spelling", "directoryRoleGrants", `{"value":[{"role":"Global administrator","scope":"/","principalId":"g1","state":"active"}]}`, "value[0].role must be written Global Administrator"},
		{"role grant at no scope", "directoryRoleGrants", `{"value":[{"role":"Reader","principalId":"g1","state":"active"}]}`, "value[0].scope is required"},
		{"role grant at a scope of Azure", "directoryRoleGrants", `{"value":[{"role":"Reader","scope":"/subscriptions/s1","principalId":"g1","state":"active"}]}`, "value[0].scope must be / or that of an administrative unit"},
		{"role grant of nobody", "directoryRoleGrants", `{"value":[{"role":"Reader","scope":"/","state":"active"}]}`, "value[0].principalId is required"},
		{"role grant in no state", "directoryRoleGrants", `{"value":[{"role":"Reader","scope":"/","principalId":"g1"}]}`, "value[0].state is required"},
		{"role grant with more to it", "directoryRoleGrants", `{"value":[{"role":"Reader","scope":"/","principalId":"g1","state":"active","until":"isabella@contoso.example"}]}`, "no other fields"},
		{"a page of more role grants", "directoryRoleGrants", `{"value":[],"nextLink":"isabella@contoso.example"}`, "no other fields"},
		{"role grant of somebody whom nobody describes", "directoryRoleGrants", `{"value":[{"role":"Reader","scope":"/","principalId":"g1","state":"eligible"}]}`, "names g1"},
		{"scope without a parent", "scopes", `{"value":[{"id":"/s"}]}`, "value[0].parent is required"},
		{"scope nobody asked for", "scopes", `{"value":[{"id":"/t","parent":"/"}]}`, "value[0].id must be one of those"},
		{"scope twice", "scopes", `{"value":[{"id":"/s","parent":"/"},{"id":"/s/","parent":"/m"}]}`, "value[1].id must come once"},
		{"another tenant", "contoso", strings.Replace(goodTenant, "contoso", "fabrikam", 1), "id must be the tenant that was asked for"},
		{"tenant in no cloud", "contoso", `{"id":"contoso","displayName":""}`, "cloud is required"},
		{"tenant in another cloud", "contoso", strings.Replace(goodTenant, "public", "moon", 1), "cloud must be public, usGov or china"},
		{"tenants that are none", "tenants", `{"value":["isabella@contoso.example"]}`, "value[0] must be 1 to 128 of"},
	}
	require.NoError(t, everything(t.Context(), dial(t, sensible, "")))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := dial(t, sensible.with(c.word, 200, asJSON, c.text), "")
			for range 2 { // what is refused is not kept either
				err := everything(t.Context(), d)
				require.ErrorContains(t, err, c.says)
				require.True(t, strings.Contains(err.Error(), "/"+c.word+": ") || strings.HasPrefix(c.says, "names"), err)
				require.NotContains(t, err.Error(), "isabella")
				require.NotErrorIs(t, err, pim.ErrUnknownTenant)
			}
		})
	}
}

func TestAnswerOfAnotherKindOrStatusIsAnError(t *testing.T) {
	for _, word := range []string{"tenants", "contoso", "principals", "grants", "directoryRoleGrants", "scopes"} {
		for _, status := range []int{201, 204, 206, 300, 304, 400, 401, 403, 404, 410, 429, 500, 503} {
			err := everything(t.Context(), dial(t, sensible.with(word, status, asJSON, ""), ""))
			require.Error(t, err, "%s %d", word, status)
			require.NotContains(t, err.Error(), "isabella")
			if word == "contoso" && status == 404 {
				require.ErrorIs(t, err, pim.ErrUnknownTenant)
				continue
			}
			require.NotErrorIs(t, err, pim.ErrUnknownTenant, "%s %d", word, status)
			require.ErrorContains(t, err, "/"+word+": ", status)
			if status != 304 {
				require.ErrorContains(t, err, fmt.Sprintf("answered %d", status))
			}
		}
		for _, kind := range []string{"text/html", "", "text/plain", "application/problem+json", "application/json; =", "nonsense;"} {
			err := everything(t.Context(), dial(t, sensible.with(word, 200, kind, sensible[word].text), ""))
			require.ErrorContains(t, err, "the answer must be application/json", kind)
		}
	}
}

// A service may be older than the call. Nobody would notice that a digest names no roles.
func TestServiceThatDoesNotKnowACallHasNoEmptyList(t *testing.T) {
	figures, err := dial(t, sensible.with("directoryRoleGrants", http.StatusNotFound, asJSON, ""), "").RoleFigures(t.Context(), "contoso")
	require.Nil(t, figures)
	require.EqualError(t, err, "look up who holds the roles of contoso: GET /base/tenants/contoso/directoryRoleGrants: the directory answered 404")
}

func TestAnswerThatIsTooLongIsAnError(t *testing.T) {
	long := `{"value":[` + strings.Repeat(" ", directory.MaxAnswer) + `]}`
	err := everything(t.Context(), dial(t, sensible.with("principals", 200, asJSON, long), ""))
	require.ErrorContains(t, err, "the answer must be at most")
	_, err = dial(t, sensible.with("directoryRoleGrants", 200, asJSON, long), "").RoleFigures(t.Context(), "contoso")
	require.ErrorContains(t, err, "the answer must be at most")
}

func TestAnotherVersionIsNotTakenForTheOneThatIsKept(t *testing.T) {
	asked := false
	d := dial(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			w.Header().Set("ETag", `"other"`)
			w.WriteHeader(http.StatusNotModified)
			asked = true
			return
		}
		sensible.ServeHTTP(w, r)
	}), "")
	_, err := d.Organization(t.Context(), "contoso")
	require.NoError(t, err)
	_, err = d.Organization(t.Context(), "contoso")
	require.ErrorContains(t, err, "still holds which it never gave")
	require.True(t, asked)
}

func FuzzAnswersOfAService(f *testing.F) {
	f.Add([]byte(`{"value":[{"id":"g1","type":"group","displayName":"","members":["u1"],"owners":[]}]}`))
	f.Add([]byte(`{"value":[{"role":"Reader","scope":"/administrativeUnits/a1","principalId":"u1","state":"eligible"}]}`))
	f.Add([]byte(goodTenant))
	f.Fuzz(func(t *testing.T, data []byte) { directory.ReadAnything(t, data) })
}
