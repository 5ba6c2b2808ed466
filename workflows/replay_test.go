package workflows_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"

	"pimnotify/workflows"
)

const historiesDir = "testdata/histories"

// recorded are all histories that were ever recorded, by the names of their files.
func recorded(t *testing.T) map[string]*history.History {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(historiesDir, "*.json"))
	require.NoError(t, err)
	all := map[string]*history.History{}
	for _, file := range files {
		text, err := os.Open(file)
		require.NoError(t, err)
		all[filepath.Base(file)], err = client.HistoryFromJSON(text, client.HistoryJSONOptions{})
		require.NoError(t, err, file)
		require.NoError(t, text.Close())
	}
	return all
}

// replay runs a history through what is registered.
func replay(t *testing.T, register func(worker.WorkflowRegistry), events *history.History) error {
	t.Helper()
	replayer := worker.NewWorkflowReplayer()
	register(replayer)
	return replayer.ReplayWorkflowHistory(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), events)
}

func TestEveryRunThereEverWasStillReplays(t *testing.T) {
	all := recorded(t)
	require.GreaterOrEqual(t, len(all), len(tales)+len(lives)+len(weeks))
	for name, events := range all {
		require.NoError(t, replay(t, workflows.Register, events), name)
	}
}

func TestEveryTaleIsOnRecord(t *testing.T) {
	all := recorded(t)
	for _, tale := range slices.Concat(tales, lives, weeks) {
		found := false
		for name := range all {
			found = found || strings.HasSuffix(name, "-"+tale.name+".json")
		}
		require.True(t, found, "record %s: go test ./workflows -run TestRecordHistories -record v…", tale.name)
	}
}

// A replay that cannot fail proves nothing.
func TestBadTwinsDoNotReplay(t *testing.T) {
	for twin, register := range workflows.BadTwins {
		failed := 0
		for _, events := range recorded(t) {
			// A replay of what a twin does not know fails too, and says nothing.
			if err := replay(t, register, events); err != nil && !strings.Contains(err.Error(), "unable to find workflow type") {
				failed++
			}
		}
		require.Positive(t, failed, "a process that %s replays everything", twin)
	}
}

func TestApprovalTakesAtMost48Events(t *testing.T) {
	for name, events := range recorded(t) {
		if strings.HasSuffix(name, "-approved-after-the-request-mail.json") {
			require.LessOrEqual(t, len(events.GetEvents()), 48, name)
			require.Equal(t, enums.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, events.GetEvents()[len(events.GetEvents())-1].GetEventType())
		}
	}
}

// Whoever records a history says so in it, by process and machine, unless told otherwise.
func TestRecordedHistoriesNameNeitherMachinesNorPeople(t *testing.T) {
	named := regexp.MustCompile(`(?:identity|task_queue:\{name):\s*"([^"]*)"`)
	for name, events := range recorded(t) {
		require.Regexp(t, named, events.GetEvents()[0].String(), "looked for where it is not")
		for _, event := range events.GetEvents() {
			// The text form shows payloads as they are, and not in base64.
			text := event.String()
			for _, match := range named.FindAllStringSubmatch(text, -1) {
				require.Contains(t, []string{"api", "worker", workflows.DefaultTaskQueue, workflows.UrgentTaskQueue(workflows.DefaultTaskQueue)}, match[1], name)
			}
			for _, trace := range []string{"@", "/root", "/home", "/tmp", "displayName", "justification"} {
				require.NotContains(t, text, trace, name)
			}
		}
	}
}
