//go:build !linux

package devserver

import (
	"os"
	"runtime"
	"syscall"
)

// boundToParent changes nothing: without a signal on the parent's death, the child stays in our process group, where
// at least Ctrl-C and a closed terminal reach it too.
func boundToParent() *syscall.SysProcAttr { return nil }

func terminate(p *os.Process) error {
	if runtime.GOOS == "windows" {
		return p.Kill() // there is no way to ask
	}
	return p.Signal(syscall.SIGTERM)
}
