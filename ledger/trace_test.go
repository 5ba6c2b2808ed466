package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

func trace(t *testing.T, l *ledger.Ledger, event string, who pim.Principal) pim.EventTrace {
	t.Helper()
	found, err := l.Trace(t.Context(), tenant, event, who)
	require.NoError(t, err)
	return found
}

// known gives recipients what a plan would know of them: all of one group, which one plan keeps once.
func known(recipients []pim.Recipient, groups int) []pim.Recipient {
	whys := make([]*pim.Why, groups)
	for i := range whys {
		whys[i] = &pim.Why{
			Column: pim.Approver, Cell: "yes", Profile: pim.Entra, Rule: pim.ApproverEndUserAssignment, Level: pim.LevelAll,
			Via: []pim.Principal{{ID: fmt.Sprintf("g%d", i), DisplayName: "Group"}},
		}
	}
	for i := range recipients {
		recipients[i].Why = whys[i%groups]
	}
	return recipients
}

func TestWhatAPlanKnewIsKeptOnceForAllWhoHaveItInCommon(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l, db := open(t, url), database(t, url)
		r := accept(t, l, "r1")
		first := due(r, pim.ActivationApproved, pim.PartRequestor, noon)
		second := due(r, pim.ActivationApproved, pim.PartOthers, noon.Add(time.Minute))
		key := dueState(t, l, r, first).EventKey
		dueState(t, l, r, second)
		told := known(people(1, 1), 1)
		told[0].Why.Also = []pim.Aside{{Column: pim.GlobalAdministrator, Reason: pim.ReasonRuleOff}}
		plan(t, l, key, pim.PartRequestor, told)
		plan(t, l, key, pim.PartOthers, append(known(people(2, 100), 2), people(102, 1)...))
		var rows int
		require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM whys`).Scan(&rows))
		require.Equal(t, 3, rows, "one of the first part, two of the second")

		event := first.Event.ID
		require.Equal(t, told[0].Why, trace(t, l, event, pim.Principal{ID: "u1"}).Mails[0].Why)
		require.Equal(t, "g0", trace(t, l, event, pim.Principal{ID: "u2"}).Mails[0].Why.Via[0].ID)
		require.Equal(t, "g1", trace(t, l, event, pim.Principal{Mail: "u3@contoso.example"}).Mails[0].Why.Via[0].ID)
		require.Nil(t, trace(t, l, event, pim.Principal{ID: "u102"}).Mails[0].Why, "nobody kept it")
	})
}

func TestTraceFindsTheStepThatWithdrewAnEventAndWhatItTells(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		event := acceptance(r).First.Schedule[0].Event
		id := propose(t, l, r, pim.Proposal{Decision: pim.Decision{
			ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "u9", DisplayName: "Joni Sherman"}, ReviewedDateTime: noon, Justification: "we spoke",
		}})
		before := trace(t, l, event.ID, pim.Principal{ID: "u1"})
		require.Empty(t, before.Withdrawn)
		require.Nil(t, before.By)
		require.Equal(t, []pim.PartTrace{{Part: pim.PartAll, DueDateTime: noon.Add(3 * time.Minute)}}, before.Parts)
		require.Equal(t, acceptance(r).First.Schedule, before.Due)
		require.Empty(t, before.Mails)

		approved := pim.Change{
			Seq: 1, At: noon.Add(time.Minute), What: pim.WhatApproved, Status: pim.Granted, By: "u9", DecisionID: id, Withdraw: []pim.EventRef{event},
		}
		cancelled := pim.Change{Seq: 2, At: noon.Add(2 * time.Minute), What: pim.WhatCanceled, Status: pim.Canceled, Withdraw: []pim.EventRef{event}}
		require.NoError(t, l.Record(t.Context(), tenant, r, approved, cancelled))
		after := trace(t, l, event.ID, pim.Principal{ID: "u1"})
		require.Equal(t, "withdrawn:approved", after.Withdrawn)
		require.Equal(t, &pim.TimelineEntry{
			At: noon.Add(time.Minute), What: pim.WhatApproved, Status: pim.Granted, By: &pim.Principal{ID: "u9", DisplayName: "Joni Sherman"}, Justification: "we spoke",
		}, after.By, "the first counts")

		_, err := l.Trace(t.Context(), tenant, "activation.r9.completed", pim.Principal{ID: "u1"})
		require.ErrorIs(t, err, pim.ErrNotFound)
		_, err = l.Trace(t.Context(), "fabrikam", event.ID, pim.Principal{ID: "u1"})
		require.ErrorIs(t, err, pim.ErrNotFound)
		_, err = l.Trace(t.Context(), tenant, "a\x00b", pim.Principal{ID: "u1"})
		require.ErrorIs(t, err, pim.ErrNotFound)
		require.Empty(t, trace(t, l, event.ID, pim.Principal{}).Mails, "nobody is named by nothing")
	})
}

func TestTraceHasTheWholeOfAMail(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, event := planned(t, l, "r1", 2)
		claims := claim(t, l, 2, key)
		sending := trace(t, l, event.ID, pim.Principal{ID: "u1", Mail: "u2@contoso.example"}).Mails
		require.Len(t, sending, 2)
		require.Equal(t, "u1", sending[0].PrincipalID, "the id goes before the address")
		require.Equal(t, claims[0].LeaseUntil, sending[0].LeaseUntil)
		require.NoError(t, l.Settle(t.Context(), []pim.Settlement{
			{MailID: claims[0].MailID, Attempt: 1, Status: pim.StatusUnknown, Reason: "timeout", Detail: "no answer", At: noon.Add(time.Second)},
		}))
		unknown := trace(t, l, event.ID, pim.Principal{ID: "u1"}).Mails[0]
		require.Equal(t, noon.Add(time.Second), unknown.UnknownSince)
		require.Equal(t, "no answer", unknown.Detail)
		require.Equal(t, 1, unknown.Attempt)
		require.True(t, unknown.LeaseUntil.IsZero())
	})
}

// What it costs to plan a thousand recipients: without anything known of them, with one Why in common, and with one each.
func BenchmarkPlan(b *testing.B) {
	for _, d := range databases {
		for _, groups := range []int{0, 1, 10, 1000} {
			b.Run(fmt.Sprintf("%s/%d", d.name, groups), func(b *testing.B) {
				l := open(b, d.url(b))
				r := activation("r1")
				_, _, err := l.Accept(b.Context(), acceptance(r))
				require.NoError(b, err)
				n := 0
				for b.Loop() {
					b.StopTimer()
					n++
					states, err := l.DueStates(b.Context(), tenant, r, []pim.Due{{Event: pim.NewEvent(r, pim.AssignmentExpiring, fmt.Sprint(n), noon), Part: pim.PartAll, DueDateTime: noon}})
					require.NoError(b, err)
					recipients := people(1, 1000)
					if groups > 0 {
						recipients = known(recipients, groups)
					}
					b.StartTimer()
					_, err = l.Plan(b.Context(), states[0].EventKey, pim.PartAll, noon, recipients, noon)
					require.NoError(b, err)
				}
			})
		}
	}
}
