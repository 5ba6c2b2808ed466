package worker

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"pimnotify/mail/ses"
)

// rateRefresh is how often SES is asked what the account may send: a change is followed within a minute.
const rateRefresh = 45 * time.Second

// rate is how many recipients a second the account may send.
type rate struct {
	sender    *ses.Sender
	otherwise float64 // where SES does not answer
	log       *zap.Logger
	current   atomic.Pointer[float64]

	usedUp  atomic.Uint64 // bits of the share of the daily quota that is used
	alarmed bool          // it was said that the daily quota is nearly used up; only ask looks at it

	mu    sync.Mutex
	share float64 // of the rate that is used, since the account was last found to be too fast
	since time.Time
	now   func() time.Time
}

// How the rate gives way. Somebody else may be sending from the same account.
const (
	leastShare = 0.1
	halveEvery = time.Second // refusals that come together are one
	regain     = 0.02        // of the rate, a second
)

func newRate(sender *ses.Sender, otherwise float64, log *zap.Logger) *rate {
	r := &rate{sender: sender, otherwise: otherwise, log: log, share: 1, now: time.Now}
	r.current.Store(&otherwise)
	return r
}

// get is how many mails a second may leave now.
func (r *rate) get() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.most() * r.used(r.now())
}

// most is what SES says that the account may send.
func (r *rate) most() float64 { return *r.current.Load() }

// used is the share of it that is used, which grows back by itself.
func (r *rate) used(now time.Time) float64 {
	if r.share >= 1 {
		return 1
	}
	return min(1, r.share+regain*now.Sub(r.since).Seconds())
}

// throttled halves what is used: SES has refused a mail as too fast, though the rate was kept.
func (r *rate) throttled() {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if r.share < 1 && now.Sub(r.since) < halveEvery {
		return
	}
	r.share, r.since = max(leastShare, r.used(now)/2), now
	r.log.Warn("SES finds the account too fast; it is slower for a while", zap.Float64("rate", r.most()*r.share))
}

// follow asks SES now and again from time to time. The last answer holds where there is none.
func (r *rate) follow(ctx context.Context) {
	tick := time.NewTicker(rateRefresh)
	defer tick.Stop()
	for {
		r.ask(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (r *rate) ask(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, rateRefresh/2)
	defer cancel()
	account, err := r.sender.Account(ctx)
	switch {
	case err != nil:
		if ctx.Err() == nil {
			r.log.Warn("send rate not known from SES", zap.Float64("rate", r.most()), zap.Error(err))
		}
		return
	case account.MaxSendRate > 0 && account.MaxSendRate != r.most():
		r.log.Info("send rate", zap.Float64("rate", account.MaxSendRate))
		r.current.Store(&account.MaxSendRate)
	}
	r.watchQuota(account)
}

// nearlyUsedUp is the share of the daily quota at which somebody should ask for a higher one, or find out who sends so much.
const nearlyUsedUp = 0.8

// watchQuota says once that the daily quota is nearly used up, and again when it was not meanwhile. When all of it is used, mails
// are held until the count of the last 24 hours falls.
func (r *rate) watchQuota(account ses.Account) {
	share := 0.0
	if account.Max24HourSend > 0 { // -1 is no limit
		share = account.SentLast24Hours / account.Max24HourSend
	}
	r.usedUp.Store(math.Float64bits(share))
	if nearly := share >= nearlyUsedUp; nearly != r.alarmed {
		r.alarmed = nearly
		if nearly {
			r.log.Error("the account's daily quota is nearly used up; when it is, mails are held until the count of the last 24 hours falls",
				zap.Float64("sent", account.SentLast24Hours), zap.Float64("quota", account.Max24HourSend))
			return
		}
		r.log.Info("the account's daily quota has room again", zap.Float64("sent", account.SentLast24Hours), zap.Float64("quota", account.Max24HourSend))
	}
}

// quotaUsed is the share of the account's daily quota that was used when SES was last asked; 0 where there is no quota.
func (r *rate) quotaUsed() float64 { return math.Float64frombits(r.usedUp.Load()) }
