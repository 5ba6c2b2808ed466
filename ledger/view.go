package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"pimnotify/pim"
)

// View reads a request as the API shows it: its status, every step of its life with who took it and why, what an assignment is
// now, and its events.
func (l *Ledger) View(ctx context.Context, tenant string, resource pim.Resource) (view pim.View, err error) {
	err = l.read(ctx, fmt.Sprintf("read %s", resource), func(tx *sql.Tx) error {
		view, err = readView(ctx, tx, tenant, resource)
		return err
	})
	return view, err
}

func readView(ctx context.Context, q querier, tenant string, resource pim.Resource) (pim.View, error) {
	view := pim.View{ID: resource.ID}
	if !storable(tenant, resource.ID) {
		return view, pim.ErrNotFound
	}
	var body string
	err := q.QueryRowContext(ctx, `SELECT status, body FROM requests WHERE tenant = $1 AND collection = $2 AND resource_id = $3`,
		tenant, string(resource.Collection), resource.ID).Scan(&view.Status, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return view, pim.ErrNotFound
	}
	if err != nil {
		return view, err
	}
	if view.Timeline, view.Assignment, err = readTimeline(ctx, q, tenant, resource, body); err != nil {
		return view, fmt.Errorf("its timeline: %w", err)
	}
	if view.Events, err = readEvents(ctx, q, tenant, resource); err != nil {
		return view, fmt.Errorf("its events: %w", err)
	}
	return view, nil
}

const timelineQuery = `
	SELECT t.seq, t.at, t.what, t.status, t.change, p.reviewer_id, p.reviewer_name, p.justification
	FROM timeline t LEFT JOIN proposals p ON p.proposal_id = t.decision_id AND ` + ofOneResource + `
	WHERE t.tenant = $1 AND t.collection = $2 AND t.resource_id = $3 ORDER BY t.seq`

// readTimeline names who took each step as the proposal behind it does; the first step is taken by whoever made the request, as
// the request names them, with the reason they gave. It also gives what an assignment is after the latest of its changes.
func readTimeline(ctx context.Context, q querier, tenant string, resource pim.Resource, body string) ([]pim.TimelineEntry, *pim.AssignmentNow, error) {
	timeline := []pim.TimelineEntry{}
	var latest json.RawMessage
	err := each(ctx, q, timelineQuery, []any{tenant, string(resource.Collection), resource.ID}, func(rows *sql.Rows) error {
		var seq, at int64
		var encoded string
		var e pim.TimelineEntry
		var id, name, justification sql.NullString
		if err := rows.Scan(&seq, &at, &e.What, &e.Status, &encoded, &id, &name, &justification); err != nil {
			return err
		}
		var change struct { // of what a step holds: most of a long one is what it lays out
			By         string          `json:"by"`
			RequestID  string          `json:"requestId"`
			Assignment json.RawMessage `json:"assignment"`
		}
		if err := json.Unmarshal([]byte(encoded), &change); err != nil {
			return fmt.Errorf("step %d: %w", seq, err)
		}
		if len(change.Assignment) > 0 {
			latest = change.Assignment
		}
		e.At, e.Justification, e.RequestID = instant(at), justification.String, change.RequestID
		by := pim.Principal{ID: change.By}
		if seq == 0 {
			by, e.Justification = asked(resource.Collection, body, by)
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
	if err != nil || len(latest) == 0 {
		return timeline, nil, err
	}
	var assignment pim.AssignmentNow
	if err := json.Unmarshal(latest, &assignment); err != nil {
		return nil, nil, fmt.Errorf("what it is now: %w", err)
	}
	return timeline, &assignment, nil
}

// asked reads who made a request, and why, from its body: the person who wants an activation, the administrator who assigned an
// assignment. What is not there, or cannot be read, stays as it was; a switch of the PIM setting has a proposal that says it.
func asked(collection pim.Collection, body string, by pim.Principal) (pim.Principal, string) {
	var request struct {
		Principal     pim.Principal `json:"principal"`
		AssignedBy    pim.Principal `json:"assignedBy"`
		Justification string        `json:"justification"`
	}
	err := json.Unmarshal([]byte(body), &request)
	who := request.Principal
	switch collection {
	case pim.Assignments:
		who = request.AssignedBy
	case pim.PIMSetting:
		return by, ""
	case pim.ActivationRequests, pim.Digest:
	}
	if err != nil || who.ID == "" {
		return by, request.Justification
	}
	return pim.Principal{ID: who.ID, DisplayName: who.DisplayName}, request.Justification
}
