package activities_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.uber.org/goleak"

	"pimnotify/activities"
	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// What is on its way when a Notify is stopped is finished and written down, and the rest stays planned.

const (
	stoppedSize     = 100
	stoppedInFlight = 8
)

func TestACancelledNotifyFinishesWhatIsOnItsWayAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	onBoth(t, stoppedSize, func(t *testing.T, h *house) {
		ctx, cancel := context.WithCancel(t.Context())
		in, err := h.stopInTheMiddle(t, running{ctx: ctx}, cancel)
		require.ErrorContains(t, err, context.Canceled.Error())
		h.expectStopped(t, in)
	})
}

func TestAStoppingWorkerFinishesWhatIsOnItsWayAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	onBoth(t, stoppedSize, func(t *testing.T, h *house) {
		stop := make(chan struct{})
		in, err := h.stopInTheMiddle(t, running{stop: stop}, func() { close(stop) })
		var failure *temporal.ApplicationError
		require.ErrorAs(t, err, &failure)
		require.Equal(t, "WorkerStopping", failure.Type())
		require.False(t, failure.NonRetryable(), "another worker goes on")
		h.expectStopped(t, in)
	})
}

// stopInTheMiddle stops a Notify when some of its mails have arrived, and waits for its end.
func (h *house) stopInTheMiddle(t *testing.T, how running, stop func()) (activities.NotifyInput, error) {
	t.Helper()
	h.InFlight = stoppedInFlight
	h.inbox.SetFaults(inbox.Fault{Kind: inbox.Latency, Delay: inbox.Duration(50 * time.Millisecond)})
	in := h.accept(t, "r1", crowd)
	ended := make(chan error, 1)
	go func() {
		_, err := notify(h.Activities, in, how)
		ended <- err
	}()
	h.await(t, 10)
	stop()
	select {
	case err := <-ended:
		return in, err
	case <-time.After(20 * time.Second):
		require.Fail(t, "it does not end")
		return in, nil
	}
}

// expectStopped checks that no outcome is missing, and that whoever comes next only has to go on.
func (h *house) expectStopped(t *testing.T, in activities.NotifyInput) {
	t.Helper()
	byStatus := pim.Counts{}
	for _, r := range h.rows(t, in) {
		byStatus[r.Status]++
	}
	sent := byStatus[pim.StatusSent]
	require.Equal(t, pim.Counts{pim.StatusSent: sent, pim.StatusPlanned: stoppedSize - sent}, byStatus)
	require.Len(t, h.inbox.Messages(), sent)
	require.Less(t, sent, 10+5*stoppedInFlight, "it went on and on")
	h.inbox.SetFaults()
	require.Equal(t, pim.Counts{pim.StatusSent: stoppedSize}, counts(h.notify(t, in)))
	require.Len(t, h.inbox.Requests(), stoppedSize)
}

// A database that is interrupted says so in its own words. Temporal has to hear of the cancellation all the same.
func TestAnErrorOfACancelledNotifySaysThatItWasCancelled(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	ctx, cancel := context.WithCancel(t.Context())
	h.Ledger = &flaky{Ledger: h.record, fail: func(method string, _ bool) bool {
		if method == "Claim" {
			cancel()
		}
		return method == "Claim"
	}}
	_, err := notify(h.Activities, h.accept(t, "r1", tier0), running{ctx: ctx})
	require.ErrorContains(t, err, context.Canceled.Error())
	require.ErrorContains(t, err, errAway.Error())
}

func TestALongNotifySaysThatItIsAliveAndNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	h.inbox.SetFaults(inbox.Fault{Kind: inbox.Latency, Delay: inbox.Duration(3 * time.Second)})
	beats := make(chan bool, 10)
	_, err := notify(h.Activities, h.accept(t, "r1", tier0), running{beat: func(details converter.EncodedValues) {
		beats <- details.HasValues()
	}})
	require.NoError(t, err)
	require.NotEmpty(t, beats)
	require.False(t, <-beats)
}

func TestAStoppedNotifyEndsAlsoWhileItWaits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		delay func(t *testing.T, h *house, in activities.NotifyInput)
	}{
		{"for its turn", func(_ *testing.T, h *house, _ activities.NotifyInput) {
			h.Rate = func() float64 { return 0.001 }
		}},
		{"after being throttled", func(_ *testing.T, h *house, _ activities.NotifyInput) {
			h.inbox.SetFaults(inbox.Fault{Kind: inbox.Throttle})
		}},
		{"for somebody else's mails", func(t *testing.T, h *house, in activities.NotifyInput) {
			t.Helper()
			_, err := h.record.Claim(t.Context(), pim.ClaimRequest{
				EventKeys: []int64{h.plan(t, in)}, Limit: 5, Worker: "other", Now: time.Now(), Lease: time.Hour,
			})
			require.NoError(t, err)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 5)
			in := h.accept(t, "r1", crowd)
			c.delay(t, h, in)
			h.Activities = h.worker("w1")
			waits := make(chan struct{}, 1000)
			h.Ledger = &flaky{Ledger: h.record, tally: func() { waits <- struct{}{} }}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				_, err := notify(h.Activities, in, running{ctx: ctx})
				ended <- err
			}()
			for range 2 {
				<-waits
			}
			began := time.Now()
			cancel()
			require.ErrorContains(t, <-ended, context.Canceled.Error())
			require.Less(t, time.Since(began), 10*time.Second)
			h.lostAreUnknown(t, in)
		})
	}
}

// lostAreUnknown lets the leases of a test end that nobody answers for.
func (h *house) lostAreUnknown(t *testing.T, in activities.NotifyInput) {
	t.Helper()
	states, err := h.record.DueStates(context.Background(), tenant, in.Resource, in.Due)
	require.NoError(t, err)
	_, err = h.record.Lapse(context.Background(), []int64{states[0].EventKey}, time.Now().Add(2*time.Hour))
	require.NoError(t, err)
}

// Not parallel: it counts the goroutines of the whole process.
func TestAStoppedNotifyLeavesNoGoroutinesBehind(t *testing.T) {
	h := newHouse(t, stoppedSize)
	before := goleak.IgnoreCurrent()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := h.stopInTheMiddle(t, running{ctx: ctx}, cancel)
	require.Error(t, err)
	goleak.VerifyNone(t, before,
		goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"),
		goleak.IgnoreAnyFunction("net/http.(*conn).serve")) // connections that are kept for the next mail
}
