package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"pimnotify/pim"
)

// Events reads the events of a resource, by due time and kind; none where nothing is known of it.
func (l *Ledger) Events(ctx context.Context, tenant string, resource pim.Resource) (events []pim.Event, err error) {
	err = l.read(ctx, fmt.Sprintf("read the events of %s", resource), func(tx *sql.Tx) error {
		events, err = readEvents(ctx, tx, tenant, resource)
		return err
	})
	return events, err
}

// progress is what an event's status follows from.
type progress struct {
	withdrawn string
	unplanned int // parts
	parts     int
	left      int // mails that were sent
	held      string
	counts    pim.Counts
}

// status: whatever is open is being sent. An event is cancelled where its withdrawal kept something from leaving and nothing had
// left before: otherwise it is complete, with the reason for which the rest did not leave. One that nobody withdrew is complete once
// all its parts are planned.
func (p progress) status() pim.EventStatus {
	switch {
	case p.counts.Open() > 0:
		return pim.EventSending
	case p.withdrawn != "" && p.withheld() && p.left == 0:
		return pim.EventCancelled
	case p.withdrawn != "", p.parts > 0 && p.unplanned == 0:
		return pim.EventComplete
	default:
		return pim.EventScheduled
	}
}

// withheld reports whether a withdrawal kept something from leaving: mails, or a part that nobody had planned yet.
func (p progress) withheld() bool {
	return p.parts == 0 || p.unplanned > 0 || p.counts[pim.StatusCancelled] > 0
}

// reason is why the event's mails did not leave, as far as they did not: it was withdrawn, or they are held. A withdrawal that
// came when nothing was left to send has no say in it.
func (p progress) reason() string {
	if p.withdrawn != "" && (p.withheld() || p.counts.Open() > 0) {
		return p.withdrawn
	}
	return p.held
}

const eventsQuery = `
	SELECT e.event_key, e.display_id, e.kind, e.due_at, e.withdrawn, count(p.part), count(p.part) - count(p.planned_at)
	FROM events e LEFT JOIN parts p ON p.event_key = e.event_key
	WHERE e.tenant = $1 AND e.collection = $2 AND e.resource_id = $3
	GROUP BY e.event_key, e.display_id, e.kind, e.occurrence, e.due_at, e.withdrawn
	ORDER BY e.due_at, e.kind, e.occurrence`

const countsQuery = `
	SELECT r.event_key, r.status, count(*), count(r.sent_at), max(CASE WHEN r.status = 'planned' THEN r.reason END)
	FROM recipients r JOIN events e ON e.event_key = r.event_key
	WHERE e.tenant = $1 AND e.collection = $2 AND e.resource_id = $3 GROUP BY r.event_key, r.status`

func readEvents(ctx context.Context, q querier, tenant string, resource pim.Resource) ([]pim.Event, error) {
	if !storable(tenant, resource.ID) {
		return []pim.Event{}, nil
	}
	args := []any{tenant, string(resource.Collection), resource.ID}
	states := map[int64]*progress{}
	events, keys := []pim.Event{}, []int64{}
	err := each(ctx, q, eventsQuery, args, func(rows *sql.Rows) error {
		event, state := pim.Event{Resource: resource}, progress{counts: pim.Counts{}}
		var key, dueAt int64
		err := rows.Scan(&key, &event.ID, &event.Kind, &dueAt, &state.withdrawn, &state.parts, &state.unplanned)
		event.DueDateTime, event.Counts = instant(dueAt), state.counts
		events, keys = append(events, event), append(keys, key)
		states[key] = &state
		return err
	})
	if err != nil {
		return nil, err
	}
	err = each(ctx, q, countsQuery, args, func(rows *sql.Rows) error {
		var key int64
		var status pim.RecipientStatus
		var count, left int
		var held sql.NullString
		if err := rows.Scan(&key, &status, &count, &left, &held); err != nil {
			return err
		}
		states[key].counts[status] = count
		states[key].left += left
		states[key].held = max(states[key].held, held.String)
		return nil
	})
	for i := range events {
		state := states[keys[i]]
		events[i].Status, events[i].Reason = state.status(), state.reason()
	}
	return events, err
}
