package pim_test

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/pim"
)

// These were worked out in exact fractions from the documented formula, by another program than this one.
func TestDelayOfARequestIsTheSameForEver(t *testing.T) {
	for _, c := range []struct {
		tenant, request string
		event           pim.EventKind
		nanoseconds     time.Duration
	}{
		{"contoso", "r1", pim.ActivationPendingApproval, 501445106137},
		{"contoso", "r1", pim.ActivationApproved, 324234907978},
		{"contoso", "r1", pim.ActivationDenied, 399113774306},
		{"fabrikam", "r1", pim.ActivationPendingApproval, 580512296162},
		{"contoso", "r2", pim.ActivationPendingApproval, 408868611618},
		{"contoso", "r14", pim.ActivationPendingApproval, 882162680512}, // one of the slow tenth
	} {
		got := pim.DefaultEngineDelay.Draw(c.tenant, c.request, c.event)
		require.InDelta(t, c.nanoseconds, got, 1000, "%s %s %s", c.tenant, c.request, c.event)
	}
}

// exactly is the formula again, in fractions: tenant, request and kind hashed, the first eight bytes over 2^64, on two lines.
func exactly(d pim.EngineDelay, tenant, request string, event pim.EventKind) time.Duration {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", tenant, request, event))
	u := new(big.Rat).SetFrac(new(big.Int).SetBytes(sum[:8]), new(big.Int).Lsh(big.NewInt(1), 64))
	from, to, share, width := d.Min, d.P90, u, big.NewRat(9, 10)
	if u.Cmp(big.NewRat(9, 10)) >= 0 {
		from, to, share, width = d.P90, d.Max, new(big.Rat).Sub(u, big.NewRat(9, 10)), big.NewRat(1, 10)
	}
	share.Quo(share, width)
	share.Mul(share, new(big.Rat).SetInt64(int64(to-from)))
	nanoseconds, _ := share.Float64()
	return from + time.Duration(nanoseconds)
}

func TestNineInTenDelaysAreWithinTenMinutesAndNoneIsBeyondFifteen(t *testing.T) {
	const ids = 10_000
	quick := 0
	for i := range ids {
		id := fmt.Sprintf("r%d", i)
		delay := pim.DefaultEngineDelay.Draw("contoso", id, pim.ActivationPendingApproval)
		require.InDelta(t, exactly(pim.DefaultEngineDelay, "contoso", id, pim.ActivationPendingApproval), delay, 1000, id)
		require.GreaterOrEqual(t, delay, 3*time.Minute, id)
		require.LessOrEqual(t, delay, 15*time.Minute, id)
		if delay <= 10*time.Minute {
			quick++
		}
	}
	require.Greater(t, quick, ids*89/100)
	require.Less(t, quick, ids*91/100)
}

func TestDelayStaysWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d pim.EngineDelay
		d.Min = time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "min"))
		d.P90 = d.Min + time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "to p90"))
		d.Max = d.P90 + time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "to max"))
		tenant, request := rapid.String().Draw(t, "tenant"), rapid.String().Draw(t, "request")
		if err := d.Validate(); err != nil {
			t.Fatalf("%+v: %v", d, err)
		}
		got := d.Draw(tenant, request, pim.ActivationApproved)
		if got < d.Min || got > d.Max {
			t.Fatalf("%s is outside of %+v", got, d)
		}
		if again := d.Draw(tenant, request, pim.ActivationApproved); again != got {
			t.Fatalf("%s, and then %s", got, again)
		}
	})
}

func TestBoundsMayBeEqual(t *testing.T) {
	minute := pim.EngineDelay{Min: time.Minute, P90: time.Minute, Max: time.Minute}
	none := pim.EngineDelay{}
	for i := range 100 {
		id := fmt.Sprintf("r%d", i)
		require.Equal(t, time.Minute, minute.Draw("contoso", id, pim.ActivationPendingApproval))
		require.Zero(t, none.Draw("contoso", id, pim.ActivationPendingApproval))
	}
	require.NoError(t, minute.Validate())
	require.NoError(t, none.Validate())
	require.NoError(t, pim.DefaultEngineDelay.Validate())
}

func TestBoundsThatDoNotAscendAreRefused(t *testing.T) {
	for _, d := range []pim.EngineDelay{
		{Min: -time.Second, P90: time.Second, Max: time.Second},
		{Min: 2 * time.Second, P90: time.Second, Max: 3 * time.Second},
		{Min: time.Second, P90: 3 * time.Second, Max: 2 * time.Second},
	} {
		require.ErrorContains(t, d.Validate(), "ascending", "%+v", d)
	}
}
