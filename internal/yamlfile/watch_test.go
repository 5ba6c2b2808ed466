package yamlfile

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFailureToReadIsToldOnceAndItsEndToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "directory.yaml")
	require.NoError(t, os.WriteFile(path, []byte("a"), 0o600))
	w := newWatch(path)
	_, err := w.read()
	require.NoError(t, err)
	require.NoError(t, os.Rename(path, path+".away"))
	for _, news := range []bool{true, false, false} {
		_, err, got := w.look(false)
		require.ErrorIs(t, err, os.ErrNotExist)
		require.Equal(t, news, got)
	}
	require.NoError(t, os.Rename(path+".away", path))
	for _, news := range []bool{true, false} {
		data, err, got := w.look(true)
		require.NoError(t, err)
		require.Equal(t, news, got)
		require.Equal(t, "a", string(data))
	}
}

func TestFileThatIsOldAndUntouchedIsNotReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "directory.yaml")
	require.NoError(t, os.WriteFile(path, []byte("a"), 0o600))
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)))
	w := newWatch(path)
	_, err := w.read()
	require.NoError(t, err)
	read := w.readAt
	_, _, news := w.look(false)
	require.False(t, news)
	require.Equal(t, read, w.readAt)
	_, _, news = w.look(true)
	require.False(t, news, "the same content is no news")
	require.NotEqual(t, read, w.readAt)
}

func TestSameContentIsNoNews(t *testing.T) {
	path := filepath.Join(t.TempDir(), "directory.yaml")
	require.NoError(t, os.WriteFile(path, []byte("a"), 0o600))
	w := newWatch(path)
	_, err := w.read()
	require.NoError(t, err)
	for _, c := range []struct {
		text string
		news bool
	}{{"a", false}, {"b", true}, {"b", false}, {"a", true}} {
		require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
		_, err, news := w.look(true)
		require.NoError(t, err)
		require.Equal(t, c.news, news, c.text)
	}
}
