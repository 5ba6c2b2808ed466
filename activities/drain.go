package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.uber.org/zap"

	"pimnotify/mail"
	"pimnotify/pim"
)

// How a drain waits. None of it loses anything: what has not left stays planned.
const (
	shortestPause = 250 * time.Millisecond
	longestPause  = 8 * time.Second
	// batchesASecond is in how many parts the rate of a second is used: the smaller they are, the sooner somebody else has a turn.
	batchesASecond = 8
	gather         = 10 * time.Millisecond // outcomes that arrive this close together are written down together
)

// drain sends what is planned, many mails at a time, until nothing is left that may be sent now. It answers why mails had to
// stay, where something stands against sending at all.
//
// Mails are claimed in small batches, and only as fast as the account may send. Each outcome is settled by itself. One mail's
// failure is that mail's, and a slow one holds up nobody else's.
func (a *Activities) drain(ctx context.Context, s *subject, states []pim.DueState) (held string, err error) {
	d := &drain{a: a, s: s, keys: keys(states), resend: a.resends(s.in), urgent: s.in.Urgent(), results: make(chan attempted), pause: shortestPause}
	for again := true; again && err == nil; {
		var launched int
		launched, err = d.launch(ctx)
		switch {
		case err != nil:
		case launched == 0 && d.flying == 0:
			again, err = d.awaitOthers(ctx)
		case launched == 0 || d.room() < d.a.inFlight()/4:
			err = d.land(ctx, <-d.results)
		default:
			err = d.rest(ctx, gather)
		}
	}
	for d.flying > 0 { // whatever ended the drain, no outcome is left behind
		if lost := d.land(ctx, <-d.results); lost != nil {
			err = errors.Join(err, lost)
		}
	}
	if err == nil {
		err = d.noteHeld(ctx)
	}
	return d.held, err
}

// drain is the state of one drain. One goroutine owns it; the senders only answer, through results.
type drain struct {
	a       *Activities
	s       *subject
	keys    []int64
	resend  bool // a mail whose outcome has been unknown for too long is sent again
	urgent  bool // its mails ask for an action, and go first
	results chan attempted
	flying  int           // mails claimed here whose outcome has not come yet
	open    bool          // the latest answers say that mails are taken
	notNow  string        // why the latest mails have to be tried again; empty where they have not
	since   time.Time     // when mails began to be tried again, without one that was taken meanwhile; zero while they are taken
	pause   time.Duration // before the next batch, after one that was too fast or in vain
	held    string        // why nothing can be sent until somebody acts
	giveUp  time.Time     // when outcomes are no longer offered to a ledger that is away; zero until the activity is stopped
}

func (d *drain) room() int { return d.a.inFlight() - d.flying }

// launch claims the next batch and sets it on its way. It launches nothing where nothing is ready, or nothing may leave.
func (d *drain) launch(ctx context.Context) (launched int, err error) {
	if err := d.backOff(ctx); err != nil {
		return 0, err
	}
	n, err := d.next(ctx)
	if err != nil || n == 0 {
		return 0, err
	}
	n, gap, err := d.awaitTurn(ctx, n)
	if err != nil || n == 0 {
		return 0, err
	}
	now := d.a.now()
	batch, err := d.claim(ctx, n, now)
	if err != nil {
		return 0, fmt.Errorf("claim mails: %w", err)
	}
	for i, claim := range batch {
		go d.a.attempt(ctx, d.s, claim, now, time.Duration(i)*gap, d.results)
	}
	d.flying += len(batch)
	return len(batch), nil
}

// claim outlives a cancellation: one that comes between the ledger's commit and its answer would leave mails that nobody sends
// until their lease is over. Those that are claimed too late go back unsent.
func (d *drain) claim(ctx context.Context, n int, now time.Time) ([]pim.Claim, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ledgerTime)
	defer cancel()
	request := pim.ClaimRequest{EventKeys: d.keys, Limit: n, Worker: d.a.Worker, Now: now, Lease: d.a.lease()}
	if d.resend {
		request.ResendBefore = now.Add(-d.a.grace())
	}
	return d.a.Ledger.Claim(ctx, request)
}

// next is how many mails the next batch may have. Where mails were held, one of them asks whether they are taken again, before
// the others follow.
func (d *drain) next(ctx context.Context) (int, error) {
	if d.held != "" || d.room() <= 0 {
		return 0, nil
	}
	tally, err := d.tally(ctx)
	if err != nil {
		return 0, err
	}
	n := min(d.ready(tally), d.room())
	if tally.Held != "" && !d.open {
		n = min(n, max(0, 1-d.flying))
	}
	return n, nil
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
	overdue := d.resend && !tally.UnknownSince.IsZero() && d.a.now().Sub(tally.UnknownSince) >= d.a.grace()
	ready := 0
	for _, counts := range tally.Counts {
		ready += counts[pim.StatusPlanned]
		if overdue {
			ready += counts[pim.StatusUnknown]
		}
	}
	return ready
}

// awaitTurn asks for room under the account's rate for up to n mails, and waits for it before any of them is claimed: a mail that
// waits for its turn can still be withdrawn. It answers how many may go, at most an eighth of a second's worth, and the gap between two of
// them: so a batch takes all the time that it has reserved, and none of anybody else's. It is none where something stands against
// sending meanwhile.
func (d *drain) awaitTurn(ctx context.Context, n int) (turn int, gap time.Duration, err error) {
	rate := d.a.rate()
	if rate <= 0 {
		return n, 0, nil
	}
	n = max(1, min(n, int(rate/batchesASecond)))
	for granted := false; !granted; {
		turn, err := d.a.Ledger.Turn(ctx, pim.TurnRequest{Name: "ses", Tenant: d.s.in.Tenant, Urgent: d.urgent, N: n, Rate: rate, Now: d.a.now()})
		if err != nil {
			return 0, 0, fmt.Errorf("ask for a turn to send: %w", err)
		}
		if err := d.rest(ctx, turn.Wait); err != nil {
			return 0, 0, err
		}
		if d.held != "" || d.notNow != "" {
			return 0, 0, nil
		}
		granted = turn.Granted
	}
	return n, time.Duration(float64(time.Second) / rate), nil
}

// awaitOthers waits for mails that somebody else has claimed: they are answered for, or their lease runs out. It answers false
// when there are none, and nothing is left to do.
func (d *drain) awaitOthers(ctx context.Context) (again bool, err error) {
	if d.held != "" {
		return false, nil
	}
	tally, err := d.tally(ctx)
	switch {
	case err != nil:
		return false, err
	case d.ready(tally) > 0: // somebody else was faster, or left something
		return true, d.rest(ctx, gather)
	case tally.LeaseUntil.IsZero():
		return false, nil
	default:
		return true, d.rest(ctx, min(time.Second, max(tally.LeaseUntil.Sub(d.a.now()), gather)))
	}
}

// rest waits, and settles what arrives meanwhile: an outcome that is not written down is lost with its worker.
func (d *drain) rest(ctx context.Context, pause time.Duration) error {
	over := time.NewTimer(pause)
	defer over.Stop()
	for {
		if err := stopping(ctx); err != nil {
			return err
		}
		select {
		case <-over.C:
			return nil
		case first := <-d.results:
			if err := d.land(ctx, first); err != nil {
				return err
			}
		case <-ctx.Done():
		case <-activity.GetWorkerStopChannel(ctx):
		}
	}
}

// land settles an outcome, with those that arrive close behind it, and learns from them.
func (d *drain) land(ctx context.Context, first attempted) error {
	batch := d.arrivals(first)
	d.flying -= len(batch)
	taken, notNow := false, ""
	for _, r := range batch {
		d.a.countSend(r.class, r.reason)
		switch r.class {
		case mail.Sent, mail.Refused:
			taken = true
		case mail.Throttled, mail.Again:
			notNow = r.reason
			if r.class == mail.Throttled && d.a.Throttled != nil {
				d.a.Throttled()
			}
		case mail.Held:
			d.hold(r.reason)
		default: // unknown, or not tried: neither says anything of the next mail
		}
	}
	if taken {
		d.open, d.notNow, d.since, d.pause = true, "", time.Time{}, shortestPause
	}
	if notNow != "" {
		d.open, d.notNow = taken, notNow
		if d.since.IsZero() {
			d.since = d.a.now()
		}
	}
	return d.settle(ctx, batch)
}

func (d *drain) arrivals(first attempted) []attempted {
	batch := []attempted{first}
	for timer := time.After(gather); len(batch) < d.flying; {
		select {
		case r := <-d.results:
			batch = append(batch, r)
		case <-timer:
			return batch
		}
	}
	return batch
}

// backOff pauses after mails that were too fast or came to nobody, longer each time, and gives up for now when none has been
// taken for a while: then the process says so, and waits.
func (d *drain) backOff(ctx context.Context) error {
	if d.notNow == "" {
		return nil
	}
	if d.a.now().Sub(d.since) >= d.a.heldAfter() {
		d.hold(d.notNow)
		return nil
	}
	pause := d.pause
	d.pause = min(2*d.pause, longestPause)
	err := d.rest(ctx, pause)
	d.notNow = "" // what came during the pause has been waited for as well
	return err
}

func (d *drain) hold(reason string) {
	if d.held != "" {
		return
	}
	d.held = pim.HeldPrefix + reason
	d.a.countHeld(reason)
	d.a.Log.Warn("mails are held", zap.String("tenant", d.s.in.Tenant), zap.String("request", d.s.in.Resource.ID), zap.String("reason", reason))
}

// noteHeld says on every mail that waits why it does, not only on those that were tried.
func (d *drain) noteHeld(ctx context.Context) error {
	if d.held == "" {
		return nil
	}
	if err := d.a.Ledger.Hold(ctx, d.keys, d.held); err != nil {
		return fmt.Errorf("note why mails are held: %w", err)
	}
	return nil
}

func (a *Activities) rate() float64 {
	if a.Rate == nil {
		return 0
	}
	return a.Rate()
}
