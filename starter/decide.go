package starter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// Decide answers a request for an approver. The first decision wins: a second one is a Conflict that says who decided, how and
// when. The same decision again, by the same person, is answered as the first time, also when the process has long ended and
// also when the person is no longer an approver.
func (c *Client) Decide(ctx context.Context, tenant, id string, d pim.Decision) (pim.View, error) {
	if err := checkIDs(tenant, id); err != nil {
		return pim.View{}, err
	}
	accepted, err := c.accepted(ctx, tenant, activation(id))
	if err != nil {
		return pim.View{}, err
	}
	problems := d.Validate(c.now())
	if problems = append(problems, normaliseMail("body.reviewedBy.mail", &d.ReviewedBy, problems)...); len(problems) > 0 {
		return pim.View{}, invalid(problems)
	}
	if accepted.Decision != nil || accepted.Status != pim.PendingApproval {
		return c.answerFrom(ctx, accepted, d)
	}
	request, err := bodyOf[pim.ActivationRequest](accepted)
	if err != nil {
		return pim.View{}, err
	}
	if err := c.checkMayDecide(ctx, tenant, request, d.ReviewedBy.ID); err != nil {
		return pim.View{}, stillThere(err)
	}
	if d, err = c.complete(ctx, tenant, accepted.First.At, d); err != nil {
		return pim.View{}, stillThere(err)
	}
	return c.tell(ctx, accepted, d)
}

// stillThere is the answer where the directory no longer knows the tenant of a request that was accepted: that is an outage of the
// directory, and must not make a caller drop a decision.
func stillThere(err error) error {
	if errors.Is(err, pim.ErrUnknownTenant) {
		return &Unavailable{What: AwayDirectory, RetryAfter: retryAfter, Err: err}
	}
	return err
}

// tell brings a decision to the process. One that was made the moment after a request was accepted finds the process started: if
// the caller that accepted it has not come to that yet, this one does it.
func (c *Client) tell(ctx context.Context, a pim.Accepted, d pim.Decision) (pim.View, error) {
	if err := c.ensureStarted(ctx, a); err != nil {
		return pim.View{}, err
	}
	decisionID, err := c.Ledger.Propose(ctx, a.Tenant, a.Resource, pim.Proposal{Decision: d})
	if err != nil {
		return pim.View{}, away(AwayLedger, "propose a decision", err)
	}
	_, err = c.update(ctx, a, workflows.UpdateDecide, decisionUpdateID(workflows.UpdateDecide, d), workflows.DecideInput{
		DecisionID: decisionID, ReviewResult: d.ReviewResult, ReviewedBy: d.ReviewedBy.ID, ReviewedDateTime: d.ReviewedDateTime,
	})
	var no *refused
	switch {
	case err == nil:
		return c.view(ctx, a.Tenant, a.Resource)
	case errors.Is(err, errClosed):
		return c.answerAfter(ctx, a, d)
	case errors.As(err, &no):
		return c.explainNo(ctx, a, d, no)
	}
	return pim.View{}, err
}

// explainNo answers where the process refused a decision. Where it took the same one before, and only its record was late, that is
// a success; the record is brought up to date first.
func (c *Client) explainNo(ctx context.Context, a pim.Accepted, d pim.Decision, no *refused) (pim.View, error) {
	if no.kind == workflows.RefusedOwnRequest {
		return pim.View{}, &Forbidden{Reason: "nobody decides their own request"}
	}
	if no.refusal.Decision != nil {
		if err := c.catchUp(ctx, a); err != nil {
			return pim.View{}, err
		}
		return c.answerAfter(ctx, a, d)
	}
	return pim.View{}, &Conflict{Reason: fmt.Sprintf("the request is %s: there is nothing to decide", no.refusal.Status), Status: no.refusal.Status}
}

// answerAfter is answerFrom with what the ledger says now.
func (c *Client) answerAfter(ctx context.Context, a pim.Accepted, d pim.Decision) (pim.View, error) {
	latest, err := c.accepted(ctx, a.Tenant, a.Resource)
	if err != nil {
		return pim.View{}, err
	}
	return c.answerFrom(ctx, latest, d)
}

// answerFrom answers a decision on a request that is past deciding, from the ledger alone.
func (c *Client) answerFrom(ctx context.Context, a pim.Accepted, d pim.Decision) (pim.View, error) {
	switch {
	case a.Decision == nil && a.Status == pim.PendingApproval:
		return pim.View{}, &Conflict{Reason: "Temporal no longer knows the process of this request: it cannot be decided", Status: a.Status}
	case a.Decision == nil:
		return pim.View{}, &Conflict{Reason: fmt.Sprintf("the request is %s: there is nothing to decide", a.Status), Status: a.Status}
	case a.Decision.SameAs(d):
		return c.view(ctx, a.Tenant, a.Resource)
	}
	return pim.View{}, &Conflict{Reason: "the request was decided before", Status: a.Status, Decision: a.Decision}
}

// complete fills in what the caller may leave out: the time, and what the directory knows of the reviewer. Whatever clock the
// caller has, nobody decides before they were asked, nor later than now.
func (c *Client) complete(ctx context.Context, tenant string, asked time.Time, d pim.Decision) (pim.Decision, error) {
	now := c.now()
	if d.ReviewedDateTime.IsZero() || d.ReviewedDateTime.After(now) {
		d.ReviewedDateTime = now
	}
	if d.ReviewedDateTime.Before(asked) {
		d.ReviewedDateTime = asked
	}
	d.ReviewedDateTime = d.ReviewedDateTime.UTC()
	return d, c.identify(ctx, tenant, &d.ReviewedBy)
}

// bodyOf reads what was sent.
func bodyOf[T any](a pim.Accepted) (sent T, err error) {
	if err := json.Unmarshal(a.Body, &sent); err != nil {
		return sent, fmt.Errorf("read %s: %w", a.Resource, err)
	}
	return sent, nil
}

// decisionUpdateID is the same for the same decision: person and answer.
func decisionUpdateID(what string, d pim.Decision) string {
	return fmt.Sprintf("%s/%s/%s", what, d.ReviewResult, digest([]byte(d.ReviewedBy.ID)))
}
