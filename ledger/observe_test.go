package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

// observation is what SES says of an attempt, a second after it took the mail.
func observation(c pim.Claim, kind pim.ObservationKind) pim.Observation {
	o := pim.Observation{
		MailID: c.MailID, Attempt: c.Attempt, MessageID: "m-" + c.MailID, Kind: kind, Subject: "PIM: Review a request",
		SentAt: noon.Add(time.Second), At: noon.Add(2 * time.Second),
	}
	if kind != pim.ObservedSend && kind != pim.ObservedDelivery {
		o.Reason, o.Detail = string(kind)+":General", "550 no such user"
	}
	return o
}

func observe(t testing.TB, l *ledger.Ledger, observations ...pim.Observation) []pim.Observed {
	t.Helper()
	all, err := l.Observe(t.Context(), observations, noon.Add(3*time.Second))
	require.NoError(t, err)
	require.Len(t, all, len(observations))
	return all
}

var clearance = pim.Clearance{At: noon.Add(time.Minute), By: "root@host", Why: "the mailbox is back"}

// delivery is what the record shows of a claimed mail.
func delivery(t testing.TB, l *ledger.Ledger, c pim.Claim) pim.Delivery {
	t.Helper()
	all, err := l.Recipients(t.Context(), tenant, c.Event.ID)
	require.NoError(t, err)
	for _, d := range all {
		if d.MailID == c.MailID {
			return d
		}
	}
	t.Fatalf("mail %s is not in the record", c.MailID)
	return pim.Delivery{}
}

func TestAMailIsWhatWasObservedOfItLast(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r, key, ref := planned(t, l, "r1", 2)
		c := claim(t, l, 1, key)[0]
		settle(t, l, c, pim.StatusSent)
		for _, step := range []struct {
			kind pim.ObservationKind
			from pim.RecipientStatus
			to   pim.RecipientStatus
		}{
			{pim.ObservedSend, pim.StatusSent, pim.StatusSent},
			{pim.ObservedDelivery, pim.StatusSent, pim.StatusDelivered},
			{pim.ObservedComplaint, pim.StatusDelivered, pim.StatusComplained},
		} {
			o := observation(c, step.kind)
			require.Equal(t, []pim.Observed{{
				Observation: o, Known: true, Tenant: tenant, Resource: r, Event: ref, From: step.from, To: step.to,
				Suppressed: step.kind == pim.ObservedComplaint,
			}}, observe(t, l, o))
		}
		d := delivery(t, l, c)
		require.Equal(t, pim.StatusComplained, d.Status)
		require.Equal(t, "complaint:General", d.Reason)
		require.Equal(t, noon.Add(time.Second), *d.SentDateTime, "when it was sent stays")
		all, err := l.Observations(t.Context(), c.MailID)
		require.NoError(t, err)
		require.Len(t, all, 3)
	})
}

func TestWhatIsObservedTwiceChangesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 2)
		c := claim(t, l, 1, key)[0]
		settle(t, l, c, pim.StatusSent)
		bounce := observation(c, pim.ObservedBounce)
		all := observe(t, l, bounce, bounce)
		require.True(t, all[0].Suppressed)
		require.False(t, all[0].Duplicate)
		require.True(t, all[1].Duplicate)
		require.False(t, all[1].Suppressed)
		_, cleared, err := l.Clear(t.Context(), c.Recipient.Address, clearance)
		require.NoError(t, err)
		require.True(t, cleared)
		require.True(t, observe(t, l, bounce)[0].Duplicate)
		list, err := l.Suppressions(t.Context(), false)
		require.NoError(t, err)
		require.Empty(t, list, "what was cleared is not suppressed again by what is told again")
	})
}

// A mail that is delivered within a millisecond was taken before that all the same.
func TestThatAMailWasTakenStandsBeforeWhatBecameOfItInTheSameMoment(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 1)
		c := claim(t, l, 1, key)[0]
		settle(t, l, c, pim.StatusSent)
		delivery, send := observation(c, pim.ObservedDelivery), observation(c, pim.ObservedSend)
		delivery.At = send.At
		observe(t, l, delivery, send)
		all, err := l.Observations(t.Context(), c.MailID)
		require.NoError(t, err)
		require.Equal(t, []pim.ObservationKind{pim.ObservedSend, pim.ObservedDelivery}, []pim.ObservationKind{all[0].Kind, all[1].Kind})
	})
}

// SES can tell of a mail before its own answer has arrived, or been written down.
func TestWhatIsObservedBeforeTheAnswerIsNotLost(t *testing.T) {
	for _, kind := range []pim.ObservationKind{pim.ObservedSend, pim.ObservedDelivery, pim.ObservedBounce} {
		for _, answer := range []pim.RecipientStatus{pim.StatusSent, pim.StatusUnknown, pim.StatusPlanned} {
			t.Run(string(kind)+" then "+string(answer), func(t *testing.T) {
				onBoth(t, func(t *testing.T, l *ledger.Ledger) {
					_, key, _ := planned(t, l, "r1", 1)
					c := claim(t, l, 1, key)[0]
					o := observation(c, kind)
					o.Subject = "" // SES need not repeat it
					to := observe(t, l, o)[0].To
					require.Equal(t, pim.Follow(pim.StatusSent, o), to)
					s := settlement(c, answer)
					s.Subject = "PIM: Review a request"
					require.NoError(t, l.Settle(t.Context(), []pim.Settlement{s}))
					d := delivery(t, l, c)
					require.Equal(t, to, d.Status)
					require.Equal(t, "m-"+c.MailID, d.MessageID)
					require.Equal(t, "PIM: Review a request", d.Subject)
					require.NotNil(t, d.SentDateTime)
					require.Empty(t, claim(t, l, 1, key), "it is not sent again")
				})
			})
		}
	}
}

func TestAnUnknownOutcomeIsProvenByAnyAttempt(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 1)
		first := claim(t, l, 1, key)[0]
		settle(t, l, first, pim.StatusUnknown)
		again := request(1, noon.Add(2*time.Minute), key)
		again.ResendBefore = noon.Add(time.Minute)
		claims, err := l.Claim(t.Context(), again)
		require.NoError(t, err)
		require.Equal(t, 2, claims[0].Attempt)

		o := observe(t, l, observation(first, pim.ObservedSend))[0]
		require.Equal(t, [2]pim.RecipientStatus{pim.StatusSending, pim.StatusSent}, [2]pim.RecipientStatus{o.From, o.To})
		due, err := l.StillDue(t.Context(), claims[0], noon.Add(2*time.Minute))
		require.NoError(t, err)
		require.False(t, due, "the second attempt does not leave any more")
		require.Equal(t, "m-"+first.MailID, delivery(t, l, first).MessageID)

		tally, err := l.Tally(t.Context(), []int64{key})
		require.NoError(t, err)
		require.Zero(t, tally.Counts[key].Open())
		require.True(t, tally.UnknownSince.IsZero())
	})
}

func TestWhatIsObservedOfNoMailOfOursChangesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 2)
		c := claim(t, l, 1, key)[0]
		settle(t, l, c, pim.StatusSent)
		stranger, tooLate, unsent := observation(c, pim.ObservedBounce), observation(c, pim.ObservedBounce), observation(c, pim.ObservedBounce)
		stranger.MailID, stranger.MessageID = "another", "m-another"
		tooLate.Attempt = 2
		all, err := l.Recipients(t.Context(), tenant, c.Event.ID)
		require.NoError(t, err)
		unsent.MailID = all[1].MailID
		for _, o := range []pim.Observation{stranger, tooLate, unsent, {Kind: pim.ObservedBounce}} {
			require.Equal(t, pim.Observed{Observation: o}, observe(t, l, o)[0])
		}
		require.Equal(t, pim.Counts{pim.StatusSent: 1, pim.StatusPlanned: 1}, counts(t, l, key))
		list, err := l.Suppressions(t.Context(), false)
		require.NoError(t, err)
		require.Empty(t, list)
	})
}

func TestAMailWithoutItsTagsIsKnownByTheServicesID(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 1)
		c := claim(t, l, 1, key)[0]
		settle(t, l, c, pim.StatusSent)
		o := observation(c, pim.ObservedDelivery)
		o.MailID, o.Attempt = "", 0
		result := observe(t, l, o)[0]
		require.True(t, result.Known)
		require.Equal(t, c.MailID, result.MailID)
		require.Equal(t, pim.StatusDelivered, result.To)
		require.True(t, observe(t, l, observation(c, pim.ObservedDelivery))[0].Duplicate, "the same with its tags is the same")
	})
}

func TestNothingMoreIsSentToASuppressedAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 3)
		c := claim(t, l, 1, key)[0]
		settle(t, l, c, pim.StatusSent)
		observe(t, l, observation(c, pim.ObservedBounce))
		list, err := l.Suppressions(t.Context(), false)
		require.NoError(t, err)
		require.Equal(t, []pim.Suppression{{
			Address: "u1@contoso.example", Kind: pim.ObservedBounce, Detail: "550 no such user", MessageID: "m-" + c.MailID, Since: noon.Add(2 * time.Second),
		}}, list)

		_, later, _ := planned(t, l, "r2", 2)
		require.Equal(t, pim.Counts{pim.StatusSuppressed: 1, pim.StatusPlanned: 1}, counts(t, l, later), "planned afterwards")
		all, err := l.Recipients(t.Context(), tenant, "activation.r2.pendingApproval")
		require.NoError(t, err)
		require.Equal(t, "suppressed:bounce", all[0].Reason)
		require.Equal(t, 1, all[0].Order)

		added, err := l.Suppress(t.Context(), pim.Suppression{Address: "u2@contoso.example", Kind: pim.ObservedComplaint, Since: noon})
		require.NoError(t, err)
		require.True(t, added)
		require.Len(t, claim(t, l, 5, key), 1, "planned before: u3 alone is left")
		require.Equal(t, pim.Counts{pim.StatusBounced: 1, pim.StatusSuppressed: 1, pim.StatusSending: 1}, counts(t, l, key))

		asked := []string{"u1@contoso.example"}
		for i := range 600 {
			asked = append(asked, fmt.Sprintf("other%d@contoso.example", i))
		}
		asked = append(asked, "u2@contoso.example")
		among, err := l.SuppressedAmong(t.Context(), asked)
		require.NoError(t, err)
		require.Equal(t, map[string]pim.ObservationKind{"u1@contoso.example": pim.ObservedBounce, "u2@contoso.example": pim.ObservedComplaint}, among)

		was, cleared, err := l.Clear(t.Context(), "u1@contoso.example", clearance)
		require.NoError(t, err)
		require.True(t, cleared)
		bounced := list[0]
		bounced.Cleared = &clearance
		require.Equal(t, bounced, was)
		_, cleared, err = l.Clear(t.Context(), "u1@contoso.example", clearance)
		require.NoError(t, err)
		require.False(t, cleared)
		among, err = l.SuppressedAmong(t.Context(), asked)
		require.NoError(t, err)
		require.Equal(t, map[string]pim.ObservationKind{"u2@contoso.example": pim.ObservedComplaint}, among, "what is cleared is none of them")
		_, cured, _ := planned(t, l, "r3", 1)
		require.Equal(t, pim.Counts{pim.StatusPlanned: 1}, counts(t, l, cured))

		added, err = l.Suppress(t.Context(), pim.Suppression{Address: "u1@contoso.example", Kind: pim.ObservedComplaint, Since: noon.Add(time.Hour)})
		require.NoError(t, err)
		require.True(t, added, "once more, after it was cleared")
		list, err = l.Suppressions(t.Context(), true)
		require.NoError(t, err)
		require.Len(t, list, 3, "and who cleared it is still known")
		require.Nil(t, list[0].Cleared)
		require.Equal(t, bounced, list[1])
	})
}

func TestAMailOfUnknownOutcomeIsNotSentAgainToASuppressedAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 1)
		c := claim(t, l, 1, key)[0]
		settle(t, l, c, pim.StatusUnknown)
		_, err := l.Suppress(t.Context(), pim.Suppression{Address: c.Recipient.Address, Kind: pim.ObservedBounce, Since: noon})
		require.NoError(t, err)
		again := request(1, noon.Add(2*time.Minute), key)
		again.ResendBefore = noon.Add(time.Minute)
		claims, err := l.Claim(t.Context(), again)
		require.NoError(t, err)
		require.Empty(t, claims)
		d := delivery(t, l, c)
		require.Equal(t, pim.StatusCancelled, d.Status)
		require.Equal(t, "unknown:suppressed:bounce", d.Reason)
	})
}

func TestTheLastWhoCouldActAndIsNotReachedIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		d := due(r, pim.ActivationPendingApproval, pim.PartAll, noon)
		key := dueState(t, l, r, d).EventKey
		who := people(1, 3)
		who[2].Audience = pim.ResourceOwner // who is told, and cannot decide where approvers are named
		plan(t, l, key, pim.PartAll, who)
		claims := claim(t, l, 3, key)
		for _, c := range claims {
			settle(t, l, c, pim.StatusSent)
		}
		require.False(t, observe(t, l, observation(claims[0], pim.ObservedBounce))[0].Unreachable, "one approver is left")
		require.False(t, observe(t, l, observation(claims[2], pim.ObservedBounce))[0].Unreachable, "the owner could not decide")
		last := observation(claims[1], pim.ObservedTransientBounce)
		require.True(t, observe(t, l, last)[0].Unreachable)
		require.False(t, observe(t, l, last)[0].Unreachable, "which is said once")
	})
}

func TestNobodyIsMissedForWhatWasDecided(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r, key, ref := planned(t, l, "r1", 1)
		c := claim(t, l, 1, key)[0]
		settle(t, l, c, pim.StatusSent)
		withdraw(t, l, r, ref)
		result := observe(t, l, observation(c, pim.ObservedBounce))[0]
		require.Equal(t, pim.StatusBounced, result.To)
		require.False(t, result.Unreachable)
	})
}
