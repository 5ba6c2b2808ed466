package activities

import (
	"context"
	"errors"
	"fmt"

	"pimnotify/pim"
)

// weekly tells of a week. It concerns the administrators of the tenant's Entra roles, and whoever the tenant wants told besides.
type weekly struct {
	letters map[occasion]*pim.DigestLetter
}

func newWeekly(ctx context.Context, ledger memory, in NotifyInput) (*subject, error) {
	w := &weekly{letters: map[occasion]*pim.DigestLetter{}}
	for _, due := range in.Due {
		letter, err := letterOf(ctx, ledger, in.Tenant, due.Event.Occurrence)
		if err != nil {
			return nil, fmt.Errorf("look up %s: %w", due.Event.ID, err)
		}
		w.letters[occasionOf(due.Event)] = letter
	}
	return w.subject(in), nil
}

func (w *weekly) subject(in NotifyInput) *subject {
	return &subject{in: in, kind: pim.DirectoryRole, scope: pim.Scope{ID: "/"}, adminsAt: "/", story: w}
}

// letterOf is what the digest of a date says: its numbers as they were kept, beside those of the digest that ended where it begins.
func letterOf(ctx context.Context, ledger memory, tenant, date string) (*pim.DigestLetter, error) {
	figures, err := ledger.Digest(ctx, tenant, date)
	if err != nil {
		return nil, err
	}
	return compare(ctx, ledger, tenant, figures)
}

func compare(ctx context.Context, ledger memory, tenant string, figures pim.DigestFigures) (*pim.DigestLetter, error) {
	letter := &pim.DigestLetter{Figures: figures}
	before, err := ledger.DigestBefore(ctx, tenant, figures.From)
	switch {
	case err == nil:
		letter.Previous = &before
	case !errors.Is(err, pim.ErrNotFound):
		return nil, fmt.Errorf("look up the digest before: %w", err)
	}
	return letter, nil
}

func (w *weekly) introduce(context.Context, Directory) ([]pim.Person, error) { return nil, nil }

func (w *weekly) plan(_ pim.EventRef, settings pim.Settings) (pim.PlanInput, bool) {
	return pim.PlanInput{Additional: settings.Digest.AdditionalRecipients}, settings.Digest.Enabled
}

func (w *weekly) complete(letter *pim.Letter, event pim.EventRef) {
	letter.Digest = w.letters[occasionOf(event)]
}
