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
	cost := int64(math.Ceil(float64(n) / rate * 1e6))
	var next int64
	err := l.write(ctx, doing, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `
			INSERT INTO pace (name, next_at, updated_at) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at,
				next_at = CASE WHEN pace.next_at > $4 THEN pace.next_at ELSE $4 END + $5
			RETURNING next_at`, text(key), micros(at)+cost, now(), micros(at), cost).Scan(&next)
	})
	if err != nil {
		return 0, err
	}
	wait := next - micros(at) - int64(burst/rate*1e6)
	return time.Duration(max(wait, 0)) * time.Microsecond, nil
}
