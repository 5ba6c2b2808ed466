package activities

import (
	"context"

	"go.temporal.io/sdk/activity"

	"pimnotify/mail"
)

// What the activities count, beside what Temporal's SDK does. They go where its own metrics go, with its own tags. Names, tags and
// the values of the tags are a contract with whoever has dashboards.
const (
	// MetricSends counts attempts to send, by class and reason of mail.Outcome.
	MetricSends = "pimnotify_sends"
	// MetricHeld counts drains that ended because nothing may be sent until somebody acts, by reason.
	MetricHeld = "pimnotify_held"
)

func countSend(ctx context.Context, class mail.Class, reason string) {
	if class == "" {
		return // nothing was tried
	}
	count(ctx, MetricSends, map[string]string{"class": string(class), "reason": reason})
}

func count(ctx context.Context, name string, tags map[string]string) {
	activity.GetMetricsHandler(ctx).WithTags(tags).Counter(name).Inc(1)
}
