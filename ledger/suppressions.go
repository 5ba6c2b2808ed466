package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"pimnotify/pim"
)

// Suppress keeps further mail from an address, whichever tenant's it would be. It reports whether that is new: what is known of an
// address that was suppressed before stays.
func (l *Ledger) Suppress(ctx context.Context, s pim.Suppression) (added bool, err error) {
	err = l.write(ctx, "suppress an address", func(tx *sql.Tx) error {
		added, err = suppress(ctx, tx, s)
		return err
	})
	return added, err
}

func suppress(ctx context.Context, tx *sql.Tx, s pim.Suppression) (added bool, err error) {
	if s.Address == "" {
		return false, nil
	}
	n, err := exec(ctx, tx, `
		INSERT INTO suppressions (address, kind, detail, message_id, since) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (address) DO NOTHING`,
		text(s.Address), text(string(s.Kind)), text(s.Detail), text(s.MessageID), micros(s.Since))
	return n == 1, err
}

// Clear lets mail go to an address again, from the next that is planned on. It reports whether the address was suppressed.
func (l *Ledger) Clear(ctx context.Context, address string) (cleared bool, err error) {
	if !storable(address) {
		return false, nil
	}
	err = l.write(ctx, "clear a suppressed address", func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, `DELETE FROM suppressions WHERE address = $1`, address)
		cleared = n == 1
		return err
	})
	return cleared, err
}

// Suppressions are the addresses that nothing more is sent to, the latest first.
func (l *Ledger) Suppressions(ctx context.Context) (all []pim.Suppression, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	err = each(ctx, l.reads, `SELECT address, kind, detail, message_id, since FROM suppressions ORDER BY since DESC, address`, nil,
		func(rows *sql.Rows) error {
			var s pim.Suppression
			var since int64
			err := rows.Scan(&s.Address, &s.Kind, &s.Detail, &s.MessageID, &since)
			s.Since = instant(since)
			all = append(all, s)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read the suppressed addresses: %w", err)
	}
	return all, nil
}

// withhold ends mails of these events to addresses that nothing more is sent to: those that are planned, and those whose outcome has
// been unknown since before a moment and which would be sent again; the zero time is no such moment.
func withhold(ctx context.Context, tx *sql.Tx, keys []int64, unknownBefore time.Time) error {
	var a arguments
	_, err := exec(ctx, tx, `
		UPDATE recipients SET status = 'suppressed', updated_at = `+a.add(now())+`, reason = '`+pim.SuppressedPrefix+`' || `+suppressedBy+`
		WHERE event_key IN `+a.keys(keys)+` AND status = 'planned' AND `+isSuppressed, a...)
	if err != nil || unknownBefore.IsZero() {
		return err
	}
	a = nil
	_, err = exec(ctx, tx, `
		UPDATE recipients SET status = 'cancelled', unknown_since = NULL, updated_at = `+a.add(now())+`,
			reason = '`+pim.UnknownPrefix+pim.SuppressedPrefix+`' || `+suppressedBy+`
		WHERE event_key IN `+a.keys(keys)+` AND status = 'unknown' AND unknown_since < `+a.add(micros(unknownBefore))+` AND `+isSuppressed, a...)
	return err
}

const (
	suppressedBy = `(SELECT s.kind FROM suppressions s WHERE s.address = recipients.address)`
	isSuppressed = `EXISTS (SELECT 1 FROM suppressions s WHERE s.address = recipients.address)`
)
