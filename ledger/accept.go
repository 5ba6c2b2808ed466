package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"pimnotify/pim"
)

// Accept writes a request down, with its first change. Where the id is there already, nothing changes and what is stored comes
// back: whether it is the same request is for the caller to see, by the hash. One without an input has no process to start, and
// counts as started.
func (l *Ledger) Accept(ctx context.Context, a pim.Acceptance) (accepted pim.Accepted, created bool, err error) {
	doing := fmt.Sprintf("accept %s", a.Resource)
	if !storable(a.Tenant, a.Resource.ID) {
		return pim.Accepted{}, false, fmt.Errorf("%s: the tenant and the id must be valid UTF-8 without NUL", doing)
	}
	if a.First.Seq != 0 {
		return pim.Accepted{}, false, fmt.Errorf("%s: the first change must have seq 0, not %d", doing, a.First.Seq)
	}
	err = l.writeAudited(ctx, doing, func(tx *sql.Tx, j *journal) error {
		n, err := exec(ctx, tx, `
			INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, accepted_at, started_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10)
			ON CONFLICT (tenant, collection, resource_id) DO NOTHING`,
			a.Tenant, string(a.Resource.Collection), a.Resource.ID, text(a.Hash), text(string(a.Body)), text(string(a.Input)),
			string(a.First.Status), micros(a.AcceptedAt), startedAt(a), now())
		if err != nil {
			return err
		}
		if created = n == 1; created {
			if err := enterFirst(ctx, tx, j, a); err != nil {
				return err
			}
		}
		accepted, err = readAccepted(ctx, tx, a.Tenant, a.Resource)
		return err
	})
	return accepted, created && err == nil, err
}

// startedAt is null until the process is started, where there is one to start.
func startedAt(a pim.Acceptance) sql.NullInt64 {
	return sql.NullInt64{Int64: micros(a.AcceptedAt), Valid: len(a.Input) == 0}
}

// enterFirst writes the change with which something is accepted.
func enterFirst(ctx context.Context, tx *sql.Tx, j *journal, a pim.Acceptance) (err error) {
	change := a.First
	if a.Resource.Collection == pim.PIMSetting && change.DecisionID == "" {
		if change.DecisionID, err = switched(ctx, tx, a); err != nil {
			return err
		}
	}
	return enter(ctx, tx, j, a.Tenant, a.Resource, change)
}

// Accepted reads a request as it was accepted, with the decision that was accepted since; pim.ErrNotFound where there is none.
func (l *Ledger) Accepted(ctx context.Context, tenant string, resource pim.Resource) (accepted pim.Accepted, err error) {
	err = l.read(ctx, fmt.Sprintf("read %s", resource), func(tx *sql.Tx) error {
		accepted, err = readAccepted(ctx, tx, tenant, resource)
		return err
	})
	return accepted, err
}

// MarkStarted notes that the process of what was accepted is known to Temporal. It stays so. Where something else has been
// accepted in its place meanwhile, nothing changes: the process of that is another one.
func (l *Ledger) MarkStarted(ctx context.Context, a pim.Accepted, at time.Time) error {
	return l.write(ctx, fmt.Sprintf("mark %s started", a.Resource), func(tx *sql.Tx) error {
		if _, err := l.lockRequest(ctx, tx, a.Tenant, a.Resource); err != nil {
			return err
		}
		_, err := exec(ctx, tx, `
			UPDATE requests SET started_at = $1, updated_at = $2
			WHERE tenant = $3 AND collection = $4 AND resource_id = $5 AND input = $6 AND started_at IS NULL`,
			micros(at), now(), a.Tenant, string(a.Resource.Collection), a.Resource.ID, text(string(a.Input)))
		return err
	})
}

// Unstarted lists requests that were accepted before the given moment and never marked started, the oldest first. Where there are as
// many as the limit, half of them are the newest: what was just accepted does not wait for an import of a hundred thousand to be
// worked off, and what nobody can start does not keep the rest waiting.
func (l *Ledger) Unstarted(ctx context.Context, before time.Time, limit int) (accepted []pim.Accepted, err error) {
	err = l.read(ctx, "list requests that were not started", func(tx *sql.Tx) error {
		oldest, err := unstarted(ctx, tx, before, limit, "ASC")
		if accepted = oldest; err != nil || len(oldest) < limit {
			return err
		}
		newest, err := unstarted(ctx, tx, before, limit-limit/2, "DESC")
		accepted = oldest[:limit/2]
		for _, a := range slices.Backward(newest) {
			if !slices.ContainsFunc(accepted, func(o pim.Accepted) bool { return o.Tenant == a.Tenant && o.Resource == a.Resource }) {
				accepted = append(accepted, a)
			}
		}
		return err
	})
	return accepted, err
}

func unstarted(ctx context.Context, q querier, before time.Time, limit int, order string) (accepted []pim.Accepted, err error) {
	err = each(ctx, q, unstartedQuery(order), []any{micros(before), limit}, func(rows *sql.Rows) error {
		a, err := scanAccepted(rows)
		accepted = append(accepted, a)
		return err
	})
	return accepted, err
}

// unstartedQuery takes the rows first, and then what belongs to them: PostgreSQL would put together all that there are where it has
// not counted them yet.
func unstartedQuery(order string) string {
	return acceptedColumns + ` FROM (
		SELECT * FROM requests WHERE started_at IS NULL AND accepted_at < $1 ORDER BY accepted_at ` + order + ` LIMIT $2
	) r` + acceptedJoins + ` ORDER BY r.accepted_at ` + order
}

func readAccepted(ctx context.Context, q querier, tenant string, resource pim.Resource) (pim.Accepted, error) {
	if !storable(tenant, resource.ID) {
		return pim.Accepted{}, pim.ErrNotFound
	}
	a, err := scanAccepted(q.QueryRowContext(ctx, acceptedQuery+` WHERE r.tenant = $1 AND r.collection = $2 AND r.resource_id = $3`,
		tenant, string(resource.Collection), resource.ID))
	if errors.Is(err, sql.ErrNoRows) {
		return pim.Accepted{}, pim.ErrNotFound
	}
	return a, err
}

const acceptedQuery = acceptedColumns + ` FROM requests r` + acceptedJoins

// Only an activation is ever reported as failed: the long timeline of an assignment is not searched for it.
const acceptedColumns = `
	SELECT r.tenant, r.collection, r.resource_id, r.hash, r.body, r.input, r.accepted_at, r.started_at, r.status, r.seq, t.change,
		(SELECT f.justification FROM timeline ft JOIN proposals f ON f.proposal_id = ft.decision_id
			WHERE r.collection = '` + string(pim.ActivationRequests) + `'
				AND ft.tenant = r.tenant AND ft.collection = r.collection AND ft.resource_id = r.resource_id AND ft.what = 'failed'),
		` + decisionColumns

const acceptedJoins = `
	JOIN timeline t ON t.tenant = r.tenant AND t.collection = r.collection AND t.resource_id = r.resource_id AND t.seq = 0
	LEFT JOIN proposals p ON p.proposal_id = r.decision_id`

func scanAccepted(row scanner) (a pim.Accepted, err error) {
	var body, input, first string
	var acceptedAt int64
	var startedAt sql.NullInt64
	var failure sql.NullString
	var d decision
	if err := row.Scan(append([]any{
		&a.Tenant, &a.Resource.Collection, &a.Resource.ID, &a.Hash, &body, &input, &acceptedAt, &startedAt, &a.Status, &a.Seq, &first, &failure,
	}, d.columns()...)...); err != nil {
		return a, err
	}
	a.Body, a.Input = raw(body), raw(input)
	a.AcceptedAt, a.Started = instant(acceptedAt), startedAt.Valid
	a.Decision, a.Failure = d.pim(), failure.String
	if err := json.Unmarshal([]byte(first), &a.First); err != nil {
		return a, fmt.Errorf("read its first change: %w", err)
	}
	return a, nil
}
