package worker

import (
	"github.com/prometheus/client_golang/prometheus"

	"pimnotify/mail"
)

// meter counts for Prometheus what the activities tell of. Names, labels and the values of labels are a contract with whoever has
// dashboards and alarms.
type meter struct {
	sends, held *prometheus.CounterVec
}

func newMeter(registry prometheus.Registerer) *meter {
	m := &meter{
		sends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pimnotify_sends_total", Help: "Attempts to send a mail, by what became of them and, where they were not sent, why.",
		}, []string{"class", "reason"}),
		held: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pimnotify_held_total", Help: "Drains that ended because nothing may be sent before something is put right. It grows while mails are held.",
		}, []string{"reason"}),
	}
	registry.MustRegister(m.sends, m.held)
	return m
}

// Send counts an attempt.
func (m *meter) Send(class mail.Class, reason string) {
	m.sends.WithLabelValues(string(class), reason).Inc()
}

// Held counts a drain that is held.
func (m *meter) Held(reason string) { m.held.WithLabelValues(reason).Inc() }

// showRate shows what the account may send, and how much of its day is used.
func showRate(registry prometheus.Registerer, r *rate) {
	registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "pimnotify_send_rate", Help: "Recipients a second that this worker lets leave now, all workers together."}, r.get),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "pimnotify_daily_quota_used_ratio", Help: "Share of the account's daily quota that was used when SES was last asked; 0 where there is no quota.",
		}, r.quotaUsed),
	)
}
