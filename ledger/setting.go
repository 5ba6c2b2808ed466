package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"pimnotify/pim"
)

// Supersede switches a tenant's PIM setting on from the state before: it writes a.First, which follows the latest change, and
// takes the rest of a in the place of what was accepted before, so that the process of that is not started any more and the one
// of a is. Where another change has come first nothing changes, and what is stored comes back.
func (l *Ledger) Supersede(ctx context.Context, a pim.Acceptance) (accepted pim.Accepted, done bool, err error) {
	doing := fmt.Sprintf("supersede %s", a.Resource)
	switch {
	case a.Resource.Collection != pim.PIMSetting:
		return pim.Accepted{}, false, fmt.Errorf("%s: only the PIM setting can be superseded", doing)
	case a.First.Seq < 1:
		return pim.Accepted{}, false, fmt.Errorf("%s: its change must have a seq of 1 or more, not %d", doing, a.First.Seq)
	}
	err = l.writeAudited(ctx, doing, func(tx *sql.Tx, j *journal) error {
		latest, err := l.lockRequest(ctx, tx, a.Tenant, a.Resource)
		if err != nil {
			return err
		}
		if done = latest == a.First.Seq-1; done {
			if err := replace(ctx, tx, j, a); err != nil {
				return err
			}
		}
		accepted, err = readAccepted(ctx, tx, a.Tenant, a.Resource)
		return err
	})
	return accepted, done && err == nil, err
}

func replace(ctx context.Context, tx *sql.Tx, j *journal, a pim.Acceptance) error {
	if _, err := exec(ctx, tx, `
		UPDATE requests SET hash = $1, body = $2, input = $3, accepted_at = $4, started_at = $5, updated_at = $6
		WHERE tenant = $7 AND collection = $8 AND resource_id = $9`,
		text(a.Hash), text(string(a.Body)), text(string(a.Input)), micros(a.AcceptedAt), startedAt(a), now(),
		a.Tenant, string(a.Resource.Collection), a.Resource.ID); err != nil {
		return err
	}
	return enterFirst(ctx, tx, j, a)
}

// switched makes of what was sent to switch the setting the proposal that its change accepts: the request's own row has the body
// of the latest switch only.
func switched(ctx context.Context, tx *sql.Tx, a pim.Acceptance) (proposalID string, err error) {
	var sent struct {
		ChangedBy pim.Principal `json:"changedBy"`
	}
	_ = json.Unmarshal(a.Body, &sent) // what cannot be read names nobody
	return propose(ctx, tx, a.Tenant, a.Resource, pim.Proposal{
		Hash: a.Hash, Body: a.Body, Decision: pim.Decision{ReviewedBy: sent.ChangedBy, ReviewedDateTime: a.First.At},
	})
}

// PIM reads a tenant's PIM setting as the API shows it; pim.ErrNotFound where it was never announced.
func (l *Ledger) PIM(ctx context.Context, tenant string) (setting pim.PIMView, err error) {
	err = l.read(ctx, "read the PIM setting", func(tx *sql.Tx) error {
		view, err := readView(ctx, tx, tenant, pim.Resource{Collection: pim.PIMSetting})
		if err != nil {
			return err
		}
		latest := view.Timeline[len(view.Timeline)-1] // no request is without its first change
		setting = pim.PIMView{
			IsEnabled: view.Status == pim.Provisioned, ChangedBy: latest.By, ChangedDateTime: &latest.At,
			Timeline: view.Timeline, Events: view.Events,
		}
		return nil
	})
	return setting, err
}

// PIMDisabled are those of the tenants that have said that they do not use PIM.
func (l *Ledger) PIMDisabled(ctx context.Context, tenants []string) (disabled []string, err error) {
	err = l.read(ctx, "look up who does not use PIM", func(tx *sql.Tx) error {
		for some := range slices.Chunk(tenants, 500) {
			var a arguments
			query := `SELECT tenant FROM requests WHERE tenant IN ` + list(&a, some) + ` AND collection = ` + a.add(string(pim.PIMSetting)) +
				` AND resource_id = '' AND status <> ` + a.add(string(pim.Provisioned)) + ` ORDER BY tenant`
			if err := each(ctx, tx, query, a, func(rows *sql.Rows) error {
				var tenant string
				err := rows.Scan(&tenant)
				disabled = append(disabled, tenant)
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return disabled, err
}
