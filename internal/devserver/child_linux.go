package devserver

import (
	"os"
	"syscall"
)

// boundToParent has the kernel kill the child when its parent dies, even of kill -9, and gives it a process group of
// its own, so that a Ctrl-C reaches us alone and the server ends after those who use it.
func boundToParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
