package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"pimnotify/ledger"
)

// database is one of the two that a ledger can be in.
type database struct {
	name    string
	driver  string
	missing error // why it is not measured
	made    int
	create  func(ctx context.Context, n int) (url string, err error)
}

func (b *bench) sqlite() *database {
	return &database{name: "SQLite", driver: "sqlite", create: func(_ context.Context, n int) (string, error) {
		return filepath.Join(b.folder, fmt.Sprintf("ledger%d.db", n)), nil
	}}
}

func (b *bench) postgresql(missing error) *database {
	return &database{name: "PostgreSQL", driver: "pgx", missing: missing, create: func(ctx context.Context, n int) (string, error) {
		return b.postgres.Create(ctx, fmt.Sprintf("ledger%d", n))
	}}
}

// onEach measures on both databases, and says in the table where one of them is not there.
func (b *bench) onEach(name string, measure func(d *database) error) error {
	for _, d := range b.databases {
		if d.missing != nil {
			b.rows = append(b.rows, row{name: name, database: d.name, measures: "not measured: " + d.missing.Error()})
			continue
		}
		b.say("%s on %s …", name, d.name)
		if err := measure(d); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return nil
}

// record is an open ledger, and its database without the ledger before it.
type record struct {
	*ledger.Ledger
	on  *database
	url string
	db  *sql.DB
}

func (d *database) open(ctx context.Context) (r *record, err error) {
	d.made++
	r = &record{on: d}
	if r.url, err = d.create(ctx, d.made); err != nil {
		return nil, err
	}
	if r.Ledger, err = ledger.Open(ctx, r.url); err != nil {
		return nil, err
	}
	address := r.url
	if d.driver == "sqlite" { // as careful as the ledger itself
		address = "file://" + filepath.ToSlash(r.url) + "?_busy_timeout=15000&_foreign_keys=on&_synchronous=FULL&_txlock=immediate"
	}
	if r.db, err = sql.Open(d.driver, address); err != nil {
		return nil, errors.Join(err, r.Ledger.Close())
	}
	return r, nil
}

func (r *record) close() error { return errors.Join(r.db.Close(), r.Ledger.Close()) }

// exec runs statements one after the other.
func (r *record) exec(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := r.db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}
