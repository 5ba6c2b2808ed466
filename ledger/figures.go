package ledger

import (
	"context"
	"fmt"
	"time"

	"pimnotify/pim"
)

// Figures counts what a tenant's digest tells of the time from the one moment, up to the other, which is no part of it. Who holds
// the top roles is not in the record.
func (l *Ledger) Figures(ctx context.Context, tenant string, from, to time.Time) (pim.DigestFigures, error) {
	figures := pim.DigestFigures{From: from, To: to, AssignedOutsidePIM: new(int)}
	if !storable(tenant) {
		return figures, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if err := l.reads.QueryRowContext(ctx, figuresQuery, tenant, micros(from), micros(to)).Scan(
		&figures.UsersActivated, &figures.UsersMadePermanent, &figures.AssignedInPIM, figures.AssignedOutsidePIM); err != nil {
		return pim.DigestFigures{}, fmt.Errorf("count what a digest tells: %w", err)
	}
	return figures, nil
}

// CASE keeps PostgreSQL from making a join of the look for an eligibility: it would read all that there are.
var figuresQuery = `SELECT ` + counted(usersActivated) + `,
	` + counted(usersMadePermanent) + ` + (
		SELECT count(CASE WHEN EXISTS (
			SELECT 1 FROM eligibilities e
			WHERE e.tenant = p.tenant AND e.principal_id = p.principal_id AND e.role_id = p.role_id AND e.scope_id = p.scope_id
				AND e.until > p.at AND e.since <= p.at AND e.resource_id <> p.resource_id
		) THEN 1 END)
		FROM permanents p WHERE p.tenant = $1 AND p.at >= $2 AND p.at < $3),
	` + counted(assignedInPIM) + `, ` + counted(assignedOutsidePIM)

func counted(t tile) string {
	return `(SELECT count(*) FROM facts WHERE tenant = $1 AND tile = '` + string(t) + `' AND at >= $2 AND at < $3)`
}
