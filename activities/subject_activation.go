package activities

import (
	"context"
	"fmt"
	"time"

	"pimnotify/pim"
)

// activation tells of a request to activate a role.
type activation struct {
	in       NotifyInput
	accepted pim.Accepted
	request  pim.ActivationRequest
}

func newActivation(in NotifyInput, accepted pim.Accepted) (*subject, error) {
	a := &activation{in: in, accepted: accepted}
	if err := read(accepted, &a.request); err != nil {
		return nil, err
	}
	r := a.request
	return &subject{
		in: in, kind: r.ResourceKind, role: r.RuledRole(), scope: r.Scope, adminsAt: r.AdministratorsScope(), approval: r.Approval, story: a,
	}, nil
}

func (a *activation) introduce(ctx context.Context, directory Directory) ([]pim.Person, error) {
	requestor, err := directory.Expand(ctx, a.in.Tenant, []pim.Principal{a.request.Principal})
	if err != nil {
		return nil, fmt.Errorf("requestor: %w", err)
	}
	if len(requestor) == 1 {
		a.request.Principal = requestor[0].Principal
	}
	return requestor, nil
}

func (a *activation) plan(pim.EventRef, pim.Settings) (pim.PlanInput, bool) {
	return pim.PlanInput{Requestor: a.request.Principal}, true
}

func (a *activation) complete(letter *pim.Letter, _ pim.EventRef) {
	letter.RequestID = a.in.Resource.ID
	letter.Request = a.request
	letter.Asked = a.accepted.AcceptedAt
	if a.request.CreatedDateTime != nil {
		letter.Asked = *a.request.CreatedDateTime
	}
	letter.Deadline = a.in.ExpiresDateTime
	letter.ActiveFrom = a.activeFrom(letter.Asked)
	letter.ActiveUntil = a.request.ScheduleInfo.End(letter.ActiveFrom)
	letter.Decision = a.accepted.Decision
	letter.TooLate = a.tooLate()
	letter.Failure = a.accepted.Failure
}

// tooLate reports whether an approval came when the time for which the role was asked was over: it can only have failed then.
func (a *activation) tooLate() bool {
	for _, change := range a.in.Changes {
		if change.What == pim.WhatApproved {
			return !a.request.ScheduleInfo.End(change.At).After(change.At)
		}
	}
	return false
}

// activeFrom is when the role became active, or is expected to: not before it was asked for, or approved.
func (a *activation) activeFrom(asked time.Time) time.Time {
	from := a.request.ScheduleInfo.Start(asked)
	for _, change := range a.in.Changes {
		switch change.What {
		case pim.WhatActivated:
			return change.At
		case pim.WhatApproved:
			if change.At.After(from) {
				from = change.At
			}
		default:
		}
	}
	return from
}
