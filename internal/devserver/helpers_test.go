package devserver

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// onPath puts a shell script named temporal first on PATH.
func onPath(t *testing.T, script string) string {
	t.Helper()
	return putOnPath(t, "temporal", script)
}

func putOnPath(t *testing.T, name, script string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return path
}

// module is a root to build from whose compiler is a script: it counts its builds and fails while `broken` is there.
type module struct{ root, cache, broken, count string }

func fakeModule(t *testing.T) module {
	t.Helper()
	dir := t.TempDir()
	m := module{
		root:   filepath.Join(dir, "root"),
		cache:  filepath.Join(dir, "cache"),
		broken: filepath.Join(dir, "broken"),
		count:  filepath.Join(dir, "count"),
	}
	require.NoError(t, os.MkdirAll(filepath.Join(m.root, "tools"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(m.root, "go.mod"), []byte("module m\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(m.root, "tools", "go.mod"), []byte("module m/tools\n\nrequire github.com/temporalio/cli v1.5.1\n"), 0o644))
	t.Setenv("XDG_CACHE_HOME", m.cache)
	t.Setenv("HOME", dir)
	putOnPath(t, "go", `
if [ "$1" = env ]; then echo go1.99.0; exit; fi
echo build >>`+m.count+`
if [ -e `+m.broken+` ]; then echo "no space left on device" >&2; exit 1; fi
while [ "$1" != -o ]; do shift; done
sleep 0.3
echo binary >"$2"`)
	return m
}

func (m module) builds(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(m.count)
	require.NoError(t, err)
	return strings.Count(string(text), "build\n")
}

func readPid(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	return pid
}

// requireNoProcess wants the process reaped as well: our own children must leave no zombie.
func requireNoProcess(t *testing.T, pid int) {
	t.Helper()
	if runtime.GOOS == "linux" {
		require.NoDirExists(t, fmt.Sprintf("/proc/%d", pid))
	}
}
