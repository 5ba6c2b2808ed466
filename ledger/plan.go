package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"pimnotify/audit"
	"pimnotify/pim"
)

// row is a recipient as it is written down.
type row struct {
	pim.Recipient
	mailID   string
	position int64
	why      int64 // its number among the whys of the event; 0 for none
}

func (r row) mail(eventKey int64) mail {
	return mail{r.mailID, eventKey, r.Address, r.PrincipalID, r.Audience, 0, r.Status}
}

// shared is what the rows of one plan have in common.
type shared struct {
	eventKey int64
	part     string
	dueAt    int64
}

const recipientColumns = `mail_id, position, ord, address, principal_id, display_name, audience, recipient_type, status, reason, why,
	event_key, part, due_at, updated_at, detail, message_id, subject, attempt, claimed_by`

// Plan writes down whom a part of an event concerns, once, whoever else plans it: false where it is planned already or the
// event is withdrawn. Recipients are planned, skipped or capped; those planned whose address nothing more is sent to are suppressed
// at once. Where another part was planned since its recipients were read,
// that is an error, and asking for the states again is the way on: otherwise somebody could be told twice.
func (l *Ledger) Plan(ctx context.Context, eventKey int64, part pim.Part, dueDateTime time.Time, recipients []pim.Recipient, at time.Time) (bool, error) {
	done := false
	err := l.writeAudited(ctx, fmt.Sprintf("plan part %s of an event", part), func(tx *sql.Tx, j *journal) error {
		done = false
		all := shared{eventKey, string(part), micros(dueDateTime)}
		open, err := l.openPart(ctx, tx, j, all, at)
		if err != nil || !open {
			return err
		}
		rows, err := newRows(ctx, tx, eventKey, recipients)
		if err != nil {
			return err
		}
		if err := keepWhys(ctx, tx, eventKey, rows); err != nil {
			return err
		}
		if err := l.seam.insert(ctx, tx, rows, all); err != nil {
			return err
		}
		for _, r := range rows {
			j.moved(r.mail(eventKey), "", audit.Thing{Reason: r.Reason})
		}
		if err := withhold(ctx, tx, j, []int64{eventKey}, time.Time{}); err != nil {
			return err
		}
		done = true
		return nil
	})
	return done && err == nil, err
}

// openPart marks a part as planned, unless it is or its event is withdrawn. From here on nobody else plans the event or
// withdraws it before the commit.
func (l *Ledger) openPart(ctx context.Context, tx *sql.Tx, j *journal, s shared, at time.Time) (bool, error) {
	var withdrawn string
	err := tx.QueryRowContext(ctx, `SELECT withdrawn FROM events WHERE event_key = $1`+l.seam.forUpdate, s.eventKey).Scan(&withdrawn)
	if errors.Is(err, sql.ErrNoRows) {
		return false, pim.ErrNotFound
	}
	if err != nil || withdrawn != "" {
		return false, err
	}
	n, err := exec(ctx, tx, `
		INSERT INTO parts (event_key, part, due_at, planned_at, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (event_key, part) DO UPDATE SET due_at = excluded.due_at, planned_at = excluded.planned_at, updated_at = excluded.updated_at
		WHERE parts.planned_at IS NULL`, s.eventKey, s.part, s.dueAt, micros(at), now())
	if n == 1 {
		j.event(s.eventKey, audit.Thing{What: audit.EventPlanned, Part: pim.Part(s.part)})
	}
	return n == 1, err
}

func newRows(ctx context.Context, tx *sql.Tx, eventKey int64, recipients []pim.Recipient) ([]row, error) {
	var position, order int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(position) + 1, 0), coalesce(max(ord), 0) FROM recipients WHERE event_key = $1`,
		eventKey).Scan(&position, &order); err != nil {
		return nil, err
	}
	rows := make([]row, 0, len(recipients))
	for i, r := range recipients {
		switch r.Status {
		case pim.StatusPlanned, pim.StatusSkipped, pim.StatusCapped:
		default:
			return nil, fmt.Errorf("recipient %d: a plan has planned, skipped and capped recipients, not %q", i, r.Status)
		}
		if r.Order > 0 && int64(r.Order) <= order {
			return nil, fmt.Errorf("recipient %d: another part of the event was planned meanwhile and has given out order %d", i, order)
		}
		r.Address, r.PrincipalID, r.DisplayName = text(r.Address), text(r.PrincipalID), text(r.DisplayName)
		r.Audience, r.RecipientType, r.Reason = pim.Audience(text(r.Audience)), pim.RecipientType(text(r.RecipientType)), text(r.Reason)
		rows = append(rows, row{Recipient: r, mailID: newID(), position: position + int64(i)})
	}
	return rows, nil
}

// insertPrepared writes row by row, which SQLite, in the same process, does as fast as it can be done.
func insertPrepared(ctx context.Context, tx *sql.Tx, rows []row, all shared) error {
	insert, err := tx.PrepareContext(ctx, `
		INSERT INTO recipients (`+recipientColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', '', '', 0, '')`)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	written := now()
	for _, r := range rows {
		if _, err := insert.ExecContext(ctx, r.mailID, r.position, r.Order, r.Address, r.PrincipalID, r.DisplayName, string(r.Audience),
			string(r.RecipientType), string(r.Status), r.Reason, r.why, all.eventKey, all.part, all.dueAt, written); err != nil {
			return err
		}
	}
	return nil
}
