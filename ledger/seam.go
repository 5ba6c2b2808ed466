package ledger

import (
	"context"
	"database/sql"

	"pimnotify/audit"
)

// seam is all that differs between the two databases once they are open. SQLite has one writer at a time, so its transactions
// need no row locks; PostgreSQL has many.
type seam struct {
	forUpdate  string // after a SELECT whose rows nobody else may change before the commit
	forShare   string // after a SELECT whose rows must stay as they are until the commit
	skipLocked string // after a SELECT that leaves alone what somebody else is just taking
	explain    string // before a statement, to be told how it would be gone about
	insert     func(ctx context.Context, tx *sql.Tx, rows []row, all shared) error
	append     func(ctx context.Context, tx *sql.Tx, e audit.Entry) error
}
