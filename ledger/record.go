package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pimnotify/audit"
	"pimnotify/pim"
)

// Record writes changes into the timeline of a request, and what they mean for its mails, all or nothing. A change whose seq is
// there already changes nothing, whatever it says: the process decides each step once, and whoever writes it first has written
// the same. Changes may arrive in any order; the status is that of the latest. A digest has events and nothing else: there is
// no request of it whose timeline could be written, and where there are no changes, nothing to write.
func (l *Ledger) Record(ctx context.Context, tenant string, resource pim.Resource, changes ...pim.Change) error {
	if resource.Collection == pim.Digest && len(changes) == 0 {
		return nil
	}
	return l.writeAudited(ctx, fmt.Sprintf("record changes of %s", resource), func(tx *sql.Tx, j *journal) error {
		if _, err := l.lockRequest(ctx, tx, tenant, resource); err != nil {
			return err
		}
		for _, change := range changes {
			if err := enter(ctx, tx, j, tenant, resource, change); err != nil {
				return fmt.Errorf("%s, step %d: %w", change.What, change.Seq, err)
			}
		}
		return nil
	})
}

// lockRequest makes the writers of one request take turns. It gives the seq of its latest change.
func (l *Ledger) lockRequest(ctx context.Context, tx *sql.Tx, tenant string, resource pim.Resource) (seq int, err error) {
	if !storable(tenant, resource.ID) {
		return 0, pim.ErrNotFound
	}
	err = tx.QueryRowContext(ctx, `SELECT seq FROM requests WHERE tenant = $1 AND collection = $2 AND resource_id = $3`+l.seam.forUpdate,
		tenant, string(resource.Collection), resource.ID).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, pim.ErrNotFound
	}
	return seq, err
}

// enter writes one change of a request that is there.
func enter(ctx context.Context, tx *sql.Tx, j *journal, tenant string, resource pim.Resource, change pim.Change) error {
	encoded, err := json.Marshal(change)
	if err != nil {
		return fmt.Errorf("encode it: %w", err)
	}
	collection := string(resource.Collection)
	n, err := exec(ctx, tx, `
		INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (tenant, collection, resource_id, seq) DO NOTHING`,
		tenant, collection, resource.ID, change.Seq, micros(change.At), text(change.What), text(change.Status),
		nullable(text(change.DecisionID)), string(encoded), now())
	if err != nil || n == 0 {
		return err
	}
	j.step(entered(change.Seq), key{tenant, resource}, change)
	if _, err := exec(ctx, tx, `
		UPDATE requests SET status = $1, seq = $2, updated_at = $3
		WHERE tenant = $4 AND collection = $5 AND resource_id = $6 AND seq < $2`,
		text(change.Status), change.Seq, now(), tenant, collection, resource.ID); err != nil {
		return err
	}
	if err := accept(ctx, tx, j, tenant, resource, change.DecisionID); err != nil {
		return err
	}
	if err := withdraw(ctx, tx, j, tenant, resource, change); err != nil {
		return err
	}
	if err := note(ctx, tx, tenant, resource, change); err != nil {
		return fmt.Errorf("note what digests count of it: %w", err)
	}
	_, err = schedule(ctx, tx, j, tenant, resource, change.Schedule)
	return err
}

// accept makes a proposed decision the one of its request, of which an activation has one. A report, and whatever is proposed for
// anything else, is accepted by being named in the timeline.
func accept(ctx context.Context, tx *sql.Tx, j *journal, tenant string, resource pim.Resource, proposalID string) error {
	if proposalID == "" || resource.Collection != pim.ActivationRequests {
		return nil
	}
	n, err := exec(ctx, tx, `
		UPDATE requests SET decision_id = $1, updated_at = $2
		WHERE tenant = $3 AND collection = $4 AND resource_id = $5 AND decision_id IS NULL AND EXISTS (
			SELECT 1 FROM proposals p WHERE p.proposal_id = $1 AND p.review_result <> ''
				AND p.tenant = $3 AND p.collection = $4 AND p.resource_id = $5)`,
		text(proposalID), now(), tenant, string(resource.Collection), resource.ID)
	if err != nil || n == 0 {
		return err
	}
	return decide(ctx, tx, j, key{tenant, resource}, text(proposalID))
}

// decide notes whose answer it is, and which.
func decide(ctx context.Context, tx *sql.Tx, j *journal, k key, proposalID string) error {
	t := audit.Thing{What: audit.Decided, DecisionID: proposalID}
	if err := tx.QueryRowContext(ctx, `SELECT review_result, reviewer_id FROM proposals WHERE proposal_id = $1`, proposalID).Scan(&t.Decision, &t.By); err != nil {
		return err
	}
	j.add(k.about(), t)
	return nil
}

// withdraw marks events for ever, also those that are not scheduled yet, and cancels what of them is planned. What is just
// being sent finds the mark before it leaves.
func withdraw(ctx context.Context, tx *sql.Tx, j *journal, tenant string, resource pim.Resource, change pim.Change) error {
	reason := pim.WithdrawnPrefix + text(change.What)
	for _, event := range ordered(change.Withdraw) {
		if err := each(ctx, tx, `
			INSERT INTO events (event_key, tenant, collection, resource_id, kind, occurrence, display_id, due_at, withdrawn, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (tenant, collection, resource_id, kind, occurrence)
			DO UPDATE SET withdrawn = excluded.withdrawn, updated_at = excluded.updated_at WHERE events.withdrawn = ''
			RETURNING event_key`,
			[]any{newKey(), tenant, string(resource.Collection), resource.ID, string(event.Kind), event.Occurrence, event.ID,
				micros(event.DueDateTime), reason, now()}, func(rows *sql.Rows) error {
				var key int64
				err := rows.Scan(&key)
				j.event(key, audit.Thing{What: audit.EventWithdrawn, Reason: reason})
				return err
			}); err != nil {
			return fmt.Errorf("withdraw %s: %w", event.ID, err)
		}
		if _, err := moveMails(ctx, tx, j, pim.StatusPlanned, `
			UPDATE recipients SET status = 'cancelled', reason = $1, updated_at = $2
			WHERE status = 'planned' AND event_key = (SELECT e.event_key FROM events e
				WHERE e.tenant = $3 AND e.collection = $4 AND e.resource_id = $5 AND e.kind = $6 AND e.occurrence = $7)`,
			reason, now(), tenant, string(resource.Collection), resource.ID, string(event.Kind), event.Occurrence); err != nil {
			return fmt.Errorf("cancel the mails of %s: %w", event.ID, err)
		}
	}
	return nil
}

// ordered makes every transaction touch events in the same order, so that two of them do not wait for each other.
func ordered(events []pim.EventRef) []pim.EventRef {
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b pim.EventRef) int {
		return strings.Compare(string(a.Kind)+"\n"+a.Occurrence, string(b.Kind)+"\n"+b.Occurrence)
	})
	return events
}
