package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"pimnotify/pim"
)

// idsAtOnce is how many ids one query names: both databases bound the number of its arguments.
const idsAtOnce = 500

// Proposals reads what was proposed for one resource, accepted or not, by the ids that Propose gave. An id of which nothing is
// known, or nothing for this resource, is not in the answer.
func (l *Ledger) Proposals(ctx context.Context, tenant string, resource pim.Resource, ids ...string) (map[string]pim.Proposal, error) {
	wanted := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(ids))), func(id string) bool { return id == "" || !storable(id) })
	proposals := map[string]pim.Proposal{}
	if len(wanted) == 0 || !storable(tenant, resource.ID) {
		return proposals, nil
	}
	err := l.read(ctx, fmt.Sprintf("read what was proposed for %s", resource), func(tx *sql.Tx) error {
		for ids := range slices.Chunk(wanted, idsAtOnce) {
			query, args := proposalsQuery(tenant, resource, ids)
			if err := each(ctx, tx, query, args, func(rows *sql.Rows) error {
				p, err := scanProposal(rows)
				proposals[p.ID] = p
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return proposals, nil
}

func proposalsQuery(tenant string, resource pim.Resource, ids []string) (string, []any) {
	a := arguments{tenant, string(resource.Collection), resource.ID}
	return `SELECT ` + decisionColumns + `, p.name, p.hash, p.body FROM proposals p
		WHERE p.tenant = $1 AND p.collection = $2 AND p.resource_id = $3 AND p.proposal_id IN ` + a.ids(ids), a
}

// AcceptedProposal reads the proposal of this name that a change of the resource names, the first of them should there be
// several; pim.ErrNotFound where none of that name was accepted.
func (l *Ledger) AcceptedProposal(ctx context.Context, tenant string, resource pim.Resource, name string) (p pim.Proposal, err error) {
	err = l.read(ctx, fmt.Sprintf("read what was accepted for %s", resource), func(tx *sql.Tx) error {
		if name == "" || !storable(tenant, resource.ID, name) {
			return pim.ErrNotFound
		}
		p, err = scanProposal(tx.QueryRowContext(ctx, acceptedProposalQuery, tenant, string(resource.Collection), resource.ID, name))
		if errors.Is(err, sql.ErrNoRows) {
			return pim.ErrNotFound
		}
		return err
	})
	return p, err
}

const acceptedProposalQuery = `
	SELECT ` + decisionColumns + `, p.name, p.hash, p.body
	FROM proposals p JOIN timeline t ON t.decision_id = p.proposal_id AND ` + ofOneResource + `
	WHERE p.tenant = $1 AND p.collection = $2 AND p.resource_id = $3 AND p.name = $4 AND p.name <> ''
	ORDER BY t.seq LIMIT 1`

// ofOneResource is whether a step and the proposal that it names belong together. CASE keeps the planners from finding one through
// it: they would go through all that a resource has for each step, and an assignment can have thousands of both.
const ofOneResource = `CASE WHEN t.tenant = p.tenant AND t.collection = p.collection AND t.resource_id = p.resource_id THEN 1 END = 1`

const decisionColumns = `p.proposal_id, p.review_result, p.justification,
	p.reviewer_id, p.reviewer_name, p.reviewer_mail, p.reviewer_type, p.reviewed_at`

// decision is the decisionColumns of a row that a join may not have found.
type decision struct {
	id, result, justification, reviewerID, reviewerName, reviewerMail, reviewerType sql.NullString
	reviewedAt                                                                      sql.NullInt64
}

func (d *decision) columns() []any {
	return []any{&d.id, &d.result, &d.justification, &d.reviewerID, &d.reviewerName, &d.reviewerMail, &d.reviewerType, &d.reviewedAt}
}

func (d *decision) pim() *pim.Decision {
	if !d.id.Valid {
		return nil
	}
	return &pim.Decision{
		ID: d.id.String, ReviewResult: pim.ReviewResult(d.result.String), Justification: d.justification.String,
		ReviewedBy: pim.Principal{
			ID: d.reviewerID.String, DisplayName: d.reviewerName.String, Mail: d.reviewerMail.String, Type: pim.PrincipalType(d.reviewerType.String),
		},
		ReviewedDateTime: instant(d.reviewedAt.Int64),
	}
}

func scanProposal(row scanner) (p pim.Proposal, err error) {
	var d decision
	var body string
	if err := row.Scan(append(d.columns(), &p.Name, &p.Hash, &body)...); err != nil {
		return p, err
	}
	p.ID, p.Body, p.Decision = d.id.String, raw(body), *d.pim()
	return p, nil
}
