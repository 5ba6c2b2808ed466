package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteReaders is how many reads go on at once. Writes take turns: a second one would only wait inside SQLite, polling.
const sqliteReaders = 8

// openSQLite opens the file, or makes it. Every commit is on the disk before it is answered (synchronous FULL), readers do not
// wait for the writer (WAL), and a transaction that will write says so at its start (immediate), so that it waits for its turn
// instead of failing in the middle.
func (l *Ledger) openSQLite(ctx context.Context, path string) error {
	if err := checkFile(path); err != nil {
		return err
	}
	if _, err := os.Stat(path); l.existing && err != nil {
		return fmt.Errorf("there is none to look at: %w", err)
	}
	unlock, err := lockSQLite(ctx, path)
	if err != nil {
		return err
	}
	defer unlock()
	if err := create(path); err != nil {
		return err
	}
	const settings = "_busy_timeout=15000&_foreign_keys=on&_synchronous=FULL&_dqs=0"
	l.seam = seam{explain: "EXPLAIN QUERY PLAN ", insert: insertPrepared, append: appendTwice}
	if l.writes, err = sql.Open("sqlite", dsn(path, settings+"&_txlock=immediate")); err != nil {
		return err
	}
	l.writes.SetMaxOpenConns(1)
	if l.reads, err = sql.Open("sqlite", dsn(path, settings+"&_query_only=on")); err != nil {
		return errors.Join(err, l.writes.Close())
	}
	l.reads.SetMaxOpenConns(sqliteReaders)
	l.reads.SetMaxIdleConns(sqliteReaders)
	if err := l.prepareSQLite(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	if l.there, err = sameFile(path); err != nil {
		return errors.Join(err, l.Close())
	}
	return nil
}

// sameFile gives the check whether path is still the file that it is now.
func sameFile(path string) (func() error, error) {
	opened, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return func() error {
		now, err := os.Stat(path)
		if err != nil || !os.SameFile(opened, now) {
			return fmt.Errorf("the ledger file %s was deleted or replaced while it was in use: restart every process that uses it", path)
		}
		return nil
	}, nil
}

func (l *Ledger) prepareSQLite(ctx context.Context) error {
	var mode string
	if err := l.writes.QueryRowContext(ctx, `PRAGMA journal_mode=WAL`).Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("its file system cannot share a SQLite file between processes (journal mode %s instead of wal): use a local disk", mode)
	}
	return l.migrate(ctx, goose.DialectSQLite3)
}

func dsn(path, settings string) string {
	u := url.URL{Path: filepath.ToSlash(path)}
	return "file://" + u.EscapedPath() + "?" + settings
}

func checkFile(path string) error {
	folder, err := os.Stat(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !folder.IsDir() {
		return fmt.Errorf("there is no folder %s: create it first", filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("look at its folder: %w", err)
	}
	if file, err := os.Stat(path); err == nil && file.IsDir() {
		return fmt.Errorf("it is a folder: name a file in it")
	}
	return nil
}

// create makes the file for its owner alone, because it will hold addresses. It runs behind the lock and only where there is no
// file: closing one that this process has open elsewhere would drop SQLite's locks on it.
func create(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create it: %w", err)
	}
	return file.Close()
}

// lockSQLite lets one process at a time open and migrate. The lock is an exclusive transaction on an empty database beside the
// file: it works wherever SQLite does and ends with its process.
func lockSQLite(ctx context.Context, path string) (unlock func(), err error) {
	wait := fmt.Sprintf("_busy_timeout=%d&_txlock=exclusive", openTimeout.Milliseconds())
	db, err := sql.Open("sqlite", dsn(path+"-lock", wait))
	if err != nil {
		return nil, err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("wait for whoever else is opening it: %w", err), db.Close())
	}
	return func() { _ = tx.Rollback(); _ = db.Close() }, nil
}

func explainSQLite(err error) error {
	var failure *sqlite.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Code() & 0xff {
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return fmt.Errorf("this process must be able to write the file and its folder: %w", err)
	case sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("the file is there and is not a SQLite database: %w", err)
	}
	return err
}
