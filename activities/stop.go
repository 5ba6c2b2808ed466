package activities

import (
	"context"
	"errors"
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
		return temporal.NewApplicationErrorWithOptions("the worker is stopping; another one goes on", "WorkerStopping",
			temporal.ApplicationErrorOptions{Category: temporal.ApplicationErrorCategoryBenign}) // nothing for an alarm
	default:
		return nil
	}
}

// asCancelled makes sure that an error of an activity that was taken back is known as that. A database that is interrupted says
// so in its own words, and Temporal would take them for a failure, which is not repeated once a cancellation was asked for.
func asCancelled(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || errors.Is(err, ctx.Err()) {
		return err
	}
	return errors.Join(ctx.Err(), err)
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

// beat tells the server that this attempt is alive until it is told to stop, and thereby learns of a cancellation. It goes on
// after one: what is being sent at that moment takes a while yet, and the server must not give the attempt up before.
func beat(ctx context.Context) (stop func()) {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(2 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-lasting.Done():
				return
			case <-tick.C:
				activity.RecordHeartbeat(lasting)
			}
		}
	}()
	return func() { cancel(); <-done }
}
