package assembly

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"pimnotify/pim"
	"pimnotify/settings"
)

func TestRefusedEditIsToldAndFailsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(path, []byte("tenants: {contoso: {profile: strict}}\n"), 0o600))
	f, err := settings.Open(t.Context(), path, pim.DefaultSettings(), zap.NewNop())
	require.NoError(t, err)
	t.Cleanup(f.Close)
	_, _, page, err := newMetrics(map[string]func() error{"settings": f.Problem}, nil)
	require.NoError(t, err)
	require.Equal(t, path, probe(t, &Parts{Config: Config{SettingsFile: path}, Settings: f}, "settings"))
	require.Contains(t, read(t, page), `pimnotify_file_refused{file="settings"} 0`)

	require.NoError(t, os.WriteFile(path, []byte("tenants: {contoso: {profile: enhanced}}\n"), 0o600))
	require.Eventually(t, func() bool { return f.Problem() != nil }, 5*time.Second, 10*time.Millisecond)
	detail := probe(t, &Parts{Config: Config{SettingsFile: path}, Settings: f}, "settings")
	require.Contains(t, detail, "an edit was refused, the last good file holds")
	require.Contains(t, detail, path+":1: tenants.contoso.profile must be strict or entra")
	require.Contains(t, read(t, page), `pimnotify_file_refused{file="settings"} 1`)
}

func TestMetricsAreThoseOfThisProgram(t *testing.T) {
	handler, _, page, err := newMetrics(nil, nil)
	require.NoError(t, err)
	handler.Counter("a").Inc(1)
	require.Contains(t, read(t, page), `target_info{service_name="pimnotify",`)
}

func TestReadinessSaysThatThereIsNoSettingsFile(t *testing.T) {
	f, err := settings.Open(t.Context(), "", pim.DefaultSettings(), zap.NewNop())
	require.NoError(t, err)
	require.Equal(t, "no file: the defaults hold", probe(t, &Parts{Settings: f}, "settings"))
}

// probe asks one of the parts' checks, which must succeed, for its detail.
func probe(t *testing.T, p *Parts, name string) string {
	t.Helper()
	for _, check := range p.Checks() {
		if check.Name == name {
			detail, err := check.Probe(t.Context())
			require.NoError(t, err)
			return detail
		}
	}
	require.Fail(t, "no such check", name)
	return ""
}

func read(t *testing.T, page http.Handler) string {
	t.Helper()
	answer := httptest.NewRecorder()
	page.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, answer.Code)
	return answer.Body.String()
}
