package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// A decision, a cancellation or a failure a millisecond before the approval engine's moment, at it, and after it, for a thousand
// requests, each with the delay that it drew. Either nobody is asked and the record says why, or they are asked once, by a Notify
// that was under way before; whatever the run asks for from then on begins with the withdrawal. That a Notify under way stops at
// the withdrawal is the ledger's promise.
func TestRequestMailIsEitherAskedOrWithdrawnFirst(t *testing.T) {
	seeds := 1000
	if testing.Short() {
		seeds = 100
	}
	ends := []struct {
		what string
		do   func(*house)
	}{{"approved", approve("u2")}, {"denied", deny("u2")}, {"canceled", report("cancel")}, {"failed", report("failed")}}
	for seed := range seeds {
		in := asked()
		in.ID = fmt.Sprintf("r%d", seed)
		delay := pim.DefaultEngineDelay.Draw(in.Tenant, in.ID, pim.ActivationPendingApproval).Truncate(time.Millisecond)
		in.RequestMailDelay = pim.DurationOf(delay)
		end := ends[seed%len(ends)]
		for _, offset := range []time.Duration{-time.Millisecond, 0, time.Millisecond} {
			h := newHouse(t)
			if seed/len(ends)%2 == 0 {
				h.after(delay+offset, end.do)
			} else { // set up after the engine's own timer was, and so behind it where both are due at once
				h.after(time.Minute, func(h *house) { h.after(delay+offset-time.Minute, end.do) })
			}
			h.run(in)
			story := fmt.Sprintf("seed %d, %s at %s: %v", seed, end.what, offset, h.post.told())
			calls, sent, withdrawn := h.post.kept()
			mail := "activation." + in.ID + ".pendingApproval"
			asks, settles := 0, 0
			for _, c := range calls {
				about := len(c.in.Due) > 0 && c.in.Due[0].Event.ID == mail
				switch {
				case about && len(c.in.Changes) == 0:
					asks++
				default:
					require.NotEmpty(t, c.in.Changes, story)
					require.Equal(t, mail, c.in.Changes[0].Withdraw[0].ID, story)
					if about {
						settles++
					}
				}
			}
			require.LessOrEqual(t, asks, 1, story)
			if offset < 0 {
				require.Zero(t, asks+settles, story)
			}
			if offset > 0 { // it had begun: it was sent, or what became of it was looked up, or both
				require.Positive(t, asks+settles, story)
			}
			if asks == 0 {
				require.NotContains(t, sent, "pendingApproval/others", story)
			}
			require.Equal(t, pim.WithdrawnPrefix+end.what, withdrawn[mail], story)
		}
	}
}
