package ledger_test

import (
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
)

func TestTheRateIsUsedFullyAndNeverExceeded(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		pace := func(n int, at time.Time) time.Duration {
			wait, err := l.Pace(t.Context(), "ses", n, 10, 5, at)
			require.NoError(t, err)
			return wait
		}
		require.Zero(t, pace(5, noon), "a burst after a pause")
		require.Equal(t, 500*time.Millisecond, pace(5, noon))
		require.Equal(t, time.Second, pace(5, noon))
		require.Equal(t, 500*time.Millisecond, pace(5, noon.Add(time.Second)))
		require.Zero(t, pace(5, noon.Add(time.Hour)), "a pause earns a burst, not an hour's worth")
		require.Equal(t, 500*time.Millisecond, pace(5, noon.Add(time.Hour)))
		require.Zero(t, pace(0, noon.Add(time.Hour)))
	})
}

func TestProcessesShareOneRate(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		ledgers := []*ledger.Ledger{open(t, url), open(t, url)}
		var group sync.WaitGroup
		waits, errs := make([]time.Duration, 40), make([]error, 40)
		for i := range waits {
			group.Go(func() { waits[i], errs[i] = ledgers[i%2].Pace(t.Context(), "ses", 2, 20, 0, noon) })
		}
		group.Wait()
		seen := map[time.Duration]bool{}
		for i, wait := range waits {
			require.NoError(t, errs[i])
			seen[wait] = true
		}
		require.Len(t, seen, 40)
		for i := range 40 {
			require.True(t, seen[time.Duration(i+1)*100*time.Millisecond], "%v", waits)
		}
		wait, err := ledgers[0].Pace(t.Context(), "another", 1, 20, 1, noon)
		require.NoError(t, err)
		require.Zero(t, wait, "another key is another rate")
	})
}

func TestANewRateHoldsFromTheNextReservation(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		for _, step := range []struct {
			rate float64
			wait time.Duration
		}{{14, 0}, {1, time.Second}, {50, 15 * time.Second}} { // what was reserved at one a second is still being paid for
			wait, err := l.Pace(t.Context(), "ses", 14, step.rate, 14, noon)
			require.NoError(t, err)
			require.Equal(t, step.wait, wait)
		}
		wait, err := l.Pace(t.Context(), "ses", 50, 50, 0, noon.Add(time.Minute))
		require.NoError(t, err)
		require.Equal(t, time.Second, wait)
	})
}

func TestARateThatIsNoneIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		for _, bad := range [][2]float64{{0, 1}, {-1, 1}, {math.NaN(), 1}, {math.Inf(1), 1}, {1, -1}, {1, math.NaN()}, {1, math.Inf(1)}} {
			_, err := l.Pace(t.Context(), "ses", 1, bad[0], bad[1], noon)
			require.ErrorContains(t, err, "the rate must be above zero and the burst not below it")
		}
	})
}
