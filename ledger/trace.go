package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"pimnotify/pim"
)

// Trace reads what there is on one event and one person, who is known by an id, an address or both; pim.ErrNotFound where there is
// no event of that name. Somebody of whom it has nothing is no error.
func (l *Ledger) Trace(ctx context.Context, tenant, eventID string, who pim.Principal) (trace pim.EventTrace, err error) {
	err = l.read(ctx, "trace an event", func(tx *sql.Tx) error {
		if !storable(tenant, eventID) {
			return pim.ErrNotFound
		}
		var key int64
		trace, key, err = traceEvent(ctx, tx, tenant, eventID)
		if err != nil {
			return err
		}
		if err := traceSteps(ctx, tx, tenant, &trace); err != nil {
			return fmt.Errorf("its steps: %w", err)
		}
		if trace.Parts, err = traceParts(ctx, tx, key); err != nil {
			return fmt.Errorf("its parts: %w", err)
		}
		trace.Mails, err = traceMails(ctx, tx, key, who)
		return err
	})
	return trace, err
}

func traceEvent(ctx context.Context, q querier, tenant, eventID string) (trace pim.EventTrace, key int64, err error) {
	var dueAt int64
	err = q.QueryRowContext(ctx, `
		SELECT event_key, collection, resource_id, display_id, kind, occurrence, due_at, withdrawn
		FROM events WHERE tenant = $1 AND display_id = $2 ORDER BY due_at, event_key LIMIT 1`, tenant, eventID).Scan(
		&key, &trace.Resource.Collection, &trace.Resource.ID, &trace.Event.ID, &trace.Event.Kind, &trace.Event.Occurrence, &dueAt, &trace.Withdrawn)
	if errors.Is(err, sql.ErrNoRows) {
		return trace, 0, pim.ErrNotFound
	}
	trace.Event.DueDateTime = instant(dueAt)
	return trace, key, err
}

// traceStepsQuery finds the steps that name an event. What the pattern lets through besides is told apart by reading it: an assignment can
// have thousands of steps, and few of them are read so.
const traceStepsQuery = `
	SELECT t.at, t.what, t.status, t.change, p.reviewer_id, p.reviewer_name, p.justification
	FROM timeline t LEFT JOIN proposals p ON p.proposal_id = t.decision_id AND ` + ofOneResource + `
	WHERE t.tenant = $1 AND t.collection = $2 AND t.resource_id = $3 AND t.change LIKE '%"' || $4 || '"%' ORDER BY t.seq`

// traceSteps reads what laid the event out, and what withdrew it.
func traceSteps(ctx context.Context, q querier, tenant string, trace *pim.EventTrace) error {
	event := identify(trace.Event)
	args := []any{tenant, string(trace.Resource.Collection), trace.Resource.ID, trace.Event.ID}
	return each(ctx, q, traceStepsQuery, args, func(rows *sql.Rows) error {
		var at int64
		var encoded string
		var step pim.TimelineEntry
		var id, name, justification sql.NullString
		if err := rows.Scan(&at, &step.What, &step.Status, &encoded, &id, &name, &justification); err != nil {
			return err
		}
		var change pim.Change
		if err := json.Unmarshal([]byte(encoded), &change); err != nil {
			return err
		}
		for _, due := range change.Schedule {
			if identify(due.Event) == event {
				trace.Due = append(trace.Due, due)
			}
		}
		if trace.By != nil || !slices.ContainsFunc(change.Withdraw, func(e pim.EventRef) bool { return identify(e) == event }) {
			return nil
		}
		step.At, step.Justification, step.RequestID = instant(at), justification.String, change.RequestID
		by := pim.Principal{ID: change.By}
		if id.String != "" {
			by = pim.Principal{ID: id.String, DisplayName: name.String}
		}
		if by.ID != "" {
			step.By = &by
		}
		trace.By = &step
		return nil
	})
}

func traceParts(ctx context.Context, q querier, eventKey int64) (parts []pim.PartTrace, err error) {
	err = each(ctx, q, `SELECT part, due_at, planned_at FROM parts WHERE event_key = $1 ORDER BY due_at, part`, []any{eventKey}, func(rows *sql.Rows) error {
		var p pim.PartTrace
		var dueAt int64
		var plannedAt sql.NullInt64
		err := rows.Scan(&p.Part, &dueAt, &plannedAt)
		p.DueDateTime = instant(dueAt)
		if plannedAt.Valid {
			p.PlannedDateTime = instant(plannedAt.Int64)
		}
		parts = append(parts, p)
		return err
	})
	return parts, err
}

const traceMailsQuery = `
	SELECT r.mail_id, r.address, r.principal_id, r.display_name, r.audience, r.recipient_type, r.ord, r.status, r.reason, r.message_id, r.subject,
		r.due_at, r.sent_at, r.attempt, r.part, r.detail, r.lease_until, r.unknown_since, w.knew
	FROM recipients r LEFT JOIN whys w ON w.event_key = r.event_key AND w.why = r.why
	WHERE r.event_key = $1 AND (r.principal_id = $2 AND r.principal_id <> '' OR r.address = $3 AND r.address <> '')
	ORDER BY CASE WHEN r.principal_id = $2 THEN 0 ELSE 1 END, CASE WHEN r.status = 'skipped' THEN 1 ELSE 0 END, r.position`

func traceMails(ctx context.Context, q querier, eventKey int64, who pim.Principal) (mails []pim.MailTrace, err error) {
	err = each(ctx, q, traceMailsQuery, []any{eventKey, text(who.ID), text(who.Mail)}, func(rows *sql.Rows) error {
		var m pim.MailTrace
		var dueAt int64
		var sentAt, leaseUntil, unknownSince sql.NullInt64
		var knew sql.NullString
		if err := rows.Scan(&m.MailID, &m.Address, &m.PrincipalID, &m.DisplayName, &m.Audience, &m.RecipientType, &m.Order, &m.Status, &m.Reason,
			&m.MessageID, &m.Subject, &dueAt, &sentAt, &m.Attempt, &m.Part, &m.Detail, &leaseUntil, &unknownSince, &knew); err != nil {
			return err
		}
		m.DueDateTime = instant(dueAt)
		if sentAt.Valid {
			at := instant(sentAt.Int64)
			m.SentDateTime = &at
		}
		if leaseUntil.Valid {
			m.LeaseUntil = instant(leaseUntil.Int64)
		}
		if unknownSince.Valid {
			m.UnknownSince = instant(unknownSince.Int64)
		}
		if knew.Valid {
			m.Why = &pim.Why{}
			if err := json.Unmarshal([]byte(knew.String), m.Why); err != nil {
				return fmt.Errorf("what is known of recipient %s: %w", m.MailID, err)
			}
		}
		mails = append(mails, m)
		return nil
	})
	return mails, err
}
