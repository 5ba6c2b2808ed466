package imports

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	_ "modernc.org/sqlite" // the temporary file
)

// spool keeps the lines of one import in a temporary file, so that those which belong together can be read together: groups in the
// order of their first lines, and the lines of one in the order of time.
type spool struct {
	db   *sql.DB
	tx   *sql.Tx
	put  *sql.Stmt
	name *sql.Stmt
}

// spooled is one line as it lies in the spool.
type spooled struct {
	first  int // the first line of its group
	number int
	text   []byte
	wrong  string // why there is no text
}

// newSpool makes a file that nobody else sees, and that is gone when it is closed, however that comes.
func newSpool(ctx context.Context) (s *spool, err error) {
	s = &spool{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("make a temporary file for the lines: %w", err), s.close())
		}
	}()
	if s.db, err = sql.Open("sqlite", ""); err != nil {
		return s, err
	}
	s.db.SetMaxOpenConns(1) // another connection would have a file of its own
	for _, statement := range []string{
		`PRAGMA journal_mode = OFF`, `PRAGMA synchronous = OFF`,
		`CREATE TABLE groups (name TEXT NOT NULL PRIMARY KEY, first INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE TABLE lines (first INTEGER, at INTEGER, later INTEGER, number INTEGER, text BLOB, wrong TEXT,
			PRIMARY KEY (first, at, later, number)) WITHOUT ROWID`,
	} {
		if _, err = s.db.ExecContext(ctx, statement); err != nil {
			return s, err
		}
	}
	if s.tx, err = s.db.BeginTx(context.WithoutCancel(ctx), nil); err != nil {
		return s, err
	}
	if s.put, err = s.tx.PrepareContext(ctx, `INSERT INTO lines (first, at, later, number, text, wrong) VALUES (?, ?, ?, ?, ?, ?)`); err != nil {
		return s, err
	}
	s.name, err = s.tx.PrepareContext(ctx, `INSERT INTO groups (name, first) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET first = first RETURNING first`)
	return s, err
}

func (s *spool) close() error {
	if s.db == nil {
		return nil
	}
	if s.tx != nil {
		_ = s.tx.Rollback() // which is no loss, and no error after a commit
	}
	return s.db.Close()
}

// add keeps a line at its place; what is wrong with it where it has no text.
func (s *spool) add(ctx context.Context, number int, text []byte, wrong string) error {
	first := number
	group, at, later := place(text)
	if group != "" {
		if err := s.name.QueryRowContext(ctx, group, number).Scan(&first); err != nil {
			return fmt.Errorf("keep line %d: %w", number, err)
		}
	}
	if _, err := s.put.ExecContext(ctx, first, at.UnixMicro(), later, number, text, wrong); err != nil {
		return fmt.Errorf("keep line %d: %w", number, err)
	}
	return nil
}

// groups gives the lines, those of one group at a time.
func (s *spool) groups(ctx context.Context) iter.Seq2[[]spooled, error] {
	return func(yield func([]spooled, error) bool) {
		rows, err := s.tx.QueryContext(ctx, `SELECT first, number, text, wrong FROM lines ORDER BY first, at, later, number`)
		if err != nil {
			yield(nil, fmt.Errorf("read the lines again: %w", err))
			return
		}
		defer func() { _ = rows.Close() }()
		var group []spooled
		for rows.Next() {
			var l spooled
			if err := rows.Scan(&l.first, &l.number, &l.text, &l.wrong); err != nil {
				yield(nil, fmt.Errorf("read the lines again: %w", err))
				return
			}
			if len(group) > 0 && group[0].first != l.first {
				if !yield(group, nil) {
					return
				}
				group = nil
			}
			group = append(group, l)
		}
		if err := rows.Err(); err != nil {
			yield(nil, fmt.Errorf("read the lines again: %w", err))
			return
		}
		if len(group) > 0 {
			yield(group, nil)
		}
	}
}
