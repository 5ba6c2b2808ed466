package observer

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"pimnotify/pim"
)

// Ledger is the record, as far as observing needs it.
type Ledger interface {
	Observe(ctx context.Context, observations []pim.Observation, received time.Time) ([]pim.Observed, error)
}

// Observer takes observations in. It is safe for concurrent use.
type Observer struct {
	ledger Ledger
	log    *zap.Logger
	now    func() time.Time
	proofs *proofs

	// Alarm tells a process that nobody who could act on what it asks was reached; nil where nobody is to tell it.
	Alarm func(context.Context, pim.Observed) error

	events      *prometheus.CounterVec
	refused     *prometheus.CounterVec
	unmatched   prometheus.Counter
	unreachable prometheus.Counter
	suppressed  prometheus.Counter
}

// other is the kind that events are counted under which say nothing of a mail's fate.
const other = "other"

// New makes an observer. Grace is how long an unknown outcome waits for its proof: proofs that take half of it are too slow.
func New(ledger Ledger, grace time.Duration, registry prometheus.Registerer, log *zap.Logger) *Observer {
	o := &Observer{
		ledger: ledger, log: log, now: time.Now, proofs: newProofs(grace, log),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pimnotify_ses_events_total", Help: "Events of SES that were recorded, by what they say; other: nothing of a mail's fate.",
		}, []string{"kind"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pimnotify_ses_events_refused_total", Help: "Messages that were no event to be believed, by what is wrong with them. Nothing was recorded.",
		}, []string{"reason"}),
		unmatched: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "pimnotify_ses_events_unmatched_total", Help: "Events of SES about a mail that the ledger does not have.",
		}),
		unreachable: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "pimnotify_unreachable_total", Help: "Mails that ask for an action and come to nobody who could act, when they were planned or after a bounce or the like.",
		}),
		suppressed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "pimnotify_suppressed_addresses_total", Help: "Addresses that nothing more is sent to, because they bounced for good or complained.",
		}),
	}
	for _, kind := range pim.AllObservationKinds {
		o.events.WithLabelValues(string(kind))
	}
	registry.MustRegister(o.events, o.refused, o.unmatched, o.unreachable, o.suppressed, o.proofs.seconds, o.proofs.late)
	return o
}

// Record writes observations down, all or none, and tells an operator what follows.
func (o *Observer) Record(ctx context.Context, observations []pim.Observation) error {
	received := o.now()
	all, err := o.ledger.Observe(ctx, observations, received)
	if err != nil {
		return err
	}
	for _, observed := range all {
		o.tell(observed, received)
		if observed.Unreachable && o.Alarm != nil {
			if err := o.Alarm(ctx, observed); err != nil {
				o.log.Warn("the process does not know that nobody can be reached", zap.String("tenant", observed.Tenant),
					zap.String("request", observed.Resource.ID), zap.Error(err))
			}
		}
	}
	return nil
}

// tell counts one observation, and says what somebody may have to know of it.
func (o *Observer) tell(observed pim.Observed, received time.Time) {
	if !observed.Known {
		o.unmatched.Inc()
		o.log.Info("SES tells of a mail that the ledger does not have", zap.String("kind", string(observed.Kind)), zap.String("message", observed.MessageID))
		return
	}
	o.events.WithLabelValues(string(observed.Kind)).Inc()
	if observed.Duplicate {
		return
	}
	if observed.Kind == pim.ObservedSend {
		o.proofs.add(received, received.Sub(observed.SentAt))
	}
	fields := []zap.Field{
		zap.String("tenant", observed.Tenant), zap.String("request", observed.Resource.ID), zap.String("event", observed.Event.ID),
		zap.String("mail", observed.MailID), zap.Int("attempt", observed.Attempt), zap.String("status", string(observed.To)),
	}
	switch {
	case observed.From == observed.To:
	case observed.From == pim.StatusUnknown:
		o.log.Info("a mail whose outcome was unknown is proven sent", fields...)
	case observed.To == pim.StatusSent, observed.To == pim.StatusDelivered:
		o.log.Debug("mail observed", fields...)
	default:
		o.log.Warn("a mail did not reach its recipient", append(fields, zap.String("reason", observed.Reason))...)
	}
	if observed.Suppressed {
		o.suppressed.Inc()
		o.log.Warn("nothing more is sent to the address of this mail", fields...)
	}
	if observed.Unreachable {
		o.unreachable.Inc()
		o.log.Error("nobody who could act on it can be reached any more", fields...)
	}
}

// Unreachable counts an event that asks for an action and whose mails come to nobody who could act, as Notify finds it. Where bounces
// are faster than Notify, both find the same one.
func (o *Observer) Unreachable() { o.unreachable.Inc() }

// Refused counts a message that was not believed: unreadable, or one of ses.Topic's reasons.
func (o *Observer) Refused(reason string) { o.refused.WithLabelValues(reason).Inc() }

// Ignored counts an event that says nothing of a mail's fate.
func (o *Observer) Ignored() { o.events.WithLabelValues(other).Inc() }
