package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// ExplainFigures says how the database would go about Figures now, a step a line: it is to read ranges of indexes, however much
// there is.
func (l *Ledger) ExplainFigures(ctx context.Context, tenant string, from, to time.Time) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	steps, err := l.explain(ctx, figuresQuery, tenant, micros(from), micros(to))
	if err != nil {
		return nil, fmt.Errorf("explain the count of a digest: %w", err)
	}
	return steps, nil
}

// explain has the database say how it would go about a query. The last column has the words, on both.
func (l *Ledger) explain(ctx context.Context, query string, args ...any) (steps []string, err error) {
	err = each(ctx, l.reads, l.seam.explain+query, args, func(rows *sql.Rows) error {
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		into := make([]any, len(columns))
		for i := range into {
			into[i] = new(any)
		}
		var step string
		into[len(into)-1] = &step
		err = rows.Scan(into...)
		steps = append(steps, step)
		return err
	})
	return steps, err
}
