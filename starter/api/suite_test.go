package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"pimnotify/activities"
	"pimnotify/directory"
	"pimnotify/ledger"
	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/starter/api"
	"pimnotify/templates"
	"pimnotify/workflows"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const (
	r1      = "/v1/tenants/contoso/activationRequests/r1"
	request = `{
		"action": "selfActivate", "resourceKind": "directoryRole",
		"principal": {"id": "u7", "displayName": "Alain Charon", "mail": "alain@contoso.example", "type": "user"},
		"role": {"id": "acdd72a7", "displayName": "Backup Reader"}, "scope": {"id": "/"},
		"scheduleInfo": {"expiration": {"type": "afterDuration", "duration": "PT8H"}},
		"approval": {"isRequired": true, "approvers": [{"id": "g1", "type": "group"}]}
	}`
	approve = `{"reviewResult": "Approve", "reviewedBy": {"id": "u8"}}`

	a1         = "/v1/tenants/contoso/assignments/a1"
	assignment = `{
		"action": "adminAssign", "resourceKind": "azureResource",
		"principal": {"id": "u7", "displayName": "Alain Charon", "mail": "alain@contoso.example", "type": "user"},
		"role": {"id": "acdd72a7", "displayName": "Backup Reader"}, "scope": {"id": "/subscriptions/s1"},
		"assignmentType": "eligible", "assignedBy": {"id": "u11"},
		"scheduleInfo": {"expiration": {"type": "afterDuration", "duration": "P10D"}}
	}`
	longer = `{"requestedBy": {"id": "u7"}, "justification": "so", "scheduleInfo": {"expiration": {"type": "afterDuration", "duration": "P30D"}}}`
	leave  = `{"requestedBy": {"id": "u11"}, "justification": "so"}`

	setting = "/v1/tenants/contoso/pim"
	enable  = `{"isEnabled": true, "changedBy": {"id": "u2"}}`
)

// whole is the API over a real starter, ledger and sample organisation; only Temporal is played.
func whole(t *testing.T) http.Handler {
	t.Helper()
	record, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, record.Close()) })
	organisation, err := directory.Parse("sample.yaml", directory.Sample())
	require.NoError(t, err)
	texts, err := templates.New(templates.Options{PortalURL: "https://portal.contoso.example"})
	require.NoError(t, err)
	return api.New(api.Options{Starter: &starter.Client{
		Temporal: &clerk{}, Ledger: record, Directory: organisation, Settings: settings{}, Now: func() time.Time { return noon },
		Planner: &activities.Activities{Ledger: record, Directory: organisation, Settings: settings{}, Renderer: texts},
	}})
}

type settings struct{}

func (settings) Settings(string) pim.Settings { return pim.DefaultSettings() }

func (settings) Rules(string, pim.ResourceKind, pim.Role, pim.Scope) pim.Rules { return nil }

// clerk is a Temporal that starts every process. Of an assignment's it takes the first request to extend and nothing else.
type clerk struct {
	client.Client
	pending bool
}

func (*clerk) ExecuteWorkflow(context.Context, client.StartWorkflowOptions, any, ...any) (client.WorkflowRun, error) {
	return nil, nil
}

func (c *clerk) UpdateWorkflow(_ context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	no := func(kind, message string, problems ...workflows.Problem) (client.WorkflowUpdateHandle, error) {
		return taken{err: temporal.NewNonRetryableApplicationError(message, kind, nil, workflows.Refusal{Status: pim.Provisioned, Problems: problems})}, nil
	}
	in, ok := o.Args[0].(workflows.ExtensionInput)
	switch {
	case !ok && o.UpdateName == workflows.UpdateExtend:
		return no(workflows.RefusedInvalid, "it does not fit", workflows.Problem{Location: "body.scheduleInfo.expiration.duration", Message: "must reach beyond the present end"})
	case !ok:
		return no(workflows.RefusedWrongState, "a permanent assignment has no end that could be extended")
	case c.pending:
		return no(workflows.RefusedPending, "the request x1 waits for its decision: there is one at a time")
	}
	c.pending = true
	return taken{changes: []pim.Change{{
		Seq: 1, At: in.At, What: pim.WhatExtendRequested, Status: pim.PendingAdminDecision, By: in.By, DecisionID: in.ProposalID, RequestID: in.RequestID,
	}}}, nil
}

// taken is the answer to an Update.
type taken struct {
	client.WorkflowUpdateHandle
	changes []pim.Change
	err     error
}

func (u taken) Get(_ context.Context, result any) error {
	if u.err != nil {
		return u.err
	}
	*result.(*workflows.Recorded) = workflows.Recorded{Changes: u.changes}
	return nil
}

// said is what the API answered.
type said struct {
	*http.Response
	body []byte
}

func (s said) json(t *testing.T) map[string]any {
	t.Helper()
	var body map[string]any
	require.NoError(t, json.Unmarshal(s.body, &body), string(s.body))
	return body
}

// problem is the answer as a problem, which it has to be.
func (s said) problem(t *testing.T) api.Problem {
	t.Helper()
	require.Equal(t, "application/problem+json", s.Header.Get("Content-Type"), string(s.body))
	var p api.Problem
	require.NoError(t, json.Unmarshal(s.body, &p))
	require.Equal(t, s.StatusCode, p.Status)
	require.Equal(t, http.StatusText(s.StatusCode), p.Title)
	require.NotEmpty(t, p.Type)
	require.NotEmpty(t, p.Detail)
	return p
}

type header func(*http.Request)

func with(name, value string) header {
	return func(r *http.Request) {
		if name == "Host" {
			r.Host = value
			return
		}
		r.Header.Set(name, value)
	}
}

// call does one request without a network. A body makes it JSON, unless a header says otherwise.
func call(h http.Handler, method, target, body string, headers ...header) said {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "127.0.0.1:8080"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, set := range headers {
		set(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	answer := w.Result()
	content, _ := io.ReadAll(answer.Body)
	return said{answer, content}
}

// fake answers what a test tells it to.
type fake struct {
	view       pim.View
	created    bool
	err        error
	events     []pim.Event
	deliveries []pim.Delivery
	calls      []string
	decision   pim.Decision
	setting    pim.PIMView
	explained  pim.Explanation
	previewed  pim.Preview
}

func (f *fake) note(name, tenant, id, text string) (pim.View, error) {
	f.calls = append(f.calls, strings.Join([]string{name, tenant, id, text}, " "))
	return f.view, f.err
}

func (f *fake) PutActivation(_ context.Context, tenant, id string, _ pim.ActivationRequest) (pim.View, bool, error) {
	view, err := f.note("put", tenant, id, "")
	return view, f.created, err
}

func (f *fake) GetActivation(_ context.Context, tenant, id string) (pim.View, error) {
	return f.note("get", tenant, id, "")
}

func (f *fake) Decide(_ context.Context, tenant, id string, d pim.Decision) (pim.View, error) {
	f.decision = d
	return f.note("decide", tenant, id, d.Justification)
}

func (f *fake) Cancel(_ context.Context, tenant, id, why string) (pim.View, error) {
	return f.note("cancel", tenant, id, why)
}

func (f *fake) Activated(_ context.Context, tenant, id, why string) (pim.View, error) {
	return f.note("activated", tenant, id, why)
}

func (f *fake) Failed(_ context.Context, tenant, id, why string) (pim.View, error) {
	return f.note("failed", tenant, id, why)
}

func (f *fake) Deactivated(_ context.Context, tenant, id, why string) (pim.View, error) {
	return f.note("deactivated", tenant, id, why)
}

func (f *fake) PutAssignment(_ context.Context, tenant, id string, a pim.Assignment) (pim.View, bool, error) {
	view, err := f.note("assign", tenant, id, a.Justification)
	return view, f.created, err
}

func (f *fake) GetAssignment(_ context.Context, tenant, id string) (pim.View, error) {
	return f.note("get assignment", tenant, id, "")
}

func (f *fake) ExtendAssignment(_ context.Context, tenant, id, key string, c pim.AssignmentChange) (pim.View, error) {
	return f.note("extend "+key, tenant, id, c.Justification)
}

func (f *fake) RenewAssignment(_ context.Context, tenant, id, key string, c pim.AssignmentChange) (pim.View, error) {
	return f.note("renew "+key, tenant, id, c.Justification)
}

func (f *fake) UpdateAssignment(_ context.Context, tenant, id, key string, c pim.AssignmentChange) (pim.View, error) {
	return f.note("update "+key, tenant, id, c.Justification)
}

func (f *fake) RemoveAssignment(_ context.Context, tenant, id, key string, c pim.AssignmentChange) (pim.View, error) {
	return f.note("remove "+key, tenant, id, c.Justification)
}

func (f *fake) PutExtendRequest(_ context.Context, tenant, id, requestID string, r pim.ExtensionRequest) (pim.View, bool, error) {
	view, err := f.note("ask to extend "+requestID, tenant, id, r.Justification)
	return view, f.created, err
}

func (f *fake) PutRenewRequest(_ context.Context, tenant, id, requestID string, r pim.ExtensionRequest) (pim.View, bool, error) {
	view, err := f.note("ask to renew "+requestID, tenant, id, r.Justification)
	return view, f.created, err
}

func (f *fake) DecideExtendRequest(_ context.Context, tenant, id, requestID string, d pim.ExtensionDecision) (pim.View, error) {
	f.decision = d.Decision
	return f.note("decide to extend "+requestID, tenant, id, string(d.AssignmentType))
}

func (f *fake) DecideRenewRequest(_ context.Context, tenant, id, requestID string, d pim.ExtensionDecision) (pim.View, error) {
	f.decision = d.Decision
	return f.note("decide to renew "+requestID, tenant, id, string(d.ScheduleInfo.Expiration.Type))
}

func (f *fake) PutPIM(_ context.Context, tenant string, change pim.PIMChange) (pim.PIMView, error) {
	f.calls = append(f.calls, fmt.Sprintf("pim %s %v by %s", tenant, *change.IsEnabled, change.ChangedBy.ID))
	return f.setting, f.err
}

func (f *fake) GetPIM(_ context.Context, tenant string) (pim.PIMView, error) {
	f.calls = append(f.calls, "get pim "+tenant)
	return f.setting, f.err
}

func (f *fake) Events(_ context.Context, tenant string, r pim.Resource) ([]pim.Event, error) {
	f.calls = append(f.calls, "events "+tenant+" "+r.String())
	return f.events, f.err
}

func (f *fake) Recipients(_ context.Context, tenant, event string) ([]pim.Delivery, error) {
	f.calls = append(f.calls, "recipients "+tenant+" "+event)
	return f.deliveries, f.err
}

func (f *fake) Explain(_ context.Context, tenant, event, recipient string) (pim.Explanation, error) {
	f.calls = append(f.calls, "explain "+tenant+" "+event+" "+recipient)
	return f.explained, f.err
}

func (f *fake) Preview(_ context.Context, tenant string, p pim.PreviewRequest) (pim.Preview, error) {
	f.calls = append(f.calls, "preview "+tenant+" "+p.ID)
	return f.previewed, f.err
}
