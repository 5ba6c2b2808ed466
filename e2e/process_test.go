package e2e

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// process is one running pimnotify.
type process struct {
	t    *testing.T
	name string
	cmd  *exec.Cmd
	log  *buffer
	done chan struct{}
}

// start runs the binary with these settings and nothing else of ours in its environment.
func start(t *testing.T, env map[string]string, args ...string) *process {
	t.Helper()
	return startProgram(t, binary, env, args...)
}

// startProgram is start, for any program.
func startProgram(t *testing.T, program string, env map[string]string, args ...string) *process {
	t.Helper()
	p := &process{t: t, name: strings.Join(append([]string{filepath.Base(program)}, args...), " "), log: &buffer{}, done: make(chan struct{})}
	p.cmd = exec.Command(program, args...)
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, pairs(env)...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	require.NoError(t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("log of %s:\n%s", p.name, p.log)
		}
	})
	return p
}

func pairs(env map[string]string) []string {
	var list []string
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}

// kill ends the process as a crash would, and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stop ends the process as an orchestrator would, and insists after half a minute.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.t.Errorf("%s did not stop when told to", p.name)
		p.kill()
	}
}

// awaitReady waits until the process says that it is ready.
func (p *process) awaitReady(url string) {
	p.t.Helper()
	await(p.t, patience, p.name+" to be ready", func() bool {
		select {
		case <-p.done:
			p.t.Fatalf("%s ended: %s", p.name, p.log)
		default:
		}
		response, err := http.Get(url)
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// awaitLog waits until the process has printed something.
func (p *process) awaitLog(text string) {
	p.t.Helper()
	await(p.t, patience, p.name+" to say "+text, func() bool { return strings.Contains(p.log.String(), text) })
}

// patience is how long anything may take on a machine that has a lot to do.
const patience = 2 * time.Minute

// await waits for a condition, and no longer than it may take. The longer it waits the more seldom it looks: a machine that is
// asked all the time by many has no time for what they wait for.
func await(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	end := time.Now().Add(limit)
	for pause := 20 * time.Millisecond; !ok(); pause = min(pause*5/4, 300*time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %s for %s", limit, what)
		}
		<-time.After(pause)
	}
}

// together does all of these at once, and waits until each is done.
func together(t *testing.T, all ...func(t testing.TB)) {
	t.Helper()
	var wait sync.WaitGroup
	for _, each := range all {
		wait.Go(func() { each(aside{t}) })
	}
	wait.Wait()
}

// aside is a test in one of many goroutines: what fails there ends that one, which is all that a goroutine beside the test's own
// may end.
type aside struct{ testing.TB }

func (a aside) FailNow() {
	a.Fail()
	runtime.Goexit()
}

func (a aside) Fatalf(format string, args ...any) {
	a.Helper()
	a.Errorf(format, args...)
	runtime.Goexit()
}

// buffer is what a process printed, safe to read while it prints.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
