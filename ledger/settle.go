package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"pimnotify/audit"
	"pimnotify/pim"
)

// Settle writes down what became of claimed mails, all or nothing. An answer to an attempt that is not the mail's latest, or
// that is no step on from what the mail is, changes nothing; the others of the batch still do. A mail that was surely not sent
// is planned again, or cancelled where its event has been withdrawn meanwhile. An observation can be there before its sender's answer:
// then what the mail has become stays.
func (l *Ledger) Settle(ctx context.Context, settlements []pim.Settlement) error {
	if len(settlements) == 0 {
		return nil
	}
	settlements = slices.Clone(settlements)
	slices.SortStableFunc(settlements, func(a, b pim.Settlement) int { return strings.Compare(a.MailID, b.MailID) })
	return l.writeAudited(ctx, "settle mails", func(tx *sql.Tx, j *journal) error {
		if err := l.holdEventsOf(ctx, tx, settlements); err != nil {
			return err
		}
		mails, err := readMails(ctx, tx, settlements)
		if err != nil {
			return err
		}
		for _, s := range settlements {
			if err := settle(ctx, tx, j, mails, s); err != nil {
				return fmt.Errorf("mail %s: %w", s.MailID, err)
			}
		}
		return nil
	})
}

// holdEventsOf keeps the events of mails that become planned again from being withdrawn between that and the look whether they
// are.
func (l *Ledger) holdEventsOf(ctx context.Context, tx *sql.Tx, settlements []pim.Settlement) error {
	if l.seam.forShare == "" {
		return nil
	}
	var a arguments
	var places []string
	for _, s := range settlements {
		if s.Status == pim.StatusPlanned {
			places = append(places, a.add(s.MailID))
		}
	}
	if len(places) == 0 {
		return nil
	}
	return each(ctx, tx, `SELECT event_key FROM events WHERE event_key IN (SELECT event_key FROM recipients WHERE mail_id IN (`+
		strings.Join(places, ", ")+`)) ORDER BY event_key`+l.seam.forShare, a, func(*sql.Rows) error { return nil })
}

// readMails reads the mails as they are.
func readMails(ctx context.Context, tx *sql.Tx, settlements []pim.Settlement) (map[string]mail, error) {
	mails := map[string]mail{}
	for some := range slices.Chunk(settlements, idsAtOnce) {
		ids := make([]string, 0, len(some))
		for _, s := range some {
			ids = append(ids, s.MailID)
		}
		var a arguments
		if err := each(ctx, tx, `SELECT `+mailColumns+` FROM recipients WHERE mail_id IN `+a.ids(ids), a, func(rows *sql.Rows) error {
			m, err := scanMail(rows)
			mails[m.id] = m
			return err
		}); err != nil {
			return nil, err
		}
	}
	return mails, nil
}

// settle keeps mails as they are from then on. A mail that somebody else has changed since it was read is read again.
func settle(ctx context.Context, tx *sql.Tx, j *journal, mails map[string]mail, s pim.Settlement) error {
	var sentAt, unknownSince sql.NullInt64
	switch s.Status {
	case pim.StatusSent:
		sentAt = sql.NullInt64{Int64: micros(s.At), Valid: true}
	case pim.StatusUnknown:
		unknownSince = sql.NullInt64{Int64: micros(s.At), Valid: true}
	case pim.StatusFailed, pim.StatusPlanned:
	default:
		return fmt.Errorf("a claim ends as sent, failed, unknown or planned, not %q", s.Status)
	}
	m := mails[s.MailID]
	n, err := exec(ctx, tx, `
		UPDATE recipients SET status = $1, reason = $2, detail = $3, message_id = $4, subject = $5, sent_at = $6, unknown_since = $7,
			lease_until = NULL, updated_at = $8
		WHERE mail_id = $9 AND attempt = $10 AND status = $11 AND status IN `+before(s.Status),
		string(s.Status), text(s.Reason), text(s.Detail), text(s.MessageID), text(s.Subject), sentAt, unknownSince, now(), s.MailID, s.Attempt, string(m.status))
	switch {
	case err == nil && n == 0 && m.attempt == s.Attempt && m.status.CanBecome(s.Status):
		return errChanged
	case err == nil && n == 0:
		return complete(ctx, tx, s)
	case err != nil:
		return err
	}
	from, at := m.status, instant(micros(s.At))
	m.status = s.Status
	mails[s.MailID] = m
	j.moved(m, from, audit.Thing{Reason: text(s.Reason), MessageID: text(s.MessageID), When: &at})
	if s.Status != pim.StatusPlanned {
		return nil
	}
	cancelled, err := moveMails(ctx, tx, j, pim.StatusPlanned, `
		UPDATE recipients SET status = 'cancelled', updated_at = $1,
			reason = (SELECT e.withdrawn FROM events e WHERE e.event_key = recipients.event_key)
		WHERE mail_id = $2 AND status = 'planned'
			AND EXISTS (SELECT 1 FROM events e WHERE e.event_key = recipients.event_key AND e.withdrawn <> '')`, now(), s.MailID)
	if cancelled > 0 {
		m.status = pim.StatusCancelled
		mails[s.MailID] = m
	}
	return err
}

// complete fills in what only the sender knows of a mail of which was observed what became of it before its sender had an answer.
func complete(ctx context.Context, tx *sql.Tx, s pim.Settlement) error {
	if s.Subject == "" {
		return nil
	}
	_, err := exec(ctx, tx, `
		UPDATE recipients SET subject = $1, updated_at = $2 WHERE mail_id = $3 AND attempt = $4 AND sent_at IS NOT NULL AND subject = ''`,
		text(s.Subject), now(), s.MailID, s.Attempt)
	return err
}

// Lapse turns mails whose lease is over into unknown ones: whoever had claimed them may have sent them. It says how many.
func (l *Ledger) Lapse(ctx context.Context, eventKeys []int64, at time.Time) (lapsed int, err error) {
	if len(eventKeys) == 0 {
		return 0, nil
	}
	err = l.writeAudited(ctx, "end leases", func(tx *sql.Tx, j *journal) (err error) {
		var a arguments
		lapsed, err = moveMails(ctx, tx, j, pim.StatusSending, `
			UPDATE recipients SET status = 'unknown', lease_until = NULL, unknown_since = `+a.add(micros(at))+`, updated_at = `+a.add(now())+`
			WHERE event_key IN `+a.keys(eventKeys)+` AND status = 'sending' AND lease_until <= `+a.add(micros(at)), a...)
		return err
	})
	return lapsed, err
}
