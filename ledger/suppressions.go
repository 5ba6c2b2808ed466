package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
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
		INSERT INTO suppressions (suppression_id, address, kind, detail, message_id, since) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`,
		newID(), text(s.Address), text(string(s.Kind)), text(s.Detail), text(s.MessageID), micros(s.Since))
	return n == 1, err
}

// Clear lets mail go to an address again, from the next that is planned on. It answers what is cleared, and false where the address was
// not suppressed. Who cleared it and why stays in the record.
func (l *Ledger) Clear(ctx context.Context, address string, c pim.Clearance) (was pim.Suppression, cleared bool, err error) {
	if !storable(address) {
		return was, false, nil
	}
	err = l.write(ctx, "clear a suppressed address", func(tx *sql.Tx) error {
		was, cleared = pim.Suppression{}, false
		return each(ctx, tx, `
			UPDATE suppressions SET cleared_at = $1, cleared_by = $2, cleared_why = $3 WHERE address = $4 AND cleared_at IS NULL
			RETURNING `+suppressionColumns, []any{micros(c.At), text(c.By), text(c.Why), address}, func(rows *sql.Rows) error {
			cleared = true
			was, err = readSuppression(rows)
			return err
		})
	})
	return was, cleared && err == nil, err
}

// Suppressions are the addresses that nothing more is sent to, the latest first, and where asked for those that were cleared too.
func (l *Ledger) Suppressions(ctx context.Context, cleared bool) (all []pim.Suppression, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	query := `SELECT ` + suppressionColumns + ` FROM suppressions`
	if !cleared {
		query += ` WHERE cleared_at IS NULL`
	}
	err = each(ctx, l.reads, query+` ORDER BY since DESC, address`, nil, func(rows *sql.Rows) error {
		s, err := readSuppression(rows)
		all = append(all, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the suppressed addresses: %w", err)
	}
	return all, nil
}

// SuppressedAmong are those of some addresses that nothing more is sent to, and since which observation.
func (l *Ledger) SuppressedAmong(ctx context.Context, addresses []string) (map[string]pim.ObservationKind, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	since := map[string]pim.ObservationKind{}
	for some := range slices.Chunk(addresses, idsAtOnce) {
		var a arguments
		err := each(ctx, l.reads, `SELECT address, kind FROM suppressions WHERE cleared_at IS NULL AND address IN `+a.ids(some), a, func(rows *sql.Rows) error {
			var address string
			var kind pim.ObservationKind
			err := rows.Scan(&address, &kind)
			since[address] = kind
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("look for suppressed addresses: %w", err)
		}
	}
	return since, nil
}

const suppressionColumns = `address, kind, detail, message_id, since, cleared_at, cleared_by, cleared_why`

func readSuppression(row scanner) (s pim.Suppression, err error) {
	var since int64
	var at sql.NullInt64
	var c pim.Clearance
	err = row.Scan(&s.Address, &s.Kind, &s.Detail, &s.MessageID, &since, &at, &c.By, &c.Why)
	s.Since = instant(since)
	if at.Valid {
		c.At = instant(at.Int64)
		s.Cleared = &c
	}
	return s, err
}

// withhold ends mails of these events to addresses that nothing more is sent to: those that are planned, and those whose outcome has
// been unknown since before a moment and which would be sent again; the zero time is no such moment.
func withhold(ctx context.Context, tx *sql.Tx, j *journal, keys []int64, unknownBefore time.Time) error {
	var a arguments
	_, err := moveMails(ctx, tx, j, pim.StatusPlanned, `
		UPDATE recipients SET status = 'suppressed', updated_at = `+a.add(now())+`, reason = '`+pim.SuppressedPrefix+`' || `+suppressedBy+`
		WHERE event_key IN `+a.keys(keys)+` AND `+isOpen+` AND status = 'planned' AND `+isSuppressed, a...)
	if err != nil || unknownBefore.IsZero() {
		return err
	}
	a = nil
	_, err = moveMails(ctx, tx, j, pim.StatusUnknown, `
		UPDATE recipients SET status = 'cancelled', unknown_since = NULL, updated_at = `+a.add(now())+`,
			reason = '`+pim.UnknownPrefix+pim.SuppressedPrefix+`' || `+suppressedBy+`
		WHERE event_key IN `+a.keys(keys)+` AND `+isOpen+` AND status = 'unknown' AND unknown_since < `+a.add(micros(unknownBefore))+` AND `+isSuppressed, a...)
	return err
}

const (
	isOpen       = `status IN ('planned', 'sending', 'unknown')` // as the index of open mails says it
	suppressedBy = `(SELECT s.kind FROM suppressions s WHERE s.address = recipients.address AND s.cleared_at IS NULL)`
	isSuppressed = `EXISTS (SELECT 1 FROM suppressions s WHERE s.address = recipients.address AND s.cleared_at IS NULL)`
)
