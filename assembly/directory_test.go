package assembly

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"pimnotify/directory"
)

func TestDirectoryIsChosenByTheFormOfItsName(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer abc" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"value":[]}`))
	}))
	defer service.Close()
	file, token := filepath.Join(t.TempDir(), "directory.yaml"), filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, directory.Sample(), 0o600))
	require.NoError(t, os.WriteFile(token, []byte("abc\n"), 0o600))

	for _, c := range []Config{{Directory: file}, {Directory: service.URL, DirectoryToken: token}} {
		d, err := openDirectory(t.Context(), c, zap.NewNop())
		require.NoError(t, err)
		require.NoError(t, d.Ready(t.Context()))
		require.Equal(t, c.Directory, probe(t, &Parts{Config: c, Directory: d}, "directory"))
		d.Close()
	}
	d, err := openDirectory(t.Context(), Config{Directory: service.URL}, zap.NewNop())
	require.NoError(t, err)
	defer d.Close()
	require.ErrorContains(t, d.Ready(t.Context()), "the directory answered 401")
}

func TestDirectoryThatCannotBeIsNamedByItsSetting(t *testing.T) {
	file := filepath.Join(t.TempDir(), "directory.yaml")
	require.NoError(t, os.WriteFile(file, directory.Sample(), 0o600))
	for says, c := range map[string]Config{
		"PIMNOTIFY_DIRECTORY must begin with https:// beyond loopback":                    {Directory: "http://directory.contoso.example"},
		"PIMNOTIFY_DIRECTORY must be without credentials":                                 {Directory: "https://u:secret@directory.contoso.example"},
		"PIMNOTIFY_DIRECTORY must be the path of a file or an address":                    {Directory: "ldap://directory.contoso.example"},
		"PIMNOTIFY_DIRECTORY: read directory: ":                                           {Directory: file + ".none"},
		"PIMNOTIFY_DIRECTORY_TOKEN: read directory token: ":                               {Directory: "https://directory.contoso.example", DirectoryToken: file},
		"PIMNOTIFY_DIRECTORY_TOKEN must not be set where PIMNOTIFY_DIRECTORY is a file: ": {Directory: file, DirectoryToken: file},
	} {
		d, err := openDirectory(t.Context(), c, zap.NewNop())
		require.Nil(t, d)
		require.ErrorContains(t, err, says)
		require.NotContains(t, err.Error(), "secret")
	}
}
