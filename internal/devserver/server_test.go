package devserver

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
)

func TestServerIsReadyWhenStartReturns(t *testing.T) {
	server := start(t, Options{UI: true, Namespace: "pim"})
	temporal := dial(t, server)

	_, err := temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "w1", TaskQueue: "q"}, "AnyWorkflow")
	require.NoError(t, err)

	response, err := http.Get(server.UIURL)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
}

func TestServerTakesUpdatesWithoutFurtherConfiguration(t *testing.T) {
	temporal := dial(t, start(t, Options{}))
	_, err := temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "w1", TaskQueue: "q"}, "AnyWorkflow")
	require.NoError(t, err)

	// Nobody polls the queue, so the update is admitted and waits: the server knows updates and does not refuse them.
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: "w1", UpdateName: "decide", WaitForStage: client.WorkflowUpdateStageAccepted,
	})
	var waited *client.WorkflowUpdateServiceTimeoutOrCanceledError
	require.ErrorAs(t, err, &waited)
}

func TestWorkflowOutlivesTheServerThatKeepsAFile(t *testing.T) {
	for name, end := range map[string]func(*Server) error{"stopped": (*Server).Stop, "killed": (*Server).Kill} {
		t.Run(name, func(t *testing.T) {
			server := start(t, Options{DBFile: filepath.Join(t.TempDir(), "temporal.db")})
			run, err := dial(t, server).ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "w1", TaskQueue: "q"}, "AnyWorkflow")
			require.NoError(t, err)
			require.NoError(t, end(server))

			again := start(t, server.Options)
			require.Equal(t, server.Address, again.Address)
			found, err := dial(t, again).DescribeWorkflowExecution(t.Context(), "w1", "")
			require.NoError(t, err)
			require.Equal(t, run.GetRunID(), found.GetWorkflowExecutionInfo().GetExecution().GetRunId())
		})
	}
}

func TestServerIsGoneAfterStopAndStopMayBeRepeated(t *testing.T) {
	server := start(t, Options{})
	pid := server.child.process.Pid
	require.NoError(t, server.Stop())
	require.NoError(t, server.Stop())
	require.NoError(t, server.Kill())

	select {
	case <-server.Done():
	default:
		t.Fatal("Done is open though the server was stopped")
	}
	requireNoProcess(t, pid)
}

func TestServersStartSideBySide(t *testing.T) {
	addresses := make(chan string, 3)
	t.Run("servers", func(t *testing.T) {
		for i := range 3 {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				addresses <- start(t, Options{}).Address
			})
		}
	})
	close(addresses)
	seen := map[string]bool{}
	for address := range addresses {
		require.False(t, seen[address], "two servers on %s", address)
		seen[address] = true
	}
	require.Len(t, seen, 3)
}

func TestTemporalsOwnVariablesDoNotReachTheServer(t *testing.T) {
	require.Equal(t, []string{"HOME=/h", "PATH=/p"},
		serverEnvironment([]string{"HOME=/h", "TEMPORAL_ADDRESS=elsewhere:7233", "TEMPORAL_NAMESPACE=x", "PATH=/p"}))
}

func TestStartSaysWhatTheServerPrintedWhenItEnds(t *testing.T) {
	onPath(t, `case "$1" in --version) echo "temporal version 1.5.1 (Server 1.29.1)";; *) echo "no disk left" >&2; exit 3;; esac`)
	_, err := Start(t.Context(), Options{})
	require.ErrorContains(t, err, "exit status 3")
	require.ErrorContains(t, err, "no disk left")
}

func TestStartTriesOtherPortsWhenOneWasTakenMeanwhile(t *testing.T) {
	tries := filepath.Join(t.TempDir(), "tries")
	onPath(t, `case "$1" in --version) echo "temporal version 1.5.1";; *) echo x >>`+tries+`; echo "bind: address already in use"; exit 1;; esac`)
	_, err := Start(t.Context(), Options{})
	require.ErrorIs(t, err, errPortTaken)
	text, err := os.ReadFile(tries)
	require.NoError(t, err)
	require.Len(t, text, portTries*len("x\n"))
}

func TestStartEndsWithItsContextAndLeavesNoProcess(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	onPath(t, `case "$1" in --version) echo "temporal version 1.5.1";; *) echo $$ >`+pidFile+`; exec sleep 600;; esac`)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		assert.Eventually(t, func() bool { text, _ := os.ReadFile(pidFile); return len(text) > 1 }, 10*time.Second, 5*time.Millisecond)
	}()
	_, err := Start(ctx, Options{})
	require.ErrorIs(t, err, context.Canceled)
	requireNoProcess(t, readPid(t, pidFile))
}

func TestOptionsThatCannotBeAreRefusedByName(t *testing.T) {
	taken, err := net.Listen("tcp", loopback(0))
	require.NoError(t, err)
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port

	for _, c := range []struct {
		opts Options
		says string
	}{
		{Options{Port: port}, "Port " + strconv.Itoa(port) + " is not free"},
		{Options{UI: true, UIPort: port}, "UIPort " + strconv.Itoa(port) + " is not free"},
		{Options{Port: 70000}, "Port is 70000: it must be 1 to 65535"},
		{Options{Port: 4000, UIPort: 4000, UI: true}, "they must differ"},
		{Options{UIPort: 4000}, "set UI"},
	} {
		_, err := Start(t.Context(), c.opts)
		require.ErrorContains(t, err, c.says)
	}
}

func start(t *testing.T, opts Options) *Server {
	t.Helper()
	opts.Progress = func(text string) { t.Log(text) }
	// The first start on a machine may have to build the CLI; go test's own time-out bounds that.
	server, err := Start(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	return server
}

func dial(t *testing.T, server *Server) client.Client {
	t.Helper()
	temporal, err := client.Dial(client.Options{HostPort: server.Address, Namespace: server.Namespace})
	require.NoError(t, err)
	t.Cleanup(temporal.Close)
	_, err = temporal.WorkflowService().GetSystemInfo(t.Context(), &workflowservice.GetSystemInfoRequest{})
	require.NoError(t, err)
	return temporal
}
