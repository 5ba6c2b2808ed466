package starter_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"pimnotify/ledger"
	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

const day = 24 * time.Hour

// long is an assignment of a year that was made a hundred days ago.
func long() pim.Assignment {
	a, made := given(), noon.Add(-100*day)
	a.CreatedDateTime, a.ScheduleInfo = &made, lasting("P365D")
	return a
}

func ago(days int) time.Time { return noon.Add(-time.Duration(days) * day) }

// bringIn recalls something and writes it down.
func bringIn(t *testing.T, c *starter.Client, l starter.Ledger, past ...pim.Past) pim.ImportResult {
	t.Helper()
	var all []pim.Imported
	for _, p := range past {
		made, err := c.Recall(tenant, p)
		require.NoError(t, err)
		all = append(all, made)
	}
	result, err := l.(*ledger.Ledger).Import(t.Context(), all)
	require.NoError(t, err)
	return result
}

func (h *house) bringIn(t *testing.T, past ...pim.Past) pim.ImportResult {
	t.Helper()
	return bringIn(t, h.Client, h.ledger.Ledger, past...)
}

func pastAssignment(id string, a pim.Assignment, history ...pim.PastStep) pim.Past {
	return pim.Past{Assignment: &pim.PastAssignment{ID: id, Assignment: a, History: history}}
}

func pastActivation(id string, r pim.ActivationRequest, history ...pim.PastStep) pim.Past {
	return pim.Past{Activation: &pim.PastActivation{ID: id, ActivationRequest: r, History: history}}
}

func TestWhatWasBroughtInIsKnownWhenItIsPut(t *testing.T) {
	h := newHouse(t)
	a, r := long(), request()
	r.CreatedDateTime, r.Approval = a.CreatedDateTime, pim.Approval{}
	require.Equal(t, 2, h.bringIn(t, pastAssignment("a1", a), pastActivation("r1", r)).Count(pim.ImportCreated))

	zoned := a.CreatedDateTime.In(time.FixedZone("", 3600))
	a.CreatedDateTime = &zoned
	view, created, err := h.PutAssignment(t.Context(), tenant, "a1", a)
	require.NoError(t, err)
	require.False(t, created)
	require.Equal(t, pim.Provisioned, view.Status)
	require.Len(t, h.temporal.starts, 1, "who puts it need not wait for a worker to start it")
	view, created, err = h.PutActivation(t.Context(), tenant, "r1", r)
	require.NoError(t, err)
	require.False(t, created)
	require.Equal(t, []pim.What{"requested", "activated"}, steps(view))
	require.Len(t, h.temporal.starts, 1, "there is no process of what is over")

	a.Justification = "something else"
	_, _, err = h.PutAssignment(t.Context(), tenant, "a1", a)
	requireConflict(t, err, "another request was accepted under this id")
	// What became of it is part of what is compared.
	h.bringIn(t, pastAssignment("a2", long(), pim.PastStep{At: ago(3), What: pim.WhatRemoved}))
	_, _, err = h.PutAssignment(t.Context(), tenant, "a2", long())
	requireConflict(t, err, "another request was accepted under this id")
	require.Equal(t, pim.ImportResult{pim.ImportConflict}, h.bringIn(t, pastAssignment("a2", long())))
}

func TestAssignmentThatGoesOnIsStartedWithWhatItIs(t *testing.T) {
	h := newHouse(t)
	h.bringIn(t,
		pastAssignment("a1", long(), pim.PastStep{At: ago(50), What: pim.WhatUpdated, By: pim.Principal{ID: "u11"}, AssignmentType: pim.Active}),
		pastAssignment("a2", long(), pim.PastStep{At: ago(50), What: pim.WhatRemoved}))
	h.clock = noon.Add(time.Minute)
	started, err := h.StartUnstarted(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, started)
	o := h.temporal.starts[0]
	require.Equal(t, workflows.AssignmentID(tenant, "a1"), o.ID)
	require.Equal(t, "a1: active azureResource role acdd72a7 of u7", o.StaticSummary)
	status, there := o.TypedSearchAttributes.GetKeyword(workflows.PimStatus)
	require.Equal(t, []any{string(pim.Provisioned), true}, []any{status, there})
	require.Equal(t, temporal.NewSearchAttributes(
		workflows.PimTenant.ValueSet(tenant), workflows.PimKind.ValueSet("assignment"), workflows.PimStatus.ValueSet("Provisioned"),
		workflows.PimRole.ValueSet("acdd72a7"), workflows.PimResourceKind.ValueSet("azureResource"),
	), o.TypedSearchAttributes)
}

// A hundred thousand are brought in, and somebody's call is lost a moment after.
func TestAnImportKeepsNobodyWaiting(t *testing.T) {
	h := newHouse(t)
	var past []pim.Past
	for n := range 3*starter.UnstartedBatch + 7 {
		past = append(past, pastAssignment(fmt.Sprintf("a%d", n), long()))
	}
	h.bringIn(t, past...)
	h.clock = noon.Add(time.Minute)
	abandon(t, h, "r1")
	h.clock = noon.Add(2 * time.Minute)
	var batches []int
	for {
		started, err := h.StartUnstarted(t.Context())
		require.NoError(t, err)
		batches = append(batches, started)
		require.NotNil(t, h.run("r1"), "it is in the first batch")
		if started < starter.UnstartedBatch {
			break
		}
	}
	require.Equal(t, []int{100, 100, 100, 8}, batches)
}

func TestWhatIsWrongWithAPastIsNamed(t *testing.T) {
	h := newHouse(t)
	r := request()
	r.CreatedDateTime = long().CreatedDateTime
	step := func(what pim.What) pim.PastStep { return pim.PastStep{At: ago(50), What: what} }
	said := func(p pim.Past, status pim.RequestStatus) pim.Past { p.Assignment.Status = status; return p }
	with := func(spoil func(*pim.Assignment)) pim.Past {
		a := long()
		spoil(&a)
		return pastAssignment("a1", a)
	}
	for name, c := range map[string]struct {
		past              pim.Past
		location, message string
	}{
		"the API's own rules": {with(func(a *pim.Assignment) { a.Role.ID = "" }), "role.id", "is required"},
		"an address":          {with(func(a *pim.Assignment) { a.Principal.Mail = "a@[127.0.0.1]" }), "principal.mail", "must have a domain"},
		"an approver's address": {pastActivation("r1", func() pim.ActivationRequest {
			r := r
			r.Approval.Approvers = []pim.Principal{{ID: "u8", Mail: "a@[127.0.0.1]"}}
			return r
		}()), "approval.approvers[0].mail", "must have a domain"},
		"a step's address":      {pastAssignment("a1", long(), pim.PastStep{At: ago(5), What: pim.WhatRemoved, By: pim.Principal{ID: "u1", Mail: "a@[127.0.0.1]"}}), "history[0].by.mail", "must have a domain"},
		"a step that cannot be": {pastAssignment("a1", long(), step(pim.WhatRemoved), step(pim.WhatRemoved)), "history[1].what", "must not follow the removal"},
		"an open end":           {pastActivation("r1", r), "history", "must say how the request ended"},
		"another status":        {said(pastAssignment("a1", long(), step(pim.WhatRemoved)), pim.Provisioned), "status", "must be Revoked, which is what schedule and history lead to"},
	} {
		_, err := h.Recall(tenant, c.past)
		var invalid *pim.Invalid
		require.ErrorAs(t, err, &invalid, name)
		require.Len(t, invalid.Problems, 1, "%s: %v", name, err)
		require.Equal(t, c.location, invalid.Problems[0].Location, name)
		require.Contains(t, invalid.Problems[0].Message, c.message, name)
	}
	_, err := h.Recall(tenant, said(pastAssignment("a1", long(), step(pim.WhatRemoved)), pim.Revoked))
	require.NoError(t, err)
}

func TestThePastIsAnsweredLikeThePresent(t *testing.T) {
	h := newHouse(t)
	owner := pim.Principal{ID: "u11", DisplayName: "Lidia Holloway"}
	request := wanted("u7", lasting("P30D"))
	a := long()
	a.ScheduleInfo = lasting("P90D")
	h.bringIn(t, pastAssignment("a1", a,
		pim.PastStep{At: ago(20), What: pim.WhatExtendRequested, RequestID: "x1", By: request.RequestedBy, Justification: request.Justification, ScheduleInfo: request.ScheduleInfo},
		pim.PastStep{At: ago(19), What: pim.WhatRefused, RequestID: "x1", By: owner, Justification: "the project is over"},
		pim.PastStep{At: ago(15), What: pim.WhatRemoved, By: owner, Justification: "left the team"},
	))
	view, err := h.GetAssignment(t.Context(), tenant, "a1")
	require.NoError(t, err)
	require.Equal(t, []pim.TimelineEntry{
		{At: ago(100), What: pim.WhatAssigned, Status: pim.Provisioned, By: &pim.Principal{ID: "u11"}, Justification: "on call"},
		{At: ago(20), What: pim.WhatExtendRequested, Status: pim.PendingAdminDecision, By: &pim.Principal{ID: "u7"}, Justification: "not done yet", RequestID: "x1"},
		{At: ago(19), What: pim.WhatRefused, Status: pim.Provisioned, By: &owner, Justification: "the project is over", RequestID: "x1"},
		{At: ago(15), What: pim.WhatRemoved, Status: pim.Revoked, By: &owner, Justification: "left the team"},
	}, view.Timeline)

	again, created, err := h.PutExtendRequest(t.Context(), tenant, "a1", "x1", request)
	require.NoError(t, err)
	require.False(t, created)
	require.Equal(t, view, again, "a request that was brought in is known under its id")
	_, _, err = h.PutExtendRequest(t.Context(), tenant, "a1", "x1", wanted("u7", lasting("P31D")))
	requireConflict(t, err, "another request was accepted under this id")
	_, err = h.DecideExtendRequest(t.Context(), tenant, "a1", "x1", answer("u11", pim.Deny))
	require.NoError(t, err, "the same decision again")
	_, err = h.DecideExtendRequest(t.Context(), tenant, "a1", "x1", answer("u11", pim.Approve))
	requireConflict(t, err, "the request was decided before")
	_, err = h.RemoveAssignment(t.Context(), tenant, "a1", "", change(pim.ScheduleInfo{}))
	require.NoError(t, err, "it is so already")
	_, err = h.ExtendAssignment(t.Context(), tenant, "a1", "", change(lasting("P3D")))
	requireConflict(t, err, "the assignment was removed")
}

func TestPastActivationsAreAnsweredLikeOthersThatAreOver(t *testing.T) {
	h := newHouse(t)
	r := request()
	r.CreatedDateTime = long().CreatedDateTime
	h.bringIn(t,
		pastActivation("r1", r, pim.PastStep{At: ago(99), What: pim.WhatApproved, By: pim.Principal{ID: "u8"}, Justification: "go"}),
		pastActivation("r2", r, pim.PastStep{At: ago(99), What: pim.WhatDenied, By: pim.Principal{ID: "u8"}}))
	view, err := h.Decide(t.Context(), tenant, "r1", decision("u8", pim.Approve))
	require.NoError(t, err, "the same decision again")
	require.Equal(t, []pim.What{"requested", "approved", "activated"}, steps(view))
	require.Equal(t, "go", view.Timeline[1].Justification)
	_, err = h.Decide(t.Context(), tenant, "r2", decision("u9", pim.Approve))
	require.Equal(t, "u8", requireConflict(t, err, "the request was decided before").Decision.ReviewedBy.ID)
	_, err = h.Cancel(t.Context(), tenant, "r1", "")
	requireConflict(t, err, "cancel is not possible: the request is Provisioned")
	view, err = h.Deactivated(t.Context(), tenant, "r1", "done")
	require.NoError(t, err)
	require.Equal(t, pim.Revoked, view.Status)
	require.Empty(t, h.temporal.starts)
}

// With a real server and a real process: what was brought in lives on, and nobody hears that it was assigned.
func TestWhatWasBroughtInLivesOn(t *testing.T) {
	h := newTown(t)
	a, made := given(), time.Now().UTC().Add(-100*day).Truncate(time.Second)
	a.CreatedDateTime, a.ScheduleInfo = &made, lasting("P110D") // ten days from now
	h.Now = func() time.Time { return time.Now().Add(-time.Hour) }
	bringIn(t, h.Client, h.ledger.Ledger, pastAssignment(h.id, a))
	h.Now = nil
	started, err := h.StartUnstarted(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, started)

	view, err := h.ExtendAssignment(t.Context(), tenant, h.id, "", change(lasting("P30D")))
	require.NoError(t, err)
	require.Equal(t, []pim.What{"assigned", "extended"}, steps(view))
	require.Equal(t, 2, view.Assignment.Term.Number)
	_, created, err := h.PutExtendRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P60D")))
	requireConflict(t, err, "can be extended from")
	require.False(t, created)
	_, err = h.RemoveAssignment(t.Context(), tenant, h.id, "", change(pim.ScheduleInfo{}))
	require.NoError(t, err)
	h.awaitEnd()
	require.Equal(t, []string{"assignment." + h.id + ".extended.n~1"}, h.post.told)
}
