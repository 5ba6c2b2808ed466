package worker

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"pimnotify/mail"
	"pimnotify/mail/ses"
)

func TestWhatBecomesOfAttemptsIsCounted(t *testing.T) {
	registry := prometheus.NewRegistry()
	m := newMeter(registry)
	m.Send(mail.Sent, "")
	m.Send(mail.Sent, "")
	m.Send(mail.Unknown, "timeout")
	m.Held("dailyQuota")
	r := newRate(nil, 14, zap.NewNop())
	showRate(registry, r)
	r.watchQuota(ses.Account{SentLast24Hours: 300, Max24HourSend: 400})
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP pimnotify_daily_quota_used_ratio Share of the account's daily quota that was used when SES was last asked; 0 where there is no quota.
# TYPE pimnotify_daily_quota_used_ratio gauge
pimnotify_daily_quota_used_ratio 0.75
# HELP pimnotify_held_total Drains that ended because nothing may be sent before something is put right. It grows while mails are held.
# TYPE pimnotify_held_total counter
pimnotify_held_total{reason="dailyQuota"} 1
# HELP pimnotify_send_rate Recipients a second that this worker lets leave now, all workers together.
# TYPE pimnotify_send_rate gauge
pimnotify_send_rate 14
# HELP pimnotify_sends_total Attempts to send a mail, by what became of them and, where they were not sent, why.
# TYPE pimnotify_sends_total counter
pimnotify_sends_total{class="sent",reason=""} 2
pimnotify_sends_total{class="unknown",reason="timeout"} 1
`)))
}
