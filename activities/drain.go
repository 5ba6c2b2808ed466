package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"pimnotify/mail"
	"pimnotify/pim"
)

// How a drain waits. None of it loses anything: what has not left stays planned.
const (
	shortestPause = 250 * time.Millisecond
	longestPause  = 8 * time.Second
	patience      = 30 * time.Second      // without a single mail sent, before the process is told that mails are held
	gather        = 10 * time.Millisecond // outcomes that arrive this close together are written down together
)

// drain sends what is planned, many mails at a time, until nothing is left that may be sent now. It answers why mails had to
// stay, where something stands against sending at all.
//
// Mails are claimed in small batches, and only as fast as the account may send. Each outcome is settled by itself. One mail's
// failure is that mail's, and a slow one holds up nobody else's.
func (a *Activities) drain(ctx context.Context, s *subject, states []pim.DueState) (held string, err error) {
	d := &drain{a: a, s: s, keys: keys(states), results: make(chan attempted), progress: a.now(), pause: shortestPause}
	for err == nil {
		var launched int
		if launched, err = d.launch(ctx); err != nil {
			break
		}
		if launched == 0 && d.flying == 0 {
			var again bool
			if again, err = d.awaitOthers(ctx); !again {
				break
			}
			continue
		}
		err = d.land(ctx, launched == 0 || d.room() < d.a.inFlight()/4)
	}
	for d.flying > 0 { // whatever ended the drain, no outcome is left behind
		err = errors.Join(err, d.land(ctx, true))
	}
	return d.held, err
}

// drain is the state of one drain. One goroutine owns it; the senders only answer, through results.
type drain struct {
	a        *Activities
	s        *subject
	keys     []int64
	results  chan attempted
	flying   int           // mails claimed here whose outcome has not come yet
	progress time.Time     // when a mail was last sent, or the drain began
	pause    time.Duration // before the next batch, after one that was too fast or in vain
	notNow   string        // why the latest mails have to be tried again; empty where they have not
	held     string        // why nothing can be sent until somebody acts
}

func (d *drain) room() int { return d.a.inFlight() - d.flying }

// launch claims the next batch and sets it on its way. It launches nothing where nothing is ready, or nothing may leave.
func (d *drain) launch(ctx context.Context) (launched int, err error) {
	if d.held != "" || d.room() <= 0 {
		return 0, nil
	}
	if err := d.backOff(ctx); err != nil || d.held != "" {
		return 0, err
	}
	tally, err := d.tally(ctx)
	if err != nil {
		return 0, err
	}
	n := min(d.ready(tally), d.room())
	if n == 0 {
		return 0, nil
	}
	n, gap, err := d.awaitTurn(ctx, n)
	if err != nil {
		return 0, err
	}
	now := d.a.now()
	batch, err := d.a.Ledger.Claim(ctx, pim.ClaimRequest{
		EventKeys: d.keys, Limit: n, Worker: d.a.Worker, Now: now, Lease: d.a.lease(), ResendBefore: now.Add(-d.a.grace()),
	})
	if err != nil {
		return 0, fmt.Errorf("claim mails: %w", err)
	}
	for i, claim := range batch {
		go d.a.attempt(ctx, d.s, claim, now, time.Duration(i)*gap, d.results)
	}
	d.flying += len(batch)
	return len(batch), nil
}

// tally counts the events' mails, after those whose sender is gone have been marked as unknown.
func (d *drain) tally(ctx context.Context) (pim.Tally, error) {
	if err := stopping(ctx); err != nil {
		return pim.Tally{}, err
	}
	if _, err := d.a.Ledger.Lapse(ctx, d.keys, d.a.now()); err != nil {
		return pim.Tally{}, fmt.Errorf("look for mails whose sender is gone: %w", err)
	}
	tally, err := d.a.Ledger.Tally(ctx, d.keys)
	if err != nil {
		return pim.Tally{}, fmt.Errorf("count the mails that are due: %w", err)
	}
	return tally, nil
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

// awaitTurn asks the account's rate for room for up to n mails, and waits for it before any of them is claimed: a mail that
// waits for its turn can still be withdrawn. It answers how many may go, at most half a second's worth, and the gap between
// two of them.
func (d *drain) awaitTurn(ctx context.Context, n int) (turn int, gap time.Duration, err error) {
	rate := d.a.rate()
	if rate <= 0 {
		return n, 0, nil
	}
	n = max(1, min(n, int(rate/2)))
	wait, err := d.a.Ledger.Pace(ctx, "ses", n, rate, 1, d.a.now())
	if err != nil {
		return 0, 0, fmt.Errorf("ask for a turn to send: %w", err)
	}
	return n, time.Duration(float64(time.Second) / rate), sleep(ctx, wait)
}

// awaitOthers waits for mails that somebody else has claimed: they are answered for, or their lease runs out. It answers false
// when there are none, and nothing is left to do.
func (d *drain) awaitOthers(ctx context.Context) (again bool, err error) {
	if d.held != "" {
		return false, nil
	}
	tally, err := d.tally(ctx)
	if err != nil {
		return false, err
	}
	if d.ready(tally) > 0 {
		return true, nil
	}
	if tally.LeaseUntil.IsZero() {
		return false, nil
	}
	return true, sleep(ctx, min(time.Second, max(tally.LeaseUntil.Sub(d.a.now()), gather)))
}

// land settles outcomes that have come, waiting for the first of them if told to, and learns from them.
func (d *drain) land(ctx context.Context, wait bool) error {
	batch := d.arrivals(wait)
	if len(batch) == 0 {
		return nil
	}
	d.flying -= len(batch)
	d.notNow = ""
	for _, r := range batch {
		switch r.class {
		case mail.Held:
			d.hold(r.reason)
		case mail.Throttled, mail.Again:
			d.notNow = r.reason
		default:
			d.progress, d.pause = d.a.now(), shortestPause
		}
	}
	return d.a.settle(ctx, batch)
}

func (d *drain) arrivals(wait bool) []attempted {
	var batch []attempted
	if wait && d.flying > 0 {
		batch = append(batch, <-d.results)
	}
	for timer := time.After(gather); len(batch) < d.flying; {
		select {
		case r := <-d.results:
			batch = append(batch, r)
			continue
		case <-timer:
		}
		break
	}
	return batch
}

// backOff pauses after mails that were too fast or came to nobody, longer each time, and gives up for now when nothing has been
// sent for a while: then the process says so, and waits.
func (d *drain) backOff(ctx context.Context) error {
	if d.notNow == "" {
		return nil
	}
	if d.a.now().Sub(d.progress) >= patience {
		d.hold(d.notNow)
		return nil
	}
	pause := d.pause
	d.pause = min(2*d.pause, longestPause)
	return sleep(ctx, pause)
}

func (d *drain) hold(reason string) {
	if d.held != "" {
		return
	}
	d.held = pim.HeldPrefix + reason
	d.a.Log.Warn("mails are held", zap.String("tenant", d.s.in.Tenant), zap.String("request", d.s.in.Resource.ID), zap.String("reason", reason))
}

func (a *Activities) rate() float64 {
	if a.Rate == nil {
		return 0
	}
	return a.Rate()
}
