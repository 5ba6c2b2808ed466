package ledger_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/internal/pgtest"
	"pimnotify/ledger"
	"pimnotify/pim"
)

func TestEverybodyWhoOpensALedgerAtOnceFindsTheSameOne(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		children := []*child{startChild(t, url, "open"), startChild(t, url, "open")}
		var group sync.WaitGroup
		ids, errs := make([]string, 8), make([]error, 8)
		for i := range ids {
			group.Go(func() {
				l, err := ledger.Open(t.Context(), url)
				if errs[i] = err; err == nil {
					ids[i] = l.ID()
					errs[i] = l.Close()
				}
			})
		}
		group.Wait()
		for i := range ids {
			require.NoError(t, errs[i])
			require.Equal(t, ids[0], ids[i])
		}
		for _, c := range children {
			require.Equal(t, ids[0], c.wait(t))
		}
		require.Regexp(t, `^[A-Za-z0-9_-]{22}$`, ids[0])
	})
}

func TestWhatWasWrittenIsThereAfterReopening(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l, err := ledger.Open(t.Context(), url)
		require.NoError(t, err)
		r, key, _ := planned(t, l, "r1", 3)
		id := l.ID()
		require.NoError(t, l.Close())

		l = open(t, url)
		require.Equal(t, id, l.ID())
		require.NoError(t, l.Ping(t.Context()))
		accepted, err := l.Accepted(t.Context(), tenant, r)
		require.NoError(t, err)
		require.Equal(t, acceptance(r), accepted.Acceptance)
		require.Equal(t, pim.Counts{pim.StatusPlanned: 3}, counts(t, l, key))
	})
}

// Somebody who is suspended in the middle of writing keeps everybody else from it, and nobody from starting.
func TestALedgerCanBeOpenedWhileSomebodyElseKeepsOthersFromWriting(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		first := open(t, url)
		driver := "pgx"
		if !strings.HasPrefix(url, "postgres") {
			driver, url = "sqlite", "file://"+url+"?_txlock=immediate"
		}
		db, err := sql.Open(driver, url)
		require.NoError(t, err)
		defer func() { _ = db.Close() }()
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		defer func() { _ = tx.Rollback() }()
		_, err = tx.ExecContext(t.Context(), `UPDATE ledger SET value = value WHERE name = 'id'`)
		require.NoError(t, err)
		require.Equal(t, first.ID(), open(t, strings.TrimSuffix(strings.TrimPrefix(url, "file://"), "?_txlock=immediate")).ID())
	})
}

// On PostgreSQL the server itself ends what a suspended process has begun, unless somebody has set it otherwise.
func TestPostgreSQLEndsATransactionThatSomebodyFellAsleepIn(t *testing.T) {
	url := pgtest.URL(t)
	for set, limit := range map[string]string{"": "15s", "&idle_in_transaction_session_timeout=4000": "4s"} {
		is, err := open(t, url+set).IdleLimit(t.Context())
		require.NoError(t, err)
		require.Equal(t, limit, is)
	}
}

func TestALedgerOfANewerVersionIsRefused(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l, err := ledger.Open(t.Context(), url)
		require.NoError(t, err)
		require.NoError(t, l.Close())
		_, err = database(t, url).Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)`)
		require.NoError(t, err)

		_, err = ledger.Open(t.Context(), url)
		require.ErrorContains(t, err, "a newer version of this program made it (version 99; this one knows 8)")
	})
}

func TestAPingNoticesThatTheLedgerWasReplaced(t *testing.T) {
	url := filepath.Join(t.TempDir(), "ledger.db")
	l := open(t, url)
	_, err := database(t, url).Exec(`UPDATE ledger SET value = 'another' WHERE name = 'id'`)
	require.NoError(t, err)
	require.ErrorContains(t, l.Ping(t.Context()), "is another now")
}

func TestTheFileIsForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := open(t, path)
	accept(t, l, "r1")
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), file)
	}
}

func TestAFileCanBeNamedInEveryWay(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	for name, url := range map[string]string{
		"plain.db":           "plain.db",
		"relative.db":        "file:relative.db",
		"absolute.db":        "file://" + filepath.Join(folder, "absolute.db"),
		"blank # and 100%.d": filepath.Join(folder, "blank # and 100%.d"),
		"it's.db":            "it's.db",
	} {
		l := open(t, url)
		require.NoError(t, l.Ping(t.Context()), url)
		require.FileExists(t, filepath.Join(folder, name))
	}
}

func TestAnUnusableURLIsRefusedWithoutItsPassword(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "letter.txt"), []byte(strings.Repeat("Dear reader, ", 1000)), 0o600))
	for url, says := range map[string]string{
		"":                              "the url is empty",
		":memory:":                      "in memory",
		"file::memory:?cache=1":         "in memory",
		"file:x.db?mode=ro":             "not a plain file name",
		"mysql://u:hunter2@h/d":         "begins with mysql://",
		folder:                          "it is a folder",
		folder + "/letter.txt":          "not a SQLite database",
		folder + "/letter.txt/x.d":      "there is no folder",
		folder + "/missing/x.db":        "there is no folder " + folder + "/missing: create it first",
		"postgres://u:hunter2%@h/":      "cannot be read",
		"postgres://u:hunter2@h:port/d": "cannot be read",
		"postgres://u:hunter2@h/d?sslmode=hunter2":      "a part that PostgreSQL does not know",
		"postgres://u:hunter2@127.0.0.1:1/d":            "postgres://127.0.0.1:1/d",
		"postgres://u@127.0.0.1:1/d?password=hunter2":   "postgres://127.0.0.1:1/d",
		"postgresql://u:hunter2@/d?host=/nowhere":       "/nowhere",
		"postgres://u:hunter2@h1,h2:x/d?target=hunter2": "cannot be read",
	} {
		_, err := ledger.Open(t.Context(), url)
		require.ErrorContains(t, err, says, url)
		require.ErrorContains(t, err, "open the ledger", url)
		require.NotContains(t, err.Error(), "hunter2", url)
	}
}

func TestALedgerFileThatIsTakenAwayIsNoticedBeforeAnythingIsWrittenToIt(t *testing.T) {
	path := file(t)
	l := open(t, path)
	accept(t, l, "r1")
	require.NoError(t, l.Ping(t.Context()))
	require.NoError(t, os.Rename(path, path+".old"))
	for _, replaced := range []bool{false, true} {
		if replaced {
			require.NoError(t, os.WriteFile(path, nil, 0o600))
		}
		require.ErrorContains(t, l.Ping(t.Context()), "deleted or replaced")
		_, _, err := l.Accept(t.Context(), acceptance(activation("r2")))
		require.ErrorContains(t, err, "deleted or replaced", "accepted into a file that nobody will read again")
	}
}

func TestPostgreSQLSettingsThatAreNoURLAreNotTakenForAFile(t *testing.T) {
	_, err := ledger.Open(t.Context(), "host=127.0.0.1 password=s3cret")
	require.ErrorContains(t, err, "not a url")
	require.NotContains(t, err.Error(), "s3cret")
}
