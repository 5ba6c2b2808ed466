package ledger_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

func TestASentMailHasItsMessageAndMoment(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, ref := planned(t, l, "r1", 1)
		c := claim(t, l, 1, key)[0]
		settle(t, l, c, pim.StatusSent)
		settle(t, l, c, pim.StatusSent)
		settle(t, l, c, pim.StatusFailed) // too late
		deliveries, err := l.Recipients(t.Context(), tenant, ref.ID)
		require.NoError(t, err)
		at := noon.Add(time.Second)
		want := pim.Delivery{
			MailID: c.MailID, Address: "u1@contoso.example", PrincipalID: "u1", DisplayName: "User 1", Audience: pim.Approver, Order: 1,
			Status: pim.StatusSent, MessageID: "m-" + c.MailID, Subject: "PIM: Review a request", DueDateTime: noon, SentDateTime: &at,
			Attempt: 1, RecipientType: pim.ApproverRecipient,
		}
		require.Equal(t, []pim.Delivery{want}, deliveries)
	})
}

// What an answer makes of a mail, whatever the mail is: only the steps that are allowed, only while it is open, and only for its
// latest attempt.
func TestASettlementTakesOnlyAllowedSteps(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		answers := []pim.RecipientStatus{pim.StatusSent, pim.StatusFailed, pim.StatusUnknown, pim.StatusPlanned}
		for i, first := range append([]pim.RecipientStatus{pim.StatusSending}, answers...) {
			for j, second := range answers {
				_, key, _ := planned(t, l, fmt.Sprintf("r%d-%d", i, j), 1)
				c := claim(t, l, 1, key)[0]
				if first != pim.StatusSending {
					settle(t, l, c, first)
				}
				stale := c
				stale.Attempt--
				settle(t, l, stale, second)
				require.Equal(t, pim.Counts{first: 1}, counts(t, l, key), "a stale %s after %s", second, first)
				settle(t, l, c, second)
				want := first
				if first.Open() && first.CanBecome(second) { // what has an end is not answered for again
					want = second
				}
				require.Equal(t, pim.Counts{want: 1}, counts(t, l, key), "%s after %s", second, first)
			}
		}
	})
}

func TestAMailThatWasSurelyNotSentWaitsWithItsReasonAndIsClaimedAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 2)
		held := settlement(claim(t, l, 1, key)[0], pim.StatusPlanned)
		held.Reason = pim.HeldPrefix + "suspended"
		require.NoError(t, l.Settle(t.Context(), []pim.Settlement{held}))
		tally, err := l.Tally(t.Context(), []int64{key})
		require.NoError(t, err)
		require.Equal(t, "held:suspended", tally.Held)
		claims := claim(t, l, 2, key)
		require.Equal(t, []int{2, 1}, []int{claims[0].Attempt, claims[1].Attempt})
		tally, err = l.Tally(t.Context(), []int64{key})
		require.NoError(t, err)
		require.Empty(t, tally.Held)
		require.Equal(t, noon.Add(30*time.Second), tally.LeaseUntil)
	})
}

func TestAMailThatComesBackAfterItsEventWasWithdrawnIsCancelled(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r, key, ref := planned(t, l, "r1", 3)
		claims := claim(t, l, 3, key)
		withdraw(t, l, r, ref)
		require.NoError(t, l.Settle(t.Context(), []pim.Settlement{
			settlement(claims[0], pim.StatusPlanned), settlement(claims[1], pim.StatusSent), settlement(claims[2], pim.StatusFailed),
		}))
		require.Equal(t, pim.Counts{pim.StatusCancelled: 1, pim.StatusSent: 1, pim.StatusFailed: 1}, counts(t, l, key))
		deliveries, err := l.Recipients(t.Context(), tenant, ref.ID)
		require.NoError(t, err)
		require.Equal(t, "withdrawn:approved", deliveries[0].Reason)
	})
}

// A mail that comes back in the very moment of the withdrawal must not stay planned: nobody would ever look at it again.
func TestAMailThatComesBackWhileItsEventIsWithdrawnIsCancelled(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l, other := open(t, url), open(t, url)
		for i := range 30 {
			r, key, ref := planned(t, l, fmt.Sprintf("r%d", i), 5)
			var back []pim.Settlement
			for _, c := range claim(t, l, 5, key) {
				back = append(back, settlement(c, pim.StatusPlanned))
			}
			var group sync.WaitGroup
			var settled, withdrawn error
			group.Go(func() { settled = l.Settle(t.Context(), back) })
			group.Go(func() {
				withdrawn = other.Record(t.Context(), tenant, r, withdrawal(1, pim.WhatDenied, ref))
			})
			group.Wait()
			require.NoError(t, settled)
			require.NoError(t, withdrawn)
			require.Equal(t, pim.Counts{pim.StatusCancelled: 5}, counts(t, l, key))
		}
	})
}

func TestASettlementThatIsNoneIsRefusedAndTheBatchWithIt(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 2)
		claims := claim(t, l, 2, key)
		err := l.Settle(t.Context(), []pim.Settlement{settlement(claims[0], pim.StatusSent), settlement(claims[1], pim.StatusCapped)})
		require.ErrorContains(t, err, `a claim ends as sent, failed, unknown or planned, not "capped"`)
		require.Equal(t, pim.Counts{pim.StatusSending: 2}, counts(t, l, key))
		require.NoError(t, l.Settle(t.Context(), nil))
		require.NoError(t, l.Settle(t.Context(), []pim.Settlement{{MailID: "nobody", Attempt: 1, Status: pim.StatusSent, At: noon}}))
	})
}

func TestATallyKnowsEveryEventItIsAskedFor(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 2)
		tally, err := l.Tally(t.Context(), []int64{key, 42})
		require.NoError(t, err)
		require.Equal(t, pim.Tally{
			Counts:    map[int64]pim.Counts{key: {pim.StatusPlanned: 2}, 42: {}},
			Approvers: map[int64]pim.Counts{key: {pim.StatusPlanned: 2}, 42: {}},
		}, tally)
		tally, err = l.Tally(t.Context(), nil)
		require.NoError(t, err)
		require.Empty(t, tally.Counts)

		owners := people(3, 2)
		for i := range owners {
			owners[i].Audience = pim.ResourceOwner
		}
		plan(t, l, key, pim.PartOthers, owners)
		settle(t, l, claim(t, l, 1, key)[0], pim.StatusSent)
		tally, err = l.Tally(t.Context(), []int64{key})
		require.NoError(t, err)
		require.Equal(t, pim.Counts{pim.StatusSent: 1, pim.StatusPlanned: 3}, tally.Counts[key])
		require.Equal(t, pim.Counts{pim.StatusSent: 1, pim.StatusPlanned: 1}, tally.Approvers[key])
		n, err := l.Lapse(t.Context(), nil, noon)
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

func TestEveryMailThatWaitsSaysWhyAndOnlyThose(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, event := planned(t, l, "r1", 3)
		_, other, _ := planned(t, l, "r2", 1)
		settle(t, l, claim(t, l, 1, key)[0], pim.StatusSent)
		require.NoError(t, l.Hold(t.Context(), []int64{key}, "held:dailyQuota"))
		var reasons []string
		mails, err := l.Recipients(t.Context(), tenant, event.ID)
		require.NoError(t, err)
		for _, m := range mails {
			reasons = append(reasons, string(m.Status)+" "+m.Reason)
		}
		require.Equal(t, []string{"sent ", "planned held:dailyQuota", "planned held:dailyQuota"}, reasons)
		tally, err := l.Tally(t.Context(), []int64{other})
		require.NoError(t, err)
		require.Empty(t, tally.Held, "another event's mails do not wait")
		claim(t, l, 2, key)
		tally, err = l.Tally(t.Context(), []int64{key})
		require.NoError(t, err)
		require.Empty(t, tally.Held, "the note goes when the mail is claimed")
	})
}
