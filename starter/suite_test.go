package starter_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"pimnotify/directory"
	"pimnotify/ledger"
	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

const tenant = "contoso"

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// house is a starter with a real ledger, the sample organisation and a Temporal that this test plays.
type house struct {
	*starter.Client
	temporal *fakeTemporal
	ledger   *brokenLedger
	clock    time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	record, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, record.Close()) })
	organisation, err := directory.Parse("sample.yaml", directory.Sample())
	require.NoError(t, err)
	h := &house{clock: noon, temporal: &fakeTemporal{runs: map[string]*run{}}, ledger: &brokenLedger{Ledger: record, broken: map[string]bool{}}}
	h.Client = &starter.Client{
		Temporal: h.temporal, Ledger: h.ledger, Directory: organisation, Settings: settings{pim.DefaultSettings()},
		Patience: time.Minute, Now: func() time.Time { return h.clock },
	}
	return h
}

// accept puts a request and gives its resource.
func (h *house) accept(t *testing.T, id string, r pim.ActivationRequest) pim.View {
	t.Helper()
	view, created, err := h.PutActivation(t.Context(), tenant, id, r)
	require.NoError(t, err)
	require.True(t, created)
	return view
}

func (h *house) run(id string) *run { return h.temporal.runs[workflows.ActivationID(tenant, id)] }

// request is valid, and needs the approval of u1, u8, u9, u10 or u25: the members of g1, however deep.
func request() pim.ActivationRequest {
	return pim.ActivationRequest{
		Action: pim.SelfActivate, ResourceKind: pim.DirectoryRole,
		Principal:     pim.Principal{ID: "u7", DisplayName: "Alain Charon", Mail: "alain@contoso.example"},
		Role:          pim.Role{ID: "acdd72a7", DisplayName: "Backup Reader"},
		Scope:         pim.Scope{ID: "/"},
		Justification: "restore drill",
		ScheduleInfo:  pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "PT8H"}},
		Approval:      pim.Approval{IsRequired: true, Approvers: []pim.Principal{{ID: "g1", Type: pim.Group}}},
	}
}

func decision(reviewer string, result pim.ReviewResult) pim.Decision {
	return pim.Decision{ReviewResult: result, ReviewedBy: pim.Principal{ID: reviewer}, Justification: "because I say so"}
}

type settings struct{ all pim.Settings }

func (s settings) Settings(string) pim.Settings { return s.all }

// brokenLedger is a ledger of which some methods are away.
type brokenLedger struct {
	starter.Ledger
	broken map[string]bool
}

var errAway = context.DeadlineExceeded

func (l *brokenLedger) Accept(ctx context.Context, a pim.Acceptance) (pim.Accepted, bool, error) {
	if l.broken["Accept"] {
		return pim.Accepted{}, false, errAway
	}
	return l.Ledger.Accept(ctx, a)
}

func (l *brokenLedger) Accepted(ctx context.Context, tenant string, r pim.Resource) (pim.Accepted, error) {
	if l.broken["Accepted"] {
		return pim.Accepted{}, errAway
	}
	return l.Ledger.Accepted(ctx, tenant, r)
}

func (l *brokenLedger) MarkStarted(ctx context.Context, a pim.Accepted, at time.Time) error {
	if l.broken["MarkStarted"] {
		return errAway
	}
	return l.Ledger.MarkStarted(ctx, a, at)
}

func (l *brokenLedger) Record(ctx context.Context, tenant string, r pim.Resource, changes ...pim.Change) error {
	if l.broken["Record"] {
		return errAway
	}
	return l.Ledger.Record(ctx, tenant, r, changes...)
}

func (l *brokenLedger) Propose(ctx context.Context, tenant string, r pim.Resource, p pim.Proposal) (string, error) {
	if l.broken["Propose"] {
		return "", errAway
	}
	return l.Ledger.Propose(ctx, tenant, r, p)
}

// fakeTemporal is a server with a worker that plays the process of an activation, as far as its Updates go.
type fakeTemporal struct {
	client.Client
	mu       sync.Mutex
	runs     map[string]*run
	starts   []client.StartWorkflowOptions
	updates  []client.UpdateWorkflowOptions
	startErr error // of ExecuteWorkflow
	away     bool  // the server does not answer
	noWorker bool  // the server does, and nobody else
}

// run is one process: what it was started with, and what it answers.
type run struct {
	input  workflows.ActivationInput
	state  workflows.ActivationState
	closed bool
	seq    int
}

func (f *fakeTemporal) ExecuteWorkflow(ctx context.Context, o client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.starts = append(f.starts, o)
	switch {
	case f.startErr != nil:
		return nil, f.startErr
	case f.away:
		return nil, serviceerror.NewUnavailable("connection refused")
	case f.runs[o.ID] != nil:
		return nil, serviceerror.NewWorkflowExecutionAlreadyStarted("already started", "", "")
	}
	in, is := args[0].(workflows.ActivationInput)
	if !is { // an assignment is started, and not played
		f.runs[o.ID] = &run{}
		return nil, nil
	}
	status := pim.Granted
	if in.ApprovalRequired {
		status = pim.PendingApproval
	}
	f.runs[o.ID] = &run{input: in, state: workflows.ActivationState{Status: status}}
	return nil, nil
}

func (f *fakeTemporal) UpdateWorkflow(_ context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.updates = append(f.updates, o)
	if f.away || f.noWorker {
		return nil, client.NewWorkflowUpdateServiceTimeoutOrCanceledError(context.DeadlineExceeded)
	}
	r := f.runs[o.WorkflowID]
	if r == nil || r.closed {
		return nil, serviceerror.NewNotFound("workflow execution already completed")
	}
	recorded, err := r.take(o)
	return updateHandle{recorded, err}, nil
}

func (f *fakeTemporal) QueryWorkflow(_ context.Context, workflowID, _, _ string, _ ...any) (converter.EncodedValue, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.runs[workflowID]
	if f.away || r == nil {
		return nil, serviceerror.NewUnavailable("connection refused")
	}
	payloads, err := converter.GetDefaultDataConverter().ToPayloads(r.state)
	return client.NewValue(payloads), err
}

func (f *fakeTemporal) DescribeWorkflowExecution(_ context.Context, workflowID, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.runs[workflowID]
	switch {
	case f.away:
		return nil, serviceerror.NewUnavailable("connection refused")
	case r == nil:
		return nil, serviceerror.NewNotFound("workflow execution not found")
	}
	status := enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	if r.closed {
		status = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{Status: status},
	}, nil
}

func (f *fakeTemporal) CheckHealth(context.Context, *client.CheckHealthRequest) (*client.CheckHealthResponse, error) {
	if f.away {
		return nil, serviceerror.NewUnavailable("connection refused")
	}
	return &client.CheckHealthResponse{}, nil
}

// take plays the handlers: decisions while it is pending, reports from the statuses that allow them.
func (r *run) take(o client.UpdateWorkflowOptions) (workflows.Recorded, error) {
	if in, ok := o.Args[0].(workflows.DecideInput); ok {
		switch {
		case r.state.Decision != nil:
			return workflows.Recorded{}, r.refuse(workflows.RefusedAlreadyDecided)
		case r.state.Status != pim.PendingApproval:
			return workflows.Recorded{}, r.refuse(workflows.RefusedWrongState)
		}
		r.state.Decision = &in
		if in.ReviewResult == pim.Deny {
			return r.change(pim.Change{At: in.ReviewedDateTime, What: pim.WhatDenied, Status: pim.Denied, By: in.ReviewedBy, DecisionID: in.DecisionID}), nil
		}
		return r.change(pim.Change{At: in.ReviewedDateTime, What: pim.WhatApproved, Status: pim.Granted, By: in.ReviewedBy, DecisionID: in.DecisionID}), nil
	}
	in := o.Args[0].(workflows.ReportInput)
	for _, step := range []struct {
		update   string
		from, to pim.RequestStatus
		what     pim.What
	}{
		{workflows.UpdateCancel, pim.PendingApproval, pim.Canceled, pim.WhatCanceled},
		{workflows.UpdateCancel, pim.Granted, pim.Canceled, pim.WhatCanceled},
		{workflows.UpdateActivated, pim.Granted, pim.Provisioned, pim.WhatActivated},
		{workflows.UpdateFailed, pim.Granted, pim.Failed, pim.WhatFailed},
		{workflows.UpdateDeactivated, pim.Provisioned, pim.Revoked, pim.WhatDeactivated},
	} {
		if step.update == o.UpdateName && step.from == r.state.Status {
			return r.change(pim.Change{At: in.At, What: step.what, Status: step.to, DecisionID: in.ReportID}), nil
		}
	}
	return workflows.Recorded{}, r.refuse(workflows.RefusedWrongState)
}

func (r *run) change(c pim.Change) workflows.Recorded {
	r.seq++
	c.Seq = r.seq
	r.state.Status = c.Status
	r.state.Changes = append(r.state.Changes, c)
	return workflows.Recorded{Changes: []pim.Change{c}}
}

func (r *run) refuse(kind string) error {
	return temporal.NewNonRetryableApplicationError("no", kind, nil, workflows.Refusal{Status: r.state.Status, Decision: r.state.Decision})
}

type updateHandle struct {
	recorded workflows.Recorded
	err      error
}

func (updateHandle) WorkflowID() string { return "" }
func (updateHandle) RunID() string      { return "" }
func (updateHandle) UpdateID() string   { return "" }

func (u updateHandle) Get(_ context.Context, result any) error {
	if u.err != nil {
		return u.err
	}
	*result.(*workflows.Recorded) = u.recorded
	return nil
}
