package ledger

import (
	"context"
	"database/sql"
	"errors"

	"pimnotify/pim"
)

// Recipients reads whom an event concerns and what became of each mail: those who have an order by it, then the others. The
// event is named as people see it; pim.ErrNotFound where there is none of that name.
func (l *Ledger) Recipients(ctx context.Context, tenant, eventID string) (deliveries []pim.Delivery, err error) {
	err = l.read(ctx, "read the recipients of an event", func(tx *sql.Tx) error {
		if !storable(tenant, eventID) {
			return pim.ErrNotFound
		}
		var key int64
		err := tx.QueryRowContext(ctx, `SELECT event_key FROM events WHERE tenant = $1 AND display_id = $2 ORDER BY due_at, event_key LIMIT 1`,
			tenant, eventID).Scan(&key)
		if errors.Is(err, sql.ErrNoRows) {
			return pim.ErrNotFound
		}
		if err != nil {
			return err
		}
		deliveries, err = readDeliveries(ctx, tx, key)
		return err
	})
	return deliveries, err
}

func readDeliveries(ctx context.Context, q querier, eventKey int64) ([]pim.Delivery, error) {
	deliveries := []pim.Delivery{}
	err := each(ctx, q, `
		SELECT mail_id, address, principal_id, display_name, audience, recipient_type, ord, status, reason, message_id, subject, due_at, sent_at, attempt
		FROM recipients WHERE event_key = $1 ORDER BY CASE WHEN ord = 0 THEN 1 ELSE 0 END, ord, position`,
		[]any{eventKey}, func(rows *sql.Rows) error {
			var d pim.Delivery
			var dueAt int64
			var sentAt sql.NullInt64
			err := rows.Scan(&d.MailID, &d.Address, &d.PrincipalID, &d.DisplayName, &d.Audience, &d.RecipientType, &d.Order,
				&d.Status, &d.Reason, &d.MessageID, &d.Subject, &dueAt, &sentAt, &d.Attempt)
			d.DueDateTime = instant(dueAt)
			if sentAt.Valid {
				at := instant(sentAt.Int64)
				d.SentDateTime = &at
			}
			deliveries = append(deliveries, d)
			return err
		})
	return deliveries, err
}
