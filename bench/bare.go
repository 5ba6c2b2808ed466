package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"pimnotify/pim"
)

var recipientColumns = []string{
	"mail_id", "event_key", "part", "position", "ord", "address", "principal_id", "display_name", "audience", "recipient_type",
	"status", "reason", "detail", "message_id", "subject", "attempt", "claimed_by", "due_at", "updated_at",
}

// bare writes the rows of a plan without a ledger.
func (e *events) bare() *subject {
	s := e.subject("recipients, bare insert", fmt.Sprintf("%s rows into the same table, in one transaction", number(e.n)))
	s.do = func(ctx context.Context) error {
		rows := make([][]any, 0, e.n)
		for i, p := range e.people() {
			rows = append(rows, []any{
				rand.Text(), e.key, string(pim.PartAll), i, p.Order, p.Address, p.PrincipalID, p.DisplayName, string(p.Audience), string(p.RecipientType),
				string(p.Status), "", "", "", "", 0, "", e.due.UnixMicro(), e.due.UnixMicro(),
			})
		}
		if e.on.driver == "sqlite" {
			return insertEach(ctx, e.db, rows)
		}
		return copyAll(ctx, e.db, rows)
	}
	return s
}

// insertEach is for SQLite.
func insertEach(ctx context.Context, db *sql.DB, rows [][]any) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	columns, places := strings.Join(recipientColumns, ", "), strings.Repeat(", ?", len(recipientColumns))[2:]
	insert, err := tx.PrepareContext(ctx, `INSERT INTO recipients (`+columns+`) VALUES (`+places+`)`)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for _, row := range rows {
		if _, err := insert.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// copyAll is for PostgreSQL.
func copyAll(ctx context.Context, db *sql.DB, rows [][]any) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is a %T and not pgx's", driver)
		}
		_, err := c.Conn().CopyFrom(ctx, pgx.Identifier{"recipients"}, recipientColumns, pgx.CopyFromRows(rows))
		return err
	})
}
