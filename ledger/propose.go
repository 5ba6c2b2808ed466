package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"pimnotify/pim"
)

// Propose writes down what somebody wants of a process, with its words, before the process has taken it. It is of no consequence
// until a change names the id that it gets here; one that none ever names remains as what somebody tried. The same name may be
// proposed again and again.
func (l *Ledger) Propose(ctx context.Context, tenant string, resource pim.Resource, p pim.Proposal) (id string, err error) {
	doing := fmt.Sprintf("propose something for %s", resource)
	if !storable(p.Name) {
		return "", fmt.Errorf("%s: its name must be valid UTF-8 without NUL", doing)
	}
	err = l.write(ctx, doing, func(tx *sql.Tx) error {
		if _, err := l.lockRequest(ctx, tx, tenant, resource); err != nil {
			return err
		}
		id, err = propose(ctx, tx, tenant, resource, p)
		return err
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// propose writes down a proposal for a request that is there.
func propose(ctx context.Context, tx *sql.Tx, tenant string, resource pim.Resource, p pim.Proposal) (string, error) {
	id := newID()
	return id, insertRows(ctx, tx, proposalsInsert, [][]any{proposalColumns(key{tenant, resource}, id, p)})
}

const proposalsInsert = `
	INSERT INTO proposals (tenant, collection, resource_id, proposal_id, name, hash, body, review_result, justification,
		reviewer_id, reviewer_name, reviewer_mail, reviewer_type, reviewed_at, updated_at)`

func proposalColumns(k key, id string, p pim.Proposal) []any {
	d := p.Decision
	return append(k.columns(), text(id), p.Name, text(p.Hash), text(string(p.Body)), text(d.ReviewResult), text(d.Justification),
		text(d.ReviewedBy.ID), text(d.ReviewedBy.DisplayName), text(d.ReviewedBy.Mail), text(d.ReviewedBy.Type), micros(d.ReviewedDateTime), now())
}
