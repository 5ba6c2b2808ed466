package devserver

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTemporalOnPathIsPreferred(t *testing.T) {
	path := onPath(t, `echo "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"`)
	found, err := findBinary(t.Context(), "", func(string) {})
	require.NoError(t, err)
	require.Equal(t, path, found)
}

func TestTemporalOnPathThatCannotBeUsedIsPassedOverAloud(t *testing.T) {
	for script, says := range map[string]string{
		`echo "temporal version 1.4.9 (Server 1.28.0)"`: "it is version 1.4, and 1.5 or later is needed",
		`echo "tctl 1.18"`:                "it does not say a version",
		`echo "no library" >&2; exit 127`: "no library",
	} {
		path := onPath(t, script)
		t.Chdir(t.TempDir()) // no module above: nothing to build from
		var told []string
		_, err := findBinary(t.Context(), "", func(text string) { told = append(told, text) })
		require.ErrorContains(t, err, "install the Temporal CLI")
		require.Len(t, told, 1)
		require.Contains(t, told[0], path)
		require.Contains(t, told[0], says)
	}
}

func TestVersionsAreReadFromTheFirstLine(t *testing.T) {
	for line, want := range map[string][2]int{
		"temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)": {1, 5},
		"temporal version 2.0.0":                            {2, 0},
		"temporal version 0.0.0-DEV (Server 1.29.1)":        {0, 0},
	} {
		major, minor, ok := parseVersion(line)
		require.True(t, ok, line)
		require.Equal(t, want, [2]int{major, minor}, line)
	}
	_, _, ok := parseVersion("temporal: command not found")
	require.False(t, ok)
}

func TestCachedBinaryIsNamedAfterTheCLIAndTheCompiler(t *testing.T) {
	target, tools, err := cachePath(t.Context(), "")
	require.NoError(t, err)
	require.Regexp(t, `^temporal-v1\.\d+\.\d+-go1\.\d+`, filepath.Base(target))
	require.FileExists(t, filepath.Join(tools, "go.mod"))
}

func TestModuleRootIsFoundFromAnyFolderBelow(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	below := filepath.Join(root, "tools", "lint")
	require.NoError(t, os.MkdirAll(below, 0o755))
	for _, dir := range []string{"", "tools", "tools/lint"} {
		require.NoError(t, os.WriteFile(filepath.Join(root, dir, "go.mod"), []byte("module m\n"), 0o644))
	}
	t.Chdir(below)
	found, err := moduleRoot("")
	require.NoError(t, err)
	require.Equal(t, root, found)

	_, err = moduleRoot(below)
	require.ErrorContains(t, err, "it is not this module's root")
}

func TestPinnedVersionComesFromTheRequireLine(t *testing.T) {
	gomod := filepath.Join(t.TempDir(), "go.mod")
	require.NoError(t, os.WriteFile(gomod, []byte("module m\n\ntool github.com/temporalio/cli/cmd/temporal\n\nrequire (\n\tgithub.com/temporalio/cli v1.5.1 // indirect\n)\n"), 0o644))
	version, err := pinnedVersion(gomod)
	require.NoError(t, err)
	require.Equal(t, "v1.5.1", version)

	require.NoError(t, os.WriteFile(gomod, []byte("module m\n"), 0o644))
	_, err = pinnedVersion(gomod)
	require.ErrorContains(t, err, "does not require github.com/temporalio/cli")
}

func TestParallelStartsBuildOnce(t *testing.T) {
	module := fakeModule(t)
	var wg sync.WaitGroup
	found := make([]string, 4)
	for i := range found {
		wg.Go(func() {
			var err error
			found[i], err = builtBinary(t.Context(), module.root, func(string) {})
			require.NoError(t, err)
		})
	}
	wg.Wait()
	for _, path := range found {
		require.Equal(t, found[0], path)
		require.FileExists(t, path)
	}
	require.Equal(t, 1, module.builds(t))
}

func TestFailedBuildShowsTheCompilersWordsAndLeavesNothing(t *testing.T) {
	module := fakeModule(t)
	require.NoError(t, os.WriteFile(module.broken, nil, 0o644))
	_, err := builtBinary(t.Context(), module.root, func(string) {})
	require.ErrorContains(t, err, "no space left on device")

	left, err := filepath.Glob(filepath.Join(module.cache, "*", "*"))
	require.NoError(t, err)
	for _, path := range left {
		require.True(t, strings.HasSuffix(path, ".lock"), "left behind: %s", path)
	}
}

func TestWaitForAnotherBuildEndsWithTheContext(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("nothing is locked on Windows")
	}
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(t.Context(), path, func(time.Duration) {})
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	waits := 0
	_, err = lock(ctx, path, func(time.Duration) {
		if waits++; waits == 2 {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)

	unlock()
	unlock, err = lock(t.Context(), path, func(time.Duration) { t.Error("waited for a lock that was free") })
	require.NoError(t, err)
	unlock()
}

func TestALongWaitIsToldEveryFewSecondsAndAShortOneNever(t *testing.T) {
	var told []string
	say := reporter(func(text string) { told = append(told, text) })
	for waited := time.Duration(0); waited < 12*time.Second; waited += 100 * time.Millisecond {
		say(waited, "waiting")
	}
	require.Equal(t, []string{"waiting: 5s so far", "waiting: 10s so far"}, told)
}
