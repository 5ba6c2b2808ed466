package starter

import (
	"cmp"
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
	hash, err := hashOf(sent)
	if err != nil {
		return pim.View{}, false, err
	}
	known, err := c.accepted(ctx, tenant, activation(id))
	switch {
	case err == nil:
		view, err := c.again(ctx, known, hash, sent.IsValidationOnly)
		return view, false, err
	case !errors.Is(err, pim.ErrNotFound):
		return pim.View{}, false, err
	}
	acceptance, input, err := c.prepare(ctx, tenant, id, sent, hash)
	if err != nil {
		return pim.View{}, false, err
	}
	if sent.IsValidationOnly {
		request, err := requestOf(pim.Accepted{Acceptance: acceptance})
		return preview(acceptance, request), false, err
	}
	accepted, created, err := c.Ledger.Accept(ctx, acceptance)
	if err != nil {
		return pim.View{}, false, away(AwayLedger, "accept "+acceptance.Resource.String(), err)
	}
	if change, late := workflows.TimedOut(input, c.now()); created && late {
		if err := c.record(accepted, []pim.Change{change}); err != nil {
			return pim.View{}, false, err
		}
	}
	view, err := c.again(ctx, accepted, hash, false)
	return view, created && err == nil, err
}

// again answers for a request that is in the ledger, and goes on where an earlier call was interrupted.
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

// prepare checks a new request in full and makes of it what the ledger is to hold.
func (c *Client) prepare(ctx context.Context, tenant, id string, sent pim.ActivationRequest, hash string) (pim.Acceptance, workflows.ActivationInput, error) {
	if _, err := c.Directory.Organization(ctx, tenant); err != nil {
		return pim.Acceptance{}, workflows.ActivationInput{}, away(AwayDirectory, "look up the tenant", err)
	}
	now := c.now()
	problems := sent.Validate(now)
	problems = append(problems, normalise(&sent, problems)...)
	if len(problems) > 0 {
		return pim.Acceptance{}, workflows.ActivationInput{}, invalid(problems)
	}
	if err := c.checkFallback(ctx, tenant, sent); err != nil {
		return pim.Acceptance{}, workflows.ActivationInput{}, err
	}
	if sent.CreatedDateTime == nil {
		sent.CreatedDateTime = &now
	}
	if err := c.introduce(ctx, tenant, &sent.Principal); err != nil {
		return pim.Acceptance{}, workflows.ActivationInput{}, err
	}
	return acceptance(tenant, id, sent, hash, c.Settings.Settings(tenant), now)
}

// introduce gives a principal the name and kind that the directory has for it, where the request leaves them out: the record is
// read by people.
func (c *Client) introduce(ctx context.Context, tenant string, p *pim.Principal) error {
	known, there, err := c.Directory.Principal(ctx, tenant, p.ID)
	if err != nil {
		return away(AwayDirectory, "look up who asks", err)
	}
	if there {
		p.DisplayName = cmp.Or(p.DisplayName, known.DisplayName)
		p.Type = cmp.Or(p.Type, known.Type)
	}
	if p.Type == pim.Group {
		return invalid([]pim.Problem{{Location: "body.principal.id", Message: "must be a user or servicePrincipal: the directory knows it as a group", Value: p.ID}})
	}
	return nil
}
