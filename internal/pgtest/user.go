//go:build unix

package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	osuser "os/user"
	"strconv"
	"syscall"
)

// user is whose the server is, where it cannot be ours: PostgreSQL refuses to run as root.
type user struct{ uid, gid int }

// unprivileged is nil unless this process is root.
func unprivileged() (*user, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := osuser.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(found.Uid)
		gid, gidErr := strconv.Atoi(found.Gid)
		if uidErr == nil && gidErr == nil && uid != 0 {
			return &user{uid, gid}, nil
		}
	}
	return nil, fmt.Errorf("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody to run it as")
}

// owns makes a folder the user's own.
func (u *user) owns(folder string) error {
	if u == nil {
		return nil
	}
	return os.Chown(folder, u.uid, u.gid)
}

// runs lets the user run a command, in a process group of its own: an interrupt from the keyboard is for the tests, which take
// the server with them.
func (u *user) runs(command *exec.Cmd, folder string) {
	command.Dir = folder
	command.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + folder, "TZ=UTC", "LC_ALL=C"}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if u != nil {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(u.uid), Gid: uint32(u.gid)}
	}
}
