package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"pimnotify/pim"
)

// Propose writes down a decision, or a report where there is no ReviewResult, before the process has accepted it. It is of no
// consequence until a change names its id; one that never is remains as what somebody tried.
func (l *Ledger) Propose(ctx context.Context, tenant string, resource pim.Resource, d pim.Decision) (string, error) {
	id := newID()
	err := l.write(ctx, fmt.Sprintf("propose a decision on %s", resource), func(tx *sql.Tx) error {
		if err := l.lockRequest(ctx, tx, tenant, resource); err != nil {
			return err
		}
		_, err := exec(ctx, tx, `
			INSERT INTO proposals (proposal_id, tenant, collection, resource_id, review_result, justification,
				reviewer_id, reviewer_name, reviewer_mail, reviewer_type, reviewed_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			id, tenant, string(resource.Collection), resource.ID, text(d.ReviewResult), text(d.Justification),
			text(d.ReviewedBy.ID), text(d.ReviewedBy.DisplayName), text(d.ReviewedBy.Mail), text(d.ReviewedBy.Type),
			micros(d.ReviewedDateTime), now())
		return err
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// proposal is a row that a join may not have found.
type proposal struct {
	id, result, justification, reviewerID, reviewerName, reviewerMail, reviewerType sql.NullString
	reviewedAt                                                                      sql.NullInt64
}

func (p proposal) decision() *pim.Decision {
	if !p.id.Valid {
		return nil
	}
	return &pim.Decision{
		ID: p.id.String, ReviewResult: pim.ReviewResult(p.result.String), Justification: p.justification.String,
		ReviewedBy: pim.Principal{
			ID: p.reviewerID.String, DisplayName: p.reviewerName.String, Mail: p.reviewerMail.String, Type: pim.PrincipalType(p.reviewerType.String),
		},
		ReviewedDateTime: instant(p.reviewedAt.Int64),
	}
}
