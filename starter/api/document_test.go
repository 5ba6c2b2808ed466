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
	require.Equal(t, []string{"get"}, calls["events"])
	require.Equal(t, []string{"get"}, calls["events/{eventId}/recipients"])
}

func TestTheDocumentSaysWhatIsRequiredAndWhatCanGoWrong(t *testing.T) {
	tree := openAPI(t)
	schemas := under(t, tree, "components", "schemas")
	require.ElementsMatch(t, []any{"action", "resourceKind", "principal", "role", "scope", "scheduleInfo"}, under(t, schemas, "ActivationRequest")["required"])
	require.Equal(t, []any{"id"}, under(t, schemas, "Principal")["required"])
	require.ElementsMatch(t, []any{"reviewResult", "reviewedBy"}, under(t, schemas, "Decision")["required"])
	require.Equal(t, false, under(t, schemas, "ActivationRequest")["additionalProperties"])
	require.NotContains(t, under(t, schemas, "View"), "additionalProperties")
	require.NotContains(t, under(t, schemas, "Decision", "properties"), "id")

	put := under(t, tree, "paths", "/v1/tenants/{tenant}/activationRequests/{id}", "put", "responses")
	for _, status := range []string{"400", "401", "404", "409", "413", "415", "422", "500", "503"} {
		require.Equal(t, "#/components/schemas/Problem", under(t, put, status, "content", "application/problem+json", "schema")["$ref"], status)
	}
	for _, status := range []string{"200", "201"} {
		require.Equal(t, "#/components/schemas/View", under(t, put, status, "content", "application/json", "schema")["$ref"])
	}
	require.Contains(t, under(t, put, "503", "headers"), "Retry-After")
	require.Contains(t, under(t, tree, "paths", "/v1/tenants/{tenant}/activationRequests/{id}/decision", "post", "responses"), "403")
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
		raw, err := json.Marshal(under(t, paths, "/v1/tenants/{tenant}/activationRequests/{id}"+path, method, "requestBody", "content", "application/json")["example"])
		require.NoError(t, err)
		return string(raw)
	}
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, r1, example("", "put")).StatusCode)
	f := api.New(api.Options{Starter: &fake{}})
	require.Equal(t, http.StatusOK, call(f, http.MethodPost, r1+"/decision", example("/decision", "post")).StatusCode)
	require.Equal(t, http.StatusOK, call(f, http.MethodPost, r1+"/cancel", example("/cancel", "post")).StatusCode)
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
	require.Contains(t, page, "INC-42")
	require.NotContains(t, page, "ZgotmplZ")
}
