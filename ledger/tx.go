package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// callTime bounds every call: a connection that has gone silent must not keep a caller for ever. It is a little longer than what
// one process waits for another to be done with a SQLite file.
const callTime = 20 * time.Second

// querier is what a transaction and a database have in common.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// scanner is what one row and the present one of many have in common.
type scanner interface{ Scan(into ...any) error }

// write runs do in a transaction. What do leaves behind in its variables must not depend on how often it ran: PostgreSQL ends
// one of two transactions that wait for each other, and that one is run again.
func (l *Ledger) write(ctx context.Context, doing string, do func(*sql.Tx) error) error {
	return l.attempt(ctx, doing, func(ctx context.Context) error { return inTx(ctx, l.writes, nil, do) })
}

// attempt runs once more what was undone only because of another transaction.
func (l *Ledger) attempt(ctx context.Context, doing string, once func(context.Context) error) error {
	const attempts = 5
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if err := l.stillThere(); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	var err error
	for range attempts {
		if err = once(ctx); !again(err) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// read runs do in a transaction that sees one moment of the record.
func (l *Ledger) read(ctx context.Context, doing string, do func(*sql.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	options := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	if err := inTx(ctx, l.reads, options, do); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func inTx(ctx context.Context, db *sql.DB, options *sql.TxOptions, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// errChanged is why a transaction is undone that has read what another one has changed since.
var errChanged = errors.New("somebody else has changed it meanwhile")

// again reports whether a transaction was undone only because of another one.
func again(err error) bool {
	var failure *pgconn.PgError
	return errors.Is(err, errChanged) || errors.As(err, &failure) && (failure.Code == "40P01" || failure.Code == "40001") // deadlock, serialization
}

// exec runs one statement and says how many rows it changed.
func exec(ctx context.Context, q querier, query string, args ...any) (int64, error) {
	result, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// each calls scan for every row of a query.
func each(ctx context.Context, q querier, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// rowsAtOnce is how many rows one statement writes. SQLite looks for each argument among all of its statement, by name: five hundred
// rows at once would take five times as long.
const rowsAtOnce = 32

// insertRows writes many rows in few statements: a round trip each would take thirty times as long.
func insertRows(ctx context.Context, tx *sql.Tx, insert string, rows [][]any) error {
	for rows := range slices.Chunk(rows, rowsAtOnce) {
		var a arguments
		if _, err := exec(ctx, tx, insert+" "+a.rows(rows), a...); err != nil {
			return err
		}
	}
	return nil
}
