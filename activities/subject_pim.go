package activities

import (
	"context"
	"fmt"
	"slices"

	"pimnotify/pim"
)

// pimSetting tells that a tenant uses Privileged Identity Management from now on. It concerns the administrators of the tenant's
// Entra roles; there is no requestor, and no role.
type pimSetting struct {
	in        NotifyInput
	changedBy pim.Principal
}

func newPIMSetting(in NotifyInput, accepted pim.Accepted) (*subject, error) {
	var change pim.PIMChange
	if err := read(accepted, &change); err != nil {
		return nil, err
	}
	p := &pimSetting{in: in, changedBy: change.ChangedBy}
	return &subject{in: in, kind: pim.DirectoryRole, scope: pim.Scope{ID: "/"}, adminsAt: "/", story: p}, nil
}

// introduce names who enabled it. That is for the change to say: by now the record may hold what somebody else announced.
func (p *pimSetting) introduce(ctx context.Context, directory Directory) ([]pim.Person, error) {
	for _, change := range p.in.Changes {
		if change.What == pim.WhatEnabled && change.By != "" && change.By != p.changedBy.ID {
			p.changedBy = pim.Principal{ID: change.By}
		}
	}
	if err := name(ctx, directory, p.in.Tenant, &p.changedBy); err != nil {
		return nil, fmt.Errorf("who enabled it: %w", err)
	}
	return nil, nil
}

func (p *pimSetting) plan(pim.EventRef, pim.Settings) (pim.PlanInput, bool) {
	return pim.PlanInput{}, true
}

// complete has the event due at the moment of the change: nothing delays it.
func (p *pimSetting) complete(letter *pim.Letter, event pim.EventRef) {
	letter.ChangedBy = p.changedBy
	if i := slices.IndexFunc(p.in.Due, func(due pim.Due) bool { return occasionOf(due.Event) == occasionOf(event) }); i >= 0 {
		letter.Asked = p.in.Due[i].DueDateTime
	}
}
