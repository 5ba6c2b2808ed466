package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// A ledger that is away: nothing is sent without a claim, what was sent is written down later, nothing is lost, nothing twice.

func TestNothingIsSentWithoutAClaim(t *testing.T) {
	t.Parallel()
	onBoth(t, 30, func(t *testing.T, h *house) {
		in := h.accept(t, "r1", crowd)
		unclaimed := h.unclaimed(t, in)
		h.Ledger = &flaky{Ledger: h.record, fail: times(2, "Claim", false)}
		for range 2 {
			_, err := notify(h.Activities, in, running{})
			require.ErrorContains(t, err, "claim mails: "+errAway.Error())
			require.Empty(t, h.inbox.Requests())
		}
		require.Equal(t, pim.Counts{pim.StatusSent: 30}, counts(h.notify(t, in)))
		require.Zero(t, unclaimed.Load())
		require.Len(t, h.inbox.Requests(), 30)
	})
}

func TestAClaimWhoseAnswerWasLostIsSentAfterItsLeaseAndTheGraceTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 30)
	in := h.accept(t, "r1", crowd)
	h.Ledger = &flaky{Ledger: h.record, fail: times(1, "Claim", true)}
	_, err := notify(h.Activities, in, running{})
	require.ErrorContains(t, err, errAway.Error())
	require.Empty(t, h.inbox.Requests(), "whoever does not know of a claim does not send")
	h.pass(30 * time.Second)
	require.Equal(t, pim.Counts{pim.StatusSent: 30}, counts(h.notifyUntilSettled(t, in)))
	require.Len(t, h.inbox.Requests(), 30)
}

func TestAMailIsNotSentWhileTheLedgerCannotSayWhetherItIsStillDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 30)
	in := h.accept(t, "r1", crowd)
	h.Ledger = &flaky{Ledger: h.record, fail: times(33, "StillDue", false)}
	require.Equal(t, pim.Counts{pim.StatusSent: 30}, counts(h.notify(t, in)))
	require.Len(t, h.inbox.Requests(), 30)
}

func TestMailsAreHeldWhereTheLedgerNeverSaysWhetherTheyAreStillDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 30)
	h.SetPatience(quick, quick)
	in := h.accept(t, "r1", crowd)
	h.Ledger = &flaky{Ledger: h.record, fail: func(method string, _ bool) bool { return method == "StillDue" }}
	result := h.notify(t, in)
	require.Equal(t, "held:ledger", result.Held)
	require.Equal(t, pim.Counts{pim.StatusPlanned: 30}, counts(result))
	require.Empty(t, h.inbox.Requests())
}

func TestOutcomesAreWrittenDownOnceTheLedgerIsBack(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		name := map[bool]string{false: "not written", true: "written, and the answer lost"}[after]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, 30, func(t *testing.T, h *house) {
				in := h.accept(t, "r1", crowd)
				h.Ledger = &flaky{Ledger: h.record, fail: times(2, "Settle", after)}
				require.Equal(t, pim.Counts{pim.StatusSent: 30}, counts(h.notify(t, in)))
				require.Len(t, h.inbox.Requests(), 30)
			})
		})
	}
}

func TestALedgerThatStaysAwayEndsTheNotifyOnceItIsStopped(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 30)
	h.SetPatience(quick, quick)
	in := h.accept(t, "r1", crowd)
	stop := make(chan struct{})
	h.Ledger = &flaky{Ledger: h.record, fail: func(method string, _ bool) bool { return method == "Settle" }}
	ended := make(chan error, 1)
	go func() {
		_, err := notify(h.Activities, in, running{stop: stop})
		ended <- err
	}()
	h.await(t, 30)
	close(stop)
	require.ErrorContains(t, <-ended, "write down what became of")

	// The mails had arrived, nobody knows it, and so they arrive again: the one duplicate that there is.
	for _, r := range h.rows(t, in) {
		require.Equal(t, pim.StatusSending, r.Status)
	}
	h.lost = true
	h.Ledger = h.record
	h.pass(30 * time.Second)
	require.Equal(t, pim.Counts{pim.StatusSent: 30}, counts(h.notifyUntilSettled(t, in)))
	require.Len(t, h.inbox.Requests(), 60)
}
