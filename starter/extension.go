package starter

import (
	"context"
	"errors"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// PutExtendRequest takes in that somebody who holds an assignment asks for a later end. The same request under the same id is
// answered as the first time, for ever; another one under that id is a Conflict, also one to renew. The second result says whether
// this call made it.
func (c *Client) PutExtendRequest(ctx context.Context, tenant, id, requestID string, r pim.ExtensionRequest) (pim.View, bool, error) {
	return c.putExtension(ctx, tenant, id, requestID, pim.SelfExtend, r)
}

// PutRenewRequest takes in that somebody whose assignment is over asks for another term. It is otherwise as PutExtendRequest.
func (c *Client) PutRenewRequest(ctx context.Context, tenant, id, requestID string, r pim.ExtensionRequest) (pim.View, bool, error) {
	return c.putExtension(ctx, tenant, id, requestID, pim.SelfRenew, r)
}

func (c *Client) putExtension(ctx context.Context, tenant, id, requestID string, action pim.Action, r pim.ExtensionRequest) (pim.View, bool, error) {
	if err := checkRequestIDs(tenant, id, requestID); err != nil {
		return pim.View{}, false, err
	}
	a, err := c.accepted(ctx, tenant, assignment(id))
	if err != nil {
		return pim.View{}, false, err
	}
	r = r.WithDefaults()
	w, err := wishToProlong(action, requestID, r)
	if err != nil {
		return pim.View{}, false, err
	}
	if view, found, err := c.answered(ctx, a, w); found || err != nil {
		return view, false, err
	}
	sent, now := r, c.now()
	problems := r.Validate(now)
	if problems = append(problems, normaliseMail("body.requestedBy.mail", &r.RequestedBy, problems)...); len(problems) > 0 {
		return pim.View{}, false, invalid(problems)
	}
	if err := c.checkHolds(ctx, a, r.RequestedBy); err != nil {
		return pim.View{}, false, stillThere(err)
	}
	if err := c.identify(ctx, tenant, &r.RequestedBy); err != nil {
		return pim.View{}, false, stillThere(err)
	}
	mine, err := c.bring(ctx, a, w, sent, pim.Decision{Justification: r.Justification, ReviewedBy: r.RequestedBy, ReviewedDateTime: now},
		func(proposalID string) any {
			return workflows.ExtensionInput{
				ProposalID: proposalID, RequestID: requestID, Action: action, Hash: w.hash, By: r.RequestedBy.ID, At: now, ScheduleInfo: r.ScheduleInfo,
			}
		})
	switch {
	case errors.Is(err, errClosed):
		view, err := c.answerClosed(ctx, a, w)
		return view, false, err
	case err != nil:
		return pim.View{}, false, unwanted(err)
	case !mine:
		if view, found, err := c.answered(ctx, a, w); found || err != nil {
			return view, false, err
		}
	}
	view, err := c.view(ctx, tenant, a.Resource)
	return view, mine && err == nil, err
}

func wishToProlong(action pim.Action, requestID string, r pim.ExtensionRequest) (w wish, err error) {
	w = wish{
		name: "request/" + requestID, another: "another request was accepted under this id: use a new id",
		update: workflows.UpdateRequest, updateID: workflows.UpdateRequest + "/" + requestID,
		doing: "a request to extend",
	}
	if action == pim.SelfRenew {
		w.doing = "a request to renew"
	}
	w.hash, err = hashOf(struct {
		Action  pim.Action
		Request pim.ExtensionRequest
	}{action, r})
	return w, err
}

// checkHolds refuses a request by somebody who does not hold the assignment: it is theirs, or that of a group which they are a
// member of now.
func (c *Client) checkHolds(ctx context.Context, a pim.Accepted, by pim.Principal) error {
	assigned, err := bodyOf[pim.Assignment](a)
	if err != nil {
		return err
	}
	member, err := c.Directory.MemberOf(ctx, a.Tenant, by.ID, []pim.Principal{assigned.Principal})
	switch {
	case err != nil:
		return away(AwayDirectory, "look up who holds the assignment", err)
	case member:
		return nil
	}
	return &Forbidden{Reason: by.ID + " does not hold this assignment, nor is a member of a group that does"}
}
