package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
)

// stopping answers an error where no more mails are to be claimed: the process took the activity back, or the worker is going
// down. Temporal repeats it elsewhere in the second case, and what was claimed here is settled by then.
func stopping(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-activity.GetWorkerStopChannel(ctx):
		return temporal.NewApplicationError("the worker is stopping; another one goes on", "WorkerStopping")
	default:
		return nil
	}
}

// sleep waits, unless there is no longer a reason to.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return stopping(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
	case <-activity.GetWorkerStopChannel(ctx):
	}
	return stopping(ctx)
}

// beat tells the server every two seconds that this attempt is alive, and thereby learns of a cancellation.
func beat(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(2 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	}()
	return func() { cancel(); <-done }
}
