package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"pimnotify/pim"
)

// list is how the API answers lists.
type list[T any] struct {
	Value []T `json:"value"`
}

type eventsInput struct {
	Tenant   string `path:"tenant" doc:"The tenant." example:"contoso"`
	Resource string `query:"resource" doc:"activationRequests/{id}, assignments/{id}, pim or digest." example:"activationRequests/r1"`
}

type recipientsInput struct {
	Tenant  string `path:"tenant" doc:"The tenant." example:"contoso"`
	EventID string `path:"eventId" doc:"The event's id, as events lists it." example:"activation.r1.completed"`
}

type listAnswer[T any] struct{ Body list[T] }

func registerEvents(routes huma.API, s Starter) {
	events := operation("listEvents", http.MethodGet, "/v1/tenants/{tenant}/events", "List the events of a resource",
		"What somebody is told of, with how many recipients have which status.", http.StatusNotFound)
	huma.Register(routes, events, func(ctx context.Context, in *eventsInput) (*listAnswer[pim.Event], error) {
		resource, err := pim.ParseResource(in.Resource)
		if err != nil {
			return nil, problemOf(ctx, &pim.Invalid{Problems: []pim.Problem{{Location: "query.resource", Message: err.Error(), Value: in.Resource}}})
		}
		found, err := s.Events(ctx, in.Tenant, resource)
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		return &listAnswer[pim.Event]{Body: list[pim.Event]{Value: append([]pim.Event{}, found...)}}, nil
	})

	recipients := operation("listRecipients", http.MethodGet, "/v1/tenants/{tenant}/events/{eventId}/recipients", "List the recipients of an event",
		"Everybody who was told or left out, in order, and what became of each mail.", http.StatusNotFound)
	huma.Register(routes, recipients, func(ctx context.Context, in *recipientsInput) (*listAnswer[pim.Delivery], error) {
		found, err := s.Recipients(ctx, in.Tenant, in.EventID)
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		return &listAnswer[pim.Delivery]{Body: list[pim.Delivery]{Value: append([]pim.Delivery{}, found...)}}, nil
	})
}
