package worker

import (
	"context"
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
}

func newRate(sender *ses.Sender, otherwise float64, log *zap.Logger) *rate {
	r := &rate{sender: sender, otherwise: otherwise, log: log}
	r.current.Store(&otherwise)
	return r
}

func (r *rate) get() float64 { return *r.current.Load() }

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
			r.log.Warn("send rate not known from SES", zap.Float64("rate", r.get()), zap.Error(err))
		}
	case account.MaxSendRate > 0 && account.MaxSendRate != r.get():
		r.log.Info("send rate", zap.Float64("rate", account.MaxSendRate))
		r.current.Store(&account.MaxSendRate)
	}
}
