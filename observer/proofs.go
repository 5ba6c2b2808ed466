package observer

import (
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// How the time that proofs take is judged.
const (
	proofWindow = 10 * time.Minute
	mostProofs  = 1000 // of the window that are looked at; the latest
)

// proofs measures how long after it took a mail SES's word of that is here. An unknown outcome whose proof takes longer than the grace
// time is sent twice, so half of that is an alarm. Both clocks have a say: SES's and this machine's.
type proofs struct {
	grace   time.Duration
	log     *zap.Logger
	seconds prometheus.Histogram
	late    prometheus.Gauge

	mu     sync.Mutex
	recent []proof
	slow   bool
}

type proof struct {
	at   time.Time
	took time.Duration
}

func newProofs(grace time.Duration, log *zap.Logger) *proofs {
	return &proofs{
		grace: grace, log: log,
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "pimnotify_ses_proof_seconds", Help: "From SES's acceptance of a mail to its Send event being here.",
			Buckets: []float64{.1, .25, .5, 1, 2.5, 5, 10, 15, 30, 60, 120, 300},
		}),
		late: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "pimnotify_ses_proof_late", Help: "1 while one in a hundred Send events takes longer than half of the grace time.",
		}),
	}
}

// add takes one measurement, and raises or ends the alarm.
func (p *proofs) add(at time.Time, took time.Duration) {
	p.seconds.Observe(max(0, took.Seconds()))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.recent = slices.DeleteFunc(append(p.recent, proof{at, took}), func(x proof) bool { return at.Sub(x.at) > proofWindow })
	if n := len(p.recent) - mostProofs; n > 0 {
		p.recent = slices.Delete(p.recent, 0, n)
	}
	p99 := p.p99()
	slow := p99 > p.grace/2
	if slow == p.slow {
		return
	}
	p.slow = slow
	if slow {
		p.late.Set(1)
		p.log.Error("SES's events come so late that mails of unknown outcome may be sent twice: look at the queue, or raise PIMNOTIFY_GRACE",
			zap.Duration("p99", p99), zap.Duration("grace", p.grace))
		return
	}
	p.late.Set(0)
	p.log.Info("SES's events come in time again", zap.Duration("p99", p99), zap.Duration("grace", p.grace))
}

// p99 is how long all but one in a hundred took at most. The caller holds the lock.
func (p *proofs) p99() time.Duration {
	sorted := make([]time.Duration, len(p.recent))
	for i, x := range p.recent {
		sorted[i] = x.took
	}
	slices.Sort(sorted)
	return sorted[(len(sorted)*99+99)/100-1]
}
