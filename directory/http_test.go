package directory_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"pimnotify/directory"
	"pimnotify/pim"
)

func TestAnswersThatStillHoldAreNotSentAgain(t *testing.T) {
	s, d := serve(t, openSample(t))
	ask := func() []pim.Holder {
		holders, err := d.Holders(t.Context(), "contoso", pim.HolderQuery{Kind: pim.AzureResource, Role: pim.RoleOwner, Scope: "/subscriptions/s1/resourceGroups/rg1"})
		require.NoError(t, err)
		return holders
	}
	first := ask()
	sent := s.count("OK")
	require.Positive(t, sent)
	require.Zero(t, s.count("Not Modified"))
	require.Equal(t, first, ask())
	require.Equal(t, sent, s.count("OK"), "nothing is sent twice")
	require.Equal(t, sent, s.count("Not Modified"), "each answer is asked about again")
}

func TestChangeAtTheServiceCountsAtOnce(t *testing.T) {
	s, d := serve(t, openSample(t))
	requireMembers := func(want ...string) {
		people, err := d.People(t.Context(), "contoso", []pim.Principal{{ID: "g2", Type: pim.Group}})
		require.NoError(t, err)
		require.Equal(t, want, ids(people))
	}
	requireMembers("u9", "u10", "u25")
	changed := parse(t, strings.Replace(string(directory.Sample()), "members: [u9, u10, u25]", "members: [u9]", 1))
	s.mu.Lock()
	s.source = directory.SourceOf(changed)
	s.mu.Unlock()
	requireMembers("u9")
}

func TestAQuestionNeedsFewCalls(t *testing.T) {
	s, d := serve(t, openSample(t))
	_, err := d.Holders(t.Context(), "contoso", pim.HolderQuery{Kind: pim.AzureResource, Role: pim.RoleOwner, Scope: "/subscriptions/s1/resourceGroups/rg1/x/y/z"})
	require.NoError(t, err)
	require.Equal(t, 1, s.count("contoso"))
	require.Equal(t, 1, s.count("grants"))
	require.LessOrEqual(t, s.count("scopes"), 3, "one a management group, not one a segment")
	require.LessOrEqual(t, s.count("principals"), 7)
}

func TestFiguresNeedNoMoreCallsForMoreRolesAndNothingIsSentTwice(t *testing.T) {
	s, d := serve(t, directory.Of(manyRoles(500, 200)))
	first, err := d.RoleFigures(t.Context(), "contoso")
	require.NoError(t, err)
	require.Len(t, first, 200)
	require.Equal(t, 1, s.count("directoryRoleGrants"))
	require.LessOrEqual(t, s.count("principals"), 7, "a hundred people a call, however many roles they hold")
	sent := s.count("OK")
	again, err := d.RoleFigures(t.Context(), "contoso")
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, sent, s.count("OK"))
	require.Equal(t, sent, s.count("Not Modified"))
}

func TestManyMembersAreAskedForInBatches(t *testing.T) {
	m := &madeSource{entries: map[string]*directory.Entry{}}
	group := &directory.Entry{Principal: pim.Principal{ID: "g", Type: pim.Group}}
	for i := range 1050 {
		id := fmt.Sprintf("%04d%s", i, strings.Repeat("ü", i%60))
		group.Members = append(group.Members, id)
		m.entries[id] = &directory.Entry{Principal: pim.Principal{ID: id, Type: pim.User}}
	}
	m.entries["g"] = group
	s, d := serve(t, directory.Of(m))
	people, err := d.People(t.Context(), "contoso", []pim.Principal{{ID: "g", Type: pim.Group}})
	require.NoError(t, err)
	require.Equal(t, group.Members, ids(people))
	require.Greater(t, s.count("principals"), 11)
	require.Less(t, s.count("principals"), 100)
}

func TestWhatNoIDLooksLikeIsNotAskedFor(t *testing.T) {
	s, d := serve(t, openSample(t))
	for _, id := range []string{"", "a\nb", strings.Repeat("x", 513), "\xff"} {
		_, found, err := d.Principal(t.Context(), "contoso", id)
		require.NoError(t, err)
		require.False(t, found)
	}
	require.Zero(t, s.count("principals"))
	_, err := d.Organization(t.Context(), "../contoso")
	require.ErrorIs(t, err, pim.ErrUnknownTenant)
}

// A service that makes up ever new groups, or ever higher scopes, must not keep a question going for ever.
func TestGroupsAndScopesWithoutEndAreAnError(t *testing.T) {
	var made atomic.Int32
	next := func() string { return fmt.Sprintf("/%d", made.Add(1)) }
	d := dial(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.URL.Query().Get("id")
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/principals"):
			_, _ = fmt.Fprintf(w, `{"value":[{"id":%q,"type":"group","displayName":"","members":[%q],"owners":[]}]}`, id, next())
		case strings.HasSuffix(r.URL.Path, "/scopes"):
			_, _ = fmt.Fprintf(w, `{"value":[{"id":%q,"parent":%q}]}`, id, next())
		default:
			_, _ = w.Write([]byte(goodTenant))
		}
	}), "")
	_, err := d.People(t.Context(), "contoso", []pim.Principal{{ID: "1"}})
	require.ErrorContains(t, err, "more than 1200 calls for one question")
	_, err = d.Holders(t.Context(), "contoso", pim.HolderQuery{Kind: pim.AzureResource, Role: pim.RoleOwner, Scope: "/s"})
	require.ErrorContains(t, err, "more than 1200 calls for one question")
}

const goodTenant = `{"id":"contoso","displayName":"Contoso","cloud":"public"}`

func TestServiceThatDoesNotAnswerIsAnErrorInTime(t *testing.T) {
	stop := make(chan struct{})
	slow := map[string]http.HandlerFunc{
		"no answer": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		},
		"half an answer": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"id":`))
			_ = http.NewResponseController(w).Flush()
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		},
	}
	for name, handler := range slow {
		t.Run(name, func(t *testing.T) {
			d := dial(t, handler, "")
			d.SetTimeout(50 * time.Millisecond)
			start := time.Now()
			_, err := d.Organization(t.Context(), "contoso")
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorContains(t, err, "GET /base/tenants/contoso: ")
			require.NotErrorIs(t, err, pim.ErrUnknownTenant)
			require.Less(t, time.Since(start), 5*time.Second)
			require.Error(t, d.Ready(t.Context()))
		})
	}
	close(stop)
}

func TestCallEndsWithTheCallersContext(t *testing.T) {
	_, d := serve(t, openSample(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := d.People(ctx, "contoso", []pim.Principal{{ID: "u1"}})
	require.ErrorIs(t, err, context.Canceled)
}

func TestServiceThatIsAwayIsNotReady(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	base := server.URL
	server.Close()
	d, err := directory.OpenHTTP(t.Context(), base, "", zap.NewNop())
	require.NoError(t, err, "others may start before it")
	defer d.Close()
	require.ErrorContains(t, d.Ready(t.Context()), "connection refused")
	require.NoError(t, d.Problem())
	_, err = d.People(t.Context(), "contoso", []pim.Principal{{ID: "isabella@contoso.example"}})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "isabella")
}

func TestRedirectIsRefusedAndNotFollowed(t *testing.T) {
	var followed atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	defer other.Close()
	d := dial(t, http.RedirectHandler(other.URL, http.StatusFound), "")
	_, err := d.Organization(t.Context(), "contoso")
	require.EqualError(t, err, "open tenant contoso of the directory: GET /base/tenants/contoso: the directory answered 302")
	require.Zero(t, followed.Load())
}

func TestAddressesThatWouldNotBeSafeAreRefused(t *testing.T) {
	for base, says := range map[string]string{
		"http://directory.contoso.example":         "https:// beyond loopback",
		"http://10.0.0.1/v1":                       "https:// beyond loopback",
		"http://localhost.contoso.example":         "https:// beyond loopback",
		"https://user:secret@directory.contoso.de": "without credentials",
		"https://directory.contoso.de?x=secret":    "without credentials",
		"https://directory.contoso.de#secret":      "without credentials",
		"ftp://directory.contoso.de":               "must be the path of a file or an address such as https://",
		"https://":                                 "must be the path",
		"https://secret:port:x/":                   "must be the path",
	} {
		require.True(t, directory.IsURL(base), base)
		_, err := directory.OpenHTTP(t.Context(), base, "", zap.NewNop())
		require.ErrorContains(t, err, says, base)
		require.NotContains(t, err.Error(), "secret")
		require.Error(t, directory.CheckURL(base))
	}
	for _, base := range []string{"https://directory.contoso.example/v1/", "http://localhost:1", "http://127.0.0.2", "http://[::1]:80/x"} {
		require.NoError(t, directory.CheckURL(base), base)
	}
	for _, path := range []string{"directory.yaml", "/etc/x.yaml", `C:\x.yaml`, "./a://b", ""} {
		require.False(t, directory.IsURL(path), path)
	}
}

func TestTokenIsSentAndReadAgainWhenItChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(path, []byte("first-token\n"), 0o600))
	s := &server{source: directory.SourceOf(openSample(t)), token: "first-token", counts: map[string]int{}}
	d := dial(t, s, path)
	require.NoError(t, d.Ready(t.Context()))

	second := &server{source: s.source, token: "c2Vjb25k", counts: map[string]int{}}
	other := dial(t, second, path)
	require.ErrorContains(t, other.Ready(t.Context()), "the directory answered 401")
	require.NoError(t, os.WriteFile(path, []byte("two words"), 0o600))
	require.Eventually(t, func() bool { return d.Problem() != nil }, within, 10*time.Millisecond)
	require.ErrorContains(t, d.Problem(), "must hold one bearer token")
	require.NotContains(t, d.Problem().Error(), "two words")
	require.NoError(t, d.Ready(t.Context()), "the last good one is used")
	require.NoError(t, os.WriteFile(path, []byte("c2Vjb25k"), 0o600))
	require.Eventually(t, func() bool { return other.Ready(t.Context()) == nil }, within, 10*time.Millisecond)
	require.Eventually(t, func() bool { return d.Problem() == nil }, within, 10*time.Millisecond)
}

func TestTokenFileThatHoldsNoneIsRefusedAtStart(t *testing.T) {
	for text, says := range map[string]string{"": "is empty", " \n": "is empty", "a\nb": "one bearer token", "Bearer x": "one bearer token", strings.Repeat("x", 5000): "at most 4096"} {
		_, err := directory.OpenHTTP(t.Context(), "http://localhost", write(t, text), zap.NewNop())
		require.ErrorContains(t, err, says)
		require.ErrorContains(t, err, "read directory token: ")
	}
	_, err := directory.OpenHTTP(t.Context(), "http://localhost", filepath.Join(t.TempDir(), "none"), zap.NewNop())
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestKeptAnswersAreBounded(t *testing.T) {
	_, d := serve(t, openSample(t))
	d.SetRoom(2000)
	for i := range 25 {
		_, found, err := d.Principal(t.Context(), "contoso", fmt.Sprintf("u%d", i+1))
		require.NoError(t, err)
		require.True(t, found)
	}
	number, size := d.Kept()
	require.Greater(t, number, 3)
	require.Less(t, number, 15)
	require.LessOrEqual(t, size, 2000)
	require.Greater(t, size, 1500)
	d.SetRoom(10)
	_, _, err := d.Principal(t.Context(), "contoso", "u1")
	require.NoError(t, err)
	number, size = d.Kept()
	require.Zero(t, number+size)
}
