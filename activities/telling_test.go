package activities_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"pimnotify/activities"
	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

func TestALetterSaysWhatItsTellingRefersTo(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		a := h.assign(t, "a1", given(pim.AzureResource))
		due := a.answer(t, pim.AssignmentExtended, alain, sherman)
		h.notify(t, a.about(due))
		text := h.mail(t, due, "nestor").Text
		for _, line := range []string{
			"Joni Sherman extended Alain Charon's eligible assignment to the Backup Reader role on Production at their request.",
			"Alain Charon wrote:\n> the move takes longer\n",
			"Joni Sherman wrote:\n> until the move is over\n",
			"Assigned to: Alain Charon (alain@contoso.example)\n",
			"Assigned by: Lynne Robbins (lynne@contoso.example)\n",
			"Assigned: Mon 23 Nov 2026, 08:59 UTC\n",
			"Previous end: Sat 22 May 2027, 08:59 UTC\n",
			"New end: Fri 20 Aug 2027, 08:59 UTC\n",
			"Requested by: Alain Charon (alain@contoso.example)\n",
			"Requested: Sat 15 May 2027, 08:59 UTC\n",
			"Requested duration: 90 days\n",
			"Approved by: Joni Sherman (joni@contoso.example)\n",
			"Decided: Mon 17 May 2027, 08:59 UTC\n",
			"Event assignment.a1.extended.r~x1, assignment a1, request x1\n",
		} {
			require.Contains(t, text, line)
		}
	})
}

func TestALetterThatAsksForADecisionSaysUntilWhenAndWhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	a := h.assign(t, "a1", given(pim.AzureResource))
	for kind, expires := range map[pim.EventKind]string{
		pim.AssignmentExtendRequested: "Sat 22 May 2027, 08:59 UTC", pim.AssignmentRenewRequested: "Mon 21 Jun 2027, 08:59 UTC",
	} {
		due := a.requested(t, kind, alain)
		h.notify(t, a.about(due))
		text := h.mail(t, due, "adele").Text
		require.Contains(t, text, "Request expires: "+expires)
		require.Contains(t, text, "https://portal.contoso.example/requests/x1\n")
	}
}

func TestALetterSaysWhichRequestWasRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	a := h.assign(t, "a1", given(pim.GroupResource))
	for action, verb := range map[pim.Action]string{pim.SelfExtend: "extend", pim.SelfRenew: "renew"} {
		due := a.due(pim.AssignmentRefused, pim.OccurrenceOfRequest(verb), pim.Telling{
			RequestID: verb, Action: action, RequestRef: a.asked(t, alain), DecisionRef: a.answered(t, pim.Deny, wanda),
		})
		h.notify(t, a.about(due))
		require.Equal(t, []string{
			"alain PIM: Your request to " + verb + " the Member role was denied",
			"debora PIM: Alain Charon's request to " + verb + " the Member role was denied",
			"wanda skipped ownDecision",
		}, h.told(t, due))
	}
}

func TestALetterSaysHowLongAnExpiredAssignmentCanBeRenewed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	a := h.assign(t, "a1", given(pim.AzureResource))
	due := a.due(pim.AssignmentExpired, "", pim.Telling{RenewUntil: term.End.Add(30 * day)})
	h.notify(t, a.about(due))
	require.Contains(t, h.mail(t, due, "alain").Text, "Until Mon 21 Jun 2027, 08:59 UTC, you can ask to have it renewed")
}

func TestALetterSaysTheTypeThatTheAssignmentHasNowAndItsRuleGoesByIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	h.Settings = settings{of: pim.DefaultSettings(), rules: func(pim.ResourceKind, pim.Role, pim.Scope) pim.Rules {
		return pim.Rules{pim.RequestorAdminEligibility: {NotificationLevel: pim.LevelNone}}
	}}
	a := h.assign(t, "a1", given(pim.GroupResource))
	as := func(id string, now pim.AssignmentType) pim.Due {
		return a.due(pim.AssignmentExpiring, id, pim.Telling{AssignmentType: now, Before: "P1D"})
	}
	eligible, active := as("1", pim.Eligible), as("2", pim.Active)
	h.notify(t, a.about(eligible, active))
	require.Contains(t, h.told(t, eligible), "alain skipped ruleOff")
	require.Contains(t, h.told(t, active), "alain PIM: Your Member role expires in 1 day")
	require.Contains(t, h.mail(t, active, "wanda").Text, "Assignment type: Active, for a limited time")
	require.Contains(t, h.mail(t, eligible, "wanda").Text, "Assignment type: Eligible, for a limited time")
}

func TestRulesOfAnAssignmentAreThoseOfItsRoleAndScope(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	asked := map[pim.ResourceKind]string{}
	h.Settings = settings{of: pim.DefaultSettings(), rules: func(kind pim.ResourceKind, role pim.Role, scope pim.Scope) pim.Rules {
		asked[kind] = role.ID + " at " + scope.ID
		return nil
	}}
	for _, kind := range []pim.ResourceKind{pim.DirectoryRole, pim.AzureResource, pim.GroupResource} {
		assignment := given(kind)
		if kind == pim.GroupResource {
			assignment.Role = pim.Role{ID: "x", DisplayName: "Teilnehmer"}
		}
		a := h.assign(t, "a-"+string(kind), assignment)
		h.notify(t, a.about(a.due(pim.AssignmentAssigned, "", pim.Telling{})))
	}
	require.Equal(t, map[pim.ResourceKind]string{
		pim.DirectoryRole: "7be44c8a at /", pim.AzureResource: "acdd72a7 at /subscriptions/s1", pim.GroupResource: "member at g7",
	}, asked)
}

func TestAnAssignmentThatDoesNotSayWhenItWasMadeWasMadeWhenItWasAccepted(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	undated := given(pim.GroupResource)
	undated.CreatedDateTime = nil
	a := h.assign(t, "a1", undated)
	due := a.due(pim.AssignmentAssigned, "", pim.Telling{})
	h.notify(t, a.about(due))
	require.Contains(t, h.mail(t, due, "wanda").Text, "Assigned: Mon 23 Nov 2026, 09:00 UTC\n")
}

// A worker that was away has two notices to send at once, and with the first comes the news that the assignment can be extended.
func TestEventsThatAreDueTogetherEachTellTheirOwn(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		a := h.assign(t, "a1", given(pim.GroupResource))
		ends := func(month time.Month) pim.Term {
			return pim.Term{Number: 1, Start: made, End: time.Date(2027, month, 1, 12, 0, 0, 0, time.UTC)}
		}
		first := a.due(pim.AssignmentExpiring, "1", pim.Telling{Before: "PT336H", Term: ends(time.March)})
		extendable := a.due(pim.AssignmentExtendable, "", pim.Telling{Term: ends(time.April)})
		second := a.due(pim.AssignmentExpiring, "2", pim.Telling{Before: "P1D", Term: ends(time.May)})
		asked := a.requested(t, pim.AssignmentExtendRequested, alain)
		result := h.notify(t, a.about(second, first, asked, extendable))
		require.True(t, result.Settled())
		require.Len(t, h.inbox.Messages(), 3+3+3+2)
		for subject, c := range map[string]struct {
			due pim.Due
			end string
		}{
			"PIM: Alain Charon's Member role expires in 14 days":           {first, "End: Mon 1 Mar 2027, 12:00 UTC"},
			"PIM: Alain Charon's Member role can be extended":              {extendable, "End: Thu 1 Apr 2027, 12:00 UTC"},
			"PIM: Alain Charon's Member role expires in 1 day":             {second, "End: Sat 1 May 2027, 12:00 UTC"},
			"PIM: Review Alain Charon's request to extend the Member role": {asked, "End: Sat 22 May 2027, 08:59 UTC"},
		} {
			for _, owner := range []string{"debora", "wanda"} {
				mail := h.mail(t, c.due, owner)
				require.Equal(t, subject, mail.Subject)
				require.Contains(t, mail.Text, c.end)
				require.Equal(t, c.due.Event.ID == asked.Event.ID, strings.Contains(mail.Text, "> the move takes longer\n"))
			}
		}
	})
}

func TestAnEventThatDoesNotSayWhatItTellsIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	a := h.assign(t, "a1", given(pim.GroupResource))
	silent := a.due(pim.AssignmentAssigned, "", pim.Telling{})
	silent.Telling = nil
	for _, due := range []pim.Due{silent, a.due(pim.AssignmentExpiring, "1", pim.Telling{Before: "a fortnight"})} {
		_, err := notify(h.Activities, a.about(a.due(pim.AssignmentExtendable, "", pim.Telling{}), due), running{})
		hopeless(t, err, activities.UnclearTelling)
		require.ErrorContains(t, err, due.Event.ID)
	}
	require.Empty(t, h.inbox.Requests())
}

func TestACollectionOfWhichNobodyIsToldIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	r := pim.Resource{Collection: "accessReviews", ID: "r1"}
	h.writeDown(t, r, pim.Change{At: made, What: "begun"}, struct{}{})
	_, err := notify(h.Activities, activities.NotifyInput{
		Tenant: tenant, Resource: r, Due: []pim.Due{h.due(r, "accessReview.begun", "", made)},
	}, running{})
	hopeless(t, err, activities.UnknownCollection)
}

// hopeless expects an error that Temporal does not repeat.
func hopeless(t *testing.T, err error, kind string) {
	t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, err, &failure)
	require.Equal(t, kind, failure.Type())
	require.True(t, failure.NonRetryable())
}

// What a telling refers to was written down before it: a record that does not have it is one that is not all there yet.
func TestWordsThatTheRecordDoesNotHaveAreLookedForAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	a, other := h.assign(t, "a1", given(pim.GroupResource)), h.assign(t, "a2", given(pim.GroupResource))
	ref := other.asked(t, alain)
	for _, told := range []pim.Telling{{RequestRef: ref}, {DecisionRef: ref}} {
		due := a.due(pim.AssignmentExtended, "n~1", told)
		_, err := notify(h.Activities, a.about(due), running{})
		var failure *temporal.ApplicationError
		require.ErrorAs(t, err, &failure)
		require.False(t, failure.NonRetryable())
		require.ErrorContains(t, err, "look up what was asked and decided of assignments/a1")
	}
	require.Empty(t, h.inbox.Requests())
}

func TestManyChangesOfAnAssignmentAreWrittenDownWhereNobodyIsTold(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		a := h.assign(t, "a1", given(pim.AzureResource))
		expired := a.due(pim.AssignmentExpired, "", pim.Telling{RenewUntil: term.End})
		in := a.about()
		in.Changes = []pim.Change{
			{Seq: 1, At: made, What: pim.WhatUpdated, Status: pim.Provisioned, Schedule: []pim.Due{expired}},
			{Seq: 2, At: made, What: pim.WhatExtendRequested, Status: pim.PendingAdminDecision, By: "u7", RequestID: "x1"},
			{Seq: 3, At: made, What: pim.WhatRemoved, Status: pim.Revoked, By: "u2", Withdraw: []pim.EventRef{expired.Event}},
		}
		for range 2 {
			require.Empty(t, h.notify(t, in))
		}
		view, err := h.record.View(t.Context(), tenant, a.Resource)
		require.NoError(t, err)
		require.Len(t, view.Timeline, 4)
		require.Equal(t, pim.Revoked, view.Status)
		require.Equal(t, pim.EventCancelled, view.Events[0].Status)
		require.True(t, h.notify(t, a.about(expired)).Settled())
		require.Empty(t, h.inbox.Requests())
	})
}

func TestMailsOfAnAssignmentThatWereHeldStillTellTheSame(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	a := h.assign(t, "a1", given(pim.GroupResource))
	due := a.answer(t, pim.AssignmentRefused, alain, sherman)
	h.inbox.SetAccount(inbox.Account{SendingPaused: true})
	require.Equal(t, pim.Counts{pim.StatusPlanned: 3}, counts(h.notify(t, a.about(due))))
	h.inbox.SetAccount(inbox.Account{})
	require.Equal(t, pim.Counts{pim.StatusSent: 3}, counts(h.notify(t, a.about(due))))
	require.Contains(t, h.mail(t, due, "alain").Text, "Joni Sherman denied your request to extend")
}

// away is a directory that fails at its nth call, once.
type away struct {
	activities.Directory
	left int
}

func (d *away) fails() error {
	d.left--
	if d.left == 0 {
		return errAway
	}
	return nil
}

func (d *away) Principal(ctx context.Context, tenant, id string) (pim.Principal, bool, error) {
	if err := d.fails(); err != nil {
		return pim.Principal{}, false, err
	}
	return d.Directory.Principal(ctx, tenant, id)
}

func (d *away) People(ctx context.Context, tenant string, principals []pim.Principal) ([]pim.Principal, error) {
	if err := d.fails(); err != nil {
		return nil, err
	}
	return d.Directory.People(ctx, tenant, principals)
}

func (d *away) Expand(ctx context.Context, tenant string, principals []pim.Principal) ([]pim.Person, error) {
	if err := d.fails(); err != nil {
		return nil, err
	}
	return d.Directory.Expand(ctx, tenant, principals)
}

func TestNothingIsToldWhileTheDirectoryCannotSayWhoTookPart(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	known := h.Directory
	toGroup := given(pim.GroupResource)
	toGroup.Principal = pim.Principal{ID: tier0}
	a := h.assign(t, "a1", toGroup)
	due := a.answer(t, pim.AssignmentExtended, alain, sherman)
	for call, about := range []string{"assignee", "assigned group", "who assigned it, asked and decided"} {
		h.Directory = &away{known, call + 1}
		_, err := notify(h.Activities, a.about(due), running{})
		require.ErrorContains(t, err, "ask the directory about assignments/a1: "+about)
		require.Empty(t, h.inbox.Requests())
	}
	h.Directory = known
	require.Equal(t, pim.Counts{pim.StatusSent: 5, pim.StatusSkipped: 2}, counts(h.notify(t, a.about(due))))
}
