//go:build unix

package ledger_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFolderThatCannotBeWrittenIsSaid(t *testing.T) {
	folder, err := os.MkdirTemp("/tmp", "ledger-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	require.NoError(t, os.Chmod(folder, 0o755))
	binary := filepath.Join(folder, "ledger.test")
	program, err := os.ReadFile(os.Args[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(binary, program, 0o755))
	l := open(t, filepath.Join(folder, "made.db"))
	require.NoError(t, os.Chmod(filepath.Join(folder, "made.db"), 0o644))
	require.NoError(t, l.Ping(t.Context()))
	require.NoError(t, os.Chmod(folder, 0o555))
	t.Cleanup(func() { require.NoError(t, os.Chmod(folder, 0o755)) })

	for _, name := range []string{"new.db", "made.db"} {
		command := exec.CommandContext(t.Context(), binary)
		command.Env = append(os.Environ(), childJob+"=open", childURL+"="+filepath.Join(folder, name))
		if os.Geteuid() == 0 { // root can write everywhere
			command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			command.Dir = folder
		}
		output, err := command.CombinedOutput()
		require.Error(t, err, name)
		require.Contains(t, string(output), "this process must be able to write the file and its folder", name)
	}
}
