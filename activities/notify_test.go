package activities_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

func TestEachRecipientHasOneRowAndOneMail(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		in := h.accept(t, "r1", tier0)
		result := h.notify(t, in)
		require.Equal(t, pim.Counts{pim.StatusSent: 4, pim.StatusSkipped: 1}, counts(result))
		require.True(t, result.Settled())
		require.False(t, result.Unreachable)

		rows := h.rows(t, in)
		require.Len(t, rows, 5)
		for i, address := range []string{"isabella@contoso.example", "johanna@contoso.example", "joni@contoso.example", "lee@contoso.example"} {
			require.Equal(t, address, rows[i].Address)
			require.Equal(t, i+1, rows[i].Order)
			require.Equal(t, 1, rows[i].Attempt)
		}
		require.Equal(t, pim.ReasonNoAddress, rows[4].Reason)

		messages := h.inbox.Messages()
		require.Len(t, messages, 4)
		require.Equal(t, "1", messages[0].Tags["attempt"])
		require.Equal(t, "activation_pendingApproval", messages[0].Tags["event"])
		require.Equal(t, in.Due[0].Event.ID, messages[0].Header("X-PIM-Event-Id"))
		require.Contains(t, messages[0].HTML, "https://portal.contoso.example/requests/r1")
		require.Contains(t, messages[0].Text, "alain@contoso.example", "the directory's address of the requestor")
	})
}

func TestRepeatingNotifySendsNothingAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		in := h.accept(t, "r1", tier0)
		first := h.notify(t, in)
		for range 3 {
			h.pass(time.Hour)
			require.Equal(t, first, h.notify(t, in))
		}
		require.Len(t, h.inbox.Requests(), 4)
	})
}

func TestTwoWorkersAtOnceSendEachMailOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, 120, func(t *testing.T, h *house) {
		h.inbox.SetFaults(inbox.Fault{Kind: inbox.Latency, Delay: inbox.Duration(5 * time.Millisecond)})
		h.InFlight = 8
		in := h.accept(t, "r1", crowd)
		for i, result := range together(t, in, h.worker("w1"), h.worker("w2"), h.worker("w3")) {
			require.Equal(t, pim.Counts{pim.StatusSent: 120}, counts(result), "worker %d", i)
		}
		require.Len(t, h.inbox.Requests(), 120)
	})
}

// together has several workers do the same at the same time.
func together(t *testing.T, in activities.NotifyInput, workers ...*activities.Activities) []activities.NotifyResult {
	t.Helper()
	results, errs := make([]activities.NotifyResult, len(workers)), make([]error, len(workers))
	var all sync.WaitGroup
	for i, w := range workers {
		all.Go(func() { results[i], errs[i] = notify(w, in, running{}) })
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	return results
}

func TestAThousandRecipientsGetExactlyOneMailEach(t *testing.T) {
	t.Parallel()
	size := sized(1000, 300)
	h := newHouse(t, size)
	in := h.accept(t, "r1", crowd)
	require.Equal(t, pim.Counts{pim.StatusSent: size}, counts(h.notify(t, in)))
	require.Len(t, h.inbox.Messages(), size)
	require.Len(t, h.inbox.Requests(), size)
}

func TestTheFirstThousandInOrderAreToldAndTheRestRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1500)
	const quota, inFlight = 20, 64
	h.inbox.SetAccount(inbox.Account{Max24HourSend: quota})
	in := h.accept(t, "r1", crowd)
	require.Equal(t, pim.Counts{pim.StatusSent: quota, pim.StatusPlanned: 980, pim.StatusCapped: 500}, counts(h.notify(t, in)))
	for i, r := range h.rows(t, in) {
		require.Equal(t, i+1, r.Order)
		require.Equal(t, fmt.Sprintf("c%04d@crowd.example", i+1), r.Address)
		require.Equal(t, i >= 1000, r.Status == pim.StatusCapped)
		// Of those in flight any may arrive first, and each that has been taken makes room for the next in order.
		require.True(t, r.Status != pim.StatusSent || i < inFlight+quota, "those in front go first")
	}
}

func TestAnEventThatAsksForAnActionOfNobodyIsUnreachable(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	result := h.notify(t, h.accept(t, "r1", "u25")) // has no mailbox
	require.True(t, result.Settled())
	require.True(t, result.Unreachable)
	require.Equal(t, pim.Counts{pim.StatusSkipped: 1}, counts(result))

	in := h.accept(t, "r2", "u7") // is the requestor, who is never asked
	result = h.notify(t, in)
	require.True(t, result.Unreachable)
	require.Equal(t, pim.ReasonOwnRequest, h.rows(t, in)[0].Reason)
	require.Empty(t, h.inbox.Requests())
}

// production and tier0Group are where owners are told of a request whoever has to approve it.
func production(r *pim.ActivationRequest) {
	r.ResourceKind, r.Scope = pim.AzureResource, pim.Scope{ID: "/subscriptions/s1", DisplayName: "Production"}
}

func tier0Group(r *pim.ActivationRequest) {
	r.ResourceKind, r.AccessID, r.Role, r.Scope = pim.GroupResource, pim.Member, pim.Role{ID: "member", DisplayName: "Member"}, pim.Scope{ID: "g7"}
}

func TestOwnersWhoAreToldCannotActWhereSomebodyElseWasNamed(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		for name, where := range map[string]func(*pim.ActivationRequest){"azure": production, "group": tier0Group} {
			nobody := h.notify(t, h.accept(t, name+"-nobody", "u25", where)) // has no mailbox
			require.True(t, nobody.Unreachable, name)
			require.Positive(t, counts(nobody)[pim.StatusSent], name)
			require.False(t, h.notify(t, h.accept(t, name+"-somebody", tier0, where)).Unreachable, name)
			fallback := h.notify(t, h.accept(t, name+"-fallback", "", where, func(r *pim.ActivationRequest) { r.Approval.Approvers = nil }))
			require.False(t, fallback.Unreachable, name)
			require.Equal(t, counts(nobody)[pim.StatusSent], counts(fallback)[pim.StatusSent], "the same owners: now they decide")
		}
		for _, m := range h.inbox.Messages() {
			if to := m.To[0]; to == "adele@contoso.example" || to == "wanda@contoso.example" {
				named := !strings.Contains(m.Header("X-PIM-Event-Id"), "-fallback.")
				require.Equal(t, named, strings.Contains(m.Text, "Only the approvers named in the request can decide it."), m.Text)
			}
		}
		owner := h.accept(t, "owner", "u12", production)
		require.False(t, h.notify(t, owner).Unreachable)
		require.Equal(t, pim.Approver, row(t, h.rows(t, owner), "lynne@contoso.example").Audience, "an Owner who was named")
	})
}

func TestAnEventThatOnlyTellsIsNeverUnreachable(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	in := h.accept(t, "r1", "u25")
	event := pim.NewEvent(in.Resource, pim.ActivationApproved, "", time.Now())
	h.events = append(h.events, event.ID)
	in.Due = []pim.Due{{Event: event, Part: pim.PartOthers, DueDateTime: time.Now()}}
	result := h.notify(t, in)
	require.True(t, result.Settled())
	require.False(t, result.Unreachable)
}

func TestAnApprovalAfterTheEndSaysThatItCameTooLate(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	for id, late := range map[string]bool{"late": true, "broken": false} {
		end := time.Now().UTC().Truncate(time.Second).Add(time.Hour)
		in := h.accept(t, id, tier0, func(r *pim.ActivationRequest) {
			r.ScheduleInfo.Expiration = pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}
		})
		at := end.Add(-time.Minute)
		if late {
			at = end
		}
		decision := pim.Decision{ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "u1", DisplayName: "Isabella Simonsen"}, ReviewedDateTime: at}
		proposed, err := h.record.Propose(t.Context(), tenant, in.Resource, pim.Proposal{Decision: decision})
		require.NoError(t, err)
		failed := h.due(in.Resource, pim.ActivationFailed, "", at)
		in.Changes = append(in.Changes,
			pim.Change{Seq: 1, At: at, What: pim.WhatApproved, Status: pim.Granted, By: "u1", DecisionID: proposed},
			pim.Change{Seq: 2, At: at, What: pim.WhatFailed, Status: pim.Failed, Schedule: []pim.Due{failed}})
		in.Due = []pim.Due{failed}
		require.Equal(t, pim.Counts{pim.StatusSent: 1}, counts(h.notify(t, in)))
		text := h.mail(t, failed, "alain").Text
		require.Equal(t, late, strings.Contains(text, "was approved by Isabella Simonsen, but only after"), text)
		require.Equal(t, late, strings.Contains(text, "ask again with a new time"), text)
		require.Equal(t, !late, strings.Contains(text, "if it fails once more, tell an administrator"), text)
	}
}

func TestAChangeIsWrittenDownWhereNobodyIsTold(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		in := h.accept(t, "r1", tier0)
		change := decided(in)
		require.Empty(t, h.notify(t, activities.NotifyInput{Tenant: tenant, Resource: in.Resource, Changes: []pim.Change{change}}))
		view, err := h.record.View(t.Context(), tenant, in.Resource)
		require.NoError(t, err)
		require.Equal(t, pim.Granted, view.Status)
		require.Equal(t, pim.EventCancelled, view.Events[0].Status)
	})
}

func TestWhoWasPlannedStaysPlannedWhateverTheDirectorySaysLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 3)
	in := h.accept(t, "r1", crowd)
	h.inbox.SetAccount(inbox.Account{SendingPaused: true})
	require.Equal(t, pim.Counts{pim.StatusPlanned: 3}, counts(h.notify(t, in)))

	later := newHouse(t, 50)
	h.Directory = later.Directory
	h.inbox.SetAccount(inbox.Account{})
	require.Equal(t, pim.Counts{pim.StatusSent: 3}, counts(h.notify(t, in)))
}
