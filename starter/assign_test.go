package starter_test

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"pimnotify/pim"
	"pimnotify/workflows"
)

func TestAnAssignmentIsWrittenDownAndItsProcessStarted(t *testing.T) {
	h := newTown(t)
	begun := time.Now()
	view := h.assign(given())
	require.Equal(t, pim.Provisioned, view.Status)
	require.Equal(t, []pim.What{pim.WhatAssigned}, steps(view))
	require.Equal(t, &pim.Principal{ID: "u11", DisplayName: "Lidia Holloway"}, view.Timeline[0].By)
	require.Equal(t, "on call", view.Timeline[0].Justification)
	require.Equal(t, pim.Eligible, view.Assignment.AssignmentType)
	require.WithinDuration(t, begun.AddDate(0, 0, 10), view.Assignment.Term.End, time.Minute)
	var events []string
	for _, e := range view.Events {
		events = append(events, string(e.Kind)+" "+e.DueDateTime.Sub(view.Assignment.Term.Start).Round(time.Hour).String())
	}
	require.Equal(t, []string{"assignment.assigned 0s", "assignment.expiring 216h0m0s", "assignment.expired 240h0m0s"}, events, "14 days before is past")

	accepted, err := h.Ledger.Accepted(t.Context(), tenant, h.resource())
	require.NoError(t, err)
	require.True(t, accepted.Started)
	require.Contains(t, string(accepted.Body), `"lidia@contoso.example"`)
	require.Contains(t, string(accepted.Body), `"Alain Charon"`, "as the directory calls them")
	var in workflows.AssignmentInput
	require.NoError(t, json.Unmarshal(accepted.Input, &in))
	require.Equal(t, workflows.Windows{Notices: []pim.Duration{"PT336H", "PT24H"}, Renew: "PT720H"}, in.Windows)
	for _, secret := range []string{"Alain", "Lidia", "@", "on call", "Backup Reader"} {
		require.NotContains(t, string(accepted.Input), secret)
	}
}

func TestAnAssignmentIsFoundInTemporalByItsAttributes(t *testing.T) {
	h := newTown(t)
	h.assign(given())
	described, err := h.Temporal.DescribeWorkflow(t.Context(), workflows.AssignmentID(tenant, h.id), "")
	require.NoError(t, err)
	for key, want := range map[string]string{"PimTenant": tenant, "PimKind": "assignment", "PimStatus": "Provisioned", "PimRole": "acdd72a7", "PimResourceKind": "azureResource"} {
		found := false
		for attribute, value := range described.TypedSearchAttributes.GetUntypedValues() {
			if attribute.GetName() == key {
				require.Equal(t, want, value)
				found = true
			}
		}
		require.True(t, found, key)
	}
	summary, err := described.GetStaticSummary()
	require.NoError(t, err)
	require.Equal(t, h.id+": eligible azureResource role acdd72a7 of u7", summary)
}

func TestAGroupCanBeAssignedARole(t *testing.T) {
	h := newTown(t)
	a := given()
	a.Principal = pim.Principal{ID: "g3"}
	h.assign(a)
	accepted, err := h.Ledger.Accepted(t.Context(), tenant, h.resource())
	require.NoError(t, err)
	require.Contains(t, string(accepted.Body), `"type":"group"`)
}

func TestTheSameAssignmentAgainIsAnsweredAsTheFirstTimeForEver(t *testing.T) {
	h := newTown(t)
	created := time.Now().UTC().Truncate(time.Second)
	a := given()
	a.CreatedDateTime = &created
	first := h.assign(a)

	h.Now = func() time.Time { return created.AddDate(3, 0, 0) } // the end has passed
	h.Directory, h.Settings = nil, nil                           // nobody needs to be asked
	elsewhere := created.In(time.FixedZone("Oslo", 3600))
	a.CreatedDateTime = &elsewhere
	a.Action, a.Origin = "ADMINASSIGN", pim.FromPIM
	again, createdAgain, err := h.PutAssignment(t.Context(), tenant, h.id, a)
	require.NoError(t, err)
	require.False(t, createdAgain)
	require.Equal(t, first, again)
	a.IsValidationOnly = true
	again, _, err = h.PutAssignment(t.Context(), tenant, h.id, a)
	require.NoError(t, err)
	require.Equal(t, first, again)

	a.Justification = "something else"
	_, _, err = h.PutAssignment(t.Context(), tenant, h.id, a)
	requireConflict(t, err, "another request was accepted under this id")
}

func TestAHundredEqualAssignmentsAtOnceMakeOneRun(t *testing.T) {
	h := newTown(t)
	var wait sync.WaitGroup
	var created atomic.Int32
	for range 100 {
		wait.Go(func() {
			_, first, err := h.PutAssignment(context.WithoutCancel(t.Context()), tenant, h.id, given())
			if err != nil {
				t.Error(err)
			}
			if first {
				created.Add(1)
			}
		})
	}
	wait.Wait()
	require.EqualValues(t, 1, created.Load())
}

func TestValidatingAnAssignmentSaysWhatAcceptingWouldAndDoesNothing(t *testing.T) {
	h := newTown(t)
	at := time.Now().UTC().Truncate(time.Second)
	h.Now = func() time.Time { return at }
	a := given()
	a.IsValidationOnly = true
	would, created, err := h.PutAssignment(t.Context(), tenant, h.id, a)
	require.NoError(t, err)
	require.False(t, created)
	_, err = h.GetAssignment(t.Context(), tenant, h.id)
	require.ErrorIs(t, err, pim.ErrNotFound)
	a.IsValidationOnly = false
	require.Equal(t, h.assign(a), would)

	a.AssignmentType, a.IsValidationOnly = "", true
	_, _, err = h.PutAssignment(t.Context(), tenant, h.id+"x", a)
	requireProblem(t, err, "body.assignmentType", "required")
}

func TestAnAssignmentThatIsNotValidIsNamedFieldByField(t *testing.T) {
	h := newTown(t)
	past := time.Now().Add(-time.Hour)
	for location, spoil := range map[string]func(*pim.Assignment){
		"body.scheduleInfo.expiration.duration": func(a *pim.Assignment) { a.ScheduleInfo = lasting("PT4M") },
		"body.scheduleInfo.expiration.endDateTime": func(a *pim.Assignment) {
			a.ScheduleInfo.Expiration = pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &past}
		},
		"body.principal.mail":  func(a *pim.Assignment) { a.Principal.Mail = "a@[127.0.0.1]" },
		"body.assignedBy.mail": func(a *pim.Assignment) { a.AssignedBy.Mail = "a@[127.0.0.1]" },
		"body.origin":          func(a *pim.Assignment) { a.Origin = pim.OutsidePIM },
	} {
		a := given()
		spoil(&a)
		_, _, err := h.PutAssignment(t.Context(), tenant, h.id, a)
		requireProblem(t, err, location, "must")
	}
	_, _, err := h.PutAssignment(t.Context(), "nobody", h.id, given())
	require.ErrorIs(t, err, pim.ErrUnknownTenant)
	_, err = h.GetAssignment(t.Context(), tenant, h.id)
	require.ErrorIs(t, err, pim.ErrNotFound)
}

func TestAnAssignmentThatNobodyStartedIsStartedByAWorker(t *testing.T) {
	h := newTown(t)
	server := h.Temporal
	h.Temporal = &fakeTemporal{away: true}
	_, _, err := h.PutAssignment(t.Context(), tenant, h.id, given())
	require.Error(t, err)
	h.Temporal = server
	h.Now = func() time.Time { return time.Now().Add(time.Minute) }
	started, err := h.StartUnstarted(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, started)
	described, err := server.DescribeWorkflowExecution(t.Context(), workflows.AssignmentID(tenant, h.id), "")
	require.NoError(t, err)
	require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, described.GetWorkflowExecutionInfo().GetStatus())
}

func TestWhatWasAssignedOutsideOfPIMIsAnAlertAndNothingElse(t *testing.T) {
	h := newTown(t)
	a := given()
	a.Origin, a.AssignmentType = pim.OutsidePIM, pim.Active
	view := h.assign(a)
	require.Equal(t, []pim.What{pim.WhatAssignedOutsidePIM}, steps(view))
	require.Len(t, view.Events, 1)
	require.Equal(t, pim.AssignmentAssignedOutsidePIM, view.Events[0].Kind)
	h.awaitEnd()
	_, err := h.RemoveAssignment(t.Context(), tenant, h.id, "", change(pim.ScheduleInfo{}))
	conflict := requireConflict(t, err, "remove is not possible: the assignment was made outside of PIM and is recorded as an alert only")
	require.Equal(t, pim.Provisioned, conflict.Status)
	_, _, err = h.PutExtendRequest(t.Context(), tenant, h.id, "x1", wanted("u7", lasting("P30D")))
	requireConflict(t, err, "a request to extend is not possible: the assignment was made outside of PIM")
}
