package workflows_test

import (
	"context"
	"time"

	"pimnotify/activities"
	"pimnotify/pim"
)

// weeks are the tales of digests. Each has a tenant of its own, by its name.
var weeks = []tale{
	{name: "digest-told", week: true},
	{name: "digest-untold", week: true},
	{name: "digest-held-over-the-next-slot", week: true, clerk: func(ctx context.Context, call int, in activities.NotifyInput) (activities.NotifyResult, error) {
		if call > 1 {
			return prompt(ctx, call, in)
		}
		result := open(in, pim.StatusPlanned)
		result.Held = pim.HeldPrefix + "sendingPaused"
		return result, nil
	}},
	{name: "digest-left-unknown", week: true, clerk: func(_ context.Context, call int, in activities.NotifyInput) (activities.NotifyResult, error) {
		result := open(in, pim.StatusUnknown)
		if call == 1 {
			result.UnknownUntil = time.Now().Add(2 * time.Second)
		} else {
			result.LeftUnknown = result.Events[0].Counts.Open()
		}
		return result, nil
	}},
}

// prepare counts a week that ends where it is asked to, and is followed by the next slot a few seconds later.
func prepare(_ context.Context, in activities.PrepareDigestInput) (activities.PrepareDigestResult, error) {
	at := in.At.UTC()
	if !in.AsOf.IsZero() {
		at = in.AsOf.UTC()
	}
	week := activities.PrepareDigestResult{Date: at.Format(time.DateOnly), From: at.AddDate(0, 0, -7), To: at, Next: at.Add(15 * time.Second)}
	if in.Tenant == "digest-untold" {
		week.Untold = activities.UntoldPIMDisabled
	}
	return week, nil
}
