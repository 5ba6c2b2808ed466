package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestWithoutAnEngineDelayBothPartsOfAnAnswerAreToldAtOnceTheRequestorFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{env: map[string]string{"PIMNOTIFY_ENGINE_DELAY": "0"}})
	id := w.prefix + "r"
	w.put(t, id, activation())
	w.awaitEvent(t, id, pim.ActivationPendingApproval, pim.EventComplete)
	w.decide(t, id, pim.Deny, "u8").done(t)
	v := w.awaitEnd(t, id, pim.Denied, patience)
	e, ok := event(v, pim.ActivationDenied)
	require.True(t, ok)
	mails := w.recipients(t, e.ID)
	require.Equal(t, pim.Requestor, mails[0].Audience)
	require.Equal(t, 1, mails[0].Order)
	require.Equal(t, pim.Counts{pim.StatusSent: 5, pim.StatusSkipped: 1}, e.Counts)
	w.agree(t, id)
	require.NotContains(t, w.log(), "given out", "no part is planned in ignorance of the other")
}

func TestARequestThatIsTooOldIsTimedOutAtOnceAndNobodyIsAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	id := w.prefix + "r"
	created := time.Now().Add(-48 * time.Hour)
	v := w.put(t, id, activation(func(r *pim.ActivationRequest) { r.CreatedDateTime = &created }))
	require.Equal(t, pim.TimedOut, v.Status, "the answer says so")
	v = w.awaitEnd(t, id, pim.TimedOut, patience)
	e, ok := event(v, pim.ActivationPendingApproval)
	require.True(t, ok)
	require.Equal(t, pim.EventCancelled, e.Status)
	require.Equal(t, people{}, w.told(t, v, pim.ActivationPendingApproval))
	require.Equal(t, requestor, w.told(t, v, pim.ActivationTimedOut))
	require.Equal(t, http.StatusConflict, w.decide(t, id, pim.Approve, "u8").status)
	w.agree(t, id)
}

func TestValidatingARequestLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	id := w.prefix + "r"
	only := activation(func(r *pim.ActivationRequest) { r.IsValidationOnly = true })
	v := w.call(t, http.MethodPut, "activationRequests/"+id, only).done(t)
	require.Equal(t, pim.PendingApproval, v.Status)
	require.Equal(t, http.StatusNotFound, w.call(t, http.MethodGet, "activationRequests/"+id, nil).status)
	w.put(t, id, activation())
	w.call(t, http.MethodPost, "activationRequests/"+id+"/cancel", "{}").done(t)
	w.awaitEnd(t, id, pim.Canceled, patience)
	require.Empty(t, w.inbox.Messages())
}

func TestWhyAnActivationFailedIsToldToTheRequestor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	id := w.prefix + "r"
	w.put(t, id, activation(func(r *pim.ActivationRequest) { r.Activation, r.Approval = pim.Reported, pim.Approval{} }))
	w.call(t, http.MethodPost, "activationRequests/"+id+"/failed", `{"justification": "the <role> has been removed"}`).done(t)
	w.awaitEnd(t, id, pim.Failed, patience)
	mails := w.inbox.Messages()
	require.Len(t, mails, 1)
	require.Equal(t, "PIM: Your request to activate the Backup Reader role failed", mails[0].Subject)
	require.Contains(t, mails[0].HTML, "the &lt;role&gt; has been removed")
	require.Contains(t, mails[0].Text, "> the <role> has been removed")
}

func TestARoleGivenBackAfterItsProcessHasEndedIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	id := w.prefix + "r"
	w.put(t, id, activation(func(r *pim.ActivationRequest) { r.Approval = pim.Approval{} }))
	w.awaitEnd(t, id, pim.Provisioned, patience)
	sent := len(w.inbox.Messages())
	for range 2 { // the second time it has happened already
		v := w.call(t, http.MethodPost, "activationRequests/"+id+"/deactivated", `{"justification": "done"}`).done(t)
		require.Equal(t, pim.Revoked, v.Status)
		last := v.Timeline[len(v.Timeline)-1]
		require.Equal(t, pim.WhatDeactivated, last.What)
		require.Equal(t, "done", last.Justification)
	}
	require.Equal(t, http.StatusConflict, w.call(t, http.MethodPost, "activationRequests/"+id+"/failed", "{}").status)
	require.Len(t, w.inbox.Messages(), sent, "nobody is told")
}
