package directory_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"pimnotify/directory"
	"pimnotify/pim"
)

// within is what an edit may take to count, by contract.
const within = 5 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBrokenFileIsRefusedAtStart(t *testing.T) {
	path := write(t, strings.Replace(good, "cloud: china", "cloud: moon", 1))
	_, err := directory.Open(t.Context(), path, zap.NewNop())
	require.EqualError(t, err, "read directory: "+path+`:4: tenants.contoso.cloud must be public, usGov or china, not "moon"`)
}

func TestMissingFileIsRefusedAtStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nowhere.yaml")
	_, err := directory.Open(t.Context(), path, zap.NewNop())
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, path)
	_, err = directory.Open(t.Context(), t.TempDir(), zap.NewNop())
	require.ErrorContains(t, err, "read directory: ")
}

func TestEditCountsWithinSeconds(t *testing.T) {
	edits := map[string]func(t *testing.T, path, text string){
		"written in place": func(t *testing.T, path, text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) },
		"put in its place": func(t *testing.T, path, text string) {
			require.NoError(t, os.WriteFile(path+".new", []byte(text), 0o600))
			require.NoError(t, os.Rename(path+".new", path))
		},
		"removed and written again": func(t *testing.T, path, text string) {
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		},
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, good)
			f, _ := open(t, path)
			requireName(t, f, "Contoso")
			edit(t, path, strings.Replace(good, "displayName: Contoso", "displayName: Contoso Ltd", 1))
			awaitName(t, f, "Contoso Ltd")
			require.NoError(t, f.Problem())
		})
	}
}

// Kubernetes mounts a folder of links, and replaces what one of them leads to.
func TestEditBehindALinkCounts(t *testing.T) {
	folder := t.TempDir()
	for version, text := range map[string]string{"v1": good, "v2": strings.Replace(good, "displayName: Contoso", "displayName: Contoso Ltd", 1)} {
		require.NoError(t, os.Mkdir(filepath.Join(folder, version), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(folder, version, "directory.yaml"), []byte(text), 0o600))
	}
	require.NoError(t, os.Symlink("v1", filepath.Join(folder, "data")))
	path := filepath.Join(folder, "directory.yaml")
	require.NoError(t, os.Symlink("data/directory.yaml", path))
	f, _ := open(t, path)
	requireName(t, f, "Contoso")
	require.NoError(t, os.Symlink("v2", filepath.Join(folder, "data.new")))
	require.NoError(t, os.Rename(filepath.Join(folder, "data.new"), filepath.Join(folder, "data")))
	awaitName(t, f, "Contoso Ltd")
}

func TestEditThatGivesNoSignIsFoundByLooking(t *testing.T) {
	elsewhere := write(t, good)
	path := filepath.Join(t.TempDir(), "directory.yaml")
	require.NoError(t, os.Symlink(elsewhere, path))
	f, _ := open(t, path)
	require.NoError(t, os.WriteFile(elsewhere, []byte(strings.Replace(good, "displayName: Contoso", "displayName: Contosa", 1)), 0o600))
	awaitName(t, f, "Contosa")
}

// Two edits within one tick of a clock can bear the same time-stamp and have the same length.
func TestEditThatLooksUntouchedIsFoundWhileTheFileIsFresh(t *testing.T) {
	elsewhere := write(t, good)
	stamp, err := os.Stat(elsewhere)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "directory.yaml")
	require.NoError(t, os.Symlink(elsewhere, path))
	f, _ := open(t, path)
	require.NoError(t, os.WriteFile(elsewhere, []byte(strings.Replace(good, "displayName: Contoso", "displayName: Contosa", 1)), 0o600))
	require.NoError(t, os.Chtimes(elsewhere, time.Time{}, stamp.ModTime()))
	awaitName(t, f, "Contosa")
}

func TestBrokenEditKeepsTheLastGoodOneAndSaysSo(t *testing.T) {
	path := write(t, good)
	f, logs := open(t, path)
	require.NoError(t, f.Problem())

	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(good, "displayName: Contoso", "displayname: Nobody", 1)), 0o600))
	require.Eventually(t, func() bool { return f.Problem() != nil }, within, 10*time.Millisecond)
	require.ErrorContains(t, f.Problem(), path+":3: tenants.contoso.displayname is unknown")
	requireName(t, f, "Contoso")
	require.NoError(t, f.Ready(t.Context()))
	broken := logs.FilterMessage("directory is broken and the last good one stays in use")
	require.Equal(t, 1, broken.Len())
	require.Contains(t, broken.All()[0].ContextMap()["error"], path+":3: tenants.contoso.displayname is unknown")

	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(good, "displayName: Contoso", "displayName: Contoso Ltd", 1)), 0o600))
	awaitName(t, f, "Contoso Ltd")
	require.NoError(t, f.Problem())
}

func TestTakingABrokenEditBackEndsTheProblem(t *testing.T) {
	path := write(t, good)
	f, _ := open(t, path)
	require.NoError(t, os.WriteFile(path, []byte("tenants: ["), 0o600))
	require.Eventually(t, func() bool { return f.Problem() != nil }, within, 10*time.Millisecond)
	require.NoError(t, os.WriteFile(path, []byte(good), 0o600))
	require.Eventually(t, func() bool { return f.Problem() == nil }, within, 10*time.Millisecond)
	requireName(t, f, "Contoso")
}

func TestFileThatGoesAwayIsAProblemUntilItIsBack(t *testing.T) {
	path := write(t, good)
	f, logs := open(t, path)
	require.NoError(t, os.Remove(path))
	require.Eventually(t, func() bool { return f.Problem() != nil }, within, 10*time.Millisecond)
	require.ErrorIs(t, f.Problem(), os.ErrNotExist)
	requireName(t, f, "Contoso")
	require.NoError(t, os.WriteFile(path, []byte(good), 0o600))
	require.Eventually(t, func() bool { return f.Problem() == nil }, within, 10*time.Millisecond)
	require.Equal(t, 1, logs.FilterMessage("directory is broken and the last good one stays in use").Len(), "said once, not every time")
}

func TestEditNeverTearsAnAnswer(t *testing.T) {
	texts := []string{
		"tenants: {c: {users: [{id: a}, {id: b}], groups: [{id: g, members: [a, b]}]}}",
		"tenants: {c: {users: [{id: c}, {id: d}, {id: e}], groups: [{id: g, members: [c, d, e]}]}}",
	}
	path := write(t, texts[0])
	f, _ := open(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	var torn sync.Map
	for range 4 {
		asking.Go(func() {
			for ctx.Err() == nil {
				people, err := f.People(context.WithoutCancel(ctx), "c", []pim.Principal{{ID: "g", Type: pim.Group}})
				if got := strings.Join(ids(people), ""); err != nil || (got != "ab" && got != "cde") {
					torn.Store(got, err)
				}
			}
		})
	}
	for i := range 6 {
		want := texts[(i+1)%2]
		require.NoError(t, os.WriteFile(path+".new", []byte(want), 0o600))
		require.NoError(t, os.Rename(path+".new", path))
		id := map[int]string{0: "e", 1: "a"}[i%2]
		require.Eventually(t, func() bool {
			_, ok, err := f.Principal(t.Context(), "c", id)
			return err == nil && ok
		}, within, 5*time.Millisecond)
	}
	cancel()
	asking.Wait()
	torn.Range(func(got, err any) bool { require.Fail(t, "torn", "%v %v", got, err); return true })
}

func TestClosedDirectoryAnswersAndFollowsNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	f, _ := open(t, write(t, good))
	f.Close()
	f.Close()
	goleak.VerifyNone(t, before)
	requireName(t, f, "Contoso")
}

func TestEndOfContextEndsFollowing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	ctx, cancel := context.WithCancel(t.Context())
	f, err := directory.Open(ctx, write(t, good), zap.NewNop())
	require.NoError(t, err)
	cancel()
	goleak.VerifyNone(t, before)
	f.Close()
}

func write(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "directory.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func open(t *testing.T, path string) (*directory.File, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zap.InfoLevel)
	f, err := directory.Open(t.Context(), path, zap.New(core))
	require.NoError(t, err)
	t.Cleanup(f.Close)
	return f, logs
}

func nameOf(f *directory.File) string {
	organization, err := f.Organization(context.Background(), "contoso")
	if err != nil {
		return err.Error()
	}
	return organization.DisplayName
}

func requireName(t *testing.T, f *directory.File, want string) {
	t.Helper()
	require.Equal(t, want, nameOf(f))
}

func awaitName(t *testing.T, f *directory.File, want string) {
	t.Helper()
	require.Eventually(t, func() bool { return nameOf(f) == want }, within, 10*time.Millisecond, "now %s", nameOf(f))
}
