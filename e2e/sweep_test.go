package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// The sweep decides at many moments: half of them by the clock, from before the engine's timer to long after it, and half of
// them by how many of the mails have arrived. Whatever the moment, either nobody was asked, or the record says exactly who was.
func TestADecisionAtAnyMomentAroundTheTimerLeavesRecordAndInboxInAgreement(t *testing.T) {
	t.Parallel()
	const delay, width, steps, asked = 1500 * time.Millisecond, 1800 * time.Millisecond, 40, 150
	w := newWorld(t, options{
		directory: organisation(asked),
		env:       map[string]string{"PIMNOTIFY_ENGINE_DELAY": "1500ms,1500ms,1500ms"},
		inbox:     inbox.Options{Faults: []inbox.Fault{{Kind: inbox.Latency, Delay: inbox.Duration(20 * time.Millisecond)}}},
	})
	ids := make([]string, steps)
	var deciding []func(testing.TB)
	for i := range steps {
		ids[i] = fmt.Sprintf("%ssweep-%d", w.prefix, i)
		created := time.Now()
		r := activation(func(r *pim.ActivationRequest) { r.CreatedDateTime = &created })
		moment := func() { <-time.After(time.Until(created.Add(delay - width/6 + time.Duration(i)*width/steps))) }
		if i%2 == 1 {
			moment = func() { w.awaitMails(t, "activation."+ids[i]+".pendingApproval", 1+i*asked/steps) }
		}
		deciding = append(deciding, func(t testing.TB) {
			t.Helper()
			w.put(t, ids[i], r)
			moment()
			w.decide(t, ids[i], pim.Approve, "a0").done(t)
		})
	}
	together(t, deciding...)
	nobody, some, all := 0, 0, 0
	for _, id := range ids {
		v := w.awaitEnd(t, id, pim.Provisioned, patience)
		e, ok := event(v, pim.ActivationPendingApproval)
		require.True(t, ok)
		arrived := 0
		for _, m := range w.inbox.Messages() {
			if m.Header("X-PIM-Event-Id") == e.ID {
				arrived++
			}
		}
		require.Equal(t, arrived, e.Counts[pim.StatusSent], "%s", id)
		switch arrived {
		case 0:
			nobody++
		case asked:
			all++
		default:
			some++
			require.Equal(t, asked, e.Counts[pim.StatusSent]+e.Counts[pim.StatusCancelled], "everybody is accounted for")
		}
	}
	w.agree(t, ids...)
	t.Logf("of %d requests, nobody was asked in %d, some in %d, all in %d", steps, nobody, some, all)
	require.Positive(t, nobody, "the sweep begins before the timer")
	require.Positive(t, some, "the sweep meets mails that are on their way")
}

// awaitMails waits until that many mails of an event have arrived.
func (w *world) awaitMails(t *testing.T, eventID string, n int) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	looked, count := 0, 0
	if err := w.inbox.Wait(ctx, func(received []inbox.Received) bool {
		for ; looked < len(received); looked++ {
			if received[looked].Header("X-PIM-Event-Id") == eventID {
				count++
			}
		}
		return count >= n
	}); err != nil {
		t.Errorf("%d of %d mails of %s arrived: %v", count, n, eventID, err)
	}
}
