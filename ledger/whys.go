package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"pimnotify/pim"
)

// keepWhys writes down what the plan knew of its recipients, each Why once, and gives the rows its number.
func keepWhys(ctx context.Context, tx *sql.Tx, eventKey int64, rows []row) error {
	numbers := map[*pim.Why]int64{}
	var last int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(why), 0) FROM whys WHERE event_key = $1`, eventKey).Scan(&last); err != nil {
		return err
	}
	var kept [][]any
	for i, r := range rows {
		if r.Why == nil {
			continue
		}
		number, known := numbers[r.Why]
		if !known {
			encoded, err := json.Marshal(r.Why)
			if err != nil {
				return fmt.Errorf("encode what is known of recipient %d: %w", i, err)
			}
			last++
			number = last
			numbers[r.Why] = number
			kept = append(kept, []any{eventKey, number, text(string(encoded))})
		}
		rows[i].why = number
	}
	return insertRows(ctx, tx, `INSERT INTO whys (event_key, why, knew)`, kept)
}
