package starter

import (
	"context"
	"errors"
	"slices"
	"strings"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// NotSet says that this process lacks a setting, or has a wrong one, without which it cannot do what was asked.
type NotSet struct {
	Setting string // PIMNOTIFY_PORTAL_URL
	Reason  string // what is wrong with it, and what it is for
}

func (e *NotSet) Error() string { return e.Setting + " " + e.Reason }

// Preview says who would be told of a request or an assignment, when and in which words, if it were accepted now and went its usual
// course: a request that needs approval is approved in the moment in which its approvers are asked, by somebody who is not known yet,
// and the role is active at its start; an assignment is told of, and then of its end. The delays are those that are drawn for the id.
// It is checked as the same body would be if it were put; nothing is recorded, started or sent.
func (c *Client) Preview(ctx context.Context, tenant string, p pim.PreviewRequest) (pim.Preview, error) {
	if (p.ActivationRequest == nil) == (p.Assignment == nil) {
		return pim.Preview{}, invalid([]pim.Problem{{Location: "body.activationRequest", Message: "is required, or assignment: exactly one of the two"}})
	}
	moments, err := c.rehearse(ctx, tenant, p)
	if err != nil {
		return pim.Preview{}, err
	}
	events, err := c.Planner.Preview(ctx, moments...)
	if err != nil {
		var unset *NotSet
		if errors.As(err, &unset) {
			return pim.Preview{}, unset
		}
		if errors.Is(err, activities.ErrWords) {
			return pim.Preview{}, err
		}
		if errors.Is(err, activities.ErrRecord) {
			return pim.Preview{}, away(AwayLedger, "read which addresses are suppressed", err)
		}
		return pim.Preview{}, away(AwayDirectory, "plan what would be told", err)
	}
	return pim.Preview{Events: append([]pim.EventPreview{}, events...)}, nil
}

// rehearse checks what is to be previewed, and lays out its usual course.
func (c *Client) rehearse(ctx context.Context, tenant string, p pim.PreviewRequest) ([]activities.Rehearsal, error) {
	if err := checkIDs(tenant, p.ID); err != nil {
		return nil, below("", err)
	}
	if p.Assignment != nil {
		n, err := c.prepareAssignment(ctx, tenant, p.ID, p.Assignment.WithDefaults(), "")
		if err != nil {
			return nil, below("assignment.", err)
		}
		a := pim.Accepted{Acceptance: n.acceptance, Status: n.acceptance.First.Status}
		return []activities.Rehearsal{{Accepted: a, Notify: activities.NotifyInput{Tenant: tenant, Resource: a.Resource, Due: a.First.Schedule}}}, nil
	}
	n, err := c.prepareActivation(ctx, tenant, p.ID, p.ActivationRequest.WithDefaults(), "")
	if err != nil {
		return nil, below("activationRequest.", err)
	}
	return usualCourse(pim.Accepted{Acceptance: n.acceptance, Status: n.acceptance.First.Status}, n.already)
}

// somebody approves in a preview.
var somebody = pim.Principal{DisplayName: "An approver"}

// usualCourse is a request's, from its acceptance on, or from what has become of it already.
func usualCourse(a pim.Accepted, already []pim.Change) ([]activities.Rehearsal, error) {
	in, err := inputOf[workflows.ActivationInput](a)
	if err != nil {
		return nil, err
	}
	changes := already
	if len(changes) == 0 {
		changes = workflows.Foreseen(in)
	}
	var due []pim.Due
	if len(changes) == 0 || changes[0].What != pim.WhatTimedOut {
		due = append(due, a.First.Schedule...)
	}
	for _, change := range changes {
		due = append(due, change.Schedule...)
	}
	var moments []activities.Rehearsal
	for _, d := range due {
		m := activities.Rehearsal{Accepted: a, Notify: activities.NotifyInput{
			Tenant: a.Tenant, Resource: a.Resource, ExpiresDateTime: in.ApprovalDeadline, Due: []pim.Due{d},
		}}
		for _, change := range changes {
			if change.At.After(d.DueDateTime) || slices.ContainsFunc(change.Withdraw, func(e pim.EventRef) bool { return e.ID == d.Event.ID }) {
				continue
			}
			m.Notify.Changes = append(m.Notify.Changes, change)
			if change.What == pim.WhatApproved {
				m.Accepted.Decision = &pim.Decision{ReviewResult: pim.Approve, ReviewedBy: somebody, ReviewedDateTime: change.At}
			}
		}
		moments = append(moments, m)
	}
	return moments, nil
}

// below puts what is wrong with a body at the place that it has in the body around it.
func below(at string, err error) error {
	var wrong *pim.Invalid
	if !errors.As(err, &wrong) {
		return err
	}
	moved := &pim.Invalid{}
	for _, p := range wrong.Problems {
		if p.Location == "path.id" {
			p.Location = "body.id"
		} else if field, ok := strings.CutPrefix(p.Location, "body."); ok {
			p.Location = "body." + at + field
		}
		moved.Problems = append(moved.Problems, p)
	}
	return moved
}
