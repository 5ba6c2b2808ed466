package starter

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// hashOf is what tells two requests under one id apart: what was sent and its constant defaults, in a form that depends on
// neither the order of fields nor the zone in which a time was written. What the server fills in is not part of it, nor whether
// the request was only to be validated: validating says what accepting would.
func hashOf(sent pim.ActivationRequest) (string, error) {
	sent.IsValidationOnly = false
	canonical, err := json.Marshal(sent)
	if err != nil {
		return "", &pim.Invalid{Problems: []pim.Problem{{Location: "body", Message: "cannot be written as JSON: " + err.Error()}}}
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:]), nil
}

// acceptance is a valid request as the ledger is to hold it: the request, what its process is started with, and the first step of
// its timeline. Delays and the time-out are drawn and resolved here and hold from now on, whatever the settings say later.
func acceptance(tenant, id string, r pim.ActivationRequest, hash string, settings pim.Settings, now time.Time) (pim.Acceptance, workflows.ActivationInput, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return pim.Acceptance{}, workflows.ActivationInput{}, fmt.Errorf("write the request: %w", err)
	}
	in := input(tenant, id, r, settings)
	inputJSON, err := json.Marshal(in)
	if err != nil {
		return pim.Acceptance{}, in, fmt.Errorf("write the input of the process: %w", err)
	}
	return pim.Acceptance{
		Tenant: tenant, Resource: activation(id), Hash: hash, Body: body, Input: inputJSON, AcceptedAt: now, First: first(in),
	}, in, nil
}

func input(tenant, id string, r pim.ActivationRequest, settings pim.Settings) workflows.ActivationInput {
	draw := func(kind pim.EventKind) pim.Duration {
		return pim.DurationOf(settings.EngineDelay.Draw(tenant, id, kind))
	}
	created := r.CreatedDateTime.UTC()
	in := workflows.ActivationInput{
		Tenant: tenant, ID: id, ResourceKind: r.ResourceKind, PrincipalID: r.Principal.ID, RoleID: r.Role.ID, ScopeID: r.Scope.ID,
		CreatedDateTime: created, ApprovalRequired: r.Approval.IsRequired, Activation: r.Activation, ScheduleInfo: r.ScheduleInfo,
		RequestMailDelay: draw(pim.ActivationPendingApproval),
		ApprovedDelay:    draw(pim.ActivationApproved),
		DeniedDelay:      draw(pim.ActivationDenied),
	}
	if in.ApprovalRequired {
		in.ApprovalDeadline = created.Add(settings.ApprovalTimeout)
	}
	return in
}

// first is the step with which a timeline begins. Where somebody has to approve, the mail that asks them is planned with it.
func first(in workflows.ActivationInput) pim.Change {
	change := pim.Change{At: in.CreatedDateTime, What: pim.WhatRequested, Status: pim.Granted, By: in.PrincipalID}
	if !in.ApprovalRequired {
		return change
	}
	change.Status = pim.PendingApproval
	// The delay is read back from the text that the process will read, so that both come to the same nanosecond.
	delay, _ := in.RequestMailDelay.Parse()
	due := in.CreatedDateTime.Add(delay)
	change.Schedule = []pim.Due{{
		Event: pim.NewEvent(activation(in.ID), pim.ActivationPendingApproval, "", due), Part: pim.PartOthers, DueDateTime: due,
	}}
	return change
}

// preview is the representation that a request would have if it were accepted.
func preview(a pim.Acceptance, r pim.ActivationRequest) pim.View {
	by := pim.Principal{ID: r.Principal.ID, DisplayName: r.Principal.DisplayName}
	view := pim.View{
		ID: a.Resource.ID, Status: a.First.Status, Events: []pim.Event{},
		Timeline: []pim.TimelineEntry{{At: a.First.At, What: a.First.What, Status: a.First.Status, By: &by, Justification: r.Justification}},
	}
	for _, due := range a.First.Schedule {
		view.Events = append(view.Events, pim.Event{
			ID: due.Event.ID, Kind: due.Event.Kind, Resource: a.Resource, Status: pim.EventScheduled,
			DueDateTime: due.DueDateTime.Truncate(time.Microsecond), Counts: pim.Counts{}, // as the ledger would hold it
		})
	}
	return view
}
