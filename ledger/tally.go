package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"pimnotify/pim"
)

// Tally counts the mails of events by status, with what a drain that waits needs to know.
func (l *Ledger) Tally(ctx context.Context, eventKeys []int64) (pim.Tally, error) {
	tally := pim.Tally{Counts: map[int64]pim.Counts{}, Approvers: map[int64]pim.Counts{}}
	for _, key := range eventKeys {
		tally.Counts[key], tally.Approvers[key] = pim.Counts{}, pim.Counts{}
	}
	if len(eventKeys) == 0 {
		return tally, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	var a arguments
	err := each(ctx, l.reads, `
		SELECT event_key, status, count(*), count(CASE WHEN audience = '`+string(pim.Approver)+`' THEN 1 END),
			max(lease_until), min(unknown_since), max(unknown_since),
			max(CASE WHEN reason LIKE `+a.add(pim.HeldPrefix+"%")+` THEN reason END)
		FROM recipients WHERE event_key IN `+a.keys(eventKeys)+` GROUP BY event_key, status`, a, func(rows *sql.Rows) error {
		var key int64
		var status pim.RecipientStatus
		var count, approvers int
		var lease, unknown, last sql.NullInt64
		var held sql.NullString
		if err := rows.Scan(&key, &status, &count, &approvers, &lease, &unknown, &last, &held); err != nil {
			return err
		}
		tally.Counts[key][status] = count
		if approvers > 0 {
			tally.Approvers[key][status] = approvers
		}
		if status == pim.StatusSending && lease.Valid && instant(lease.Int64).After(tally.LeaseUntil) {
			tally.LeaseUntil = instant(lease.Int64)
		}
		if status == pim.StatusUnknown && unknown.Valid && (tally.UnknownSince.IsZero() || instant(unknown.Int64).Before(tally.UnknownSince)) {
			tally.UnknownSince = instant(unknown.Int64)
		}
		if status == pim.StatusUnknown && last.Valid && instant(last.Int64).After(tally.UnknownLast) {
			tally.UnknownLast = instant(last.Int64)
		}
		if status == pim.StatusPlanned && held.Valid {
			tally.Held = max(tally.Held, held.String)
		}
		return nil
	})
	if err != nil {
		return pim.Tally{}, fmt.Errorf("count mails: %w", err)
	}
	return tally, nil
}
