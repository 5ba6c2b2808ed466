package activities_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/pim"
)

var (
	rate  = sized(200, 100)
	paced = 2 * rate
	ahead = rate / 4 // a batch, and what one may be late
)

// These are not parallel: a busy machine is slower than the rate.

func TestMailsLeaveAtTheRateOfTheAccount(t *testing.T) {
	h := newHouse(t, paced)
	h.Rate = func() float64 { return float64(rate) }
	in := h.accept(t, "r1", crowd)
	require.Equal(t, pim.Counts{pim.StatusSent: paced}, counts(h.notify(t, in)))
	h.expectPace(t)
}

func TestTwoNotifiesShareTheRate(t *testing.T) {
	onBoth(t, paced/2, func(t *testing.T, h *house) {
		h.Rate = func() float64 { return float64(rate) }
		ins := []activities.NotifyInput{h.accept(t, "r1", crowd), h.accept(t, "r2", crowd)}
		workers, errs := []*activities.Activities{h.worker("w1"), h.worker("w2")}, make([]error, 2)
		var both sync.WaitGroup
		for i := range ins {
			both.Go(func() { _, errs[i] = notify(workers[i], ins[i], running{}) })
		}
		both.Wait()
		require.Equal(t, make([]error, 2), errs)
		h.expectPace(t)
	})
}

// expectPace looks at what the receiver saw: no second had more than the rate and what may be ahead of it, and the whole ended.
func (h *house) expectPace(t *testing.T) {
	t.Helper()
	requests := h.inbox.Requests()
	require.Len(t, requests, paced)
	most, first := 0, 0
	for i, r := range requests {
		for r.At.Sub(requests[first].At) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	took := requests[paced-1].At.Sub(requests[0].At)
	t.Logf("most in any second %d, all in %s", most, took)
	require.LessOrEqual(t, most, rate+ahead)
	require.Greater(t, took, time.Duration(paced-ahead)*time.Second/time.Duration(rate))
	require.Less(t, took, 20*time.Second, "two seconds, on a machine that has nothing else to do")
}

// A thousand people are being told that a role is active when somebody else is asked to approve.
func TestAnApproversMailLeavesWithinTwoSecondsOfItsRequestWhateverElseIsSent(t *testing.T) {
	onBoth(t, sized(300, 100), func(t *testing.T, h *house) {
		const slow = 14.0
		h.Rate = func() float64 { return slow }
		stop := make(chan struct{})
		var others sync.WaitGroup
		for i := range 4 { // of two workers
			in := h.news(t, fmt.Sprintf("crowded%d", i))
			others.Go(func() { _, _ = notify(h.worker(fmt.Sprintf("w%d", i%2)), in, running{stop: stop}) })
		}
		h.await(t, 20)
		in := h.accept(t, "urgent", tier0)
		asked := time.Now()
		h.notify(t, in)
		close(stop)
		others.Wait()
		late := 0 * time.Second
		for _, r := range h.inbox.Requests() {
			if r.Tags["event"] == "activation_pendingApproval" {
				late = max(late, r.At.Sub(asked))
			}
		}
		t.Logf("the last of four approvers %s after the request", late)
		require.Positive(t, late)
		require.Less(t, late, 2*time.Second)
	})
}

func TestAMailThatWaitsForItsTurnCanStillBeWithdrawn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 5)
	in := h.accept(t, "r1", crowd)
	key := h.plan(t, in)
	h.Rate = func() float64 { return 1 }
	_, err := h.record.Turn(t.Context(), pim.TurnRequest{Name: "ses", Tenant: "fabrikam", N: 2, Rate: 1, Now: time.Now()}) // somebody else has the next two seconds
	require.NoError(t, err)
	done, waiting := make(chan activities.NotifyResult, 1), make(chan struct{}, 1000)
	h.Ledger = &flaky{Ledger: h.record, paced: func() { waiting <- struct{}{} }}
	go func() {
		result, _ := notify(h.Activities, in, running{})
		done <- result
	}()
	<-waiting
	tally, err := h.record.Tally(t.Context(), []int64{key})
	require.NoError(t, err)
	require.Equal(t, pim.Counts{pim.StatusPlanned: 5}, tally.Counts[key], "nothing is claimed before its turn")
	require.NoError(t, h.record.Record(t.Context(), tenant, in.Resource, decided(in)))
	require.Equal(t, pim.Counts{pim.StatusCancelled: 5}, counts(<-done))
	require.Empty(t, h.inbox.Requests())
}

// What was sent is written down also while the next batch waits for a turn that is far away.
func TestAnOutcomeIsWrittenDownWhileTheNextMailWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 2)
	h.Rate = func() float64 { return 0.001 } // the second mail would have to wait for a quarter of an hour
	in := h.accept(t, "r1", crowd)
	stop, settled := make(chan struct{}), make(chan struct{}, 1)
	h.Ledger = &flaky{Ledger: h.record, settled: func() { settled <- struct{}{} }}
	ended := make(chan error, 1)
	go func() {
		_, err := notify(h.Activities, in, running{stop: stop})
		ended <- err
	}()
	select {
	case <-settled:
	case <-time.After(20 * time.Second):
		require.Fail(t, "the first mail has arrived, and its outcome waits")
	}
	require.Equal(t, pim.StatusSent, h.rows(t, in)[0].Status)
	require.Equal(t, pim.StatusPlanned, h.rows(t, in)[1].Status)
	close(stop)
	require.Error(t, <-ended)
}

// news tells everybody of the crowd that a role is active.
func (h *house) news(t *testing.T, id string) activities.NotifyInput {
	t.Helper()
	in := h.accept(t, id, crowd)
	decision := pim.Change{Seq: 1, At: time.Now(), What: pim.WhatDenied, Status: pim.Denied, By: "u8", Withdraw: []pim.EventRef{in.Due[0].Event}}
	due := h.due(in.Resource, pim.ActivationDenied, "", decision.At)
	due.Part = pim.PartOthers
	decision.Schedule = []pim.Due{due}
	in.Changes, in.Due = append(in.Changes, decision), decision.Schedule
	return in
}
