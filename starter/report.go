package starter

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// Cancel withdraws a request that is not active yet. Nobody is told.
func (c *Client) Cancel(ctx context.Context, tenant, id, justification string) (pim.View, error) {
	return c.report(ctx, tenant, id, justification, workflows.UpdateCancel, pim.WhatCanceled)
}

// Activated says that PIM made the role active. Nobody is told but of that.
func (c *Client) Activated(ctx context.Context, tenant, id, justification string) (pim.View, error) {
	return c.report(ctx, tenant, id, justification, workflows.UpdateActivated, pim.WhatActivated)
}

// Failed says that PIM could not make the role active. The requestor is told.
func (c *Client) Failed(ctx context.Context, tenant, id, justification string) (pim.View, error) {
	return c.report(ctx, tenant, id, justification, workflows.UpdateFailed, pim.WhatFailed)
}

// Deactivated says that the role was given back before its time. Nobody is told.
func (c *Client) Deactivated(ctx context.Context, tenant, id, justification string) (pim.View, error) {
	return c.report(ctx, tenant, id, justification, workflows.UpdateDeactivated, pim.WhatDeactivated)
}

// report tells the process what PIM did. What has happened already is answered as done, however often it is said.
func (c *Client) report(ctx context.Context, tenant, id, justification, update string, what pim.What) (pim.View, error) {
	if err := checkIDs(tenant, id); err != nil {
		return pim.View{}, err
	}
	accepted, err := c.accepted(ctx, tenant, activation(id))
	if err != nil {
		return pim.View{}, err
	}
	view, err := c.view(ctx, tenant, accepted.Resource)
	if err != nil || happened(view, what) {
		return view, err
	}
	if err := c.ensureStarted(ctx, accepted); err != nil {
		return pim.View{}, err
	}
	in := workflows.ReportInput{At: c.now()}
	if justification != "" {
		if in.ReportID, err = c.Ledger.Propose(ctx, tenant, accepted.Resource, pim.Proposal{Decision: pim.Decision{Justification: justification}}); err != nil {
			return pim.View{}, away(AwayLedger, "write down the reason", err)
		}
	}
	_, err = c.update(ctx, accepted, update, update, in)
	var no *refused
	switch {
	case err == nil:
		return c.view(ctx, tenant, accepted.Resource)
	case errors.Is(err, errClosed):
		return c.reportClosed(ctx, accepted, update, what, in)
	case errors.As(err, &no):
		return c.explainWrongState(ctx, accepted, update, what, no)
	}
	return pim.View{}, err
}

// explainWrongState answers where the process refused a report. Where it had happened before, and only its record was late, it is
// done all the same.
func (c *Client) explainWrongState(ctx context.Context, a pim.Accepted, update string, what pim.What, no *refused) (pim.View, error) {
	if err := c.catchUp(ctx, a); err != nil {
		return pim.View{}, err
	}
	view, err := c.view(ctx, a.Tenant, a.Resource)
	if err != nil || happened(view, what) {
		return view, err
	}
	return pim.View{}, c.wrongState(ctx, a, update, no.refusal.Status)
}

// reportClosed answers where the process has ended. A role outlives the process that made it active, so giving it back is written
// to the record alone; everything else is too late.
func (c *Client) reportClosed(ctx context.Context, a pim.Accepted, update string, what pim.What, in workflows.ReportInput) (pim.View, error) {
	view, err := c.view(ctx, a.Tenant, a.Resource)
	if err != nil || happened(view, what) {
		return view, err
	}
	switch {
	case view.Status == pim.PendingApproval: // nobody decided it, and there is nobody to be told
		return pim.View{}, &Conflict{Reason: fmt.Sprintf("Temporal no longer knows the process of this request: %s is not possible", update), Status: view.Status}
	case what != pim.WhatDeactivated || view.Status != pim.Provisioned:
		return pim.View{}, c.wrongState(ctx, a, update, view.Status)
	}
	if err := c.record(a, []pim.Change{{
		Seq: len(view.Timeline), At: in.At, What: what, Status: pim.Revoked, DecisionID: in.ReportID,
	}}); err != nil {
		return pim.View{}, err
	}
	return c.view(ctx, a.Tenant, a.Resource)
}

func (c *Client) wrongState(ctx context.Context, a pim.Accepted, update string, status pim.RequestStatus) error {
	latest, err := c.accepted(ctx, a.Tenant, a.Resource)
	if err != nil {
		return err
	}
	return &Conflict{Reason: fmt.Sprintf("%s is not possible: the request is %s", update, status), Status: status, Decision: latest.Decision}
}

func happened(view pim.View, what pim.What) bool {
	return slices.ContainsFunc(view.Timeline, func(e pim.TimelineEntry) bool { return e.What == what })
}
