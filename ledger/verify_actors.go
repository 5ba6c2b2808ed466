package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"pimnotify/audit"
	"pimnotify/pim"
)

// actors holds whose doing each step was against the entries that say so, as compare does with what is. A step from before the audit
// began is in no entry, so a record that had some then is not looked at.
func actors(ctx context.Context, tx *sql.Tx) error {
	var said, is audit.Sums
	fresh := false
	if err := saidActors(ctx, tx, func(s audit.State, _ int64) { said.Add(s) }, &fresh); err != nil || !fresh {
		return err
	}
	if err := recordActors(ctx, tx, is.Add); err != nil {
		return err
	}
	differ := said.Differ(&is)
	if len(differ) == 0 {
		return nil
	}
	mismatch := &Mismatch{More: len(differ) > bucketsSought}
	differ = differ[:min(len(differ), bucketsSought)]
	last, seqs := map[string]string{}, map[string]int64{}
	if err := saidActors(ctx, tx, func(s audit.State, seq int64) {
		if slices.Contains(differ, audit.Bucket(s.Subject)) {
			last[s.Subject], seqs[s.Subject] = s.Is, seq
		}
	}, &fresh); err != nil {
		return err
	}
	if err := recordActors(ctx, tx, func(s audit.State) {
		if was, told := last[s.Subject]; told && was != s.Is {
			mismatch.add(fmt.Sprintf("%s is by %q, and entry %d says by %q", s.Subject, s.Is, seqs[s.Subject], was))
		}
	}); err != nil {
		return err
	}
	slices.Sort(mismatch.Things)
	return mismatch
}

// actor is whose doing a step was. Resource is activationRequests/r1.
func actor(tenant, resource string, step int, by string) audit.State {
	return audit.State{Subject: fmt.Sprintf("step %d of %s of %s", step, resource, tenant), Is: by}
}

// saidActors reads them from the entries. Fresh says whether nothing was there before the audit began.
func saidActors(ctx context.Context, tx *sql.Tx, visit func(audit.State, int64), fresh *bool) error {
	return entries(ctx, tx, 1, func(e audit.Entry) error {
		body, err := e.Read()
		if e.Seq == 1 {
			*fresh = body.Baseline == ""
		}
		for _, g := range body.Groups {
			for _, t := range g.Things {
				if t.Step != nil {
					visit(actor(g.Tenant, g.Resource, *t.Step, t.By), e.Seq)
				}
			}
		}
		return err
	})
}

func recordActors(ctx context.Context, tx *sql.Tx, visit func(audit.State)) error {
	return each(ctx, tx, `SELECT tenant, collection, resource_id, seq, change FROM timeline`, nil, func(rows *sql.Rows) error {
		var tenant, encoded string
		var r pim.Resource
		var seq int
		if err := rows.Scan(&tenant, &r.Collection, &r.ID, &seq, &encoded); err != nil {
			return err
		}
		var change struct {
			By string `json:"by"`
		}
		if err := json.Unmarshal([]byte(encoded), &change); err != nil {
			return fmt.Errorf("step %d of %s of %s cannot be read: %w", seq, r, tenant, err)
		}
		visit(actor(tenant, r.String(), seq, text(change.By)))
		return nil
	})
}
