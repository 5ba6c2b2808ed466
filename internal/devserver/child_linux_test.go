package devserver

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const parentRole = "DEVSERVER_TEST_PARENT"

// TestMain lets the test binary play the parent that is killed.
func TestMain(m *testing.M) {
	if os.Getenv(parentRole) == "" {
		os.Exit(m.Run())
	}
	c, err := spawn("/bin/sleep", []string{"600"}, nil, io.Discard)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, c.process.Pid)
	<-c.done
}

func TestChildDiesWithAParentThatIsKilled(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), parentRole+"=1")
	output, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	require.NoError(t, err)
	require.True(t, alive(pid))

	require.NoError(t, parent.Process.Kill())
	require.Error(t, parent.Wait())
	require.Eventually(t, func() bool { return !alive(pid) }, 10*time.Second, 5*time.Millisecond)
}

func TestChildOutlivesTheThreadThatAskedForIt(t *testing.T) {
	made := make(chan *child)
	var thread int
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		thread = syscall.Gettid()
		c, err := spawn("/bin/sleep", []string{"600"}, nil, io.Discard)
		if err != nil {
			t.Error(err)
		}
		made <- c
	}()
	c := <-made
	if thread != os.Getpid() { // the main thread is parked, not ended
		task := fmt.Sprintf("/proc/self/task/%d", thread)
		require.Eventually(t, func() bool { _, err := os.Stat(task); return os.IsNotExist(err) }, 10*time.Second, 5*time.Millisecond)
	}
	require.True(t, alive(c.process.Pid))
	require.NoError(t, c.kill())
	requireNoProcess(t, c.process.Pid)
}

func TestChildThatDoesNotStopWhenAskedIsKilled(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready")
	c, err := spawn("/bin/sh", []string{"-c", `trap "" TERM; >` + ready + `; while :; do :; done`}, os.Environ(), io.Discard)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return isFile(ready) }, 10*time.Second, 5*time.Millisecond)

	require.NoError(t, c.stop(50*time.Millisecond))
	require.ErrorContains(t, c.exit, "killed")
	requireNoProcess(t, c.process.Pid)
}

func TestTailKeepsTheEnd(t *testing.T) {
	end := &tail{limit: 4}
	for _, part := range []string{"ab", "cdef", "g"} {
		n, err := end.Write([]byte(part))
		require.NoError(t, err)
		require.Equal(t, len(part), n)
	}
	require.Equal(t, "defg", end.String())
}

// alive is false for a zombie: it has died, and whoever adopted it has not looked yet.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}
