package worker

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"pimnotify/assembly"
)

// How often the head of the audit is logged: what is in a log that lies elsewhere cannot be cut off any more.
const (
	headEvery    = 5 * time.Minute
	headPatience = 5 * time.Second
)

// logHeads logs the head of the audit now and from time to time, until ctx ends.
func logHeads(ctx context.Context, parts *assembly.Parts, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		logHead(ctx, parts)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// logHead logs the latest entry, as audit verify takes it.
func logHead(ctx context.Context, parts *assembly.Parts) {
	ctx, cancel := context.WithTimeout(ctx, headPatience)
	defer cancel()
	head, keyID, err := parts.Ledger.AuditHead(ctx)
	switch {
	case err == nil:
		parts.Log.Info("audit head", zap.Stringer("head", head), zap.String("keyId", keyID))
	case !errors.Is(err, context.Canceled):
		parts.Log.Warn("the head of the audit is not known", zap.Error(err))
	}
}
