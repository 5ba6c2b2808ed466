package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"go.uber.org/zap"

	"pimnotify/pim"
	"pimnotify/starter"
)

// Starter is what the handlers call.
type Starter interface {
	PutActivation(ctx context.Context, tenant, id string, r pim.ActivationRequest) (view pim.View, created bool, err error)
	GetActivation(ctx context.Context, tenant, id string) (pim.View, error)
	Decide(ctx context.Context, tenant, id string, d pim.Decision) (pim.View, error)
	Cancel(ctx context.Context, tenant, id, justification string) (pim.View, error)
	Activated(ctx context.Context, tenant, id, justification string) (pim.View, error)
	Failed(ctx context.Context, tenant, id, justification string) (pim.View, error)
	Deactivated(ctx context.Context, tenant, id, justification string) (pim.View, error)
	PutAssignment(ctx context.Context, tenant, id string, a pim.Assignment) (view pim.View, created bool, err error)
	GetAssignment(ctx context.Context, tenant, id string) (pim.View, error)
	ExtendAssignment(ctx context.Context, tenant, id, key string, change pim.AssignmentChange) (pim.View, error)
	RenewAssignment(ctx context.Context, tenant, id, key string, change pim.AssignmentChange) (pim.View, error)
	UpdateAssignment(ctx context.Context, tenant, id, key string, change pim.AssignmentChange) (pim.View, error)
	RemoveAssignment(ctx context.Context, tenant, id, key string, change pim.AssignmentChange) (pim.View, error)
	PutExtendRequest(ctx context.Context, tenant, id, requestID string, r pim.ExtensionRequest) (view pim.View, created bool, err error)
	PutRenewRequest(ctx context.Context, tenant, id, requestID string, r pim.ExtensionRequest) (view pim.View, created bool, err error)
	DecideExtendRequest(ctx context.Context, tenant, id, requestID string, d pim.ExtensionDecision) (pim.View, error)
	DecideRenewRequest(ctx context.Context, tenant, id, requestID string, d pim.ExtensionDecision) (pim.View, error)
	PutPIM(ctx context.Context, tenant string, change pim.PIMChange) (pim.PIMView, error)
	GetPIM(ctx context.Context, tenant string) (pim.PIMView, error)
	Events(ctx context.Context, tenant string, resource pim.Resource) ([]pim.Event, error)
	Recipients(ctx context.Context, tenant, eventID string) ([]pim.Delivery, error)
	Explain(ctx context.Context, tenant, eventID, recipient string) (pim.Explanation, error)
	Preview(ctx context.Context, tenant string, p pim.PreviewRequest) (pim.Preview, error)
}

var _ Starter = (*starter.Client)(nil)

// Options are the parts of an API. Starter is required.
type Options struct {
	Starter Starter
	Tokens  *Tokens      // who may call; nil lets everybody in, which CheckListen allows on loopback only
	Checks  []Check      // what /readyz asks
	Metrics http.Handler // what /metrics answers; not found where nil
	Log     *zap.Logger  // one line a request; nothing is logged where nil
	// Events takes what SNS posts at /v1/ses/events; there is no such path where nil. EventRefused is told why a message is not believed.
	Events       Topic
	EventRefused func(reason string)
	Version      string // shown in the OpenAPI document; "dev" where empty
}

// New builds the handler of the whole API.
func New(o Options) http.Handler {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	mux := http.NewServeMux()
	config := huma.Config{
		OpenAPI:       description(o.Version),
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{asProblem},
	}
	config.RejectUnknownQueryParameters = true
	routes := humago.New(mux, config)
	registerActivations(routes, o.Starter)
	registerAssignments(routes, o.Starter)
	registerPIM(routes, o.Starter)
	registerEvents(routes, o.Starter)
	registerExplain(routes, o.Starter)
	registerPreview(routes, o.Starter)

	document := publish(routes.OpenAPI())
	mux.Handle("GET /openapi.json", document)
	mux.Handle("GET /docs", docsPage(document))
	mux.HandleFunc("GET /healthz", healthz)
	ready := &readiness{checks: o.Checks}
	if o.Tokens != nil { // then others can reach it, and it asks nobody who they are
		ready.quiet = o.Log
	}
	mux.Handle("GET /readyz", ready)
	if o.Metrics != nil {
		mux.Handle("GET /metrics", o.Metrics)
	}
	// From the outside in: every request is logged, whoever it comes from is checked before what it asks for, and a body is read
	// only for a caller who may call a route that exists.
	var handler http.Handler = mux
	handler = readable(handler)
	handler = routed(mux, handler)
	handler = authenticated(o.Tokens, handler)
	handler = fromHere(o.Tokens, handler)
	handler = sesEvents(o.Events, o.EventRefused, handler)
	return logged(o.Log, handler)
}

// The library knows these as settings of the process, so they are set before anything runs.
func init() {
	huma.ValidateStrictCasing = true  // names of fields are exact, like everything in a request but its action
	huma.DefaultArrayNullable = false // lists are never null
}
