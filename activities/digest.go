package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"pimnotify/pim"
)

// PrepareDigest finds out which week a tenant's digest is about, counts it, and keeps the numbers: whatever is repeated, and whoever
// asks, the first ones are those that are told. Nobody is told of a digest yet when it returns.
func (a *Activities) PrepareDigest(ctx context.Context, in PrepareDigestInput) (PrepareDigestResult, error) {
	d, err := a.digest(ctx, in)
	if err != nil || d.Untold != "" && d.Untold != UntoldEmpty {
		return d.PrepareDigestResult, err
	}
	kept, err := a.Ledger.KeepDigest(ctx, in.Tenant, d.Date, d.figures)
	if err != nil {
		return PrepareDigestResult{}, fmt.Errorf("keep the digest of %s: %w", d.Date, err)
	}
	d.From, d.To = kept.From, kept.To
	d.Untold = emptiness(kept, a.Settings.Settings(in.Tenant).Digest)
	a.Log.Info("digest counted", zap.String("tenant", in.Tenant), zap.String("event", digestEvent(d.Date, d.To).ID),
		zap.String("from", d.From.Format(time.RFC3339)), zap.String("to", d.To.Format(time.RFC3339)), zap.String("untold", string(d.Untold)))
	return d.PrepareDigestResult, nil
}

// digest is one week before it is kept.
type digest struct {
	PrepareDigestResult
	figures pim.DigestFigures // zero where nobody is told for another reason than that nothing happened
}

// digest counts a week, unless it was counted before.
func (a *Activities) digest(ctx context.Context, in PrepareDigestInput) (digest, error) {
	settings := a.Settings.Settings(in.Tenant)
	week, err := settings.Digest.Week()
	if err != nil {
		return digest{}, err
	}
	at := in.At.UTC().Truncate(time.Second)
	if slot, is := week.Slot(at); is {
		at = slot
	}
	if !in.AsOf.IsZero() {
		at = week.Last(in.AsOf)
	}
	d := digest{PrepareDigestResult: PrepareDigestResult{Date: week.Date(at), From: week.Before(at), To: at, Next: week.Next(at)}}
	if d.Untold, err = a.untold(ctx, in.Tenant, settings); err != nil || d.Untold != "" {
		return d, err
	}
	d.figures, err = a.Ledger.Digest(ctx, in.Tenant, d.Date)
	if errors.Is(err, pim.ErrNotFound) {
		d.figures, err = a.count(ctx, in.Tenant, d.From, d.To, settings)
	}
	if err != nil {
		return digest{}, fmt.Errorf("count the week until %s: %w", d.Date, err)
	}
	d.From, d.To = d.figures.From, d.figures.To
	d.Untold = emptiness(d.figures, settings.Digest)
	return d, nil
}

// untold is why a tenant has no digest at all; empty where it has one. A tenant that never said whether it uses PIM does.
func (a *Activities) untold(ctx context.Context, tenant string, settings pim.Settings) (Untold, error) {
	organization, err := a.Directory.Organization(ctx, tenant)
	switch {
	case errors.Is(err, pim.ErrUnknownTenant):
		return UntoldUnknownTenant, nil
	case err != nil:
		return "", fmt.Errorf("look up tenant %s: %w", tenant, err)
	case organization.Cloud != pim.PublicCloud:
		return UntoldOtherCloud, nil
	case !settings.Digest.Enabled:
		return UntoldDigestOff, nil
	}
	setting, err := a.Ledger.PIM(ctx, tenant)
	switch {
	case errors.Is(err, pim.ErrNotFound):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("look up whether PIM is enabled: %w", err)
	case !setting.IsEnabled:
		return UntoldPIMDisabled, nil
	}
	return "", nil
}

// count is everything that the digest of one week tells.
func (a *Activities) count(ctx context.Context, tenant string, from, to time.Time, settings pim.Settings) (pim.DigestFigures, error) {
	figures, err := a.Ledger.Figures(ctx, tenant, from, to)
	if err != nil {
		return figures, err
	}
	figures.TimeZone = settings.Digest.TimeZone
	if !settings.Alerts.AssignedOutsidePIM {
		figures.AssignedOutsidePIM = nil
	}
	roles, err := a.Directory.RoleFigures(ctx, tenant)
	if err != nil {
		return figures, fmt.Errorf("ask the directory who holds which role: %w", err)
	}
	figures.TopRoles = pim.TopRoles(roles)
	return figures, nil
}

func emptiness(figures pim.DigestFigures, settings pim.DigestSettings) Untold {
	if settings.SkipEmpty && figures.Empty() {
		return UntoldEmpty
	}
	return ""
}

// digestResource is what digests are events of.
var digestResource = pim.Resource{Collection: pim.Digest}

func digestEvent(date string, due time.Time) pim.EventRef {
	return pim.NewEvent(digestResource, pim.DigestWeekly, date, due)
}
