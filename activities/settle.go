package activities

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"pimnotify/pim"
)

// ledgerTime is how long a ledger has for one answer: a connection that has gone silent must not keep an activity for ever.
const ledgerTime = 20 * time.Second

// settle writes outcomes down, and does not give up while the activity lives: an accepted mail whose outcome is lost here would
// be sent again. A ledger that is away cannot hand the mail to anybody else either.
func (d *drain) settle(ctx context.Context, batch []attempted) error {
	settlements := make([]pim.Settlement, len(batch))
	for i, r := range batch {
		settlements[i] = r.Settlement
	}
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		err := d.offer(ctx, settlements)
		if err == nil {
			return nil
		}
		d.a.Log.Warn("outcomes not written down yet", zap.Int("mails", len(batch)), zap.Error(err))
		if stopping(ctx) == nil {
			_ = sleep(ctx, pause) // being stopped ends the pause, not the trying
			continue
		}
		if d.giveUp.IsZero() {
			d.giveUp = time.Now().Add(orElse(d.a.settling, ledgerTime))
		}
		if time.Now().After(d.giveUp) {
			return fmt.Errorf("write down what became of %d mails: %w", len(batch), err)
		}
		<-time.After(shortestPause)
	}
}

func (d *drain) offer(ctx context.Context, settlements []pim.Settlement) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ledgerTime)
	defer cancel()
	return d.a.Ledger.Settle(ctx, settlements)
}
