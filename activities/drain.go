package activities

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.uber.org/zap"

	"pimnotify/mail"
	"pimnotify/pim"
)

// How a drain waits. None of it loses anything: what has not left stays planned.
const (
	shortestPause = 250 * time.Millisecond
	longestPause  = 8 * time.Second
	patience      = 30 * time.Second // without a single mail sent, before the process is told that mails are held
	gather        = 20 * time.Millisecond
)

// drain sends what is planned, many mails at a time, until nothing is left that may be sent now. It answers why mails had to
// stay, where something stands against sending at all.
//
// Mails are claimed in small batches, and only as fast as the account may send. Each outcome is settled by itself; outcomes
// that arrive together are written together. One mail's failure is that mail's.
func (a *Activities) drain(ctx context.Context, s *subject, states []pim.DueState) (held string, err error) {
	d := &drain{a: a, s: s, keys: keys(states), results: make(chan attempted), progress: a.now(), pause: shortestPause}
	for {
		again, err := d.round(ctx)
		if err != nil || !again {
			return d.held, err
		}
	}
}

// drain is the state of one drain. One goroutine owns it; the senders only answer through results.
type drain struct {
	a        *Activities
	s        *subject
	keys     []int64
	results  chan attempted
	progress time.Time     // when a mail was last sent, or the drain began
	pause    time.Duration // before the next round, after one that was too fast or in vain
	held     string
}

// round sends one batch. It answers false when there is nothing to do now.
func (d *drain) round(ctx context.Context) (again bool, err error) {
	if err := stopping(ctx); err != nil {
		return false, err
	}
	if _, err := d.a.Ledger.Lapse(ctx, d.keys, d.a.now()); err != nil {
		return false, fmt.Errorf("look for mails whose sender is gone: %w", err)
	}
	tally, err := d.a.Ledger.Tally(ctx, d.keys)
	if err != nil {
		return false, fmt.Errorf("count the mails that are due: %w", err)
	}
	ready := d.ready(tally)
	if ready == 0 {
		return d.awaitOthers(ctx, tally)
	}
	gap, err := d.awaitTurn(ctx, &ready)
	if err != nil {
		return false, err
	}
	batch, claimed, err := d.claim(ctx, ready)
	if err != nil || len(batch) == 0 {
		return err == nil, err
	}
	for i, claim := range batch {
		go d.a.attempt(ctx, d.s, claim, claimed, time.Duration(i)*gap, d.results)
	}
	return d.collect(ctx, len(batch))
}

// ready counts the mails that may be claimed now: those planned, and those whose outcome has been unknown for too long.
func (d *drain) ready(tally pim.Tally) int {
	overdue := !tally.UnknownSince.IsZero() && d.a.now().Sub(tally.UnknownSince) >= d.a.grace()
	ready := 0
	for _, counts := range tally.Counts {
		ready += counts[pim.StatusPlanned]
		if overdue {
			ready += counts[pim.StatusUnknown]
		}
	}
	return ready
}

// awaitOthers waits for the lease of mails that somebody else had claimed and may never answer for.
func (d *drain) awaitOthers(ctx context.Context, tally pim.Tally) (again bool, err error) {
	if tally.LeaseUntil.IsZero() {
		return false, nil
	}
	return true, sleep(ctx, min(time.Second, max(tally.LeaseUntil.Sub(d.a.now()), gather)))
}

// awaitTurn asks the account's rate for room for the mails that are ready, and waits for it before any of them is claimed: a
// mail that waits for its turn can still be withdrawn. It answers the gap between two sends. A batch is half a second long.
func (d *drain) awaitTurn(ctx context.Context, ready *int) (gap time.Duration, err error) {
	*ready = min(*ready, d.a.inFlight())
	rate := d.a.rate()
	if rate <= 0 {
		return 0, nil
	}
	*ready = max(1, min(*ready, int(rate/2)))
	wait, err := d.a.Ledger.Pace(ctx, "ses", *ready, rate, 1, d.a.now())
	if err != nil {
		return 0, fmt.Errorf("ask for a turn to send: %w", err)
	}
	return time.Duration(float64(time.Second) / rate), sleep(ctx, wait)
}

func (d *drain) claim(ctx context.Context, n int) ([]pim.Claim, time.Time, error) {
	now := d.a.now()
	batch, err := d.a.Ledger.Claim(ctx, pim.ClaimRequest{
		EventKeys: d.keys, Limit: n, Worker: d.a.Worker, Now: now, Lease: d.a.lease(), ResendBefore: now.Add(-d.a.grace()),
	})
	if err != nil {
		return nil, now, fmt.Errorf("claim mails: %w", err)
	}
	return batch, now, nil
}

// collect settles the outcomes of a batch as they come, and judges whether to go on.
func (d *drain) collect(ctx context.Context, n int) (again bool, err error) {
	var verdict verdict
	for n > 0 {
		batch := []attempted{<-d.results}
		for timer := time.After(gather); len(batch) < n; {
			select {
			case r := <-d.results:
				batch = append(batch, r)
				continue
			case <-timer:
			}
			break
		}
		n -= len(batch)
		verdict.add(batch)
		if settleErr := d.a.settle(ctx, batch); settleErr != nil {
			err = settleErr // the others of this batch are still to be waited for
		}
	}
	if err != nil {
		return false, err
	}
	return d.judge(ctx, verdict)
}

// judge decides what a batch's outcomes mean for those that follow.
func (d *drain) judge(ctx context.Context, v verdict) (again bool, err error) {
	now := d.a.now()
	if v.done > 0 {
		d.progress, d.pause = now, shortestPause
	}
	switch {
	case v.held != "":
		d.held = pim.HeldPrefix + v.held
	case v.notNow == "":
		return true, nil
	case now.Sub(d.progress) >= patience:
		d.held = pim.HeldPrefix + v.notNow
	default:
		d.pause = min(2*d.pause, longestPause)
		return true, sleep(ctx, d.pause)
	}
	d.a.Log.Warn("mails are held", zap.String("tenant", d.s.in.Tenant), zap.String("request", d.s.in.Resource.ID), zap.String("reason", d.held))
	return false, nil
}

// verdict is what the outcomes of one batch have in common.
type verdict struct {
	done   int    // sent, or settled for good in another way
	notNow string // why some have to be tried again
	held   string // why nothing can be sent until somebody acts
}

func (v *verdict) add(batch []attempted) {
	for _, r := range batch {
		switch r.class {
		case mail.Held:
			v.held = r.reason
		case mail.Throttled, mail.Again:
			v.notNow = r.reason
		default:
			v.done++
		}
	}
}

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

func (a *Activities) rate() float64 {
	if a.Rate == nil {
		return 0
	}
	return a.Rate()
}
