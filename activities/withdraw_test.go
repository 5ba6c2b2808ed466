package activities_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

func TestNobodyIsToldOfWhatWasWithdrawnBeforeItWasPlanned(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		in := h.accept(t, "r1", tier0)
		require.NoError(t, h.record.Record(t.Context(), tenant, in.Resource, decided(in)))
		result := h.notify(t, in)
		require.True(t, result.Settled())
		require.Equal(t, "withdrawn:approved", result.Events[0].Withdrawn)
		require.Empty(t, counts(result))
		require.False(t, result.Unreachable, "nobody has to act any more")
		require.Empty(t, h.inbox.Requests())
	})
}

func TestANotifyThatBringsTheWithdrawalItselfTellsNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	in := h.accept(t, "r1", tier0)
	in.Changes = append(in.Changes, decided(in))
	require.True(t, h.notify(t, in).Settled())
	require.Empty(t, h.inbox.Requests())
}

func TestAMailThatIsWithdrawnBetweenItsClaimAndItsSendingNeverLeaves(t *testing.T) {
	t.Parallel()
	onBoth(t, 30, func(t *testing.T, h *house) {
		in := h.accept(t, "r1", crowd)
		var once sync.Once
		h.Ledger = &flaky{Ledger: h.record, stillDue: func() {
			once.Do(func() { assert.NoError(t, h.record.Record(context.Background(), tenant, in.Resource, decided(in))) })
		}}
		require.Equal(t, pim.Counts{pim.StatusCancelled: 30}, counts(h.notify(t, in)))
		require.Empty(t, h.inbox.Requests())
		require.Equal(t, 1, h.rows(t, in)[0].Attempt, "it had been claimed")
	})
}

// The moment of the withdrawal is swept over the time that 200 mails take, and a little beyond both ends of it.
func TestRecordAndInboxAgreeWheneverAMailIsWithdrawnWhileItIsSent(t *testing.T) {
	t.Parallel()
	const seeds, inFlight = 32, 16
	crowdSize := sized(200, 50)
	h := newHouse(t, crowdSize)
	h.InFlight = inFlight
	h.inbox.SetFaults(inbox.Fault{Kind: inbox.Latency, Delay: inbox.Duration(20 * time.Millisecond)})
	partly := 0
	for seed := range seeds {
		in := h.accept(t, fmt.Sprintf("r%d", seed), crowd)
		before := len(h.inbox.Messages())
		done := make(chan activities.NotifyResult, 1)
		failed := make(chan error, 1)
		go func() {
			result, err := notify(h.Activities, in, running{})
			done <- result
			failed <- err
		}()
		// The sweep goes by mails that have arrived, so that it covers the drain however fast the machine is.
		random := rand.New(rand.NewPCG(uint64(seed), 1))
		h.await(t, before+crowdSize*seed/(seeds-1))
		<-time.After(time.Duration(random.Int64N(int64(20 * time.Millisecond)))) // anywhere between two arrivals
		require.NoError(t, h.record.Record(t.Context(), tenant, in.Resource, decided(in)))
		atWithdrawal := len(h.inbox.Messages()) - before

		result := <-done
		require.NoError(t, <-failed)
		require.True(t, result.Settled(), "seed %d: %v", seed, counts(result))
		arrived := len(h.inbox.Messages()) - before
		require.Equal(t, counts(result)[pim.StatusSent], arrived, "seed %d", seed)
		require.LessOrEqual(t, arrived, atWithdrawal+inFlight, "seed %d: only what had begun to leave may still arrive", seed)
		if planned := counts(result); len(planned) > 0 {
			require.Equal(t, crowdSize, planned[pim.StatusSent]+planned[pim.StatusCancelled], "seed %d: %v", seed, planned)
		}
		for _, r := range h.rows(t, in) {
			if r.Status == pim.StatusCancelled {
				require.Equal(t, "withdrawn:approved", r.Reason, "seed %d", seed)
			}
		}
		require.Equal(t, result.Events[0].Counts, counts(h.notify(t, in)), "seed %d: repeating it changes nothing", seed)
		require.Len(t, h.inbox.Messages(), before+arrived)
		if arrived > 0 && arrived < crowdSize {
			partly++
		}
	}
	require.Greater(t, partly, seeds/4, "the sweep hardly met a drain in the middle")
}

func TestAnUnknownMailOfAWithdrawnEventIsNeverSentAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		in := h.accept(t, "r1", tier0)
		h.inbox.SetFaults(inbox.Fault{Kind: inbox.Cut, Recipient: "joni@*"})
		require.Equal(t, 1, counts(h.notify(t, in))[pim.StatusUnknown])
		require.NoError(t, h.record.Record(t.Context(), tenant, in.Resource, decided(in)))
		require.False(t, h.notify(t, in).Settled(), "within the grace time its proof can still come")
		h.pass(2 * time.Minute)
		result := h.notify(t, in)
		require.Equal(t, pim.Counts{pim.StatusSent: 3, pim.StatusCancelled: 1, pim.StatusSkipped: 1}, counts(result))
		require.Len(t, h.inbox.Requests(), 4)
	})
}
