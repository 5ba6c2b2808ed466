package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"pimnotify/pim"
)

// View reads a request as the API shows it: its status, every step of its life with who took it and why, and its events.
func (l *Ledger) View(ctx context.Context, tenant string, resource pim.Resource) (view pim.View, err error) {
	err = l.read(ctx, fmt.Sprintf("read %s", resource), func(tx *sql.Tx) error {
		if !storable(tenant, resource.ID) {
			return pim.ErrNotFound
		}
		view = pim.View{ID: resource.ID}
		var body string
		err := tx.QueryRowContext(ctx, `SELECT status, body FROM requests WHERE tenant = $1 AND collection = $2 AND resource_id = $3`,
			tenant, string(resource.Collection), resource.ID).Scan(&view.Status, &body)
		if errors.Is(err, sql.ErrNoRows) {
			return pim.ErrNotFound
		}
		if err != nil {
			return err
		}
		if view.Timeline, err = readTimeline(ctx, tx, tenant, resource, body); err != nil {
			return fmt.Errorf("its timeline: %w", err)
		}
		if view.Events, err = readEvents(ctx, tx, tenant, resource); err != nil {
			return fmt.Errorf("its events: %w", err)
		}
		return nil
	})
	return view, err
}

// readTimeline names who took each step as the proposal behind it does; the first step is the requestor's, as the request
// names them, with the reason they gave.
func readTimeline(ctx context.Context, q querier, tenant string, resource pim.Resource, body string) ([]pim.TimelineEntry, error) {
	timeline := []pim.TimelineEntry{}
	err := each(ctx, q, `
		SELECT t.seq, t.at, t.what, t.status, t.change, p.reviewer_id, p.reviewer_name, p.justification
		FROM timeline t LEFT JOIN proposals p ON p.proposal_id = t.decision_id
			AND p.tenant = t.tenant AND p.collection = t.collection AND p.resource_id = t.resource_id
		WHERE t.tenant = $1 AND t.collection = $2 AND t.resource_id = $3 ORDER BY t.seq`,
		[]any{tenant, string(resource.Collection), resource.ID}, func(rows *sql.Rows) error {
			var seq, at int64
			var encoded string
			var e pim.TimelineEntry
			var id, name, justification sql.NullString
			if err := rows.Scan(&seq, &at, &e.What, &e.Status, &encoded, &id, &name, &justification); err != nil {
				return err
			}
			var change pim.Change
			if err := json.Unmarshal([]byte(encoded), &change); err != nil {
				return fmt.Errorf("step %d: %w", seq, err)
			}
			e.At, e.Justification = instant(at), justification.String
			by := pim.Principal{ID: change.By}
			if seq == 0 {
				by, e.Justification = asked(body, by)
			}
			if id.String != "" {
				by = pim.Principal{ID: id.String, DisplayName: name.String}
			}
			if by.ID != "" {
				e.By = &by
			}
			timeline = append(timeline, e)
			return nil
		})
	return timeline, err
}

// asked reads who made a request, and why, from its body; what is not there, or cannot be read, stays as it was.
func asked(body string, by pim.Principal) (pim.Principal, string) {
	var request struct {
		Principal     pim.Principal `json:"principal"`
		Justification string        `json:"justification"`
	}
	if err := json.Unmarshal([]byte(body), &request); err != nil || request.Principal.ID == "" {
		return by, request.Justification
	}
	return pim.Principal{ID: request.Principal.ID, DisplayName: request.Principal.DisplayName}, request.Justification
}
