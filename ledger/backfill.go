package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"pimnotify/pim"
)

// backfillAtOnce is how many steps are looked at in one go: what they mean is held in memory meanwhile.
const backfillAtOnce = 2_000

// backfill is version 4: what digests count of the timelines that were written before anybody counted.
func backfill(ctx context.Context, tx *sql.Tx) error {
	var found findings
	after := []any{"", "", "", -1}
	for {
		n := 0
		if err := each(ctx, tx, backfillQuery, append(after, backfillAtOnce), func(rows *sql.Rows) error {
			n++
			var resource pim.Resource
			var tenant, encoded, body string
			var seq int
			if err := rows.Scan(&tenant, &resource.Collection, &resource.ID, &seq, &encoded, &body); err != nil {
				return err
			}
			var change pim.Change
			if err := json.Unmarshal([]byte(encoded), &change); err != nil {
				return fmt.Errorf("%s, step %d: %w", resource, seq, err)
			}
			found.follow(newSubject(tenant, resource, body), change)
			after = []any{tenant, string(resource.Collection), resource.ID, seq}
			return nil
		}); err != nil {
			return err
		}
		if n < backfillAtOnce {
			return found.write(ctx, tx)
		}
		last := found.eligible[max(0, len(found.eligible)-1):] // the next step may end it
		done := found
		done.eligible = found.eligible[:len(found.eligible)-len(last)]
		if err := done.write(ctx, tx); err != nil {
			return err
		}
		found = findings{eligible: append([]eligibility(nil), last...)}
	}
}

// Each body is looked up by itself: a join would go through the requests from the first one on, each time.
var backfillQuery = `
	SELECT t.tenant, t.collection, t.resource_id, t.seq, t.change, (SELECT r.body FROM requests r
		WHERE r.tenant = t.tenant AND r.collection = t.collection AND r.resource_id = t.resource_id)
	FROM timeline t
	WHERE (t.tenant, t.collection, t.resource_id, t.seq) > ($1, $2, $3, $4)
		AND (t.collection = '` + string(pim.Assignments) + `' OR t.what = '` + string(pim.WhatActivated) + `')
	ORDER BY t.tenant, t.collection, t.resource_id, t.seq LIMIT $5`
