//go:build unix

package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// childEnv makes this test binary a child that uses a server and then dies in the way that the value names.
const childEnv = "PGTEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		dieWithServer(os.Getenv(childEnv))
	}
	os.Exit(m.Run())
}

func dieWithServer(how string) {
	s, err := Start()
	if err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString(s.folder + "\n")
	switch how {
	case "exit":
		os.Exit(0)
	case "panic":
		panic("on purpose")
	default:
		select {} // until killed
	}
}

func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	ctx := context.Background()
	first, second := connect(t, URL(t)), connect(t, URL(t))
	_, err := first.Exec(ctx, `CREATE TABLE mine (id BIGINT)`)
	require.NoError(t, err)
	_, err = second.Exec(ctx, `SELECT * FROM mine`)
	require.ErrorContains(t, err, "does not exist")
}

func TestADatabaseIsGoneAfterItsTestAlsoWhereAConnectionWasForgotten(t *testing.T) {
	var url string
	t.Run("forgets", func(t *testing.T) {
		url = URL(t)
		_, err := pgx.Connect(context.Background(), url)
		require.NoError(t, err)
	})
	_, err := pgx.Connect(context.Background(), url)
	require.ErrorContains(t, err, "does not exist")
}

func TestTheServerAndItsFolderEndWithTheTestsHoweverTheyEnd(t *testing.T) {
	URL(t) // or skip
	for _, how := range []string{"exit", "panic", "kill"} {
		t.Run(how, func(t *testing.T) {
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), childEnv+"="+how)
			output, err := child.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, child.Start())
			line := make([]byte, 4096)
			n, err := output.Read(line)
			require.NoError(t, err)
			folder := strings.TrimSpace(string(line[:n]))
			require.Contains(t, filepath.Base(folder), "pgtest-")
			if how == "kill" {
				require.DirExists(t, filepath.Join(folder, "data"))
				require.NoError(t, child.Process.Kill())
			}
			_ = child.Wait()
			require.Eventually(t, func() bool {
				_, err := os.Stat(folder)
				return errors.Is(err, os.ErrNotExist)
			}, 30*time.Second, 20*time.Millisecond, "the folder is still there, and so may be the server")
		})
	}
}

func TestAServerThatIsStoppedIsGoneWithItsFolder(t *testing.T) {
	URL(t) // or skip
	s, err := Start()
	require.NoError(t, err)
	url, err := s.Create(t.Context(), "mine")
	require.NoError(t, err)
	connect(t, url)
	require.NoError(t, s.Stop())
	require.NoDirExists(t, s.folder)
	_, err = pgx.Connect(t.Context(), url)
	require.Error(t, err)
	require.NoError(t, s.Stop(), "once more is no mistake")
}

func TestTheNewestServerOffThePathIsFound(t *testing.T) {
	root := t.TempDir()
	for _, version := range []string{"9", "15", "16"} {
		folder := filepath.Join(root, "v-"+version, "bin")
		require.NoError(t, os.MkdirAll(folder, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "initdb"), nil, 0o755))
		if version != "16" { // an installation without its server
			require.NoError(t, os.WriteFile(filepath.Join(folder, "postgres"), nil, 0o755))
		}
	}
	folders, err := filepath.Glob(filepath.Join(root, "v-*", "bin"))
	require.NoError(t, err)
	require.Len(t, folders, 3)
	t.Chdir(root) // so that no number of the folder's own name is taken for a version
	found, err := findIn([]string{"v-*/bin"})
	require.NoError(t, err)
	require.Equal(t, "v-15/bin", found)
}

func TestAMissingServerIsSaidInOneSentence(t *testing.T) {
	_, err := findIn([]string{filepath.Join(t.TempDir(), "*", "bin")})
	require.True(t, Missing(err))
	require.ErrorContains(t, err, "install the package postgresql")
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// outcome is a test that is only watched.
type outcome struct {
	testing.TB
	skipped, failed string
}

func (o *outcome) Helper() {}

func (o *outcome) Skipf(text string, args ...any) {
	o.skipped = fmt.Sprintf(text, args...)
	panic(o)
}

func (o *outcome) Fatalf(text string, args ...any) {
	o.failed = fmt.Sprintf(text, args...)
	panic(o)
}

func TestWithoutAServerATestIsSkippedButNotInCI(t *testing.T) {
	t.Setenv("CI", "")
	skipped := &outcome{}
	require.Panics(t, func() { refuse(skipped, errMissing) })
	require.Contains(t, skipped.skipped, "this test needs PostgreSQL, which is not installed: initdb is neither on PATH nor")

	broken := &outcome{}
	require.Panics(t, func() { refuse(broken, errors.New("initdb: disk full")) })
	require.Equal(t, "start a private PostgreSQL: initdb: disk full", broken.failed, "a server that is there and broken is no reason to skip")

	t.Setenv("CI", "true")
	inCI := &outcome{}
	require.Panics(t, func() { refuse(inCI, errMissing) })
	require.Contains(t, inCI.failed, "CI=true asks for one")
	require.Empty(t, inCI.skipped)
}

func TestAServerThatIsKilledIsBackWithWhatItHad(t *testing.T) {
	URL(t) // or skip
	s, err := Start()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop()) })
	url, err := s.Create(t.Context(), "mine")
	require.NoError(t, err)
	conn := connect(t, url)
	_, err = conn.Exec(t.Context(), "SET synchronous_commit = on")
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 42 AS answer")
	require.NoError(t, err)

	require.NoError(t, s.Kill())
	require.Error(t, conn.Ping(t.Context()))
	_, err = pgx.Connect(t.Context(), url)
	require.Error(t, err)

	require.NoError(t, s.Revive())
	var answer int
	require.NoError(t, connect(t, url).QueryRow(t.Context(), "SELECT answer FROM kept").Scan(&answer))
	require.Equal(t, 42, answer)
}
