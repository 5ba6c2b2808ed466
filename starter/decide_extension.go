package starter

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// DecideExtendRequest answers a request to extend for an administrator. As with an activation the first decision wins, and the same
// one again is answered as the first time, for ever.
func (c *Client) DecideExtendRequest(ctx context.Context, tenant, id, requestID string, d pim.ExtensionDecision) (pim.View, error) {
	return c.decideExtension(ctx, tenant, id, requestID, pim.WhatExtendRequested, d)
}

// DecideRenewRequest answers a request to renew.
func (c *Client) DecideRenewRequest(ctx context.Context, tenant, id, requestID string, d pim.ExtensionDecision) (pim.View, error) {
	return c.decideExtension(ctx, tenant, id, requestID, pim.WhatRenewRequested, d)
}

func (c *Client) decideExtension(ctx context.Context, tenant, id, requestID string, asked pim.What, d pim.ExtensionDecision) (pim.View, error) {
	if err := checkRequestIDs(tenant, id, requestID); err != nil {
		return pim.View{}, err
	}
	a, err := c.accepted(ctx, tenant, assignment(id))
	if err != nil {
		return pim.View{}, err
	}
	request, err := c.requestOf(ctx, a, requestID, asked)
	if err != nil {
		return pim.View{}, err
	}
	d = d.WithDefaults()
	if view, found, err := c.decidedBefore(ctx, a, requestID, d.Decision); found || err != nil {
		return view, err
	}
	sent := d
	problems := d.Validate(c.now())
	if problems = append(problems, normaliseMail("body.reviewedBy.mail", &d.ReviewedBy, problems)...); len(problems) > 0 {
		return pim.View{}, invalid(problems)
	}
	if err := c.checkMayDecideExtension(ctx, a, request, d.ReviewedBy.ID); err != nil {
		return pim.View{}, stillThere(err)
	}
	if d.Decision, err = c.complete(ctx, tenant, request.At, d.Decision); err != nil {
		return pim.View{}, stillThere(err)
	}
	w, err := wishToDecide(requestID, sent)
	if err != nil {
		return pim.View{}, err
	}
	_, err = c.bring(ctx, a, w, sent, d.Decision, func(proposalID string) any {
		return workflows.ExtensionDecisionInput{
			DecisionID: proposalID, RequestID: requestID, ReviewResult: d.ReviewResult, ReviewedBy: d.ReviewedBy.ID, ReviewedDateTime: d.ReviewedDateTime,
			ScheduleInfo: d.ScheduleInfo, AssignmentType: d.AssignmentType, Windows: windows(c.Settings.Settings(tenant)),
		}
	})
	if err != nil {
		return c.explainUndecided(ctx, a, requestID, d.Decision, err)
	}
	return c.view(ctx, tenant, a.Resource)
}

func wishToDecide(requestID string, d pim.ExtensionDecision) (w wish, err error) {
	w = wish{
		name: decisionName(requestID), update: workflows.UpdateDecideRequest,
		updateID: decisionUpdateID(workflows.UpdateDecideRequest+"/"+requestID, d.Decision), doing: "a decision",
	}
	w.hash, err = hashOf(d)
	return w, err
}

func decisionName(requestID string) string { return "decision/" + requestID }

// requestOf finds when a request to extend or renew was made, and by whom.
func (c *Client) requestOf(ctx context.Context, a pim.Accepted, requestID string, asked pim.What) (pim.TimelineEntry, error) {
	view, err := c.view(ctx, a.Tenant, a.Resource)
	if err != nil {
		return pim.TimelineEntry{}, err
	}
	i := slices.IndexFunc(view.Timeline, func(e pim.TimelineEntry) bool { return e.What == asked && e.RequestID == requestID })
	if i < 0 {
		return pim.TimelineEntry{}, fmt.Errorf("the request %s of %s: %w", requestID, a.Resource, pim.ErrNotFound)
	}
	return view.Timeline[i], nil
}

// decidedBefore answers from the record where a request was decided: the same decision as the first time, another one not at all.
func (c *Client) decidedBefore(ctx context.Context, a pim.Accepted, requestID string, d pim.Decision) (view pim.View, found bool, err error) {
	before, found, err := c.acceptedProposal(ctx, a, decisionName(requestID))
	switch {
	case err != nil || !found:
		return pim.View{}, false, err
	case !before.Decision.SameAs(d):
		return pim.View{}, true, &Conflict{Reason: "the request was decided before", Status: a.Status, Decision: &before.Decision}
	}
	view, err = c.view(ctx, a.Tenant, a.Resource)
	return view, true, err
}

// explainUndecided answers where the process did not take a decision. It may have taken another one before, or the same, of which
// the record is brought up to date first.
func (c *Client) explainUndecided(ctx context.Context, a pim.Accepted, requestID string, d pim.Decision, why error) (pim.View, error) {
	var no *refused
	closed := errors.Is(why, errClosed)
	if !closed && !errors.As(why, &no) {
		return pim.View{}, why
	}
	if !closed && no.kind == workflows.RefusedUnknownRequest {
		if err := c.catchUp(ctx, a); err != nil {
			return pim.View{}, err
		}
	}
	if view, found, err := c.decidedBefore(ctx, a, requestID, d); found || err != nil {
		return view, err
	}
	if !closed {
		return pim.View{}, unwanted(why)
	}
	view, err := c.view(ctx, a.Tenant, a.Resource)
	if err != nil {
		return pim.View{}, err
	}
	return pim.View{}, overConflict(view, "a decision")
}

// checkMayDecideExtension refuses everybody but the administrators who can use their role now, and these where the assignment is
// their own or they asked for it.
func (c *Client) checkMayDecideExtension(ctx context.Context, a pim.Accepted, request pim.TimelineEntry, reviewer string) error {
	assigned, err := bodyOf[pim.Assignment](a)
	if err != nil {
		return err
	}
	if reviewer == assigned.Principal.ID || request.By != nil && reviewer == request.By.ID {
		return &Forbidden{Reason: "nobody decides their own request"}
	}
	holders, err := c.fallbackHolders(ctx, a.Tenant, assigned.ResourceKind, assigned.AdministratorsScope())
	switch {
	case err != nil:
		return err
	case slices.Contains(holders, reviewer):
		return nil
	}
	return &Forbidden{Reason: fmt.Sprintf("%s is not an administrator who decides on this: only an active %s at this scope does", reviewer, fallbackRoles(assigned.ResourceKind))}
}
