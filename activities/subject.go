package activities

import (
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
}

func newSubject(in NotifyInput, accepted pim.Accepted) (*subject, error) {
	s := &subject{in: in, accepted: accepted}
	if err := json.Unmarshal(accepted.Body, &s.request); err != nil {
		return nil, fmt.Errorf("read %s as it was accepted: %w", in.Resource, err)
	}
	return s, nil
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
