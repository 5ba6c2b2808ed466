package starter

import (
	"context"

	"pimnotify/pim"
)

// GetActivation answers what the record knows of a request.
func (c *Client) GetActivation(ctx context.Context, tenant, id string) (pim.View, error) {
	if err := checkIDs(tenant, id); err != nil {
		return pim.View{}, err
	}
	return c.view(ctx, tenant, activation(id))
}

// Events lists the events of a resource. A resource that exists and has none yet has an empty list.
func (c *Client) Events(ctx context.Context, tenant string, resource pim.Resource) ([]pim.Event, error) {
	if p := pim.ValidateID("path.tenant", tenant); p != nil {
		return nil, invalid([]pim.Problem{*p})
	}
	if err := c.exists(ctx, tenant, resource); err != nil {
		return nil, err
	}
	events, err := c.Ledger.Events(ctx, tenant, resource)
	if err != nil {
		return nil, away(AwayLedger, "read events of "+resource.String(), err)
	}
	return append([]pim.Event{}, events...), nil
}

// exists refuses resources that nobody has told us of. A tenant's own resources exist wherever the directory knows the tenant.
func (c *Client) exists(ctx context.Context, tenant string, resource pim.Resource) error {
	switch resource.Collection {
	case pim.PIMSetting, pim.Digest:
		if _, err := c.Directory.Organization(ctx, tenant); err != nil {
			return away(AwayDirectory, "look up the tenant", err)
		}
		return nil
	case pim.ActivationRequests, pim.Assignments:
	}
	_, err := c.accepted(ctx, tenant, resource)
	return err
}

// Recipients lists who was to be told of an event, and what became of each mail.
func (c *Client) Recipients(ctx context.Context, tenant, eventID string) ([]pim.Delivery, error) {
	if p := pim.ValidateID("path.tenant", tenant); p != nil {
		return nil, invalid([]pim.Problem{*p})
	}
	recipients, err := c.Ledger.Recipients(ctx, tenant, eventID)
	if err != nil {
		return nil, away(AwayLedger, "read recipients of "+eventID, err)
	}
	return append([]pim.Delivery{}, recipients...), nil
}

func (c *Client) view(ctx context.Context, tenant string, resource pim.Resource) (pim.View, error) {
	view, err := c.Ledger.View(ctx, tenant, resource)
	if err != nil {
		return pim.View{}, away(AwayLedger, "read "+resource.String(), err)
	}
	return view, nil
}

func (c *Client) accepted(ctx context.Context, tenant string, resource pim.Resource) (pim.Accepted, error) {
	accepted, err := c.Ledger.Accepted(ctx, tenant, resource)
	if err != nil {
		return pim.Accepted{}, away(AwayLedger, "look up "+resource.String(), err)
	}
	return accepted, nil
}
