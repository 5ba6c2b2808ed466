package pim_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/pim"
)

func TestAMailFollowsWhatIsObservedOfIt(t *testing.T) {
	for _, c := range []struct {
		from pim.RecipientStatus
		kind pim.ObservationKind
		to   pim.RecipientStatus
	}{
		{pim.StatusSent, pim.ObservedSend, pim.StatusSent},
		{pim.StatusUnknown, pim.ObservedSend, pim.StatusSent},
		{pim.StatusSending, pim.ObservedSend, pim.StatusSent},
		{pim.StatusPlanned, pim.ObservedSend, pim.StatusSent},
		{pim.StatusSent, pim.ObservedDelivery, pim.StatusDelivered},
		{pim.StatusUnknown, pim.ObservedDelivery, pim.StatusDelivered},
		{pim.StatusUnknown, pim.ObservedDeliveryDelay, pim.StatusSent},
		{pim.StatusDelivered, pim.ObservedDeliveryDelay, pim.StatusDelivered},
		{pim.StatusSent, pim.ObservedBounce, pim.StatusBounced},
		{pim.StatusDelivered, pim.ObservedTransientBounce, pim.StatusBounced},
		{pim.StatusDelivered, pim.ObservedComplaint, pim.StatusComplained},
		{pim.StatusSent, pim.ObservedSuppression, pim.StatusSuppressed},
		{pim.StatusDelivered, pim.ObservedSuppression, pim.StatusDelivered},
		{pim.StatusSent, pim.ObservedReject, pim.StatusBounced},
		{pim.StatusUnknown, pim.ObservedRenderingFailure, pim.StatusBounced},
		{pim.StatusBounced, pim.ObservedDelivery, pim.StatusBounced},
		{pim.StatusBounced, pim.ObservedComplaint, pim.StatusBounced},
		{pim.StatusSent, "opened", pim.StatusSent},
	} {
		require.Equal(t, c.to, pim.Follow(c.from, pim.Observation{Kind: c.kind}), "%s, %s", c.from, c.kind)
	}
	for _, end := range []pim.RecipientStatus{
		pim.StatusSkipped, pim.StatusCapped, pim.StatusCancelled, pim.StatusFailed, pim.StatusSuppressed, pim.StatusComplained, pim.StatusBounced,
	} {
		for _, kind := range pim.AllObservationKinds {
			require.Equal(t, end, pim.Follow(end, pim.Observation{Kind: kind}), "%s is an end", end)
		}
	}
}

// Each step on the way is one that a mail can take.
func TestAMailFollowsInStepsThatThereAre(t *testing.T) {
	for _, from := range pim.AllRecipientStatuses {
		for _, kind := range pim.AllObservationKinds {
			at := from
			for _, next := range pim.Steps(from, pim.Observation{Kind: kind}) {
				require.True(t, at.CanBecome(next), "%s after %s, of %s", next, at, kind)
				at = next
			}
			require.Equal(t, pim.Follow(from, pim.Observation{Kind: kind}), at)
		}
	}
	require.Equal(t, []pim.RecipientStatus{pim.StatusSent, pim.StatusDelivered}, pim.Steps(pim.StatusUnknown, pim.Observation{Kind: pim.ObservedDelivery}))
}

// Whatever the service says of one mail, twice, and in whatever order it arrives: the mail ends as the same.
func TestTheOrderInWhichAMailIsObservedDoesNotMatter(t *testing.T) {
	ends := []pim.ObservationKind{
		"", pim.ObservedDelivery, pim.ObservedBounce, pim.ObservedTransientBounce, pim.ObservedSuppression, pim.ObservedReject, pim.ObservedRenderingFailure,
	}
	rapid.Check(t, func(t *rapid.T) {
		kinds := []pim.ObservationKind{pim.ObservedSend, pim.ObservedDeliveryDelay, rapid.SampledFrom(ends).Draw(t, "end")}
		if kinds[2] == pim.ObservedDelivery { // only who got it can complain of it, or have it bounce later
			kinds = append(kinds, rapid.SampledFrom([]pim.ObservationKind{"", pim.ObservedComplaint, pim.ObservedTransientBounce}).Draw(t, "later"))
		}
		from := rapid.SampledFrom([]pim.RecipientStatus{pim.StatusPlanned, pim.StatusSending, pim.StatusUnknown, pim.StatusSent}).Draw(t, "from")
		want := followAll(from, kinds)
		shuffled := append(kinds, kinds...)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		require.Equal(t, want, followAll(from, shuffled), "%v", shuffled)
	})
}

func followAll(status pim.RecipientStatus, kinds []pim.ObservationKind) pim.RecipientStatus {
	for _, kind := range kinds {
		status = pim.Follow(status, pim.Observation{Kind: kind})
	}
	return status
}

func TestOnlyWhatIsForGoodSuppressesAnAddress(t *testing.T) {
	for _, kind := range pim.AllObservationKinds {
		require.Equal(t, kind == pim.ObservedBounce || kind == pim.ObservedComplaint, kind.Suppresses(), kind)
	}
}
