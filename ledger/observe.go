package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"pimnotify/audit"
	"pimnotify/pim"
)

// Observe writes down what the service says of mails, all or nothing, and lets them follow it. What was learned before changes
// nothing, and neither does what is about a mail that the record does not have, or an attempt that it never made. The answers are
// in the order of the observations.
func (l *Ledger) Observe(ctx context.Context, observations []pim.Observation, received time.Time) (all []pim.Observed, err error) {
	if len(observations) == 0 {
		return nil, nil
	}
	order := make([]int, len(observations))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { // in which others lock them too
		return cmp.Or(strings.Compare(observations[a].MailID, observations[b].MailID), cmp.Compare(a, b))
	})
	err = l.writeAudited(ctx, "write down what was observed of mails", func(tx *sql.Tx, j *journal) error {
		all = make([]pim.Observed, len(observations))
		for _, i := range order {
			var err error
			if all[i], err = l.observe(ctx, tx, j, clean(observations[i]), received); err != nil {
				return fmt.Errorf("mail %s: %w", observations[i].MailID, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// clean is an observation as both databases can store it.
func clean(o pim.Observation) pim.Observation {
	o.MailID, o.MessageID, o.Kind = text(o.MailID), text(o.MessageID), pim.ObservationKind(text(o.Kind))
	o.Reason, o.Detail, o.Subject = text(o.Reason), text(o.Detail), text(o.Subject)
	return o
}

func (l *Ledger) observe(ctx context.Context, tx *sql.Tx, j *journal, o pim.Observation, received time.Time) (pim.Observed, error) {
	result := pim.Observed{Observation: o}
	m, err := l.findWatched(ctx, tx, o)
	if err != nil || m.attempt == 0 || o.Attempt > m.attempt {
		return result, err
	}
	result.Known, result.MailID, result.From, result.To = true, m.id, m.status, m.status
	if result.Attempt == 0 {
		result.Attempt = m.attempt
	}
	if err := tellEvent(ctx, tx, m.eventKey, &result); err != nil {
		return result, err
	}
	n, err := exec(ctx, tx, `
		INSERT INTO observations (tenant, mail_id, attempt, message_id, kind, reason, detail, at, received_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		result.Tenant, result.MailID, result.Attempt, o.MessageID, string(o.Kind), o.Reason, o.Detail, micros(o.At), micros(received))
	if err != nil || n == 0 {
		result.Duplicate = err == nil
		return result, err
	}
	if err := follow(ctx, tx, j, m, &result); err != nil {
		return result, err
	}
	if o.Kind.Suppresses() {
		if result.Suppressed, err = suppress(ctx, tx, pim.Suppression{
			Address: m.address, Kind: o.Kind, Detail: o.Detail, MessageID: o.MessageID, Since: o.At,
		}); err != nil {
			return result, err
		}
	}
	result.Unreachable, err = unreachable(ctx, tx, m.eventKey, result)
	return result, err
}

// findWatched looks a mail up by its tag, or by the service's id where it came without one. From here on nobody else changes it
// before the commit. An attempt of 0 says that there is none, or that it was never sent.
func (l *Ledger) findWatched(ctx context.Context, tx *sql.Tx, o pim.Observation) (m mail, err error) {
	by, value := "mail_id", o.MailID
	if value == "" {
		by, value = "message_id <> '' AND message_id", o.MessageID
	}
	m, err = scanMail(tx.QueryRowContext(ctx, `SELECT `+mailColumns+` FROM recipients WHERE `+by+` = $1`+l.seam.forUpdate, value))
	if errors.Is(err, sql.ErrNoRows) {
		return mail{}, nil
	}
	return m, err
}

func tellEvent(ctx context.Context, tx *sql.Tx, key int64, result *pim.Observed) error {
	e := &result.Event
	var dueAt int64
	err := tx.QueryRowContext(ctx, `
		SELECT tenant, collection, resource_id, display_id, kind, occurrence, due_at FROM events WHERE event_key = $1`, key).
		Scan(&result.Tenant, &result.Resource.Collection, &result.Resource.ID, &e.ID, &e.Kind, &e.Occurrence, &dueAt)
	e.DueDateTime = instant(dueAt)
	return err
}

// follow lets a mail take the steps that an observation asks for. What was known of it stays; what was not known is filled in.
func follow(ctx context.Context, tx *sql.Tx, j *journal, m mail, result *pim.Observed) error {
	o := result.Observation
	steps := pim.Steps(result.From, o)
	if len(steps) == 0 {
		return nil
	}
	result.To = steps[len(steps)-1]
	_, err := exec(ctx, tx, `
		UPDATE recipients SET status = $1, reason = $2, detail = $3, unknown_since = NULL, lease_until = NULL, updated_at = $4,
			message_id = CASE WHEN message_id = '' THEN $5 ELSE message_id END,
			subject = CASE WHEN subject = '' THEN $6 ELSE subject END,
			sent_at = coalesce(sent_at, $7)
		WHERE mail_id = $8`,
		string(result.To), o.Reason, o.Detail, now(), o.MessageID, o.Subject, micros(o.SentAt), result.MailID)
	at := instant(micros(o.At))
	for _, next := range steps {
		was := m.status
		m.status = next
		told := audit.Thing{Reason: o.Reason, MessageID: o.MessageID, When: &at}
		if next == pim.StatusSending {
			told.What = audit.MailSettled // it was sent after all: that is no claim
		}
		j.moved(m, was, told)
	}
	return err
}

// reaching are the statuses of a mail that reached somebody, or still can.
const reaching = `('planned', 'sending', 'unknown', 'sent', 'delivered')`

// unreachable reports whether an observation has taken the last one who could act on an event that asks for it: of its approvers, or
// of everybody where it has none.
func unreachable(ctx context.Context, tx *sql.Tx, eventKey int64, o pim.Observed) (bool, error) {
	if o.From == o.To || !o.Event.Kind.RequiresAction() || o.To == pim.StatusSent || o.To == pim.StatusDelivered {
		return false, nil
	}
	var nobody bool
	err := tx.QueryRowContext(ctx, `
		SELECT e.withdrawn = '' AND NOT EXISTS (
			SELECT 1 FROM recipients r WHERE r.event_key = e.event_key AND r.status IN `+reaching+`
				AND (r.audience = $2 OR NOT EXISTS (SELECT 1 FROM recipients a WHERE a.event_key = e.event_key AND a.audience = $2)))
		FROM events e WHERE e.event_key = $1`, eventKey, string(pim.Approver)).Scan(&nobody)
	return nobody, err
}

// Observations are what was observed of a mail, in the order in which it happened: it was taken first.
func (l *Ledger) Observations(ctx context.Context, mailID string) (all []pim.Observation, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if !storable(mailID) {
		return nil, nil
	}
	err = each(ctx, l.reads, `
		SELECT mail_id, attempt, message_id, kind, reason, detail, at FROM observations WHERE mail_id = $1
		ORDER BY at, CASE kind WHEN 'send' THEN 0 ELSE 1 END, received_at, kind`,
		[]any{mailID}, func(rows *sql.Rows) error {
			var o pim.Observation
			var at int64
			err := rows.Scan(&o.MailID, &o.Attempt, &o.MessageID, &o.Kind, &o.Reason, &o.Detail, &at)
			o.At = instant(at)
			all = append(all, o)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read what was observed of mail %s: %w", mailID, err)
	}
	return all, nil
}
