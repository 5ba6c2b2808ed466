package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// openTimeout bounds the wait for whoever is migrating the same database. Migrating itself takes as long as the record is large.
const openTimeout = 2 * time.Minute

// Ledger is an open record. All methods may be used by many goroutines.
type Ledger struct {
	reads  *sql.DB
	writes *sql.DB // the same as reads on PostgreSQL
	seam   seam
	id     string
	// auditing is how what is done here is audited.
	auditing auditing
	existing bool // only a record that is there already is opened
	// there reports whether the database is still the one that was opened; nil where it cannot be exchanged behind our back.
	there func() error
}

// Open opens the record that url names and brings its tables up to date, whoever else opens it at the same moment. The url is
// postgres://… or a SQLite file: a path or file:path. An error says what is wrong with the url without its password.
func Open(ctx context.Context, url string, options ...Option) (*Ledger, error) {
	t, err := parse(url)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	l := &Ledger{auditing: auditing{turn: make(chan struct{}, 1)}}
	for _, option := range options {
		option(l)
	}
	if err := t.open(ctx, l); err != nil {
		return nil, fmt.Errorf("open the ledger %s: %w", t.name, t.explain(err))
	}
	return l, nil
}

// Close gives back the database. Waiting calls end with an error.
func (l *Ledger) Close() error {
	err := l.reads.Close()
	if l.writes != l.reads {
		err = errors.Join(err, l.writes.Close())
	}
	if err != nil {
		return fmt.Errorf("close the ledger: %w", err)
	}
	return nil
}

// ID is the random name that the record got when it was made: the same for all processes that share it.
func (l *Ledger) ID() string { return l.id }

// Ping reports whether the record answers, and is still the one that was opened.
func (l *Ledger) Ping(ctx context.Context) error {
	if err := l.stillThere(); err != nil {
		return err
	}
	var id string
	if err := l.reads.QueryRowContext(ctx, `SELECT value FROM ledger WHERE name = 'id'`).Scan(&id); err != nil {
		return fmt.Errorf("ping the ledger: %w", err)
	}
	if id != l.id {
		return fmt.Errorf("ping the ledger: it was %s when it was opened and is %s now", l.id, id)
	}
	return nil
}

// stillThere reports whether a file was deleted or replaced: an open one goes on answering, and what is written there is lost.
func (l *Ledger) stillThere() error {
	if l.there == nil {
		return nil
	}
	return l.there()
}
