package starter

import (
	"cmp"
	"context"

	"pimnotify/pim"
)

// introduce gives a principal the name and kind that the directory has for it, where the request leaves them out: the record is
// read by people.
func (c *Client) introduce(ctx context.Context, tenant string, p *pim.Principal) error {
	known, there, err := c.Directory.Principal(ctx, tenant, p.ID)
	if err != nil {
		return away(AwayDirectory, "look up "+p.ID, err)
	}
	if there {
		p.DisplayName = cmp.Or(p.DisplayName, known.DisplayName)
		p.Type = cmp.Or(p.Type, known.Type)
	}
	return nil
}

// identify puts the directory's word in the place of the caller's: what a caller says of whoever acts is not what mails show.
func (c *Client) identify(ctx context.Context, tenant string, p *pim.Principal) error {
	known, there, err := c.Directory.Principal(ctx, tenant, p.ID)
	if err != nil {
		return away(AwayDirectory, "look up "+p.ID, err)
	}
	if there {
		*p = known
	}
	return nil
}
