package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"
)

// Pace reserves n sends under a rate per second that all processes share by its name, and says how long to wait before using
// them. Up to burst sends may leave at once after a pause; over any longer time there are no more than the rate. What is
// reserved stays reserved, so reserve little at a time.
//
// It is the generic cell rate algorithm: one row holds the moment at which everything reserved so far will have been paid for
// at the rate, and the wait is how far that lies ahead, less the burst.
func (l *Ledger) Pace(ctx context.Context, key string, n int, rate, burst float64, at time.Time) (time.Duration, error) {
	doing := fmt.Sprintf("reserve %d sends", n)
	if !(rate > 0) || math.IsInf(rate, 1) || !(burst >= 0) || math.IsInf(burst, 1) {
		return 0, fmt.Errorf("%s: the rate must be above zero and the burst not below it, not %g and %g", doing, rate, burst)
	}
	if n <= 0 {
		return 0, nil
	}
	var next int64
	err := l.write(ctx, doing, func(tx *sql.Tx) (err error) {
		next, err = reserve(ctx, tx, text(key), micros(at), costOf(n, rate))
		return err
	})
	if err != nil {
		return 0, err
	}
	wait := next - micros(at) - int64(burst/rate*1e6)
	return time.Duration(max(wait, 0)) * time.Microsecond, nil
}

// costOf is how long so many sends take at the rate, in microseconds.
func costOf(n int, rate float64) int64 { return int64(math.Ceil(float64(n) / rate * 1e6)) }

// reserve answers when everything reserved so far will have been paid for.
func reserve(ctx context.Context, tx *sql.Tx, name string, at, cost int64) (next int64, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO pace (name, next_at, updated_at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at,
			next_at = CASE WHEN pace.next_at > $4 THEN pace.next_at ELSE $4 END + $5
		RETURNING next_at`, name, at+cost, now(), at, cost).Scan(&next)
	return next, err
}
