package api_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"pimnotify/starter/api"
)

func fine(context.Context) (string, error) { return "", nil }

func TestReadyNamesEachDependencyAndItsError(t *testing.T) {
	checks := []api.Check{
		{Name: "Temporal", Probe: func(context.Context) (string, error) { return "", errors.New("connection refused") }},
		{Name: "ledger", Probe: func(context.Context) (string, error) { return "id 7f3a", nil }},
		{Name: "directory", Probe: fine},
	}
	answer := call(api.New(api.Options{Starter: &fake{}, Checks: checks}), http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
	require.NotEmpty(t, answer.Header.Get("Retry-After"))
	require.JSONEq(t, `{"status": "away", "checks": [
		{"name": "Temporal", "status": "away", "error": "connection refused"},
		{"name": "ledger", "status": "ok", "detail": "id 7f3a"}, {"name": "directory", "status": "ok"}]}`, string(answer.body))
	require.Equal(t, http.StatusOK, call(api.New(api.Options{Starter: &fake{}, Checks: checks[1:]}), http.MethodGet, "/readyz", "").StatusCode)
}

func TestWhoCanBeReachedByOthersTellsThemWhatIsAwayAndTheLogWhy(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	checks := []api.Check{
		{Name: "ledger", Probe: func(context.Context) (string, error) { return "id 7f3a", errors.New("connect to 10.0.0.7 as pim") }},
	}
	h := api.New(api.Options{Starter: &fake{}, Checks: checks, Tokens: loaded(t, "pim-api: "+hashOf("right")), Log: zap.New(core)})
	answer := call(h, http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
	require.JSONEq(t, `{"status": "away", "checks": [{"name": "ledger", "status": "away", "detail": "id 7f3a", "error": "see the log"}]}`, string(answer.body))
	require.Equal(t, "connect to 10.0.0.7 as pim", logs.FilterMessage("not ready").All()[0].ContextMap()["error"])
}

func TestAlivenessAsksNobody(t *testing.T) {
	h := api.New(api.Options{Starter: &fake{}, Checks: []api.Check{{Name: "Temporal", Probe: func(context.Context) (string, error) { panic("asked") }}}})
	require.Equal(t, http.StatusOK, call(h, http.MethodGet, "/healthz", "").StatusCode)
}

func TestAProbeThatHangsIsAnsweredForAndNotPiledUp(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	var asked atomic.Int32
	h := api.Ready(api.Check{Name: "ledger", Probe: func(context.Context) (string, error) {
		asked.Add(1)
		<-release
		return "", nil
	}})
	first := call(h, http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusServiceUnavailable, first.StatusCode)
	require.Contains(t, string(first.body), "no answer in time")
	second := call(h, http.MethodGet, "/readyz", "")
	require.Contains(t, string(second.body), "still busy")
	require.EqualValues(t, 1, asked.Load())
	close(release)
	require.Eventually(t, func() bool { return call(h, http.MethodGet, "/readyz", "").StatusCode == http.StatusOK }, waitTime, pollTime)
}

func TestMetricsAreServedWhereThereAreSome(t *testing.T) {
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("pimnotify_up 1\n")) })
	answer := call(api.New(api.Options{Starter: &fake{}, Metrics: metrics}), http.MethodGet, "/metrics", "")
	require.Equal(t, "pimnotify_up 1\n", string(answer.body))
}

func TestAProcessWithoutAnAPIAnswersForItsHealthAlone(t *testing.T) {
	h := api.Health(nil, api.Check{Name: "ledger", Probe: fine})
	require.Equal(t, http.StatusOK, call(h, http.MethodGet, "/healthz", "").StatusCode)
	require.Equal(t, http.StatusOK, call(h, http.MethodGet, "/readyz", "").StatusCode)
	require.Equal(t, http.StatusNotFound, call(h, http.MethodGet, r1, "").StatusCode)
}
