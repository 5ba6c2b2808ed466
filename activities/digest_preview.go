package activities

import (
	"context"
	"fmt"

	"pimnotify/pim"
)

// DigestPreview is a digest as it would be sent now. Nothing of it is kept.
type DigestPreview struct {
	PrepareDigestResult
	Recipients []pim.Recipient // in order, with those who would be left out
	Text       pim.Text        // as all of them would read it; empty where nobody is told
}

// PreviewDigest says what a digest would be, and to whom it would go. It writes nothing down and sends nothing.
func (a *Activities) PreviewDigest(ctx context.Context, in PrepareDigestInput) (DigestPreview, error) {
	d, err := a.digest(ctx, in)
	if err != nil || d.Untold != "" {
		return DigestPreview{PrepareDigestResult: d.PrepareDigestResult}, err
	}
	letter, err := compare(ctx, a.Ledger, in.Tenant, d.figures)
	if err != nil {
		return DigestPreview{}, err
	}
	due := d.Due()
	s := (&weekly{letters: map[occasion]*pim.DigestLetter{occasionOf(due.Event): letter}}).subject(
		NotifyInput{Tenant: in.Tenant, Resource: digestResource, Due: []pim.Due{due}})
	if err := s.introduce(ctx, a.Directory); err != nil {
		return DigestPreview{}, fmt.Errorf("ask the directory about %s: %w", in.Tenant, err)
	}
	p := DigestPreview{PrepareDigestResult: d.PrepareDigestResult}
	if p.Recipients, err = a.recipients(ctx, s, due, nil); err != nil {
		return DigestPreview{}, fmt.Errorf("plan %s: %w", due.Event.ID, err)
	}
	p.Text, err = a.Renderer.Render(s.letter(due.Event, pim.Recipient{RecipientType: pim.AdminRecipient}))
	return p, err
}
