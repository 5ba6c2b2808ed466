package ledger_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

func TestMailsAreClaimedInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, ref := planned(t, l, "r1", 25)
		next := 1
		for _, limit := range []int{10, 10, 10} {
			for _, c := range claim(t, l, limit, key) {
				require.Equal(t, next, c.Recipient.Order)
				want := people(next, 1)[0]
				want.Status = pim.StatusSending
				require.Equal(t, pim.Claim{
					MailID: c.MailID, EventKey: key, Event: ref, Recipient: want, Attempt: 1, LeaseUntil: noon.Add(30 * time.Second), DueDateTime: noon,
				}, c)
				next++
			}
		}
		require.Equal(t, 26, next)
		require.Empty(t, claim(t, l, 10, key))
		require.Empty(t, claim(t, l, 10))
	})
}

func TestNoMailIsClaimedTwiceByManyWorkersAndProcesses(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l, other := open(t, url), open(t, url)
		_, key, _ := planned(t, l, "r1", 300)
		job := fmt.Sprintf("claim %d", key)
		children := []*child{startChild(t, url, job), startChild(t, url, job)}
		var group sync.WaitGroup
		taken, errs := make([][]string, 8), make([]error, 8)
		for i := range taken {
			group.Go(func() { taken[i], errs[i] = claimAll(t.Context(), []*ledger.Ledger{l, other}[i%2], key) })
		}
		group.Wait()
		all := map[string]int{}
		count := func(ids []string) {
			for _, id := range ids {
				all[id]++
				require.Equal(t, 1, all[id], "claimed twice")
			}
		}
		for i := range taken {
			require.NoError(t, errs[i])
			count(taken[i])
		}
		for _, c := range children {
			var ids []string
			require.NoError(t, json.Unmarshal([]byte(c.wait(t)), &ids))
			count(ids)
		}
		require.Len(t, all, 300)
		require.Equal(t, pim.Counts{pim.StatusSent: 300}, counts(t, l, key))
	})
}

func TestAClaimIsStillDueUntilItsLeaseEndsOrTheEventIsWithdrawn(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r, key, ref := planned(t, l, "r1", 3)
		still := func(c pim.Claim, at time.Time) bool {
			due, err := l.StillDue(t.Context(), c, at)
			require.NoError(t, err)
			return due
		}
		claims := claim(t, l, 3, key)
		require.True(t, still(claims[0], noon.Add(29*time.Second)))
		require.False(t, still(claims[0], noon.Add(30*time.Second)), "the lease is over")
		stale := claims[0]
		stale.Attempt++
		require.False(t, still(stale, noon), "another attempt")
		settle(t, l, claims[1], pim.StatusSent)
		require.False(t, still(claims[1], noon), "settled")
		withdraw(t, l, r, ref)
		require.False(t, still(claims[2], noon), "withdrawn")
		require.False(t, still(pim.Claim{MailID: "nobody", Attempt: 1}, noon))
	})
}

func TestAMailWhoseLeaseIsOverIsUnknownAndIsSentAgainAfterTheGraceOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 1)
		first := claim(t, l, 1, key)[0]
		lapse := func(at time.Time) int {
			n, err := l.Lapse(t.Context(), []int64{key}, at)
			require.NoError(t, err)
			return n
		}
		require.Zero(t, lapse(noon.Add(29*time.Second)))
		require.Equal(t, 1, lapse(noon.Add(30*time.Second)))
		require.Zero(t, lapse(noon.Add(time.Hour)))
		tally, err := l.Tally(t.Context(), []int64{key})
		require.NoError(t, err)
		require.Equal(t, noon.Add(30*time.Second), tally.UnknownSince)
		require.Zero(t, tally.LeaseUntil)

		again := request(1, noon.Add(90*time.Second), key)
		for _, before := range []time.Time{{}, noon.Add(30 * time.Second)} { // never, and not yet
			again.ResendBefore = before
			claims, err := l.Claim(t.Context(), again)
			require.NoError(t, err)
			require.Empty(t, claims)
		}
		again.ResendBefore = noon.Add(31 * time.Second)
		claims, err := l.Claim(t.Context(), again)
		require.NoError(t, err)
		require.Len(t, claims, 1)
		require.Equal(t, first.MailID, claims[0].MailID)
		require.Equal(t, 2, claims[0].Attempt)

		settle(t, l, first, pim.StatusSent) // the answer to the first attempt comes when the second is on its way
		require.Equal(t, pim.Counts{pim.StatusSending: 1}, counts(t, l, key))
		settle(t, l, claims[0], pim.StatusSent)
		require.Equal(t, pim.Counts{pim.StatusSent: 1}, counts(t, l, key))
	})
}

func TestAnUnknownMailOfAWithdrawnEventEndsAsCancelledAfterTheGrace(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r, key, ref := planned(t, l, "r1", 2)
		claims := claim(t, l, 2, key)
		settle(t, l, claims[0], pim.StatusUnknown)
		settle(t, l, claims[1], pim.StatusUnknown)
		withdraw(t, l, r, ref)
		require.Equal(t, pim.Counts{pim.StatusUnknown: 2}, counts(t, l, key), "they may have left")
		settle(t, l, claims[0], pim.StatusSent) // proven
		again := request(5, noon, key)
		again.ResendBefore = noon.Add(time.Minute)
		none, err := l.Claim(t.Context(), again)
		require.NoError(t, err)
		require.Empty(t, none)
		require.Equal(t, pim.Counts{pim.StatusSent: 1, pim.StatusCancelled: 1}, counts(t, l, key))
		deliveries, err := l.Recipients(t.Context(), tenant, ref.ID)
		require.NoError(t, err)
		require.Equal(t, "unknown:withdrawn:approved", deliveries[1].Reason)
	})
}

func TestSeveralEventsAreClaimedTogetherAndTheWithdrawnOneIsNot(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, first, _ := planned(t, l, "r1", 3)
		_, second, _ := planned(t, l, "r2", 3)
		r, gone, ref := planned(t, l, "r3", 3)
		withdraw(t, l, r, ref)
		byEvent := map[int64]int{}
		for _, c := range claim(t, l, 2, first, second) {
			require.Equal(t, 1, c.Recipient.Order, "the first of each event before the second of any")
			byEvent[c.EventKey]++
		}
		for _, c := range claim(t, l, 100, first, gone, second, 42) {
			byEvent[c.EventKey]++
		}
		require.Equal(t, map[int64]int{first: 3, second: 3}, byEvent)
	})
}
