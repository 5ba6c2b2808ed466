package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/starter/api"
)

func openAPI(t *testing.T) map[string]any {
	t.Helper()
	answer := call(api.New(api.Options{Starter: &fake{}, Version: "1.2.3"}), http.MethodGet, "/openapi.json", "")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	return answer.json(t)
}

func under(t *testing.T, tree map[string]any, path ...string) map[string]any {
	t.Helper()
	for _, name := range path {
		next, ok := tree[name].(map[string]any)
		require.True(t, ok, name)
		tree = next
	}
	return tree
}

func TestTheDocumentIsOpenAPI31AndNamesEveryCall(t *testing.T) {
	tree := openAPI(t)
	require.Equal(t, "3.1.0", tree["openapi"])
	require.Equal(t, "1.2.3", under(t, tree, "info")["version"])
	require.Equal(t, "bearer", under(t, tree, "components", "securitySchemes", "bearer")["scheme"])
	calls := map[string][]string{}
	for path, operations := range under(t, tree, "paths") {
		for method := range operations.(map[string]any) {
			calls[strings.TrimPrefix(path, "/v1/tenants/{tenant}/")] = append(calls[strings.TrimPrefix(path, "/v1/tenants/{tenant}/")], method)
		}
	}
	require.Len(t, calls["activationRequests/{id}"], 2)
	for _, path := range []string{"decision", "cancel", "activated", "failed", "deactivated"} {
		require.Equal(t, []string{"post"}, calls["activationRequests/{id}/"+path])
	}
	require.Len(t, calls["assignments/{id}"], 2)
	for _, path := range []string{"extend", "renew", "update", "remove", "extendRequests/{requestId}/decision", "renewRequests/{requestId}/decision"} {
		require.Equal(t, []string{"post"}, calls["assignments/{id}/"+path])
	}
	for _, path := range []string{"extendRequests/{requestId}", "renewRequests/{requestId}"} {
		require.Equal(t, []string{"put"}, calls["assignments/{id}/"+path])
	}
	require.Len(t, calls["pim"], 2)
	require.Equal(t, []string{"get"}, calls["events"])
	require.Equal(t, []string{"get"}, calls["events/{eventId}/recipients"])
	require.Equal(t, []string{"get"}, calls["events/{eventId}/explain"])
	require.Equal(t, []string{"post"}, calls["preview"])
}

func TestTheDocumentSaysWhatIsRequiredAndWhatCanGoWrong(t *testing.T) {
	tree := openAPI(t)
	schemas := under(t, tree, "components", "schemas")
	require.ElementsMatch(t, []any{"action", "resourceKind", "principal", "role", "scope", "scheduleInfo"}, under(t, schemas, "ActivationRequest")["required"])
	require.Equal(t, []any{"id"}, under(t, schemas, "Principal")["required"])
	require.ElementsMatch(t, []any{"reviewResult", "reviewedBy"}, under(t, schemas, "Decision")["required"])
	require.ElementsMatch(t, []any{"action", "resourceKind", "principal", "role", "scope", "assignmentType", "scheduleInfo"}, under(t, schemas, "Assignment")["required"])
	require.ElementsMatch(t, []any{"isEnabled", "changedBy"}, under(t, schemas, "PIMChange")["required"])
	for _, taken := range []string{"ActivationRequest", "Assignment", "AssignmentChange", "ExtensionRequest", "ExtensionDecision", "PIMChange", "PreviewRequest"} {
		require.Equal(t, false, under(t, schemas, taken)["additionalProperties"], taken)
	}
	for _, answered := range []string{"View", "AssignmentNow", "Term", "PendingRequest", "PIMView", "Explanation", "Preview", "EventPreview", "MailPreview"} {
		require.NotContains(t, under(t, schemas, answered), "additionalProperties", answered)
	}
	for _, decision := range []string{"Decision", "ExtensionDecision"} {
		require.NotContains(t, under(t, schemas, decision, "properties"), "id", decision)
	}

	put := under(t, tree, "paths", "/v1/tenants/{tenant}/activationRequests/{id}", "put", "responses")
	for _, status := range []string{"400", "401", "404", "409", "413", "415", "422", "500", "503"} {
		require.Equal(t, "#/components/schemas/Problem", under(t, put, status, "content", "application/problem+json", "schema")["$ref"], status)
	}
	for _, status := range []string{"200", "201"} {
		require.Equal(t, "#/components/schemas/View", under(t, put, status, "content", "application/json", "schema")["$ref"])
	}
	require.Contains(t, under(t, put, "503", "headers"), "Retry-After")
	require.Contains(t, under(t, tree, "paths", "/v1/tenants/{tenant}/activationRequests/{id}/decision", "post", "responses"), "403")
	require.Contains(t, under(t, tree, "paths", "/v1/tenants/{tenant}/assignments/{id}/extendRequests/{requestId}", "put", "responses"), "201")
	header := under(t, tree, "paths", "/v1/tenants/{tenant}/assignments/{id}/extend", "post")["parameters"].([]any)[2].(map[string]any)
	require.Equal(t, "Idempotency-Key", header["name"])
	require.NotContains(t, header, "required")
}

func TestEveryReferenceOfTheDocumentLeadsSomewhere(t *testing.T) {
	tree := openAPI(t)
	schemas := under(t, tree, "components", "schemas")
	raw, err := json.Marshal(tree)
	require.NoError(t, err)
	references := regexp.MustCompile(`"\$ref":"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(string(raw), -1)
	require.NotEmpty(t, references)
	for _, reference := range references {
		require.Contains(t, schemas, reference[1])
	}
}

func TestTheExamplesOfTheDocumentAreAccepted(t *testing.T) {
	h := whole(t)
	paths := under(t, openAPI(t), "paths")
	example := func(path, method string) string {
		raw, err := json.Marshal(under(t, paths, "/v1/tenants/{tenant}/"+path, method, "requestBody", "content", "application/json")["example"])
		require.NoError(t, err)
		return string(raw)
	}
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, r1, example("activationRequests/{id}", "put")).StatusCode)
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, a1, example("assignments/{id}", "put")).StatusCode)
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, a1+"/extendRequests/x1", example("assignments/{id}/extendRequests/{requestId}", "put")).StatusCode)
	require.Equal(t, http.StatusOK, call(h, http.MethodPut, setting, example("pim", "put")).StatusCode)
	require.Equal(t, http.StatusOK, call(h, http.MethodPost, preview, example("preview", "post")).StatusCode)
	f := api.New(api.Options{Starter: &fake{}})
	require.Equal(t, http.StatusOK, call(f, http.MethodPost, r1+"/decision", example("activationRequests/{id}/decision", "post")).StatusCode)
	require.Equal(t, http.StatusOK, call(f, http.MethodPost, r1+"/cancel", example("activationRequests/{id}/cancel", "post")).StatusCode)
	require.Equal(t, http.StatusOK, call(f, http.MethodPut, a1+"/renewRequests/x1", example("assignments/{id}/renewRequests/{requestId}", "put")).StatusCode)
	for action, validate := range map[string]pim.Action{"extend": pim.AdminExtend, "renew": pim.AdminRenew, "update": pim.AdminUpdate, "remove": pim.AdminRemove} {
		body := example("assignments/{id}/"+action, "post")
		require.Equal(t, http.StatusOK, call(f, http.MethodPost, a1+"/"+action, body).StatusCode)
		var change pim.AssignmentChange
		require.NoError(t, json.Unmarshal([]byte(body), &change))
		require.Empty(t, change.Validate(validate, noon))
	}
	for _, kind := range []string{"extendRequests", "renewRequests"} {
		require.Equal(t, http.StatusOK, call(f, http.MethodPost, a1+"/"+kind+"/x1/decision", example("assignments/{id}/"+kind+"/{requestId}/decision", "post")).StatusCode)
	}
}

func TestTheDocumentationNeedsNoOtherSiteAndRunsNothing(t *testing.T) {
	answer := call(api.New(api.Options{Starter: &fake{}}), http.MethodGet, "/docs", "")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	page := string(answer.body)
	require.NotRegexp(t, `(?i)https?://|<script|<link|<img|url\(| on[a-z]+=`, page)
	policy := answer.Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'")
	require.NotContains(t, policy, "unsafe")
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)[1]
	sum := sha256.Sum256([]byte(style))
	require.Contains(t, policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'", "or the browser drops the style")
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		require.Contains(t, page, `id="`+link[1]+`"`)
	}
	require.Contains(t, page, "/activationRequests/{id}/decision")
	require.Contains(t, page, "/assignments/{id}/extendRequests/{requestId}/decision")
	require.Contains(t, page, "Idempotency-Key")
	require.Contains(t, page, "INC-42")
	require.NotContains(t, page, "ZgotmplZ")
}
