package ledger_test

import (
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

// asking asks for turns of five at ten a second, so each is half a second's worth.
func asking(t *testing.T, l *ledger.Ledger) func(tenant string, urgent bool, at time.Time) pim.Turn {
	t.Helper()
	return func(tenant string, urgent bool, at time.Time) pim.Turn {
		t.Helper()
		turn, err := l.Turn(t.Context(), pim.TurnRequest{Name: "ses", Tenant: tenant, Urgent: urgent, N: 5, Rate: 10, Now: at})
		require.NoError(t, err)
		return turn
	}
}

func TestWhoeverIsAloneUsesTheWholeRate(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		ask := asking(t, l)
		at, sent := noon, 0
		for at.Before(noon.Add(10 * time.Second)) {
			turn := ask("contoso", false, at)
			if turn.Granted {
				sent += 5
			}
			at = at.Add(turn.Wait)
		}
		require.InDelta(t, 10*10, sent, 10, "ten a second, and at most one batch of those before")
		require.True(t, ask("contoso", false, noon.Add(time.Hour)).Granted)
		require.Zero(t, ask("contoso", false, noon.Add(2*time.Hour)).Wait, "a pause earns a batch")
	})
}

func TestWhoeverAsksALittleLateNowAndThenUsesTheWholeRateToo(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		ask := asking(t, l)
		at, batches := noon, 0
		for at.Before(noon.Add(time.Minute)) {
			turn := ask("contoso", false, at)
			at = at.Add(turn.Wait)
			if !turn.Granted {
				continue
			}
			batches++
			busy := 100 * time.Millisecond
			if batches%4 == 0 {
				busy = 580 * time.Millisecond // longer than the batch lasts
			}
			at = at.Add(busy)
		}
		require.InDelta(t, 2*60, batches, 2)
		at = noon.Add(time.Hour)
		require.Equal(t, pim.Turn{Granted: true}, ask("contoso", false, at), "a long pause earns no more than a short one")
		require.Equal(t, pim.Turn{Wait: 200 * time.Millisecond}, ask("contoso", false, at))
	})
}

func TestNothingIsReservedFurtherAheadThanTheHorizonAndOneBatch(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		ask := asking(t, l)
		require.Equal(t, pim.Turn{Granted: true}, ask("contoso", false, noon))
		require.Equal(t, pim.Turn{Wait: 250 * time.Millisecond}, ask("contoso", false, noon), "to be asked for again")
		require.False(t, ask("contoso", false, noon.Add(299*time.Millisecond)).Granted)
		require.Equal(t, pim.Turn{Granted: true, Wait: 200 * time.Millisecond}, ask("contoso", false, noon.Add(300*time.Millisecond)))
		require.False(t, ask("contoso", false, noon.Add(799*time.Millisecond)).Granted)
		require.True(t, ask("contoso", false, noon.Add(800*time.Millisecond)).Granted)
	})
}

func TestANewRateHoldsFromTheNextTurn(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		ask := func(rate float64, at time.Time) pim.Turn {
			turn, err := l.Turn(t.Context(), pim.TurnRequest{Name: "ses", Tenant: "contoso", N: 1, Rate: rate, Now: at})
			require.NoError(t, err)
			return turn
		}
		require.Equal(t, pim.Turn{Granted: true}, ask(1, noon))
		require.Equal(t, pim.Turn{Granted: true, Wait: 100 * time.Millisecond}, ask(50, noon.Add(900*time.Millisecond)), "what was reserved stays reserved")
		require.Equal(t, pim.Turn{Granted: true, Wait: 120 * time.Millisecond}, ask(1, noon.Add(900*time.Millisecond)))
		require.False(t, ask(50, noon.Add(1800*time.Millisecond)).Granted)
		require.True(t, ask(50, noon.Add(1820*time.Millisecond)).Granted)
	})
}

func TestMailThatAsksForAnActionGoesFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		ask := asking(t, l)
		ask("contoso", false, noon)
		ask("contoso", false, noon)
		require.False(t, ask("contoso", false, noon).Granted)
		require.False(t, ask("fabrikam", true, noon).Granted)
		later := noon.Add(600 * time.Millisecond)
		require.False(t, ask("contoso", false, later).Granted, "there is room, and somebody who goes first")
		require.True(t, ask("fabrikam", true, later).Granted)
		require.True(t, ask("contoso", false, later.Add(501*time.Millisecond)).Granted, "who has had it does not wait any more")
		for range 3 { // more than there is room for, so that the last one waits
			ask("fabrikam", true, noon.Add(2*time.Second))
		}
		require.True(t, ask("contoso", false, noon.Add(5*time.Second)).Granted, "who asked long ago has gone away")
	})
}

func TestTenantsTakeTurnsHoweverManyOfTheirsWait(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		ask := asking(t, l)
		granted := map[string]int{}
		tenants := []string{"noisy", "noisy", "noisy", "noisy", "noisy", "quiet", "calm"}
		for at := noon; at.Before(noon.Add(12 * time.Second)); at = at.Add(100 * time.Millisecond) {
			for _, tenant := range tenants {
				if ask(tenant, false, at).Granted {
					granted[tenant]++
				}
			}
		}
		total := granted["noisy"] + granted["quiet"] + granted["calm"]
		require.InDelta(t, 24, total, 3, "the rate is used")
		for tenant, n := range granted {
			require.InDelta(t, total/3, n, 2, tenant)
		}
	})
}

func TestProcessesTakeTurnsOnOneRate(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		ledgers := []*ledger.Ledger{open(t, url), open(t, url)}
		var group sync.WaitGroup
		turns, errs := make([]pim.Turn, 40), make([]error, 40)
		for i := range turns {
			group.Go(func() {
				turns[i], errs[i] = ledgers[i%2].Turn(t.Context(), pim.TurnRequest{Name: "ses", Tenant: fmt.Sprint(i % 4), N: 2, Rate: 20, Now: noon})
			})
		}
		group.Wait()
		granted := 0
		for i, turn := range turns {
			require.NoError(t, errs[i])
			if turn.Granted {
				granted++
			}
		}
		require.LessOrEqual(t, granted, 3, "two within the horizon, and one after that")
		require.Positive(t, granted)
	})
}

func TestATurnUnderNoRateIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
			_, err := l.Turn(t.Context(), pim.TurnRequest{Name: "ses", N: 1, Rate: bad, Now: noon})
			require.ErrorContains(t, err, "the rate must be above zero")
		}
		_, err := l.Turn(t.Context(), pim.TurnRequest{Name: "ses", Tenant: "a\x00", N: 1, Rate: 1, Now: noon})
		require.ErrorContains(t, err, "NUL")
		turn, err := l.Turn(t.Context(), pim.TurnRequest{Name: "ses", N: 0, Rate: 1, Now: noon})
		require.NoError(t, err)
		require.True(t, turn.Granted)
	})
}
