package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

const (
	postgresConnections = 16
	// migrationLock is the number of the advisory lock behind which one process at a time migrates a database.
	migrationLock = 7310591846
)

// A process that is suspended in the middle of a transaction keeps its locks. The server ends such a transaction after idleLimit, so
// that the others go on; whoever wakes up finds its connection gone. None of ours is idle for as long otherwise.
const (
	idleParameter = "idle_in_transaction_session_timeout"
	idleLimit     = "15s"
)

// limitIdle sets the limit, unless the URL has one. It is set behind the connecting: poolers refuse parameters that they do not know.
func limitIdle(set string) func(context.Context, *pgx.Conn) error {
	return func(ctx context.Context, conn *pgx.Conn) error {
		if set != "" {
			return nil
		}
		_, err := conn.Exec(ctx, `SET `+idleParameter+` = '`+idleLimit+`'`)
		return err
	}
}

func (l *Ledger) openPostgres(ctx context.Context, config *pgx.ConnConfig) error {
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "pimnotify"
	}
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(limitIdle(config.RuntimeParams[idleParameter])))
	db.SetMaxOpenConns(postgresConnections)
	db.SetMaxIdleConns(postgresConnections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	l.reads, l.writes, l.seam = db, db, seam{
		forUpdate: " FOR UPDATE", forShare: " FOR SHARE", skipLocked: " FOR UPDATE SKIP LOCKED",
		explain: "EXPLAIN ", insert: insertUnnested, append: appendOnce,
	}
	if err := l.preparePostgres(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	return nil
}

// preparePostgres migrates behind a lock that belongs to a transaction, not to a session, so that a pooler between here and
// the server does no harm.
func (l *Ledger) preparePostgres(ctx context.Context) error {
	tx, err := l.writes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	waiting, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	if _, err := tx.ExecContext(waiting, `SET LOCAL `+idleParameter+` = 0`); err != nil { // it waits for the migrations
		return err
	}
	if _, err := tx.ExecContext(waiting, `SELECT pg_advisory_xact_lock($1)`, migrationLock); err != nil {
		return fmt.Errorf("wait for whoever else is opening it: %w", err)
	}
	return l.migrate(ctx, goose.DialectPostgres)
}

// insertUnnested writes all rows in one statement: a round trip each would take thirty times as long.
func insertUnnested(ctx context.Context, tx *sql.Tx, rows []row, all shared) error {
	var c struct {
		mails, addresses, principals, names, audiences, types, statuses, reasons []string
		positions, orders, whys                                                  []int64
	}
	for _, r := range rows {
		c.mails = append(c.mails, r.mailID)
		c.positions = append(c.positions, r.position)
		c.orders = append(c.orders, int64(r.Order))
		c.addresses = append(c.addresses, r.Address)
		c.principals = append(c.principals, r.PrincipalID)
		c.names = append(c.names, r.DisplayName)
		c.audiences = append(c.audiences, string(r.Audience))
		c.types = append(c.types, string(r.RecipientType))
		c.statuses = append(c.statuses, string(r.Status))
		c.reasons = append(c.reasons, r.Reason)
		c.whys = append(c.whys, r.why)
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO recipients (`+recipientColumns+`)
		SELECT u.*, $12, $13, $14, $15, '', '', '', 0, ''
		FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
			$11::bigint[]) AS u`,
		c.mails, c.positions, c.orders, c.addresses, c.principals, c.names, c.audiences, c.types, c.statuses, c.reasons, c.whys,
		all.eventKey, all.part, all.dueAt, now())
	return err
}
