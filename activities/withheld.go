package activities

import (
	"context"
	"fmt"
	"slices"

	"pimnotify/pim"
)

// withheld are recipients as they are once the record has them: an address that nothing more is sent to gets no mail. It is for those who
// only look; what Notify plans the record itself withholds.
func (a *Activities) withheld(ctx context.Context, recipients []pim.Recipient) ([]pim.Recipient, error) {
	var addresses []string
	for _, r := range recipients {
		if r.Status == pim.StatusPlanned {
			addresses = append(addresses, r.Address)
		}
	}
	if a.Suppressed == nil || len(addresses) == 0 {
		return recipients, nil
	}
	since, err := a.Suppressed(ctx, addresses)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	recipients = slices.Clone(recipients)
	for i, r := range recipients {
		if kind, suppressed := since[r.Address]; suppressed && r.Status == pim.StatusPlanned {
			recipients[i].Status, recipients[i].Reason = pim.StatusSuppressed, pim.SuppressedPrefix+string(kind)
		}
	}
	return recipients, nil
}
