package ledger

import (
	"context"
	"database/sql"
	"errors"

	"pimnotify/pim"
)

// note writes down what a change that has just been entered means for digests. Whatever the order in which changes of one request
// are entered, what it leaves is the same.
func note(ctx context.Context, tx *sql.Tx, tenant string, resource pim.Resource, change pim.Change) error {
	if resource.Collection != pim.Assignments && tileOf(resource.Collection, change) == "" {
		return nil
	}
	var body string
	if err := tx.QueryRowContext(ctx, `SELECT body FROM requests WHERE tenant = $1 AND collection = $2 AND resource_id = $3`,
		tenant, string(resource.Collection), resource.ID).Scan(&body); err != nil {
		return err
	}
	about := newSubject(tenant, resource, body)
	if !about.entra {
		return nil
	}
	var found findings
	found.find(about, change)
	if resource.Collection == pim.Assignments {
		if err := endBefore(ctx, tx, about, change); err != nil {
			return err
		}
	}
	if len(found.eligible) > 0 {
		next, err := nextAt(ctx, tx, about, change.Seq)
		if err != nil {
			return err
		}
		found.eligible[0].until = min(found.eligible[0].until, next)
	}
	return found.write(ctx, tx)
}

// endBefore ends the eligibility that the changes before this one have left.
func endBefore(ctx context.Context, tx *sql.Tx, about subject, change pim.Change) error {
	if change.Seq == 0 {
		return nil
	}
	_, err := exec(ctx, tx, endStatement, micros(change.At), about.tenant, about.resource.ID, change.Seq)
	return err
}

const endStatement = `
	UPDATE eligibilities SET until = $1
	WHERE tenant = $2 AND resource_id = $3 AND until > $1
		AND seq = (SELECT max(b.seq) FROM eligibilities b WHERE b.tenant = $2 AND b.resource_id = $3 AND b.seq < $4)`

// nextAt is when the change was that follows this one, should it be there already.
func nextAt(ctx context.Context, tx *sql.Tx, about subject, seq int) (at int64, err error) {
	err = tx.QueryRowContext(ctx, nextQuery, about.tenant, string(about.resource.Collection), about.resource.ID, seq).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return forever, nil
	}
	return at, err
}

const nextQuery = `
	SELECT at FROM timeline WHERE tenant = $1 AND collection = $2 AND resource_id = $3 AND seq > $4 ORDER BY seq LIMIT 1`
