package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pimnotify/pim"
)

const activationPath = "/v1/tenants/{tenant}/activationRequests/{id}"

// ActivationPath addresses one activation request. It is exported because the library fills in no other embedded fields.
type ActivationPath struct {
	Tenant string `path:"tenant" doc:"The tenant." example:"contoso"`
	ID     string `path:"id" doc:"The request's id: 1 to 128 of A-Z a-z 0-9 . _ -" example:"r1"`
}

// viewAnswer is the representation that every call on a request answers.
type viewAnswer struct {
	Status int
	Body   pim.View
}

type putInput struct {
	ActivationPath
	Body pim.ActivationRequest
}

// decisionBody is pim.Decision as a caller writes it: the record gives it its id.
type decisionBody struct {
	ReviewResult     pim.ReviewResult `json:"reviewResult,omitempty" doc:"Approve or Deny." example:"Approve"`
	Justification    string           `json:"justification,omitempty" doc:"The approver's reason, free text." example:"ok"`
	ReviewedBy       pim.Principal    `json:"reviewedBy,omitzero" doc:"Who decided; only id is required."`
	ReviewedDateTime time.Time        `json:"reviewedDateTime,omitzero" doc:"When; now where left out."`
}

type decideInput struct {
	ActivationPath
	Body decisionBody `nameHint:"Decision"`
}

type reportBody struct {
	Justification string `json:"justification,omitempty" doc:"The reason, free text." example:"no longer needed"`
}

type reportInput struct {
	ActivationPath
	Body reportBody `nameHint:"Report"`
}

func registerActivations(routes huma.API, s Starter) {
	put := operation("putActivationRequest", http.MethodPut, activationPath, "Take in a request to activate a role",
		"Starts the process. The same request again is answered as the first time, for ever; another one under the same id is refused.",
		http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	withExample(&put, exampleActivation)
	withCreated(&put, "Accepted, and its process started.", "The same request was accepted before, or was only to be validated.")
	huma.Register(routes, put, func(ctx context.Context, in *putInput) (*viewAnswer, error) {
		view, created, err := s.PutActivation(ctx, in.Tenant, in.ID, in.Body)
		return answerPut(ctx, view, created, err)
	})

	get := operation("getActivationRequest", http.MethodGet, activationPath, "Read a request",
		"Its status, its timeline and its events, all of it from the record.", http.StatusNotFound)
	huma.Register(routes, get, func(ctx context.Context, in *ActivationPath) (*viewAnswer, error) {
		view, err := s.GetActivation(ctx, in.Tenant, in.ID)
		return answerView(ctx, view, err)
	})

	decide := operation("decideActivationRequest", http.MethodPost, activationPath+"/decision", "Approve or deny a request",
		"The first decision wins. The same one again is answered as the first time; another one is refused and told who decided, how and when.",
		http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	withExample(&decide, exampleDecision)
	huma.Register(routes, decide, func(ctx context.Context, in *decideInput) (*viewAnswer, error) {
		view, err := s.Decide(ctx, in.Tenant, in.ID, pim.Decision{
			ReviewResult: in.Body.ReviewResult, Justification: in.Body.Justification,
			ReviewedBy: in.Body.ReviewedBy, ReviewedDateTime: in.Body.ReviewedDateTime,
		})
		return answerView(ctx, view, err)
	})

	for _, r := range []struct {
		name, summary, description string
		call                       func(ctx context.Context, tenant, id, justification string) (pim.View, error)
	}{
		{"cancel", "Withdraw a request", "Before it is active. Whoever has not been asked is not asked any more; nobody is told.", s.Cancel},
		{"activated", "Report that the role is active", "Where the request's activation is reported.", s.Activated},
		{"failed", "Report that the role could not be made active", "The requestor is told. Refused once the role is active.", s.Failed},
		{"deactivated", "Report that the role was given back", "Nobody is told.", s.Deactivated},
	} {
		report := operation(r.name+"ActivationRequest", http.MethodPost, activationPath+"/"+r.name, r.summary,
			r.description+" What has happened already is answered as done.",
			http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
		withExample(&report, map[string]any{"justification": "no longer needed"})
		huma.Register(routes, report, func(ctx context.Context, in *reportInput) (*viewAnswer, error) {
			view, err := r.call(ctx, in.Tenant, in.ID, in.Body.Justification)
			return answerView(ctx, view, err)
		})
	}
}

// answerPut answers a view, and whether this call made what it shows.
func answerPut(ctx context.Context, view pim.View, created bool, err error) (*viewAnswer, error) {
	answer, err := answerView(ctx, view, err)
	if created && err == nil {
		answer.Status = http.StatusCreated
	}
	return answer, err
}

// answerView answers a view, with lists where there is nothing in them yet.
func answerView(ctx context.Context, view pim.View, err error) (*viewAnswer, error) {
	if err != nil {
		return nil, problemOf(ctx, err)
	}
	view.Timeline = append([]pim.TimelineEntry{}, view.Timeline...)
	view.Events = append([]pim.Event{}, view.Events...)
	return &viewAnswer{Status: http.StatusOK, Body: view}, nil
}
