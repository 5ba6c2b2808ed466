package starter

import (
	"context"
	"errors"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// PutActivation takes in a request to activate a role and starts its process. The same request under the same id is answered as
// the first time, for ever; another one under that id is a Conflict. The second result says whether this call created it.
//
// The id is looked up before anything is checked that can change: a request that was valid once is never refused later because
// the clock went on, somebody left, or a setting was changed.
func (c *Client) PutActivation(ctx context.Context, tenant, id string, sent pim.ActivationRequest) (pim.View, bool, error) {
	if err := checkIDs(tenant, id); err != nil {
		return pim.View{}, false, err
	}
	sent = sent.WithDefaults()
	compared := sent
	compared.IsValidationOnly = false // validating says what accepting would
	hash, err := hashOf(compared)
	if err != nil {
		return pim.View{}, false, err
	}
	return c.put(ctx, tenant, activation(id), hash, sent.IsValidationOnly, func() (newcomer, error) {
		return c.prepareActivation(ctx, tenant, id, sent, hash)
	})
}

// newcomer is something that nobody has told us of before, checked in full.
type newcomer struct {
	acceptance pim.Acceptance
	already    []pim.Change // what has become of it when it is accepted
	preview    pim.View     // the representation that it would have
}

// put takes something in under an id that it has for ever. It is prepared only where it is new.
func (c *Client) put(ctx context.Context, tenant string, resource pim.Resource, hash string, validationOnly bool, prepare func() (newcomer, error)) (pim.View, bool, error) {
	known, err := c.accepted(ctx, tenant, resource)
	switch {
	case err == nil:
		view, err := c.again(ctx, known, hash, validationOnly)
		return view, false, err
	case !errors.Is(err, pim.ErrNotFound):
		return pim.View{}, false, err
	}
	n, err := prepare()
	if err != nil || validationOnly {
		return n.preview, false, err
	}
	accepted, created, err := c.Ledger.Accept(ctx, n.acceptance)
	if err != nil {
		return pim.View{}, false, away(AwayLedger, "accept "+resource.String(), err)
	}
	if created {
		if err := c.record(accepted, n.already); err != nil {
			return pim.View{}, false, err
		}
	}
	view, err := c.again(ctx, accepted, hash, false)
	return view, created && err == nil, err
}

// again answers for something that is in the ledger, and goes on where an earlier call was interrupted.
func (c *Client) again(ctx context.Context, known pim.Accepted, hash string, validationOnly bool) (pim.View, error) {
	if known.Hash != hash {
		return pim.View{}, &Conflict{Reason: "another request was accepted under this id: use a new id", Status: known.Status, Decision: known.Decision}
	}
	if !validationOnly {
		if err := c.ensureStarted(ctx, known); err != nil {
			return pim.View{}, err
		}
	}
	return c.view(ctx, known.Tenant, known.Resource)
}

// prepareActivation checks a new request in full and makes of it what the ledger is to hold.
func (c *Client) prepareActivation(ctx context.Context, tenant, id string, sent pim.ActivationRequest, hash string) (newcomer, error) {
	if _, err := c.Directory.Organization(ctx, tenant); err != nil {
		return newcomer{}, away(AwayDirectory, "look up the tenant", err)
	}
	now := c.now()
	problems := sent.Validate(now)
	problems = append(problems, normalise("body.", &sent, problems)...)
	if len(problems) > 0 {
		return newcomer{}, invalid(problems)
	}
	if err := c.checkFallback(ctx, tenant, sent); err != nil {
		return newcomer{}, err
	}
	if sent.CreatedDateTime == nil {
		sent.CreatedDateTime = &now
	}
	if err := c.introduce(ctx, tenant, &sent.Principal); err != nil {
		return newcomer{}, err
	}
	if sent.Principal.Type == pim.Group {
		return newcomer{}, invalid([]pim.Problem{{
			Location: "body.principal.id", Message: "must be a user or servicePrincipal: the directory knows it as a group", Value: sent.Principal.ID,
		}})
	}
	in := activationInput(tenant, id, sent, c.Settings.Settings(tenant))
	a, err := acceptance(tenant, activation(id), sent, in, hash, firstOf(in), now)
	if err != nil {
		return newcomer{}, err
	}
	n := newcomer{acceptance: a, preview: preview(a, sent.Principal, sent.Justification)}
	if change, late := workflows.TimedOut(in, now); late {
		n.already = []pim.Change{change}
	}
	return n, nil
}
