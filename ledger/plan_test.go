package ledger_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

func cancelled(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx, cancel
}

func TestDueStatesAreInTheOrderAskedAndMakeWhatIsMissing(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		dues := []pim.Due{
			due(r, pim.ActivationPendingApproval, pim.PartAll, noon),
			due(r, pim.ActivationApproved, pim.PartRequestor, noon),
			due(r, pim.ActivationCompleted, pim.PartAll, noon),
			due(r, pim.ActivationApproved, pim.PartOthers, noon),
		}
		first, err := l.DueStates(t.Context(), tenant, r, dues)
		require.NoError(t, err)
		require.Len(t, first, 4)
		require.Equal(t, first[1].EventKey, first[3].EventKey)
		require.NotEqual(t, first[0].EventKey, first[1].EventKey)
		require.NotEqual(t, first[1].EventKey, first[2].EventKey)
		again, err := l.DueStates(t.Context(), tenant, r, dues)
		require.NoError(t, err)
		require.Equal(t, first, again)
		events, err := l.Events(t.Context(), tenant, r)
		require.NoError(t, err)
		require.Len(t, events, 3)
	})
}

func TestThePartThatComesLaterKnowsWhoWasToldEarlier(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		requestor, others := due(r, pim.ActivationApproved, pim.PartRequestor, noon), due(r, pim.ActivationApproved, pim.PartOthers, noon)
		key := dueState(t, l, r, requestor).EventKey
		earlier := append(people(1, 1), pim.Recipient{PrincipalID: "u9", DisplayName: "Nine", Audience: pim.Requestor, Status: pim.StatusSkipped, Reason: pim.ReasonRuleOff})
		plan(t, l, key, pim.PartRequestor, earlier)
		require.Equal(t, pim.DueState{EventKey: key, Planned: true}, dueState(t, l, r, requestor))
		require.Equal(t, pim.DueState{EventKey: key, Earlier: earlier}, dueState(t, l, r, others))

		_, err := l.Plan(t.Context(), key, pim.PartOthers, noon, people(1, 2), noon)
		require.ErrorContains(t, err, "another part of the event was planned meanwhile")
		require.Equal(t, pim.DueState{EventKey: key, Earlier: earlier}, dueState(t, l, r, others), "the failed plan left nothing")
		plan(t, l, key, pim.PartOthers, people(2, 2))

		deliveries, err := l.Recipients(t.Context(), tenant, requestor.Event.ID)
		require.NoError(t, err)
		var names []string
		for _, d := range deliveries {
			names = append(names, d.DisplayName)
		}
		require.Equal(t, []string{"User 1", "User 2", "User 3", "Nine"}, names)
	})
}

func TestAPartIsPlannedOnceWhoeverElsePlansIt(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		first, second := open(t, url), open(t, url)
		r := accept(t, first, "r1")
		key := dueState(t, first, r, due(r, pim.ActivationPendingApproval, pim.PartAll, noon)).EventKey
		var done atomic.Int64
		var group sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			group.Go(func() {
				planned, err := []*ledger.Ledger{first, second}[i%2].Plan(t.Context(), key, pim.PartAll, noon, people(1, 50), noon)
				if errs[i] = err; planned {
					done.Add(1)
				}
			})
		}
		group.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		require.EqualValues(t, 1, done.Load())
		require.Equal(t, pim.Counts{pim.StatusPlanned: 50}, counts(t, first, key))
	})
}

func TestAThousandRecipientsArePlannedInOneGo(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		key := dueState(t, l, r, due(r, pim.ActivationPendingApproval, pim.PartAll, noon)).EventKey
		recipients := people(1, 1000)
		for i := 1001; i <= 1005; i++ {
			capped := people(i, 1)[0]
			capped.Status, capped.Reason = pim.StatusCapped, pim.ReasonOverCap
			recipients = append(recipients, capped)
		}
		recipients = append(recipients, pim.Recipient{PrincipalID: "nomail", Audience: pim.Approver, RecipientType: pim.ApproverRecipient, Status: pim.StatusSkipped, Reason: pim.ReasonNoAddress})
		start := time.Now()
		plan(t, l, key, pim.PartAll, recipients)
		t.Logf("planned in %s", time.Since(start))

		deliveries, err := l.Recipients(t.Context(), tenant, "activation.r1.pendingApproval")
		require.NoError(t, err)
		require.Len(t, deliveries, 1006)
		mails := map[string]bool{}
		for i, d := range deliveries {
			require.Regexp(t, `^[A-Za-z0-9_-]{22}$`, d.MailID)
			mails[d.MailID] = true
			want := recipients[i]
			require.Equal(t, pim.Delivery{
				MailID: d.MailID, Address: want.Address, PrincipalID: want.PrincipalID, DisplayName: want.DisplayName, Audience: want.Audience,
				Order: want.Order, Status: want.Status, Reason: want.Reason, DueDateTime: noon, RecipientType: want.RecipientType,
			}, d)
		}
		require.Len(t, mails, 1006, "every mail has an id of its own")
	})
}

func TestAWithdrawnEventIsNeverPlanned(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		later := due(r, pim.ActivationCompleted, pim.PartAll, noon)
		withdraw(t, l, r, later.Event) // the mark comes before the event
		require.NoError(t, l.Record(t.Context(), tenant, r, pim.Change{Seq: 2, At: noon, What: pim.WhatActivated, Status: pim.Provisioned, Schedule: []pim.Due{later}}))
		state := dueState(t, l, r, later)
		require.Equal(t, "withdrawn:approved", state.Withdrawn)
		done, err := l.Plan(t.Context(), state.EventKey, pim.PartAll, noon, people(1, 3), noon)
		require.NoError(t, err)
		require.False(t, done)
		require.Empty(t, counts(t, l, state.EventKey))
	})
}

func TestTheFirstReasonOfAWithdrawalStays(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r, _, ref := planned(t, l, "r1", 1)
		withdraw(t, l, r, ref)
		require.NoError(t, l.Record(t.Context(), tenant, r, withdrawal(2, pim.WhatCanceled, ref)))
		require.Equal(t, "withdrawn:approved", event(t, l, r).Reason)
	})
}

func TestAPlanThatIsNoneIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, err := l.Plan(t.Context(), 42, pim.PartAll, noon, nil, noon)
		require.ErrorIs(t, err, pim.ErrNotFound)
		r := accept(t, l, "r1")
		key := dueState(t, l, r, due(r, pim.ActivationPendingApproval, pim.PartAll, noon)).EventKey
		sent := people(1, 2)
		sent[1].Status = pim.StatusSent
		_, err = l.Plan(t.Context(), key, pim.PartAll, noon, sent, noon)
		require.ErrorContains(t, err, `recipient 1: a plan has planned, skipped and capped recipients, not "sent"`)
		require.Empty(t, counts(t, l, key))
		plan(t, l, key, pim.PartAll, nil)
	})
}

// However a withdrawal falls between planning and claiming, none of its mails is planned afterwards, and none is given out.
func TestAWithdrawalWhilePlanningAndClaimingLeavesNothingPlanned(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l, other := open(t, url), open(t, url)
		for i := range 20 {
			r := accept(t, l, fmt.Sprintf("r%d", i))
			d := due(r, pim.ActivationPendingApproval, pim.PartAll, noon)
			key := dueState(t, l, r, d).EventKey
			var group sync.WaitGroup
			errs := make([]error, 3)
			var claims []pim.Claim
			group.Go(func() { _, errs[0] = l.Plan(t.Context(), key, pim.PartAll, noon, people(1, 20), noon) })
			group.Go(func() { errs[1] = other.Record(t.Context(), tenant, r, withdrawal(1, pim.WhatDenied, d.Event)) })
			group.Go(func() { claims, errs[2] = other.Claim(t.Context(), request(5, noon, key)) })
			group.Wait()
			for _, err := range errs {
				require.NoError(t, err)
			}
			after := counts(t, l, key)
			require.Zero(t, after[pim.StatusPlanned])
			require.Equal(t, len(claims), after[pim.StatusSending])
			require.Empty(t, claim(t, l, 20, key))
			for _, c := range claims {
				still, err := l.StillDue(t.Context(), c, noon)
				require.NoError(t, err)
				require.False(t, still)
			}
		}
	})
}
