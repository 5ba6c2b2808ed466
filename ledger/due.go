package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"pimnotify/audit"
	"pimnotify/pim"
)

// DueStates says of each part, in the same order, whether it can still be planned, and what other parts of its event planned.
// Events and parts that are not there yet are made.
func (l *Ledger) DueStates(ctx context.Context, tenant string, resource pim.Resource, dues []pim.Due) (states []pim.DueState, err error) {
	doing := fmt.Sprintf("read what is due of %s", resource)
	if !storable(tenant, resource.ID) {
		return nil, fmt.Errorf("%s: the tenant and the id must be valid UTF-8 without NUL", doing)
	}
	err = l.writeAudited(ctx, doing, func(tx *sql.Tx, j *journal) error {
		keys, err := schedule(ctx, tx, j, tenant, resource, dues)
		if err != nil {
			return err
		}
		states = make([]pim.DueState, 0, len(dues))
		for _, due := range dues {
			state, err := dueState(ctx, tx, keys[identify(due.Event)], due.Part)
			if err != nil {
				return fmt.Errorf("%s: %w", due.Event.ID, err)
			}
			states = append(states, state)
		}
		return nil
	})
	return states, err
}

func dueState(ctx context.Context, q querier, key int64, part pim.Part) (pim.DueState, error) {
	state := pim.DueState{EventKey: key}
	if err := q.QueryRowContext(ctx, `
		SELECT e.withdrawn, p.planned_at IS NOT NULL FROM events e JOIN parts p ON p.event_key = e.event_key
		WHERE e.event_key = $1 AND p.part = $2`, key, string(part)).Scan(&state.Withdrawn, &state.Planned); err != nil {
		return state, err
	}
	if state.Planned {
		return state, nil
	}
	err := each(ctx, q, `
		SELECT ord, address, principal_id, display_name, audience, recipient_type, status, reason
		FROM recipients WHERE event_key = $1 ORDER BY position`, []any{key}, func(rows *sql.Rows) error {
		var r pim.Recipient
		err := rows.Scan(&r.Order, &r.Address, &r.PrincipalID, &r.DisplayName, &r.Audience, &r.RecipientType, &r.Status, &r.Reason)
		state.Earlier = append(state.Earlier, r)
		return err
	})
	return state, err
}

// identity is what makes an event one, within its resource.
type identity struct {
	kind       pim.EventKind
	occurrence string
}

func identify(e pim.EventRef) identity { return identity{e.Kind, e.Occurrence} }

// schedule makes the events and parts that are not there yet, and gives the keys of all of them.
func schedule(ctx context.Context, tx *sql.Tx, j *journal, tenant string, resource pim.Resource, dues []pim.Due) (map[identity]int64, error) {
	events := make([]pim.EventRef, 0, len(dues))
	for _, due := range dues {
		events = append(events, due.Event)
	}
	keys := map[identity]int64{}
	for _, event := range ordered(events) {
		key, err := scheduleEvent(ctx, tx, j, tenant, resource, event)
		if err != nil {
			return nil, fmt.Errorf("schedule %s: %w", event.ID, err)
		}
		keys[identify(event)] = key
	}
	for _, due := range dues {
		if _, err := exec(ctx, tx, `
			INSERT INTO parts (event_key, part, due_at, updated_at) VALUES ($1, $2, $3, $4) ON CONFLICT (event_key, part) DO NOTHING`,
			keys[identify(due.Event)], string(due.Part), micros(due.DueDateTime), now()); err != nil {
			return nil, fmt.Errorf("schedule %s, part %s: %w", due.Event.ID, due.Part, err)
		}
	}
	return keys, nil
}

func scheduleEvent(ctx context.Context, tx *sql.Tx, j *journal, tenant string, resource pim.Resource, event pim.EventRef) (key int64, err error) {
	collection := string(resource.Collection)
	n, err := exec(ctx, tx, `
		INSERT INTO events (event_key, tenant, collection, resource_id, kind, occurrence, display_id, due_at, withdrawn, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9)
		ON CONFLICT (tenant, collection, resource_id, kind, occurrence) DO NOTHING`,
		newKey(), tenant, collection, resource.ID, string(event.Kind), event.Occurrence, event.ID, micros(event.DueDateTime), now())
	if err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `
		SELECT event_key FROM events WHERE tenant = $1 AND collection = $2 AND resource_id = $3 AND kind = $4 AND occurrence = $5`,
		tenant, collection, resource.ID, string(event.Kind), event.Occurrence).Scan(&key)
	if n == 1 {
		j.event(key, audit.Thing{What: audit.EventScheduled})
	}
	return key, err
}
