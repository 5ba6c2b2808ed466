package starter

import (
	"context"
	"errors"
	"strconv"
	"time"

	"pimnotify/pim"
	"pimnotify/workflows"
)

func pimSetting() pim.Resource { return pim.Resource{Collection: pim.PIMSetting} }

// GetPIM answers whether a tenant uses Privileged Identity Management. One that never said so counts as enabled.
func (c *Client) GetPIM(ctx context.Context, tenant string) (pim.PIMView, error) {
	if p := pim.ValidateID("path.tenant", tenant); p != nil {
		return pim.PIMView{}, invalid([]pim.Problem{*p})
	}
	setting, announced, err := c.setting(ctx, tenant)
	if err != nil || announced {
		return setting, err
	}
	if err := c.exists(ctx, tenant, pimSetting()); err != nil {
		return pim.PIMView{}, err
	}
	return pim.PIMView{IsEnabled: true, Timeline: []pim.TimelineEntry{}, Events: []pim.Event{}}, nil
}

// switches is how often a switch is tried that others get ahead of.
const switches = 10

// PutPIM switches PIM on or off for a tenant. Where it is so already nothing changes, but for the first time: then being enabled is
// an announcement. Switching it on tells the administrators, once until it is switched off again; switching it off takes back what
// of that has not left.
func (c *Client) PutPIM(ctx context.Context, tenant string, change pim.PIMChange) (pim.PIMView, error) {
	problems := change.Validate()
	if p := pim.ValidateID("path.tenant", tenant); p != nil {
		problems = append(problems, *p)
	}
	if problems = append(problems, normaliseMail("body.changedBy.mail", &change.ChangedBy, problems)...); len(problems) > 0 {
		return pim.PIMView{}, invalid(problems)
	}
	for range switches {
		setting, announced, err := c.setting(ctx, tenant)
		if err != nil {
			return pim.PIMView{}, err
		}
		if announced && setting.IsEnabled == *change.IsEnabled {
			return c.sameSetting(ctx, tenant)
		}
		if done, err := c.switchPIM(ctx, tenant, change, setting); done || err != nil {
			return c.settingAfter(ctx, tenant, err)
		}
	}
	return pim.PIMView{}, &Unavailable{What: AwayLedger, RetryAfter: retryAfter, Err: errors.New("the setting was switched by others all the time")}
}

// setting is the record's, and whether there is one.
func (c *Client) setting(ctx context.Context, tenant string) (pim.PIMView, bool, error) {
	setting, err := c.Ledger.PIM(ctx, tenant)
	switch {
	case errors.Is(err, pim.ErrNotFound):
		return pim.PIMView{}, false, nil
	case err != nil:
		return pim.PIMView{}, false, away(AwayLedger, "read the PIM setting", err)
	}
	return setting, true, nil
}

func (c *Client) settingAfter(ctx context.Context, tenant string, err error) (pim.PIMView, error) {
	if err != nil {
		return pim.PIMView{}, err
	}
	setting, _, err := c.setting(ctx, tenant)
	return setting, err
}

// sameSetting goes on where an earlier call was interrupted.
func (c *Client) sameSetting(ctx context.Context, tenant string) (pim.PIMView, error) {
	a, err := c.accepted(ctx, tenant, pimSetting())
	if err == nil {
		err = c.ensureStarted(ctx, a)
	}
	return c.settingAfter(ctx, tenant, err)
}

// switchPIM makes one step. It is not done where somebody else made one first.
func (c *Client) switchPIM(ctx context.Context, tenant string, change pim.PIMChange, before pim.PIMView) (bool, error) {
	if err := c.exists(ctx, tenant, pimSetting()); err != nil {
		return false, err
	}
	if err := c.identify(ctx, tenant, &change.ChangedBy); err != nil {
		return false, err
	}
	hash, err := hashOf(change)
	if err != nil {
		return false, err
	}
	step, input := nextSwitch(tenant, change, before, c.now())
	a, err := acceptance(tenant, pimSetting(), change, input, hash, step, step.At)
	if err != nil {
		return false, err
	}
	write := c.Ledger.Supersede
	if step.Seq == 0 {
		write = c.Ledger.Accept
	}
	accepted, done, err := write(ctx, a)
	switch {
	case err != nil:
		return false, away(AwayLedger, "switch PIM", err)
	case !done:
		return false, nil
	}
	return true, c.ensureStarted(ctx, accepted)
}

// nextSwitch is the step that follows, and what its process is started with: nothing where PIM is switched off. The steps take
// turns, so every second one enables.
func nextSwitch(tenant string, change pim.PIMChange, before pim.PIMView, now time.Time) (step pim.Change, input any) {
	step = pim.Change{Seq: len(before.Timeline), At: now, By: change.ChangedBy.ID}
	announcement := func(seq int, at time.Time) (pim.EventRef, int) {
		number := seq/2 + 1
		return pim.NewEvent(pimSetting(), pim.PIMEnabled, strconv.Itoa(number), at), number
	}
	if !*change.IsEnabled {
		step.What, step.Status = pim.WhatDisabled, pim.Revoked
		if last := step.Seq - 1; last >= 0 {
			event, _ := announcement(last, before.Timeline[last].At)
			step.Withdraw = []pim.EventRef{event}
		}
		return step, nil
	}
	event, number := announcement(step.Seq, now)
	step.What, step.Status = pim.WhatEnabled, pim.Provisioned
	step.Schedule = []pim.Due{{Event: event, Part: pim.PartAll, DueDateTime: now}}
	return step, workflows.PIMInput{Tenant: tenant, Number: number, Change: step}
}
