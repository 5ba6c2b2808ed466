package assembly

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

const configurationPage = "../docs/configuration.md"

func TestEverySettingIsDocumentedAsItIs(t *testing.T) {
	var want [][]string
	for _, s := range Table {
		value := ""
		if s.Default != "" {
			value = "`" + s.Default + "`"
		}
		want = append(want, []string{"`" + s.Env + "`", value, s.Meaning})
	}
	require.Equal(t, want, documentedSettings(t), "the table in %s", configurationPage)
}

// documentedSettings reads the rows of the table whose header is variable, default, meaning.
func documentedSettings(t *testing.T) [][]string {
	t.Helper()
	page, err := os.ReadFile(configurationPage)
	require.NoError(t, err)
	_, after, found := strings.Cut(string(page), "| variable | default | meaning |\n")
	require.True(t, found, "%s has no table of settings", configurationPage)
	var rows [][]string
	for _, line := range strings.Split(after, "\n")[1:] { // below the rule
		if !strings.HasPrefix(line, "|") {
			break
		}
		var cells []string
		for _, cell := range strings.Split(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		rows = append(rows, cells)
	}
	return rows
}

func lookup(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestDefaultsAreValid(t *testing.T) {
	c, err := Load(lookup(nil))
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:8080", c.Listen)
	require.Equal(t, "3m0s 10m0s 15m0s", c.EngineDelay.Min.String()+" "+c.EngineDelay.P90.String()+" "+c.EngineDelay.Max.String())
	require.InDelta(t, 14, c.SendRate, 0)
	require.Empty(t, c.PortalURL, "there is no portal that could be guessed")
}

func TestWhatHasNoDefaultIsRequiredByName(t *testing.T) {
	c, err := Load(lookup(nil))
	require.NoError(t, err)
	require.ErrorContains(t, c.Require("PIMNOTIFY_DIRECTORY"), "PIMNOTIFY_DIRECTORY is required")
	require.ErrorContains(t, c.Require("PIMNOTIFY_PORTAL_URL"), "PIMNOTIFY_PORTAL_URL is required")
	c, err = Load(lookup(map[string]string{"PIMNOTIFY_DIRECTORY": "d.yaml", "PIMNOTIFY_PORTAL_URL": "https://pim.contoso.example"}))
	require.NoError(t, err)
	require.NoError(t, c.Require("PIMNOTIFY_DIRECTORY", "PIMNOTIFY_PORTAL_URL"))
}

func TestEveryWrongValueIsNamedAtOnce(t *testing.T) {
	_, err := Load(lookup(map[string]string{"PIMNOTIFY_GRACE": "soon", "PIMNOTIFY_SEND_RATE": "-1", "PIMNOTIFY_WORKFLOW_CACHE": "many"}))
	require.ErrorContains(t, err, "PIMNOTIFY_GRACE must be a positive duration")
	require.ErrorContains(t, err, "PIMNOTIFY_SEND_RATE must be a number of recipients a second")
	require.ErrorContains(t, err, "PIMNOTIFY_WORKFLOW_CACHE must be a whole number")
}

func TestSettingsThatCannotHoldAreRefused(t *testing.T) {
	for env, values := range map[string][]string{
		"PIMNOTIFY_FROM":             {"Microsoft Security <pim@contoso.example>", "nobody", "jürgen@contoso.example", "azure-noreply@microsoft.com", "Azure-NoReply@Microsoft.com"},
		"PIMNOTIFY_PORTAL_URL":       {"http://pim.contoso.example", "pim.contoso.example", "https://pim.contoso.example?x=1", "https://u:p@pim.contoso.example", "https://pim.contoso.example#top"},
		"PIMNOTIFY_ENGINE_DELAY":     {"3m", "3m,2m,15m", "3m,10m,9m", "-1m,2m,3m", "a,b,c"},
		"PIMNOTIFY_APPROVAL_TIMEOUT": {"0s", "-1h", "1d"},
		"PIMNOTIFY_EXPIRY_NOTICES":   {"24h,336h", "24h,24h", "0", "336h,-24h", "336h,", "14d", "P14D"},
		"PIMNOTIFY_RENEW_WINDOW":     {"0s", "-1h", "30d"},
		"PIMNOTIFY_SEND_RATE":        {"0", "NaN", "Inf", "fast"},
		"PIMNOTIFY_WORKFLOW_CACHE":   {"-1", "1.5"},
		"PIMNOTIFY_SES_EVENTS_QUEUE": {
			"pimnotify-events", "arn:aws:sqs:eu-north-1:123456789012:pimnotify-events", "https://sqs.eu-north-1.amazonaws.com/",
			"http://sqs.eu-north-1.amazonaws.com/123456789012/events", "https://u:p@sqs.eu-north-1.amazonaws.com/123456789012/events",
		},
		"PIMNOTIFY_SES_EVENTS_TOPIC": {"pimnotify-events", "arn:aws:sqs:eu-north-1:123456789012:pimnotify-events", "arn:aws:sns:eu-north-1:1:x"},
	} {
		for _, value := range values {
			_, err := Load(lookup(map[string]string{env: value}))
			require.ErrorContains(t, err, env, "%s=%s", env, value)
		}
	}
}

func TestSettingsThatHoldAreTaken(t *testing.T) {
	c, err := Load(lookup(map[string]string{
		"PIMNOTIFY_ENGINE_DELAY": " 1s, 1s,1s ", "PIMNOTIFY_PORTAL_URL": "http://127.0.0.1:3000/pim", "PIMNOTIFY_WORKFLOW_CACHE": "0",
	}))
	require.NoError(t, err)
	require.Equal(t, c.EngineDelay.Min, c.EngineDelay.Max, "equal bounds are allowed")
	require.Zero(t, c.WorkflowCache)
	for _, queue := range []string{"https://sqs.eu-north-1.amazonaws.com/123456789012/events", "http://127.0.0.1:8026/0/events", "http://inbox:8026/0/events"} {
		c, err = Load(lookup(map[string]string{"PIMNOTIFY_SES_EVENTS_QUEUE": queue, "PIMNOTIFY_SES_EVENTS_TOPIC": "arn:aws-us-gov:sns:us-gov-west-1:123456789012:events"}))
		require.NoError(t, err)
		require.Equal(t, queue, c.EventsQueue)
	}
	c, err = Load(lookup(map[string]string{"PIMNOTIFY_ENGINE_DELAY": "0"}))
	require.NoError(t, err)
	require.Zero(t, c.EngineDelay, "0 is no delay at all")
}

func TestDefaultsAreTheDocumentedOnesUntilADeploymentSetsOthers(t *testing.T) {
	c, err := Load(lookup(nil))
	require.NoError(t, err)
	require.Equal(t, pim.DefaultSettings(), c.Settings())
	c, err = Load(lookup(map[string]string{
		"PIMNOTIFY_ENGINE_DELAY": "0", "PIMNOTIFY_APPROVAL_TIMEOUT": "1h", "PIMNOTIFY_EXPIRY_NOTICES": " 1h, 90s ", "PIMNOTIFY_RENEW_WINDOW": "2h",
	}))
	require.NoError(t, err)
	want := pim.DefaultSettings()
	want.EngineDelay, want.ApprovalTimeout = pim.EngineDelay{}, time.Hour
	want.ExpiryNotices, want.RenewWindow = []time.Duration{time.Hour, 90 * time.Second}, 2*time.Hour
	require.Equal(t, want, c.Settings())
}

func TestFlagIsTheVariableWithoutItsPrefix(t *testing.T) {
	require.Equal(t, "send-rate", Setting{Env: "PIMNOTIFY_SEND_RATE"}.Flag())
}

func TestAVariableThatIsNoSettingIsNamed(t *testing.T) {
	require.NoError(t, Unknown([]string{"PATH=/bin", "PIMNOTIFY_LEDGER=x.db", "PIMNOTIFY_TEST_SEED=1", "MY_PIMNOTIFY_X=1"}))
	err := Unknown([]string{"PIMNOTIFY_LEGDER=x.db", "PIMNOTIFY_APPROVAL_TIMEOUTS=24h"})
	require.ErrorContains(t, err, "PIMNOTIFY_APPROVAL_TIMEOUTS, PIMNOTIFY_LEGDER")
}
