package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"pimnotify/audit"
	"pimnotify/pim"
)

// recordState is what the record says of a mail, an event, a step or a decision.
type recordState struct {
	audit.State
	about  string // for people
	mail   string // its id, where it is a mail
	status pim.RecipientStatus
}

// recordStates reads all states that the audit accounts for.
func recordStates(ctx context.Context, q querier, visit func(recordState) error) error {
	for _, read := range []func(context.Context, querier, func(recordState) error) error{mailStates, eventStates, partStates, stepStates, decidedStates} {
		if err := read(ctx, q, visit); err != nil {
			return err
		}
	}
	return nil
}

func mailStates(ctx context.Context, q querier, visit func(recordState) error) error {
	return each(ctx, q, `SELECT `+mailColumns+` FROM recipients`, nil, func(rows *sql.Rows) error {
		m, err := scanMail(rows)
		if err != nil {
			return err
		}
		return visit(recordState{audit.MailState(m.id, m.status, m.attempt), "the mail " + m.id, m.id, m.status})
	})
}

func eventStates(ctx context.Context, q querier, visit func(recordState) error) error {
	return each(ctx, q, `SELECT event_key, withdrawn FROM events WHERE withdrawn <> ''`, nil, func(rows *sql.Rows) error {
		var key int64
		var why string
		if err := rows.Scan(&key, &why); err != nil {
			return err
		}
		return visit(recordState{State: audit.WithdrawnState(key, why), about: fmt.Sprintf("the withdrawal of event %d", key)})
	})
}

func partStates(ctx context.Context, q querier, visit func(recordState) error) error {
	return each(ctx, q, `SELECT event_key, part FROM parts WHERE planned_at IS NOT NULL`, nil, func(rows *sql.Rows) error {
		var key int64
		var part pim.Part
		if err := rows.Scan(&key, &part); err != nil {
			return err
		}
		return visit(recordState{State: audit.PlannedState(key, part), about: fmt.Sprintf("the plan of part %s of event %d", part, key)})
	})
}

func stepStates(ctx context.Context, q querier, visit func(recordState) error) error {
	return each(ctx, q, `SELECT tenant, collection, resource_id, seq, what, status, coalesce(decision_id, '') FROM timeline`, nil, func(rows *sql.Rows) error {
		var tenant, status, decision string
		var r pim.Resource
		var seq int
		var what pim.What
		if err := rows.Scan(&tenant, &r.Collection, &r.ID, &seq, &what, &status, &decision); err != nil {
			return err
		}
		return visit(recordState{State: audit.StepState(tenant, r.String(), seq, what, status, decision), about: fmt.Sprintf("step %d of %s of %s", seq, r, tenant)})
	})
}

func decidedStates(ctx context.Context, q querier, visit func(recordState) error) error {
	return each(ctx, q, `SELECT tenant, collection, resource_id, decision_id FROM requests WHERE decision_id IS NOT NULL`, nil, func(rows *sql.Rows) error {
		var tenant, decision string
		var r pim.Resource
		if err := rows.Scan(&tenant, &r.Collection, &r.ID, &decision); err != nil {
			return err
		}
		return visit(recordState{State: audit.DecidedState(tenant, r.String(), decision), about: fmt.Sprintf("the decision of %s of %s", r, tenant)})
	})
}
