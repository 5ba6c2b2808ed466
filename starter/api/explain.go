package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"pimnotify/pim"
)

type explainInput struct {
	Tenant    string `path:"tenant" doc:"The tenant." example:"contoso"`
	EventID   string `path:"eventId" doc:"The event's id, as events lists it." example:"activation.r1.completed"`
	Recipient string `query:"recipient" doc:"Somebody's address, or the principal's id." example:"isabella@contoso.example"`
}

type explanationAnswer struct{ Body pim.Explanation }

func registerExplain(routes huma.API, s Starter) {
	explain := operation("explainRecipient", http.MethodGet, "/v1/tenants/{tenant}/events/{eventId}/explain", "Explain why somebody got a mail, or none",
		"What led to it, as data and as sentences. What was known when the event was planned is told as it was then. Where the record has nothing on somebody, it is judged by the directory and the settings of now, and the sentences say so.",
		http.StatusNotFound)
	huma.Register(routes, explain, func(ctx context.Context, in *explainInput) (*explanationAnswer, error) {
		explanation, err := s.Explain(ctx, in.Tenant, in.EventID, in.Recipient)
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		return &explanationAnswer{Body: explanation}, nil
	})
}

type previewInput struct {
	Tenant string `path:"tenant" doc:"The tenant." example:"contoso"`
	Body   pim.PreviewRequest
}

type previewAnswer struct{ Body pim.Preview }

func registerPreview(routes huma.API, s Starter) {
	preview := operation("preview", http.MethodPost, "/v1/tenants/{tenant}/preview", "Preview what a request or an assignment would send",
		"Who would be told, when and in which words, in the usual course: what needs approval is approved in the moment in which it is asked for. It is checked as the same body would be if it were put. Nothing is recorded, started or sent.",
		http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusNotImplemented)
	withExample(&preview, examplePreview)
	huma.Register(routes, preview, func(ctx context.Context, in *previewInput) (*previewAnswer, error) {
		events, err := s.Preview(ctx, in.Tenant, in.Body)
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		return &previewAnswer{Body: events}, nil
	})
}
