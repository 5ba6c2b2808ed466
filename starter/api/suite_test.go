package api_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"pimnotify/directory"
	"pimnotify/ledger"
	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/starter/api"
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
)

// whole is the API over a real starter, ledger and sample organisation; only Temporal is played.
func whole(t *testing.T) http.Handler {
	t.Helper()
	record, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, record.Close()) })
	organisation, err := directory.Parse("sample.yaml", directory.Sample())
	require.NoError(t, err)
	return api.New(api.Options{Starter: &starter.Client{
		Temporal: startsAll{}, Ledger: record, Directory: organisation, Settings: settings{}, Now: func() time.Time { return noon },
	}})
}

type settings struct{}

func (settings) Settings(string) pim.Settings { return pim.DefaultSettings() }

// startsAll is a Temporal that starts every process.
type startsAll struct{ client.Client }

func (startsAll) ExecuteWorkflow(context.Context, client.StartWorkflowOptions, any, ...any) (client.WorkflowRun, error) {
	return nil, nil
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

func (f *fake) Events(_ context.Context, tenant string, r pim.Resource) ([]pim.Event, error) {
	f.calls = append(f.calls, "events "+tenant+" "+r.String())
	return f.events, f.err
}

func (f *fake) Recipients(_ context.Context, tenant, event string) ([]pim.Delivery, error) {
	f.calls = append(f.calls, "recipients "+tenant+" "+event)
	return f.deliveries, f.err
}
