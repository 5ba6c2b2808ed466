package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"pimnotify/pim"
)

// How turns are given.
const (
	// recently is how long somebody who asked counts as waiting: longer than the pause after which they ask again.
	recently = time.Second
	// longestDenial is that pause, and shortestDenial the least of it.
	longestDenial, shortestDenial = 250 * time.Millisecond, 50 * time.Millisecond
	// horizon is how far ahead sends are reserved, and one batch: far enough for a busy worker to have its next batch before it has
	// sent the one before, and near enough that nobody waits long who comes between.
	horizon = 200 * time.Millisecond
	// credit is how late a batch may be and still use the time at which it could have left: a busy worker asks a little late for each
	// batch, and the rate would never be used wholly. So after a pause a batch and as much as this can leave at once.
	credit = 100 * time.Millisecond
	// forgotten is when whoever asked last is forgotten.
	forgotten = time.Hour
)

// Turn gives room for some sends under a rate per second that all processes share by its name, to one after the other of those who
// want to send at the same time. It is the generic cell rate algorithm: one row holds the moment at which everything reserved so far
// will have been paid for at the rate. Nothing is reserved further ahead than the horizon and one batch: whoever comes with mail that
// asks for an action waits for those at most, and everybody else waits for them. Of those who wait for the same, the
// tenant goes first whose last turn is the longest ago.
func (l *Ledger) Turn(ctx context.Context, r pim.TurnRequest) (turn pim.Turn, err error) {
	doing := fmt.Sprintf("ask for a turn of %d sends", r.N)
	if !(r.Rate > 0) || math.IsInf(r.Rate, 1) {
		return turn, fmt.Errorf("%s: the rate must be above zero, not %g", doing, r.Rate)
	}
	if r.N <= 0 {
		return pim.Turn{Granted: true}, nil
	}
	if !storable(r.Name, r.Tenant) {
		return turn, fmt.Errorf("%s: the names must be valid UTF-8 without NUL", doing)
	}
	if pause, err := l.peek(ctx, r); err != nil || pause > 0 {
		return pim.Turn{Wait: pause}, wrapped(doing, err)
	}
	err = l.write(ctx, doing, func(tx *sql.Tx) error {
		turn, err = giveTurn(ctx, tx, r)
		return err
	})
	return turn, err
}

// peek is how long to pause where it is known without asking that there is no turn: the tenant has just asked, perhaps for another of
// its events, and what stood against it still does. Many who wait would otherwise keep everybody else from writing.
func (l *Ledger) peek(ctx context.Context, r pim.TurnRequest) (pause time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	at := micros(r.Now)
	var next, asked, granted int64
	err = l.reads.QueryRowContext(ctx, `
		SELECT p.next_at, t.asked_at, t.granted_at FROM pace p JOIN turns t ON t.name = p.name
		WHERE p.name = $1 AND t.urgent = $2 AND t.tenant = $3`, r.Name, urgency(r.Urgent), r.Tenant).Scan(&next, &asked, &granted)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && asked <= at-recently.Microseconds()/2:
		return 0, nil
	case err != nil:
		return 0, err
	}
	if ahead := next - at - horizon.Microseconds(); ahead > 0 {
		return denied(time.Duration(ahead) * time.Microsecond).Wait, nil
	}
	yields, err := yieldsTo(ctx, l.reads, r, at, granted)
	if err != nil || !yields {
		return 0, err
	}
	return denied(0).Wait, nil
}

func wrapped(doing string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func giveTurn(ctx context.Context, tx *sql.Tx, r pim.TurnRequest) (pim.Turn, error) {
	at, cost := micros(r.Now), costOf(r.N, r.Rate)
	next, err := lockPace(ctx, tx, r.Name, at) // first, so that those who ask at one moment are answered one after the other
	if err != nil {
		return pim.Turn{}, err
	}
	mine, err := askTurn(ctx, tx, r, at)
	if err != nil {
		return pim.Turn{}, err
	}
	if ahead := next - at - horizon.Microseconds(); ahead > 0 {
		return denied(time.Duration(ahead) * time.Microsecond), nil
	}
	yields, err := yieldsTo(ctx, tx, r, at, mine)
	if err != nil {
		return pim.Turn{}, err
	}
	if yields {
		return denied(0), nil
	}
	if err := grantTurn(ctx, tx, r, at); err != nil {
		return pim.Turn{}, err
	}
	if next, err = reserve(ctx, tx, r.Name, at-credit.Microseconds(), cost); err != nil {
		return pim.Turn{}, err
	}
	return pim.Turn{Granted: true, Wait: time.Duration(max(next-at-cost, 0)) * time.Microsecond}, nil
}

func denied(pause time.Duration) pim.Turn {
	return pim.Turn{Wait: min(max(pause, shortestDenial), longestDenial)}
}

// lockPace is when everything reserved so far will have been paid for, and keeps others from reserving meanwhile.
func lockPace(ctx context.Context, tx *sql.Tx, name string, at int64) (next int64, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO pace (name, next_at, updated_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at RETURNING next_at`, name, at, now()).Scan(&next)
	return next, err
}

// askTurn notes that somebody waits, and answers when the tenant had its last turn.
func askTurn(ctx context.Context, tx *sql.Tx, r pim.TurnRequest, at int64) (granted int64, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO turns (name, tenant, urgent, asked_at, granted_at) VALUES ($1, $2, $3, $4, 0)
		ON CONFLICT (name, urgent, tenant) DO UPDATE SET asked_at = excluded.asked_at RETURNING granted_at`,
		r.Name, r.Tenant, urgency(r.Urgent), at).Scan(&granted)
	return granted, err
}

// yieldsTo reports whether somebody else goes first who waits: with mail that asks for an action, or with a turn that is longer ago.
func yieldsTo(ctx context.Context, tx querier, r pim.TurnRequest, at, mine int64) (yields bool, err error) {
	err = tx.QueryRowContext(ctx, `
		SELECT EXISTS (
			SELECT 1 FROM turns WHERE name = $1 AND asked_at > granted_at AND asked_at > $2
				AND (urgent > $3 OR urgent = $3 AND tenant <> $4 AND granted_at < $5))`,
		r.Name, at-recently.Microseconds(), urgency(r.Urgent), r.Tenant, mine).Scan(&yields)
	return yields, err
}

func grantTurn(ctx context.Context, tx *sql.Tx, r pim.TurnRequest, at int64) error {
	if _, err := exec(ctx, tx, `UPDATE turns SET granted_at = $1 WHERE name = $2 AND urgent = $3 AND tenant = $4`,
		at, r.Name, urgency(r.Urgent), r.Tenant); err != nil {
		return err
	}
	_, err := exec(ctx, tx, `DELETE FROM turns WHERE name = $1 AND asked_at < $2`, r.Name, at-forgotten.Microseconds())
	return err
}

func urgency(urgent bool) int {
	if urgent {
		return 1
	}
	return 0
}

// costOf is how long so many sends take at the rate, in microseconds.
func costOf(n int, rate float64) int64 { return int64(math.Ceil(float64(n) / rate * 1e6)) }

// reserve answers when everything reserved so far will have been paid for, this included; at is the earliest it can begin.
func reserve(ctx context.Context, tx *sql.Tx, name string, at, cost int64) (next int64, err error) {
	err = tx.QueryRowContext(ctx, `
		UPDATE pace SET updated_at = $1, next_at = CASE WHEN next_at > $2 THEN next_at ELSE $2 END + $3 WHERE name = $4
		RETURNING next_at`, now(), at, cost, name).Scan(&next)
	return next, err
}
