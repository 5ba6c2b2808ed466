package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/assembly"
)

// nobody is an environment in which nothing is set.
var nobody = environment{func(string) (string, bool) { return "", false }}

func TestHelpNamesEveryCommandAndEverySetting(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), []string{"--help"}, nobody, &out, &out))
	for _, command := range []string{"worker", "api", "dev", "demo", "inbox", "templates", "suppressions", "import", "explain", "preview", "healthcheck"} {
		require.Contains(t, out.String(), command)
	}
	out.Reset()
	require.NoError(t, run(context.Background(), []string{"worker", "--help"}, nobody, &out, &out))
	for _, s := range assembly.Table {
		require.Contains(t, out.String(), "--"+s.Flag())
		require.Contains(t, out.String(), s.Env)
	}
}

func TestAWrongSettingIsRefusedByNameBeforeAnythingIsDialled(t *testing.T) {
	set := func(values map[string]string) environment { return nobody.with(values) }
	for name, wrong := range map[string]struct {
		args []string
		env  environment
		says string
	}{
		"environment":     {[]string{"worker"}, set(map[string]string{"PIMNOTIFY_GRACE": "soon"}), "PIMNOTIFY_GRACE must be a positive duration"},
		"flag":            {[]string{"worker", "--engine-delay", "1m"}, nobody, "PIMNOTIFY_ENGINE_DELAY must be three durations"},
		"flag beats it":   {[]string{"api", "--send-rate", "-1"}, set(map[string]string{"PIMNOTIFY_SEND_RATE": "5"}), "PIMNOTIFY_SEND_RATE must be a number"},
		"nothing is set":  {[]string{"worker"}, nobody, "PIMNOTIFY_DIRECTORY is required"},
		"unknown flag":    {[]string{"worker", "--tokens", "x"}, nobody, "--tokens"},
		"unknown command": {[]string{"wroker"}, nobody, "wroker"},
		"log level":       {[]string{"worker", "--log-level", "loud"}, nobody, "--log-level must be"},
		"beyond loopback": {[]string{"api", "--listen", "0.0.0.0:0", "--directory", "x.yaml"}, nobody, "PIMNOTIFY_API_TOKENS"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := run(context.Background(), wrong.args, wrong.env, &out, &out)
			require.ErrorContains(t, err, wrong.says)
		})
	}
}

func TestHealthcheckFailsWhenTheProcessIsNotReady(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer server.Close()
	check := func() error {
		return run(context.Background(), []string{"healthcheck", "--url", server.URL}, nobody, &bytes.Buffer{}, &bytes.Buffer{})
	}
	require.NoError(t, check())
	status = http.StatusServiceUnavailable
	require.ErrorContains(t, check(), "503")
	server.Close()
	require.Error(t, check())
}
