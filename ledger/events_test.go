package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

func TestAnEventGoesFromScheduledOverSendingToComplete(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		scheduled := event(t, l, r)
		require.Equal(t, pim.Event{
			ID: "activation.r1.pendingApproval", Kind: pim.ActivationPendingApproval, Resource: r, Status: pim.EventScheduled,
			DueDateTime: noon.Add(3 * time.Minute), Counts: pim.Counts{},
		}, scheduled)

		key := dueState(t, l, r, due(r, pim.ActivationPendingApproval, pim.PartAll, noon.Add(3*time.Minute))).EventKey
		recipients := append(people(1, 2), pim.Recipient{PrincipalID: "u9", Audience: pim.Approver, Status: pim.StatusSkipped, Reason: pim.ReasonNoAddress})
		plan(t, l, key, pim.PartAll, recipients)
		require.Equal(t, pim.EventSending, event(t, l, r).Status)
		for _, c := range claim(t, l, 10, key) {
			require.Equal(t, pim.EventSending, event(t, l, r).Status)
			settle(t, l, c, pim.StatusSent)
		}
		require.Equal(t, pim.EventComplete, event(t, l, r).Status)
		require.Equal(t, pim.Counts{pim.StatusSent: 2, pim.StatusSkipped: 1}, event(t, l, r).Counts)
	})
}

func TestAnEventIsNotCompleteWhileAPartOfItIsStillDue(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		requestor, others := due(r, pim.ActivationApproved, pim.PartRequestor, noon), due(r, pim.ActivationApproved, pim.PartOthers, noon.Add(5*time.Minute))
		others.Event = requestor.Event
		require.NoError(t, l.Record(t.Context(), tenant, r, pim.Change{Seq: 1, At: noon, What: pim.WhatApproved, Status: pim.Granted, Schedule: []pim.Due{requestor, others}}))
		status := func() pim.EventStatus {
			events, err := l.Events(t.Context(), tenant, r)
			require.NoError(t, err)
			require.Len(t, events, 2, "two parts are one event")
			require.Equal(t, pim.ActivationApproved, events[0].Kind)
			return events[0].Status
		}
		key := dueState(t, l, r, requestor).EventKey
		plan(t, l, key, pim.PartRequestor, people(1, 1))
		require.Equal(t, pim.EventSending, status())
		settle(t, l, claim(t, l, 1, key)[0], pim.StatusSent)
		require.Equal(t, pim.EventScheduled, status())
		plan(t, l, key, pim.PartOthers, nil)
		require.Equal(t, pim.EventComplete, status())
	})
}

func TestAWithdrawnEventIsCancelledUnlessSomeMailsHadLeft(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r, key, ref := planned(t, l, "none-left", 2)
		withdraw(t, l, r, ref)
		require.Equal(t, pim.EventCancelled, event(t, l, r).Status)
		require.Equal(t, "withdrawn:approved", event(t, l, r).Reason)
		require.Equal(t, pim.Counts{pim.StatusCancelled: 2}, counts(t, l, key))

		r, key, ref = planned(t, l, "one-left", 2)
		settle(t, l, claim(t, l, 1, key)[0], pim.StatusSent)
		withdraw(t, l, r, ref)
		require.Equal(t, pim.EventComplete, event(t, l, r).Status)
		require.Equal(t, "withdrawn:approved", event(t, l, r).Reason)
		require.Equal(t, pim.Counts{pim.StatusCancelled: 1, pim.StatusSent: 1}, counts(t, l, key))

		r, key, ref = planned(t, l, "one-leaving", 2)
		leaving := claim(t, l, 1, key)[0]
		withdraw(t, l, r, ref)
		require.Equal(t, pim.EventSending, event(t, l, r).Status)
		settle(t, l, leaving, pim.StatusPlanned)
		require.Equal(t, pim.EventCancelled, event(t, l, r).Status)
	})
}

func TestAnEventThatWasCompleteWithNobodyMailedStaysSoWhenItIsWithdrawn(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		skipped := people(1, 2)
		for i := range skipped {
			skipped[i].Order, skipped[i].Status, skipped[i].Reason = 0, pim.StatusSkipped, pim.ReasonRuleOff
		}
		for id, recipients := range map[string][]pim.Recipient{"nobody": nil, "all-skipped": skipped} {
			r := accept(t, l, id)
			d := due(r, pim.ActivationPendingApproval, pim.PartAll, noon)
			plan(t, l, dueState(t, l, r, d).EventKey, pim.PartAll, recipients)
			before := event(t, l, r)
			require.Equal(t, pim.EventComplete, before.Status)
			withdraw(t, l, r, d.Event)
			require.Equal(t, before, event(t, l, r), id)
		}
		r, key, ref := planned(t, l, "all-failed", 1)
		settle(t, l, claim(t, l, 1, key)[0], pim.StatusFailed)
		withdraw(t, l, r, ref)
		require.Equal(t, pim.EventComplete, event(t, l, r).Status)
		require.Empty(t, event(t, l, r).Reason)

		unplanned := accept(t, l, "unplanned")
		withdraw(t, l, unplanned, due(unplanned, pim.ActivationPendingApproval, pim.PartAll, noon).Event)
		require.Equal(t, pim.EventCancelled, event(t, l, unplanned).Status)
		require.Equal(t, "withdrawn:approved", event(t, l, unplanned).Reason)
	})
}

func TestEventsAreListedByDueTimeThenKind(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1") // pendingApproval in 3 minutes
		require.NoError(t, l.Record(t.Context(), tenant, r, pim.Change{Seq: 1, At: noon, What: pim.WhatApproved, Status: pim.Granted, Schedule: []pim.Due{
			due(r, pim.ActivationCompleted, pim.PartAll, noon.Add(time.Hour)),
			due(r, pim.ActivationDenied, pim.PartAll, noon),
			due(r, pim.ActivationApproved, pim.PartAll, noon),
		}}))
		events, err := l.Events(t.Context(), tenant, r)
		require.NoError(t, err)
		var kinds []string
		for _, e := range events {
			kinds = append(kinds, e.Kind.Short())
		}
		require.Equal(t, []string{"approved", "denied", "pendingApproval", "completed"}, kinds)
		view, err := l.View(t.Context(), tenant, r)
		require.NoError(t, err)
		require.Equal(t, events, view.Events)

		none, err := l.Events(t.Context(), tenant, pim.Resource{Collection: pim.Digest})
		require.NoError(t, err)
		require.NotNil(t, none)
		require.Empty(t, none)
	})
}
