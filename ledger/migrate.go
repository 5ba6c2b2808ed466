package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables up to date and reads the record's id, giving it one where it has none. Only one process at a time
// may be here.
func (l *Ledger) migrate(ctx context.Context, dialect goose.Dialect) error {
	sources, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, l.writes, sources, goose.WithGoMigrations(
		goose.NewGoMigration(4, &goose.GoFunc{RunTx: backfill}, nil),
	))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	current, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("ask for its version: %w", err)
	}
	if current > known {
		return fmt.Errorf("a newer version of this program made it (version %d; this one knows %d): run that version or a later one", current, known)
	}
	if l.existing && current < known {
		return fmt.Errorf("an older version of this program made it (version %d; this one knows %d): start a worker of this version first, which brings it up to date", current, known)
	}
	// Nothing is written where nothing is missing: a process can start also while another one keeps everybody from writing.
	if current < known {
		if _, err := provider.Up(ctx); err != nil {
			return fmt.Errorf("bring it from version %d to %d: %w", current, known, err)
		}
	}
	err = l.readID(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		if _, err := l.writes.ExecContext(ctx, `INSERT INTO ledger (name, value) VALUES ('id', $1) ON CONFLICT (name) DO NOTHING`, newID()); err != nil {
			return fmt.Errorf("give it an id: %w", err)
		}
		err = l.readID(ctx)
	}
	if err != nil {
		return fmt.Errorf("read its id: %w", err)
	}
	if err := l.beginAudit(ctx); err != nil {
		return fmt.Errorf("begin its audit: %w", err)
	}
	return nil
}

func (l *Ledger) readID(ctx context.Context) error {
	return l.reads.QueryRowContext(ctx, `SELECT value FROM ledger WHERE name = 'id'`).Scan(&l.id)
}
