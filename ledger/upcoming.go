package ledger

import (
	"context"
	"database/sql"

	"pimnotify/audit"
	"pimnotify/pim"
)

// upcoming are the events of resources that were not there before, and so have none yet.
type upcoming struct{ events, parts [][]any }

func (u *upcoming) add(j *journal, k key, dues []pim.Due) {
	keys := map[identity]int64{}
	for _, due := range dues {
		e := identify(due.Event)
		if _, twice := keys[e]; !twice {
			keys[e] = newKey()
			j.event(keys[e], audit.Thing{What: audit.EventScheduled})
			u.events = append(u.events, append(k.columns(), keys[e], string(e.kind), e.occurrence, due.Event.ID, micros(due.Event.DueDateTime), "", now()))
		}
		u.parts = append(u.parts, []any{keys[e], string(due.Part), micros(due.DueDateTime), now()})
	}
}

// write writes what add has noted.
func (u *upcoming) write(ctx context.Context, tx *sql.Tx, _ *journal) error {
	if err := insertRows(ctx, tx, `
		INSERT INTO events (tenant, collection, resource_id, event_key, kind, occurrence, display_id, due_at, withdrawn, updated_at)`, u.events); err != nil {
		return err
	}
	return insertRows(ctx, tx, `INSERT INTO parts (event_key, part, due_at, updated_at)`, u.parts)
}
