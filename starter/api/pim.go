package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"pimnotify/pim"
)

const pimPath = "/v1/tenants/{tenant}/pim"

// TenantPath addresses what a tenant has one of.
type TenantPath struct {
	Tenant string `path:"tenant" doc:"The tenant." example:"contoso"`
}

type putPIMInput struct {
	TenantPath
	Body pim.PIMChange
}

type pimAnswer struct{ Body pim.PIMView }

func registerPIM(routes huma.API, s Starter) {
	put := operation("putPim", http.MethodPut, pimPath, "Switch Privileged Identity Management on or off",
		"Switching it on tells the tenant's administrators, once until it is switched off again. Where it is so already nothing changes, but for the first time that a tenant says it is on.",
		http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	withExample(&put, map[string]any{"isEnabled": true, "changedBy": map[string]any{"id": "u2"}})
	huma.Register(routes, put, func(ctx context.Context, in *putPIMInput) (*pimAnswer, error) {
		view, err := s.PutPIM(ctx, in.Tenant, in.Body)
		return answerPIM(ctx, view, err)
	})

	get := operation("getPim", http.MethodGet, pimPath, "Read whether Privileged Identity Management is on",
		"A tenant that never said so counts as enabled, and has no history.", http.StatusNotFound)
	huma.Register(routes, get, func(ctx context.Context, in *TenantPath) (*pimAnswer, error) {
		view, err := s.GetPIM(ctx, in.Tenant)
		return answerPIM(ctx, view, err)
	})
}

func answerPIM(ctx context.Context, view pim.PIMView, err error) (*pimAnswer, error) {
	if err != nil {
		return nil, problemOf(ctx, err)
	}
	view.Timeline = append([]pim.TimelineEntry{}, view.Timeline...)
	view.Events = append([]pim.Event{}, view.Events...)
	return &pimAnswer{Body: view}, nil
}
