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

// hashOf is what tells two bodies under one id apart: what was sent and its constant defaults, in a form that depends on neither
// the order of fields nor the zone in which a time was written. What the server fills in is not part of it.
func hashOf(sent any) (string, error) {
	canonical, err := json.Marshal(sent)
	if err != nil {
		return "", &pim.Invalid{Problems: []pim.Problem{{Location: "body", Message: "cannot be written as JSON: " + err.Error()}}}
	}
	return digest(canonical), nil
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// acceptance is something valid as the ledger is to hold it: what was sent, what its process is started with, and the first step
// of its timeline.
func acceptance(tenant string, resource pim.Resource, body, input any, hash string, first pim.Change, now time.Time) (pim.Acceptance, error) {
	a := pim.Acceptance{Tenant: tenant, Resource: resource, Hash: hash, AcceptedAt: now, First: first}
	var err error
	if a.Body, err = json.Marshal(body); err != nil {
		return a, fmt.Errorf("write %s: %w", resource, err)
	}
	if input == nil {
		return a, nil // nothing is to be started
	}
	if a.Input, err = json.Marshal(input); err != nil {
		return a, fmt.Errorf("write the input of %s: %w", resource, err)
	}
	return a, nil
}

// activationInput draws the delays and resolves the time-out. They hold from now on, whatever the settings say later.
func activationInput(tenant, id string, r pim.ActivationRequest, settings pim.Settings) workflows.ActivationInput {
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

// firstOf is the step with which an activation's timeline begins. Where somebody has to approve, the mail that asks them is
// planned with it.
func firstOf(in workflows.ActivationInput) pim.Change {
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

// preview is the representation that something would have if it were accepted.
func preview(a pim.Acceptance, by pim.Principal, justification string) pim.View {
	step := pim.TimelineEntry{At: a.First.At, What: a.First.What, Status: a.First.Status, Justification: justification}
	if by.ID != "" {
		step.By = &pim.Principal{ID: by.ID, DisplayName: by.DisplayName}
	}
	view := pim.View{
		ID: a.Resource.ID, Status: a.First.Status, Timeline: []pim.TimelineEntry{step}, Events: []pim.Event{}, Assignment: a.First.Assignment,
	}
	for _, due := range a.First.Schedule {
		view.Events = append(view.Events, pim.Event{
			ID: due.Event.ID, Kind: due.Event.Kind, Resource: a.Resource, Status: pim.EventScheduled,
			DueDateTime: due.DueDateTime.Truncate(time.Microsecond), Counts: pim.Counts{}, // as the ledger would hold it
		})
	}
	return view
}
