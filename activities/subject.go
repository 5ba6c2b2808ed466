package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"pimnotify/pim"
)

// subject is what the mails of one Notify speak of.
type subject struct {
	in           NotifyInput
	accepted     pim.Accepted
	request      pim.ActivationRequest
	organization pim.Organization
	requestor    []pim.Principal // one person; more where a group asks for a role
}

func newSubject(in NotifyInput, accepted pim.Accepted) (*subject, error) {
	s := &subject{in: in, accepted: accepted}
	if err := json.Unmarshal(accepted.Body, &s.request); err != nil {
		return nil, fmt.Errorf("read %s as it was accepted: %w", in.Resource, err)
	}
	return s, nil
}

// introduce asks the directory who the organisation and the requestor are. What it says of a person wins over what the request
// says.
func (s *subject) introduce(ctx context.Context, directory Directory) (err error) {
	if s.organization, err = directory.Organization(ctx, s.in.Tenant); err != nil {
		return fmt.Errorf("tenant %s: %w", s.in.Tenant, err)
	}
	if s.requestor, err = directory.People(ctx, s.in.Tenant, []pim.Principal{s.request.Principal}); err != nil {
		return fmt.Errorf("requestor: %w", err)
	}
	if len(s.requestor) == 1 {
		s.request.Principal = s.requestor[0]
	}
	return nil
}

// letter is what one recipient of one event is told.
func (s *subject) letter(event pim.EventRef, to pim.Recipient) pim.Letter {
	letter := pim.Letter{
		Kind:          event.Kind,
		EventID:       event.ID,
		RecipientType: to.RecipientType,
		To:            pim.Principal{ID: to.PrincipalID, DisplayName: to.DisplayName, Mail: to.Address},
		Organization:  s.organization,
		RequestID:     s.in.Resource.ID,
		Request:       s.request,
		Asked:         s.accepted.AcceptedAt,
		Deadline:      s.in.ExpiresDateTime,
		Decision:      s.accepted.Decision,
		Failure:       s.accepted.Failure,
	}
	if s.request.CreatedDateTime != nil {
		letter.Asked = *s.request.CreatedDateTime
	}
	letter.ActiveFrom = s.activeFrom(letter.Asked)
	letter.ActiveUntil = s.request.ScheduleInfo.End(letter.ActiveFrom)
	return letter
}

// activeFrom is when the role became active, or is expected to: not before it was asked for, or approved.
func (s *subject) activeFrom(asked time.Time) time.Time {
	from := s.request.ScheduleInfo.Start(asked)
	for _, change := range s.in.Changes {
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
