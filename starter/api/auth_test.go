package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"pimnotify/starter/api"
)

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func tokenFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tokens")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func loaded(t *testing.T, content string) *api.Tokens {
	t.Helper()
	tokens, err := api.LoadTokens(tokenFile(t, content))
	require.NoError(t, err)
	return tokens
}

func TestOnlyCallersWithATokenComeIn(t *testing.T) {
	core, lines := observer.New(zapcore.InfoLevel)
	tokens := loaded(t, "# callers\n\npim-api: "+hashOf("right")+"\nbackup:"+strings.ToUpper(hashOf("other"))+"\n")
	h := api.New(api.Options{Starter: &fake{}, Tokens: tokens, Log: zap.New(core)})
	for authorization, status := range map[string]int{
		"Bearer right": 200, "bearer other": 200, "Bearer  right ": 200,
		"": 401, "Bearer": 401, "Bearer ": 401, "Bearer wrong": 401, "Basic right": 401, "right": 401, "Bearer " + hashOf("right"): 401,
	} {
		answer := call(h, http.MethodGet, r1, "", with("Authorization", authorization), with("Host", "pim.example"))
		require.Equal(t, status, answer.StatusCode, authorization)
		if status == 401 {
			answer.problem(t)
			require.Contains(t, answer.Header.Get("WWW-Authenticate"), "Bearer")
		}
	}
	callers := map[any]bool{}
	for _, line := range lines.All() {
		callers[line.ContextMap()["caller"]] = true
	}
	require.Equal(t, map[any]bool{"pim-api": true, "backup": true, nil: true}, callers)
}

func TestAStrangerLearnsNothingOfWhichPathsThereAre(t *testing.T) {
	h := api.New(api.Options{Starter: &fake{}, Tokens: loaded(t, "a:"+hashOf("right"))})
	for _, target := range []string{r1, "/v1/tenants/nobody/activationRequests/r1", "/v1/nothing", "/v1/tenants/../x"} {
		require.Equal(t, http.StatusUnauthorized, call(h, http.MethodPut, target, "{").StatusCode, target)
	}
	for _, target := range []string{"/healthz", "/readyz", "/docs", "/openapi.json"} {
		require.Equal(t, http.StatusOK, call(h, http.MethodGet, target, "").StatusCode, target)
	}
}

func TestABrokenTokenFileIsRefusedByLineWithoutShowingIt(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"empty":                      {"# nobody\n", "names no caller"},
		"no name":                    {":" + hashOf("x"), "line 1: must be name:hash"},
		"no hash":                    {"a:" + hashOf("x") + "\nsupersecret", "line 2: must be name:hash"},
		"a token that is not hashed": {"a:supersecret", "line 1: the hash of a must be a SHA-256"},
		"a hash that is cut off":     {"a:" + hashOf("x")[:60], "line 1: the hash of a must be"},
	} {
		path := tokenFile(t, c.content)
		_, err := api.LoadTokens(path)
		require.ErrorContains(t, err, path, name)
		require.ErrorContains(t, err, c.want, name)
		require.NotContains(t, err.Error(), "supersecret")
	}
	_, err := api.LoadTokens(filepath.Join(t.TempDir(), "nothing"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestTokensFollowTheirFileAndSurviveABrokenEdit(t *testing.T) {
	t.Parallel()
	path := tokenFile(t, "a:"+hashOf("first"))
	tokens, err := api.LoadTokens(path)
	require.NoError(t, err)
	knows := func(token string) bool {
		_, ok := tokens.Caller(token)
		return ok
	}
	require.True(t, knows("first"))

	require.NoError(t, os.WriteFile(path, []byte("a:"+hashOf("second")+" \n"), 0o600))
	require.Eventually(t, func() bool { return knows("second") }, 10*time.Second, 50*time.Millisecond)
	require.False(t, knows("first"), "what was taken out no longer works")

	require.NoError(t, os.WriteFile(path, []byte("broken"), 0o600))
	require.Eventually(t, func() bool { return knows("second") && tokens.Err() != nil }, 10*time.Second, 50*time.Millisecond)
	require.NoError(t, os.WriteFile(path, []byte("a:"+hashOf("third")), 0o600))
	require.Eventually(t, func() bool { return knows("third") && tokens.Err() == nil }, 10*time.Second, 50*time.Millisecond)
}

func TestWithoutTokensOnlyThisMachineIsListenedTo(t *testing.T) {
	for addr, ok := range map[string]bool{
		"127.0.0.1:8080": true, "127.9.9.9:1": true, "[::1]:8080": true, "localhost:0": true, "[::ffff:127.0.0.1]:80": true,
		"0.0.0.0:8080": false, ":8080": false, "[::]:8080": false, "192.0.2.1:80": false, "pim.example:443": false, "localhost.evil.example:80": false,
	} {
		err := api.CheckListen(addr, nil)
		if ok {
			require.NoError(t, err, addr)
			continue
		}
		require.ErrorContains(t, err, "PIMNOTIFY_LISTEN", addr)
		require.ErrorContains(t, err, "PIMNOTIFY_API_TOKENS")
		require.NoError(t, api.CheckListen(addr, loaded(t, "a:"+hashOf("x"))))
	}
	require.ErrorContains(t, api.CheckListen("8080", nil), "host:port")
}

func TestAPageOfAnotherSiteCannotCall(t *testing.T) {
	f := &fake{}
	h := api.New(api.Options{Starter: f})
	for name, headers := range map[string][]header{
		"another site":           {with("Sec-Fetch-Site", "cross-site")},
		"another origin":         {with("Origin", "https://evil.example")},
		"a name pointed at us":   {with("Host", "evil.example:8080")},
		"that name's own origin": {with("Host", "evil.example:8080"), with("Origin", "http://evil.example:8080"), with("Sec-Fetch-Site", "same-origin")},
	} {
		require.Equal(t, http.StatusForbidden, call(h, http.MethodPut, r1, request, headers...).StatusCode, name)
	}
	require.Equal(t, "a web page of another site sent this: only pages of this API's own address may call it",
		call(h, http.MethodPut, r1, request, with("Origin", "https://evil.example")).problem(t).Detail)
	require.Equal(t, http.StatusForbidden, call(h, http.MethodGet, r1, "", with("Host", "evil.example")).StatusCode, "reading neither")
	require.Empty(t, f.calls)
	for _, host := range []string{"localhost:8080", "127.0.0.1", "[::1]:8080", "LOCALHOST"} {
		require.Equal(t, http.StatusOK, call(h, http.MethodGet, r1, "", with("Host", host)).StatusCode, host)
	}
}
