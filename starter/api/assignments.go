package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pimnotify/pim"
)

const (
	assignmentPath = "/v1/tenants/{tenant}/assignments/{id}"
	extendPath     = assignmentPath + "/extendRequests/{requestId}"
	renewPath      = assignmentPath + "/renewRequests/{requestId}"
)

// AssignmentPath addresses one assignment.
type AssignmentPath struct {
	Tenant string `path:"tenant" doc:"The tenant." example:"contoso"`
	ID     string `path:"id" doc:"The assignment's id: 1 to 128 of A-Z a-z 0-9 . _ -" example:"a1"`
}

type putAssignmentInput struct {
	AssignmentPath
	Body pim.Assignment
}

type changeInput struct {
	AssignmentPath
	KeyHeader
	Body pim.AssignmentChange
}

func registerAssignments(routes huma.API, s Starter) {
	put := operation("putAssignment", http.MethodPut, assignmentPath, "Take in an assignment that an administrator made",
		"Starts the process that tells of it now, and of its end when that comes. The same assignment again is answered as the first time, for ever; another one under the same id is refused.",
		http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	withExample(&put, exampleAssignment)
	withCreated(&put, "Accepted, and its process started.", "The same assignment was accepted before, or was only to be validated.")
	huma.Register(routes, put, func(ctx context.Context, in *putAssignmentInput) (*viewAnswer, error) {
		view, created, err := s.PutAssignment(ctx, in.Tenant, in.ID, in.Body)
		return answerPut(ctx, view, created, err)
	})

	get := operation("getAssignment", http.MethodGet, assignmentPath, "Read an assignment",
		"Its status, what it is now, its timeline and its events, all of it from the record.", http.StatusNotFound)
	huma.Register(routes, get, func(ctx context.Context, in *AssignmentPath) (*viewAnswer, error) {
		view, err := s.GetAssignment(ctx, in.Tenant, in.ID)
		return answerView(ctx, view, err)
	})

	for _, r := range []struct {
		name, summary, description string
		example                    map[string]any
		call                       func(ctx context.Context, tenant, id, key string, change pim.AssignmentChange) (pim.View, error)
	}{
		{"extend", "An administrator extended an assignment", "Before its end, and not long before it. The assignee is told.", exampleChange, s.ExtendAssignment},
		{"renew", "An administrator renewed an assignment", "After its end, as long as it can be renewed. The assignee is told.", exampleChange, s.RenewAssignment},
		{"update", "An administrator changed an assignment", "Its schedule, its type or both. Nobody is told.", exampleUpdate, s.UpdateAssignment},
		{"remove", "An administrator removed an assignment", "Nobody is told, neither now nor of its end.", exampleRemoval, s.RemoveAssignment},
	} {
		change := operation(r.name+"Assignment", http.MethodPost, assignmentPath+"/"+r.name, r.summary,
			r.description+" With an Idempotency-Key it is answered once. Without one, the latest change again within 24 hours is answered as done, and so is asking for the state that has been reached.",
			http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
		withExample(&change, r.example)
		huma.Register(routes, change, func(ctx context.Context, in *changeInput) (*viewAnswer, error) {
			view, err := r.call(ctx, in.Tenant, in.ID, in.Key, in.Body)
			return answerView(ctx, view, err)
		})
	}
	registerExtensions(routes, s)
}

// ExtensionPath addresses one request to extend or renew an assignment.
type ExtensionPath struct {
	AssignmentPath
	RequestID string `path:"requestId" doc:"The request's id, as an assignment's; requests to extend and to renew share their ids." example:"x1"`
}

type putExtensionInput struct {
	ExtensionPath
	Body pim.ExtensionRequest
}

// extensionDecisionBody is pim.ExtensionDecision as a caller writes it: the record gives it its id.
type extensionDecisionBody struct {
	ReviewResult     pim.ReviewResult   `json:"reviewResult,omitempty" doc:"Approve or Deny." example:"Approve"`
	Justification    string             `json:"justification,omitempty" doc:"The administrator's reason, free text." example:"ok"`
	ReviewedBy       pim.Principal      `json:"reviewedBy,omitzero" doc:"Who decided; only id is required."`
	ReviewedDateTime time.Time          `json:"reviewedDateTime,omitzero" doc:"When; now where left out."`
	ScheduleInfo     pim.ScheduleInfo   `json:"scheduleInfo,omitzero" doc:"From when until when it holds from now on; as asked for where left out."`
	AssignmentType   pim.AssignmentType `json:"assignmentType,omitempty" doc:"eligible or active; as it was where left out."`
}

func (b extensionDecisionBody) decision() pim.ExtensionDecision {
	return pim.ExtensionDecision{
		Decision: pim.Decision{
			ReviewResult: b.ReviewResult, Justification: b.Justification, ReviewedBy: b.ReviewedBy, ReviewedDateTime: b.ReviewedDateTime,
		},
		ScheduleInfo: b.ScheduleInfo, AssignmentType: b.AssignmentType,
	}
}

type decideExtensionInput struct {
	ExtensionPath
	Body extensionDecisionBody `nameHint:"ExtensionDecision"`
}

func registerExtensions(routes huma.API, s Starter) {
	for _, r := range []struct {
		name, path, verb, when string
		put                    func(ctx context.Context, tenant, id, requestID string, r pim.ExtensionRequest) (pim.View, bool, error)
		decide                 func(ctx context.Context, tenant, id, requestID string, d pim.ExtensionDecision) (pim.View, error)
	}{
		{"Extend", extendPath, "extend", "before its end, and not long before it", s.PutExtendRequest, s.DecideExtendRequest},
		{"Renew", renewPath, "renew", "after its end, as long as it can be renewed", s.PutRenewRequest, s.DecideRenewRequest},
	} {
		put := operation("put"+r.name+"Request", http.MethodPut, r.path, "Take in a request to "+r.verb+" an assignment",
			"Made by whoever holds it, "+r.when+". The administrators who decide are told. One request waits at a time; the same one again is answered as the first time, for ever.",
			http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
		withExample(&put, exampleExtension)
		withCreated(&put, "Accepted, and waiting for a decision.", "The same request was accepted before.")
		huma.Register(routes, put, func(ctx context.Context, in *putExtensionInput) (*viewAnswer, error) {
			view, created, err := r.put(ctx, in.Tenant, in.ID, in.RequestID, in.Body)
			return answerPut(ctx, view, created, err)
		})

		decide := operation("decide"+r.name+"Request", http.MethodPost, r.path+"/decision", "Approve or deny a request to "+r.verb+" an assignment",
			"By an administrator who can use their role now. An approval may give another schedule, or another type. The first decision wins; the same one again is answered as the first time, another one is refused and told who decided, how and when.",
			http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
		withExample(&decide, exampleDecision)
		huma.Register(routes, decide, func(ctx context.Context, in *decideExtensionInput) (*viewAnswer, error) {
			view, err := r.decide(ctx, in.Tenant, in.ID, in.RequestID, in.Body.decision())
			return answerView(ctx, view, err)
		})
	}
}
