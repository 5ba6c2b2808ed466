package activities_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestALeaseHoldsOnlyWhileBothClocksLeaveTimeForASend(t *testing.T) {
	t.Parallel()
	now := time.Now()
	h := newHouse(t, 0)
	h.Now = func() time.Time { return now }
	for _, c := range []struct {
		name           string
		claimed, until time.Duration // from now
		holds          bool
	}{
		{"fresh", 0, 30 * time.Second, true},
		{"just enough left", -20 * time.Second, 10 * time.Second, true},
		{"too little left", -20*time.Second - time.Millisecond, 10*time.Second - time.Millisecond, false},
		{"over", -31 * time.Second, -time.Second, false},
		{"over, and the wall clock was set back", -31 * time.Second, time.Hour, false},
		{"fresh, and the wall clock was set forward", 0, -time.Hour, false},
	} {
		require.Equal(t, c.holds, h.LeaseHolds(pim.Claim{LeaseUntil: now.Round(0).Add(c.until)}, now.Add(c.claimed)), c.name)
	}
}

// The ledger takes its time to say that a mail is still due: what it says is true, and the lease is nearly over by then.
func TestAMailIsNotSentWhenTooLittleOfItsLeaseIsLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	in := h.accept(t, "r1", crowd)
	var asked atomic.Int64
	h.Ledger = &flaky{Ledger: h.record, stillDue: func() {
		if asked.Add(1) == 1 {
			h.pass(25 * time.Second)
			require.Empty(t, h.inbox.Requests())
		}
	}}
	require.Equal(t, pim.Counts{pim.StatusSent: 1}, counts(h.notify(t, in)))
	require.Len(t, h.inbox.Requests(), 1)
	require.Equal(t, "2", h.inbox.Messages()[0].Tags["attempt"], "the first claim was given back unsent")
}

func TestALeaseShorterThanASendIsAReasonToHoldAndNotToHurry(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 5)
	h.Lease, h.SendTime = time.Second, 2*time.Second
	h.SetPatience(quick, quick)
	result := h.notify(t, h.accept(t, "r1", crowd))
	require.Equal(t, "held:lease", result.Held)
	require.Empty(t, h.inbox.Requests())
}

// A worker that was asleep wakes up after its leases: somebody else may have sent its mails by then.
func TestAWorkerThatWakesUpAfterItsLeaseSendsNothingOfIt(t *testing.T) {
	t.Parallel()
	onBoth(t, 20, func(t *testing.T, h *house) {
		in := h.accept(t, "r1", crowd)
		asleep, woken := make(chan struct{}, 20), make(chan struct{})
		var sleeping atomic.Bool
		sleeper := h.worker("sleeper")
		sleeper.Ledger = &flaky{
			Ledger:   h.record,
			stillDue: func() { sleeping.Store(true); asleep <- struct{}{}; <-woken },
			tally: func() {
				if sleeping.Load() {
					<-woken
				}
			},
		}
		ended := make(chan error, 1)
		go func() {
			_, err := notify(sleeper, in, running{})
			ended <- err
		}()
		for range 20 {
			<-asleep
		}
		h.pass(31 * time.Second)
		require.Equal(t, pim.Counts{pim.StatusUnknown: 20}, counts(h.notify(t, in)))
		h.pass(61 * time.Second)
		require.Equal(t, pim.Counts{pim.StatusSent: 20}, counts(h.notify(t, in)))
		close(woken)
		require.NoError(t, <-ended)
		require.Len(t, h.inbox.Requests(), 20)
	})
}

func TestAClockThatJumpsLosesNothingAndSendsNothingTwice(t *testing.T) {
	t.Parallel()
	for name, jump := range map[string]time.Duration{"forward": time.Hour, "back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 120)
			h.InFlight = 8
			// Without the monotonic clock, as after a host was suspended: the wall clock is all there is.
			h.Now = func() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())).Round(0) }
			in := h.accept(t, "r1", crowd)
			var asked atomic.Int64
			h.Ledger = &flaky{Ledger: h.record, stillDue: func() {
				if asked.Add(1) == 60 {
					h.pass(jump)
				}
			}}
			require.Equal(t, pim.Counts{pim.StatusSent: 120}, counts(h.notifyUntilSettled(t, in)))
			require.Len(t, h.inbox.Requests(), 120)
		})
	}
}
