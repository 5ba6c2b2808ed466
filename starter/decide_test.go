package starter_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

func TestAnApprovalIsInTheRecordWhenItIsAnswered(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	h.clock = noon.Add(time.Minute)
	view, err := h.Decide(t.Context(), tenant, "r1", decision("u8", pim.Approve))
	require.NoError(t, err)
	require.Equal(t, pim.Granted, view.Status)
	require.Len(t, view.Timeline, 2)
	step := view.Timeline[1]
	require.Equal(t, pim.WhatApproved, step.What)
	require.Equal(t, noon.Add(time.Minute), step.At)
	require.Equal(t, "Johanna Lorenz", step.By.DisplayName, "as the directory calls them")
	require.Equal(t, "because I say so", step.Justification)
}

func TestTheReasonStaysOutOfTheHistory(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	_, err := h.Decide(t.Context(), tenant, "r1", decision("u8", pim.Deny))
	require.NoError(t, err)
	sent, err := json.Marshal(h.temporal.updates[0])
	require.NoError(t, err)
	require.NotContains(t, string(sent), "because")
	require.NotContains(t, string(sent), "Johanna")
	require.NotEmpty(t, h.temporal.updates[0].Args[0].(workflows.DecideInput).DecisionID)
}

func TestOnlyApproversDecide(t *testing.T) {
	fallback := func(kind pim.ResourceKind, scope string) func(*pim.ActivationRequest) {
		return func(r *pim.ActivationRequest) {
			r.ResourceKind, r.Scope.ID, r.Approval.Approvers = kind, scope, nil
			if kind == pim.GroupResource {
				r.AccessID = pim.Owner
			}
		}
	}
	named := func(approvers ...pim.Principal) func(*pim.ActivationRequest) {
		return func(r *pim.ActivationRequest) { r.Approval.Approvers = approvers }
	}
	for name, c := range map[string]struct {
		change   func(*pim.ActivationRequest)
		reviewer string
		may      bool
	}{
		"named":                                {named(pim.Principal{ID: "u4"}), "u4", true},
		"named, unknown to the directory":      {named(pim.Principal{ID: "u999"}), "u999", true},
		"member of a group":                    {named(pim.Principal{ID: "g1", Type: pim.Group}), "u1", true},
		"member of a group in a group":         {named(pim.Principal{ID: "g1", Type: pim.Group}), "u10", true},
		"without an address, so never mailed":  {named(pim.Principal{ID: "g1", Type: pim.Group}), "u25", true},
		"nobody in particular":                 {named(pim.Principal{ID: "g1", Type: pim.Group}), "u4", false},
		"a Global Administrator, others named": {named(pim.Principal{ID: "g1", Type: pim.Group}), "u2", false},
		"the group itself":                     {named(pim.Principal{ID: "g1", Type: pim.Group}), "g1", false},
		"fallback, Privileged Role Admin":      {fallback(pim.DirectoryRole, "/"), "u5", true},
		"fallback, Global Admin, not mailed":   {fallback(pim.DirectoryRole, "/"), "u3", true},
		"fallback, eligible only":              {fallback(pim.DirectoryRole, "/"), "u4", false},
		"fallback, Security Admin":             {fallback(pim.DirectoryRole, "/"), "u24", false},
		"fallback, Owner of a parent":          {fallback(pim.AzureResource, "/subscriptions/s1/resourceGroups/rg9"), "u2", true},
		"fallback, eligible Owner":             {fallback(pim.AzureResource, "/subscriptions/s1"), "u16", false},
		"fallback, User Access Admin":          {fallback(pim.AzureResource, "/subscriptions/s1"), "u17", true},
		"fallback, permanent owner":            {fallback(pim.GroupResource, "g7"), "u19", true},
		"fallback, activated owner":            {fallback(pim.GroupResource, "g7"), "u22", false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			r := request()
			c.change(&r)
			h.accept(t, "r1", r)
			_, err := h.Decide(t.Context(), tenant, "r1", decision(c.reviewer, pim.Approve))
			if c.may {
				require.NoError(t, err)
				return
			}
			var forbidden *starter.Forbidden
			require.ErrorAs(t, err, &forbidden)
			require.Empty(t, h.temporal.updates)
		})
	}
}

func TestNobodyDecidesTheirOwnRequest(t *testing.T) {
	h := newHouse(t)
	r := request()
	r.Approval.Approvers = []pim.Principal{{ID: "u7"}, {ID: "u1"}}
	h.accept(t, "r1", r)
	_, err := h.Decide(t.Context(), tenant, "r1", decision("u7", pim.Approve))
	var forbidden *starter.Forbidden
	require.ErrorAs(t, err, &forbidden)
	require.Contains(t, forbidden.Reason, "their own")
	require.Empty(t, h.temporal.updates)
}

func TestADecisionThatIsNotValidIsNamedFieldByField(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	for location, d := range map[string]pim.Decision{
		"body.reviewResult":     {ReviewedBy: pim.Principal{ID: "u1"}},
		"body.reviewedBy.id":    {ReviewResult: pim.Approve},
		"body.reviewedBy.mail":  {ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "u1", Mail: "u1@[10.0.0.1]"}},
		"body.reviewedDateTime": {ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "u1"}, ReviewedDateTime: noon.Add(time.Hour)},
	} {
		_, err := h.Decide(t.Context(), tenant, "r1", d)
		requireProblem(t, err, location, "")
	}
}

func TestTheSameDecisionAgainIsAnsweredAsTheFirstTime(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	first, err := h.Decide(t.Context(), tenant, "r1", decision("u8", pim.Approve))
	require.NoError(t, err)

	h.run("r1").closed = true
	h.clock = noon.AddDate(1, 0, 0)
	h.Directory, h.temporal.away = nil, true // the reviewer may have left; nobody needs to be asked
	d := decision("u8", pim.Approve)
	d.Justification = "in other words"
	again, err := h.Decide(t.Context(), tenant, "r1", d)
	require.NoError(t, err)
	require.Equal(t, first, again)
}

func TestASecondDecisionIsToldWhoDecidedHowAndWhen(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	_, err := h.Decide(t.Context(), tenant, "r1", decision("u8", pim.Deny))
	require.NoError(t, err)
	for name, second := range map[string]pim.Decision{"by another": decision("u1", pim.Deny), "another answer": decision("u8", pim.Approve)} {
		_, err = h.Decide(t.Context(), tenant, "r1", second)
		var conflict *starter.Conflict
		require.ErrorAs(t, err, &conflict, name)
		require.Equal(t, pim.Denied, conflict.Status)
		require.Equal(t, pim.Deny, conflict.Decision.ReviewResult)
		require.Equal(t, "u8", conflict.Decision.ReviewedBy.ID)
		require.Equal(t, "Johanna Lorenz", conflict.Decision.ReviewedBy.DisplayName)
		require.Equal(t, noon, conflict.Decision.ReviewedDateTime)
	}
}

// The process took a decision, and whoever told it died before writing that down.
func TestADecisionThatTheRecordMissedIsFoundInTheProcess(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	h.ledger.broken["Record"] = true
	_, err := h.Decide(t.Context(), tenant, "r1", decision("u8", pim.Approve))
	var unavailable *starter.Unavailable
	require.ErrorAs(t, err, &unavailable)
	require.Equal(t, starter.AwayLedger, unavailable.What)
	h.ledger.broken["Record"] = false

	_, err = h.Decide(t.Context(), tenant, "r1", decision("u1", pim.Deny))
	var conflict *starter.Conflict
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, "u8", conflict.Decision.ReviewedBy.ID)

	view, err := h.Decide(t.Context(), tenant, "r1", decision("u8", pim.Approve))
	require.NoError(t, err)
	require.Equal(t, pim.Granted, view.Status)
	require.Equal(t, "because I say so", view.Timeline[1].Justification)
}

func TestRepeatingADecisionIsOneUpdateAndAnotherIsNot(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	h.temporal.noWorker = true
	for _, d := range []pim.Decision{decision("u8", pim.Approve), decision("u8", pim.Approve), decision("u8", pim.Deny), decision("u1", pim.Approve)} {
		_, err := h.Decide(t.Context(), tenant, "r1", d)
		require.Error(t, err)
	}
	ids := map[string]bool{}
	for _, update := range h.temporal.updates {
		ids[update.UpdateID] = true
	}
	require.Equal(t, h.temporal.updates[0].UpdateID, h.temporal.updates[1].UpdateID)
	require.Len(t, ids, 3)
}

func TestADecisionTheMomentAfterAcceptingFindsTheProcessStarted(t *testing.T) {
	h := newHouse(t)
	h.temporal.away = true
	_, _, err := h.PutActivation(t.Context(), tenant, "r1", request())
	require.Error(t, err)
	h.temporal.away = false
	view, err := h.Decide(t.Context(), tenant, "r1", decision("u8", pim.Approve))
	require.NoError(t, err)
	require.Equal(t, pim.Granted, view.Status)
	require.NotNil(t, h.run("r1"))
}

func TestADecisionIsNeverASuccessWhileSomethingIsAway(t *testing.T) {
	for what, outage := range map[starter.Away]func(h *house){
		starter.AwayTemporal:  func(h *house) { h.temporal.away = true },
		starter.AwayWorker:    func(h *house) { h.temporal.noWorker = true },
		starter.AwayLedger:    func(h *house) { h.ledger.broken["Accepted"] = true },
		starter.AwayDirectory: func(h *house) { h.Directory = awayDirectory{} },
	} {
		t.Run(string(what), func(t *testing.T) {
			h := newHouse(t)
			h.accept(t, "r1", request())
			outage(h)
			_, err := h.Decide(t.Context(), tenant, "r1", decision("u8", pim.Approve))
			var unavailable *starter.Unavailable
			require.ErrorAs(t, err, &unavailable)
			require.Equal(t, what, unavailable.What)
			view, err := h.GetActivation(t.Context(), tenant, "r1")
			if what != starter.AwayLedger {
				require.NoError(t, err)
			}
			require.NotEqual(t, pim.Granted, view.Status)
		})
	}
}

func TestWhatIsOverCannotBeDecided(t *testing.T) {
	h := newHouse(t)
	r := request()
	r.Approval = pim.Approval{}
	h.accept(t, "granted", r)
	h.accept(t, "canceled", request())
	_, err := h.Cancel(t.Context(), tenant, "canceled", "")
	require.NoError(t, err)
	h.accept(t, "timed-out", request())
	h.run("timed-out").state.Status = pim.TimedOut
	h.accept(t, "forgotten", request())
	h.run("forgotten").closed = true
	for id, status := range map[string]pim.RequestStatus{
		"granted": pim.Granted, "canceled": pim.Canceled, "timed-out": pim.TimedOut, "forgotten": pim.PendingApproval,
	} {
		_, err := h.Decide(t.Context(), tenant, id, decision("u8", pim.Approve))
		var conflict *starter.Conflict
		require.ErrorAs(t, err, &conflict, id)
		require.Equal(t, status, conflict.Status)
		require.Nil(t, conflict.Decision)
	}
}
