package starter_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

func TestARequestIsWrittenDownAndItsProcessStarted(t *testing.T) {
	h := newHouse(t)
	view := h.accept(t, "r1", request())

	require.Equal(t, pim.PendingApproval, view.Status)
	require.Len(t, view.Timeline, 1)
	require.Equal(t, "restore drill", view.Timeline[0].Justification)
	require.Len(t, view.Events, 1)
	require.Equal(t, "activation.r1.pendingApproval", view.Events[0].ID)
	require.Equal(t, noon.Add(pim.DefaultEngineDelay.Draw(tenant, "r1", pim.ActivationPendingApproval)).Truncate(time.Microsecond), view.Events[0].DueDateTime)
	in := h.run("r1").input
	require.Equal(t, noon, in.CreatedDateTime)
	require.Equal(t, noon.Add(24*time.Hour), in.ApprovalDeadline)
}

func TestTheServerRefusesASecondRunOfARequest(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	o := h.temporal.starts[0]
	require.Equal(t, "activation/contoso/r1", o.ID)
	require.Equal(t, workflows.DefaultTaskQueue, o.TaskQueue)
	require.Equal(t, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, o.WorkflowIDReusePolicy)
	require.True(t, o.WorkflowExecutionErrorWhenAlreadyStarted)
}

func TestAProcessIsFoundByItsAttributes(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	attributes := h.temporal.starts[0].TypedSearchAttributes
	for key, want := range map[string]string{"PimTenant": tenant, "PimKind": "activation", "PimStatus": "PendingApproval", "PimRole": "acdd72a7", "PimResourceKind": "directoryRole"} {
		found := false
		for attribute, value := range attributes.GetUntypedValues() {
			if attribute.GetName() == key {
				require.Equal(t, want, value)
				found = true
			}
		}
		require.True(t, found, key)
	}
}

func TestAHistoryBeginsWithoutNamesReasonsOrAddresses(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	input, err := json.Marshal(h.run("r1").input)
	require.NoError(t, err)
	for _, secret := range []string{"Alain", "@", "restore drill", "Backup Reader"} {
		require.NotContains(t, string(input), secret)
		require.NotContains(t, h.temporal.starts[0].StaticSummary, secret)
	}
}

func TestLongAndOddIDsFitWhatTheServerStores(t *testing.T) {
	h := newHouse(t)
	r := request()
	r.Role.ID = strings.Repeat("ø", 256)
	r.Principal.ID = "[click](https://evil.example)" + strings.Repeat("x", 400)
	h.accept(t, "r1", r)
	o := h.temporal.starts[0]
	require.LessOrEqual(t, len(o.StaticSummary), 400)
	require.NotContains(t, o.StaticSummary, "](")
	for _, value := range o.TypedSearchAttributes.GetUntypedValues() {
		require.LessOrEqual(t, len(value.(string)), 255)
	}
	require.Equal(t, r.Role.ID, h.run("r1").input.RoleID)
}

func TestTheSameRequestAgainIsAnsweredAsTheFirstTimeForEver(t *testing.T) {
	h := newHouse(t)
	created, end := noon, noon.Add(time.Hour)
	r := request()
	r.CreatedDateTime = &created
	r.ScheduleInfo.Expiration = pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}
	first := h.accept(t, "r1", r)

	h.clock = noon.AddDate(3, 0, 0) // the end has passed
	elsewhere := created.In(time.FixedZone("Oslo", 3600))
	r.CreatedDateTime = &elsewhere
	r.Action = "SELFACTIVATE"
	r.Activation = pim.Assumed
	h.Directory, h.Settings = nil, nil // nobody needs to be asked
	again, createdAgain, err := h.PutActivation(t.Context(), tenant, "r1", r)
	require.NoError(t, err)
	require.False(t, createdAgain)
	require.Equal(t, first, again)
	require.Len(t, h.temporal.starts, 1)
}

func TestAnotherRequestUnderTheSameIDIsAConflict(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	for name, change := range map[string]func(*pim.ActivationRequest){
		"reason":         func(r *pim.ActivationRequest) { r.Justification = "something else" },
		"case of an id":  func(r *pim.ActivationRequest) { r.Principal.ID = "U7" },
		"not even valid": func(r *pim.ActivationRequest) { r.ScheduleInfo = pim.ScheduleInfo{} },
		"order of a group": func(r *pim.ActivationRequest) {
			r.Approval.Approvers = append(r.Approval.Approvers, pim.Principal{ID: "u1"})
		},
	} {
		r := request()
		change(&r)
		_, _, err := h.PutActivation(t.Context(), tenant, "r1", r)
		var conflict *starter.Conflict
		require.ErrorAs(t, err, &conflict, name)
	}
	require.Len(t, h.temporal.starts, 1)
}

func TestAHundredEqualCallsAtOnceMakeOneRun(t *testing.T) {
	h := newHouse(t)
	var mu sync.Mutex
	var wait sync.WaitGroup
	created := 0
	for range 100 {
		wait.Go(func() {
			_, first, err := h.PutActivation(context.WithoutCancel(t.Context()), tenant, "r1", request())
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if first {
				created++
			}
		})
	}
	wait.Wait()
	require.Equal(t, 1, created)
	require.Len(t, h.temporal.runs, 1)
}

func TestTheSameCallGoesOnWhereAnOutageInterruptedIt(t *testing.T) {
	for what, outage := range map[starter.Away]func(h *house, on bool){
		starter.AwayTemporal: func(h *house, on bool) { h.temporal.away = on },
		starter.AwayLedger:   func(h *house, on bool) { h.ledger.broken["MarkStarted"] = on },
	} {
		t.Run(string(what), func(t *testing.T) {
			h := newHouse(t)
			outage(h, true)
			_, _, err := h.PutActivation(t.Context(), tenant, "r1", request())
			var unavailable *starter.Unavailable
			require.ErrorAs(t, err, &unavailable)
			require.Equal(t, what, unavailable.What)
			require.Positive(t, unavailable.RetryAfter)

			outage(h, false)
			view, _, err := h.PutActivation(t.Context(), tenant, "r1", request())
			require.NoError(t, err)
			require.Equal(t, pim.PendingApproval, view.Status)
			require.Len(t, h.temporal.runs, 1)
		})
	}
}

func TestNothingIsAcceptedWhileTheLedgerIsAway(t *testing.T) {
	h := newHouse(t)
	h.ledger.broken["Accept"] = true
	_, _, err := h.PutActivation(t.Context(), tenant, "r1", request())
	var unavailable *starter.Unavailable
	require.ErrorAs(t, err, &unavailable)
	require.Equal(t, starter.AwayLedger, unavailable.What)
	require.Empty(t, h.temporal.starts)
}

func TestARequestMarkedStartedIsNeverStartedAgainWhateverTemporalForgot(t *testing.T) {
	h := newHouse(t)
	h.accept(t, "r1", request())
	clear(h.temporal.runs)
	_, _, err := h.PutActivation(t.Context(), tenant, "r1", request())
	require.NoError(t, err)
	require.Empty(t, h.temporal.runs)
}

func TestARequestIsStartedAlthoughItsCallerHungUp(t *testing.T) {
	h := newHouse(t)
	ctx, hangUp := context.WithCancel(t.Context())
	h.Ledger = &hangingUp{h.Ledger, hangUp}
	_, _, _ = h.PutActivation(ctx, tenant, "r1", request())
	require.NotNil(t, h.run("r1"))
}

// hangingUp is a ledger whose caller hangs up the moment a request was accepted.
type hangingUp struct {
	starter.Ledger
	hangUp func()
}

func (l *hangingUp) Accept(ctx context.Context, a pim.Acceptance) (pim.Accepted, bool, error) {
	defer l.hangUp()
	return l.Ledger.Accept(ctx, a)
}

func TestNoApprovalNeededIsGrantedAndAsksNobody(t *testing.T) {
	h := newHouse(t)
	r := request()
	r.Approval = pim.Approval{}
	view := h.accept(t, "r1", r)
	require.Equal(t, pim.Granted, view.Status)
	require.Empty(t, view.Events)
	require.Zero(t, h.run("r1").input.ApprovalDeadline)
}

func TestDelaysAndTimeOutHoldFromAcceptanceOn(t *testing.T) {
	h := newHouse(t)
	h.Settings = settings{pim.Settings{Profile: pim.Strict, ApprovalTimeout: time.Hour, EngineDelay: pim.EngineDelay{Min: time.Second, P90: time.Second, Max: time.Second}}}
	created := noon.Add(-10 * time.Minute)
	r := request()
	r.CreatedDateTime = &created
	view := h.accept(t, "r1", r)
	require.Equal(t, created.Add(time.Second), view.Events[0].DueDateTime)
	in := h.run("r1").input
	require.Equal(t, created.Add(time.Hour), in.ApprovalDeadline)
	require.Equal(t, []pim.Duration{"PT1S", "PT1S", "PT1S"}, []pim.Duration{in.RequestMailDelay, in.ApprovedDelay, in.DeniedDelay})
}

func TestTheRecordHoldsAddressesInOneForm(t *testing.T) {
	h := newHouse(t)
	r := request()
	r.Principal.Mail = " Alain@CONTOSO.example "
	r.Approval.Approvers = []pim.Principal{{ID: "u9", Mail: "Joni@Contoso.Example"}}
	h.accept(t, "r1", r)
	accepted, err := h.Ledger.Accepted(t.Context(), tenant, pim.Resource{Collection: pim.ActivationRequests, ID: "r1"})
	require.NoError(t, err)
	require.Contains(t, string(accepted.Body), `"alain@contoso.example"`)
	require.Contains(t, string(accepted.Body), `"joni@contoso.example"`)
	require.Equal(t, "Joni@Contoso.Example", r.Approval.Approvers[0].Mail, "the caller's own request is not touched")
	_, created, err := h.PutActivation(t.Context(), tenant, "r1", r)
	require.NoError(t, err)
	require.False(t, created)
}
