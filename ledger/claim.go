package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"pimnotify/audit"
	"pimnotify/pim"
)

// Claim takes mails to send, in the order of the plan: nobody else gets them before their lease is over. Mails of withdrawn
// events are never given out; where unknown outcomes may be sent again, those of withdrawn events end as cancelled instead. Mails to
// addresses that nothing more is sent to end here too.
func (l *Ledger) Claim(ctx context.Context, r pim.ClaimRequest) (claims []pim.Claim, err error) {
	if len(r.EventKeys) == 0 {
		return nil, nil
	}
	err = l.writeAudited(ctx, "claim mails", func(tx *sql.Tx, j *journal) error {
		claims = nil
		events, err := l.holdEvents(ctx, tx, j, r.EventKeys)
		if err != nil {
			return err
		}
		var live, dead []int64
		for _, key := range r.EventKeys {
			switch event, known := events[key]; {
			case known && event.withdrawn == "":
				live = append(live, key)
			case known:
				dead = append(dead, key)
			}
		}
		if len(dead) > 0 && !r.ResendBefore.IsZero() {
			if err := endUnknown(ctx, tx, j, dead, r.ResendBefore); err != nil {
				return err
			}
		}
		if len(live) == 0 || r.Limit <= 0 {
			return nil
		}
		if err := withhold(ctx, tx, j, live, r.ResendBefore); err != nil {
			return err
		}
		claims, err = l.take(ctx, tx, j, live, r, events)
		return err
	})
	if err != nil {
		return nil, err
	}
	return claims, nil
}

type heldEvent struct {
	ref       pim.EventRef
	withdrawn string
}

// holdEvents reads events that cannot be withdrawn before the commit.
func (l *Ledger) holdEvents(ctx context.Context, tx *sql.Tx, j *journal, keys []int64) (map[int64]heldEvent, error) {
	var a arguments
	query := `SELECT ` + eventColumns + `, e.occurrence, e.due_at, e.withdrawn FROM events e WHERE e.event_key IN ` + a.keys(keys) +
		` ORDER BY e.event_key` + l.seam.forShare
	events := map[int64]heldEvent{}
	err := each(ctx, tx, query, a, func(rows *sql.Rows) error {
		var dueAt int64
		var n named
		var e heldEvent
		err := rows.Scan(append(n.columns(), &e.ref.Occurrence, &dueAt, &e.withdrawn)...)
		e.ref.ID, e.ref.Kind, e.ref.DueDateTime = n.about.Event, n.about.Kind, instant(dueAt)
		events[n.about.EventKey] = e
		j.know(n)
		return err
	})
	return events, err
}

// endUnknown gives up on mails whose outcome stayed unknown and which must not be sent again, because their event is withdrawn.
func endUnknown(ctx context.Context, tx *sql.Tx, j *journal, keys []int64, since time.Time) error {
	var a arguments
	_, err := moveMails(ctx, tx, j, pim.StatusUnknown, `
		UPDATE recipients SET status = 'cancelled', unknown_since = NULL, updated_at = `+a.add(now())+`,
			reason = '`+pim.UnknownPrefix+`' || (SELECT e.withdrawn FROM events e WHERE e.event_key = recipients.event_key)
		WHERE event_key IN `+a.keys(keys)+` AND status = 'unknown' AND unknown_since < `+a.add(micros(since)), a...)
	return err
}

// take picks rows and turns them to sending in one statement, which also says what each was before.
func (l *Ledger) take(ctx context.Context, tx *sql.Tx, j *journal, keys []int64, r pim.ClaimRequest, events map[int64]heldEvent) ([]pim.Claim, error) {
	var a arguments
	free := `status = 'planned'`
	if !r.ResendBefore.IsZero() {
		free = `(status = 'planned' OR status = 'unknown' AND unknown_since < ` + a.add(micros(r.ResendBefore)) + `)`
	}
	lease := r.Now.Add(r.Lease)
	query := `
		WITH free AS MATERIALIZED (
			SELECT mail_id, status FROM recipients WHERE event_key IN ` + a.keys(keys) + ` AND status IN ('planned', 'sending', 'unknown') AND ` + free + `
			ORDER BY ord, position LIMIT ` + a.add(r.Limit) + l.seam.skipLocked + `
		)
		UPDATE recipients SET status = 'sending', attempt = attempt + 1, reason = '', unknown_since = NULL,
			lease_until = ` + a.add(micros(lease)) + `, claimed_by = ` + a.add(text(r.Worker)) + `, updated_at = ` + a.add(now()) + `
		WHERE mail_id IN (SELECT mail_id FROM free) AND status IN ` + before(pim.StatusSending) + `
		RETURNING ` + mailColumns + `, (SELECT f.status FROM free f WHERE f.mail_id = recipients.mail_id),
			due_at, ord, display_name, recipient_type, position`
	type taken struct {
		pim.Claim
		position int64
	}
	var mails []taken
	err := each(ctx, tx, query, a, func(rows *sql.Rows) error {
		var t taken
		var was pim.RecipientStatus
		var dueAt int64
		c := &t.Recipient
		m, err := scanMail(rows, &was, &dueAt, &c.Order, &c.DisplayName, &c.RecipientType, &t.position)
		j.moved(m, was, audit.Thing{})
		c.Address, c.PrincipalID, c.Audience, c.Status = m.address, m.principal, m.audience, m.status
		t.MailID, t.EventKey, t.Attempt, t.Event = m.id, m.eventKey, m.attempt, events[m.eventKey].ref
		t.DueDateTime, t.LeaseUntil = instant(dueAt), instant(micros(lease))
		mails = append(mails, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(mails, func(a, b taken) int { // RETURNING knows no order
		return cmp.Or(cmp.Compare(a.Recipient.Order, b.Recipient.Order), cmp.Compare(a.position, b.position))
	})
	claims := make([]pim.Claim, 0, len(mails))
	for _, m := range mails {
		claims = append(claims, m.Claim)
	}
	return claims, nil
}

// StillDue is the look before a claimed mail leaves: whether it is still this claim's to send, with its lease not over, and
// nobody has withdrawn the event.
func (l *Ledger) StillDue(ctx context.Context, c pim.Claim, at time.Time) (due bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	err = l.reads.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM recipients r JOIN events e ON e.event_key = r.event_key
			WHERE r.mail_id = $1 AND r.status = 'sending' AND r.attempt = $2 AND r.lease_until > $3 AND e.withdrawn = '')`,
		c.MailID, c.Attempt, micros(at)).Scan(&due)
	if err != nil {
		return false, fmt.Errorf("look at mail %s before it leaves: %w", c.MailID, err)
	}
	return due, nil
}
