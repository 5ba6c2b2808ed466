package devserver

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// child is a process that ends with this one.
type child struct {
	process *os.Process
	done    chan struct{}
	exit    error // how it ended; to be read once done is closed
	tail    *tail
}

// spawn starts the process. On Linux the kernel kills a child of which the starting *thread* ends, so the goroutine
// that starts it keeps its thread until the child is gone; it also reaps it, so that no zombie stays.
func spawn(binary string, args, env []string, log io.Writer) (*child, error) {
	c := &child{done: make(chan struct{}), tail: &tail{limit: 4096}}
	cmd := exec.Command(binary, args...) //nolint:noctx // it outlives the context of its start; stop and kill end it
	cmd.Env = env
	output := io.MultiWriter(c.tail, log)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = boundToParent()
	// A grandchild that kept the pipe open would otherwise keep Wait from returning.
	cmd.WaitDelay = 2 * time.Second

	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		started <- nil
		c.exit = cmd.Wait()
		close(c.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	c.process = cmd.Process
	return c, nil
}

func (c *child) stop(patience time.Duration) error {
	if err := ignoreFinished(terminate(c.process)); err != nil {
		return err
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-c.done:
		return nil
	case <-timer.C:
		return c.kill()
	}
}

func (c *child) kill() error {
	if err := ignoreFinished(c.process.Kill()); err != nil {
		return err
	}
	<-c.done
	return nil
}

func ignoreFinished(err error) error {
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// tail keeps the end of what was written, for the error of a start that went wrong.
type tail struct {
	mu    sync.Mutex
	limit int
	bytes []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes = append(t.bytes, p...)
	if over := len(t.bytes) - t.limit; over > 0 {
		t.bytes = append(t.bytes[:0], t.bytes[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.bytes)
}
