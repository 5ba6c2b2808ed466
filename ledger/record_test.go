package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

func TestAProposedDecisionIsNoneUntilAChangeAcceptsIt(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		decision := pim.Decision{
			ReviewResult: pim.Approve, Justification: "ok", ReviewedDateTime: noon.Add(time.Minute),
			ReviewedBy: pim.Principal{ID: "u2", DisplayName: "Isabella Simonsen", Mail: "isabella@contoso.example", Type: pim.User},
		}
		first := propose(t, l, r, pim.Proposal{Decision: decision})
		refused := decision
		refused.ReviewResult, refused.ReviewedBy.ID = pim.Deny, "u3"
		second := propose(t, l, r, pim.Proposal{Decision: refused})
		require.NotEqual(t, first, second)
		accepted, err := l.Accepted(t.Context(), tenant, r)
		require.NoError(t, err)
		require.Nil(t, accepted.Decision)

		change := pim.Change{Seq: 1, At: noon.Add(time.Minute), What: pim.WhatApproved, Status: pim.Granted, By: "u2", DecisionID: first}
		for range 2 {
			require.NoError(t, l.Record(t.Context(), tenant, r, change))
		}
		accepted, err = l.Accepted(t.Context(), tenant, r)
		require.NoError(t, err)
		decision.ID = first
		require.Equal(t, &decision, accepted.Decision)
		require.Equal(t, pim.Granted, accepted.Status)
	})
}

func TestADecisionOfAnotherRequestIsNotAccepted(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r, other := accept(t, l, "r1"), accept(t, l, "r2")
		id := propose(t, l, other, pim.Proposal{Decision: pim.Decision{
			ReviewResult: pim.Deny, Justification: "secret", ReviewedBy: pim.Principal{ID: "u3"}, ReviewedDateTime: noon,
		}})
		require.NoError(t, l.Record(t.Context(), tenant, r, pim.Change{Seq: 1, At: noon, What: pim.WhatDenied, Status: pim.Denied, By: "u2", DecisionID: id}))
		accepted, err := l.Accepted(t.Context(), tenant, r)
		require.NoError(t, err)
		require.Nil(t, accepted.Decision)
		view, err := l.View(t.Context(), tenant, r)
		require.NoError(t, err)
		require.Empty(t, view.Timeline[1].Justification)
		require.Equal(t, "u2", view.Timeline[1].By.ID)
	})
}

func TestTheTimelineSaysWhoDidWhatAndWhy(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		decision := propose(t, l, r, pim.Proposal{Decision: pim.Decision{
			ReviewResult: pim.Approve, Justification: "go on", ReviewedBy: pim.Principal{ID: "u2", DisplayName: "Isabella", Mail: "i@contoso.example"}, ReviewedDateTime: noon,
		}})
		report := propose(t, l, r, pim.Proposal{Decision: pim.Decision{Justification: "done early"}})
		require.NoError(t, l.Record(t.Context(), tenant, r,
			pim.Change{Seq: 1, At: noon.Add(1 * time.Minute), What: pim.WhatApproved, Status: pim.Granted, By: "u2", DecisionID: decision},
			pim.Change{Seq: 2, At: noon.Add(2 * time.Minute), What: pim.WhatActivated, Status: pim.Provisioned},
			pim.Change{Seq: 3, At: noon.Add(3 * time.Minute), What: pim.WhatDeactivated, Status: pim.Revoked, By: "u7", DecisionID: report},
		))
		view, err := l.View(t.Context(), tenant, r)
		require.NoError(t, err)
		require.Equal(t, "r1", view.ID)
		require.Equal(t, pim.Revoked, view.Status)
		require.Equal(t, []pim.TimelineEntry{
			{At: noon, What: pim.WhatRequested, Status: pim.PendingApproval, By: &pim.Principal{ID: "u7", DisplayName: "Alain Charon"}, Justification: "restore drill"},
			{At: noon.Add(1 * time.Minute), What: pim.WhatApproved, Status: pim.Granted, By: &pim.Principal{ID: "u2", DisplayName: "Isabella"}, Justification: "go on"},
			{At: noon.Add(2 * time.Minute), What: pim.WhatActivated, Status: pim.Provisioned},
			{At: noon.Add(3 * time.Minute), What: pim.WhatDeactivated, Status: pim.Revoked, By: &pim.Principal{ID: "u7"}, Justification: "done early"},
		}, view.Timeline)
	})
}

func TestChangesMayArriveTwiceAndInAnyOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		approved := pim.Change{Seq: 1, At: noon.Add(time.Minute), What: pim.WhatApproved, Status: pim.Granted}
		activated := pim.Change{Seq: 2, At: noon.Add(time.Hour), What: pim.WhatActivated, Status: pim.Provisioned}
		for _, change := range []pim.Change{activated, approved, activated, approved} {
			require.NoError(t, l.Record(t.Context(), tenant, r, change))
		}
		view, err := l.View(t.Context(), tenant, r)
		require.NoError(t, err)
		require.Equal(t, pim.Provisioned, view.Status)
		require.Len(t, view.Timeline, 3)
		require.Equal(t, pim.WhatApproved, view.Timeline[1].What)
	})
}

func TestTheFirstOfTwoChangesWithOneNumberWins(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r, key, event := planned(t, l, "r1", 1)
		require.NoError(t, l.Record(t.Context(), tenant, r, pim.Change{Seq: 1, At: noon, What: pim.WhatApproved, Status: pim.Granted}))
		require.NoError(t, l.Record(t.Context(), tenant, r, pim.Change{Seq: 1, At: noon, What: pim.WhatDenied, Status: pim.Denied, Withdraw: []pim.EventRef{event}}))
		view, err := l.View(t.Context(), tenant, r)
		require.NoError(t, err)
		require.Equal(t, pim.Granted, view.Status)
		require.Equal(t, pim.WhatApproved, view.Timeline[1].What)
		require.Equal(t, pim.Counts{pim.StatusPlanned: 1}, counts(t, l, key))
	})
}

func TestAChangeThatCannotBeWrittenWholeIsNotWrittenAtAll(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		ctx, cancel := cancelled(t)
		defer cancel()
		require.Error(t, l.Record(ctx, tenant, r, pim.Change{Seq: 1, At: noon, What: pim.WhatDenied, Status: pim.Denied}))
		view, err := l.View(t.Context(), tenant, r)
		require.NoError(t, err)
		require.Len(t, view.Timeline, 1)
	})
}

func TestNothingCanBeSaidOfARequestThatWasNeverAccepted(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		nobody := activation("nobody")
		_, err := l.Propose(t.Context(), tenant, nobody, pim.Proposal{Name: "request/x"})
		require.ErrorIs(t, err, pim.ErrNotFound)
		require.ErrorIs(t, l.Record(t.Context(), tenant, nobody, pim.Change{Seq: 1}), pim.ErrNotFound)
		_, err = l.View(t.Context(), tenant, nobody)
		require.ErrorIs(t, err, pim.ErrNotFound)
		_, err = l.Accepted(t.Context(), tenant, nobody)
		require.ErrorIs(t, err, pim.ErrNotFound)
		_, err = l.Recipients(t.Context(), tenant, "activation.nobody.approved")
		require.ErrorIs(t, err, pim.ErrNotFound)
	})
}
