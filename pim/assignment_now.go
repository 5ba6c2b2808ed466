package pim

import "time"

// AssignmentNow is what an assignment is after one of its changes.
type AssignmentNow struct {
	AssignmentType AssignmentType  `json:"assignmentType" doc:"eligible or active."`
	Term           Term            `json:"term" doc:"The schedule that holds now."`
	Pending        *PendingRequest `json:"pendingRequest,omitempty" doc:"The request to extend or renew that waits for an administrator."`
}

// PendingRequest is a request to extend or renew that waits for an administrator. There is one at most.
type PendingRequest struct {
	ID          string    `json:"id" doc:"As whoever asked named it."`
	Action      Action    `json:"action" doc:"selfExtend or selfRenew."`
	RequestedBy string    `json:"requestedBy" doc:"The principal's id."`
	Asked       time.Time `json:"askedDateTime"`
	// ExpiresDateTime is when nobody can decide on it any more: an extension at the end of the assignment, a renewal when it can no
	// longer be renewed.
	ExpiresDateTime time.Time `json:"expiresDateTime"`
}

// Telling is what one event of an assignment tells, by reference: it stands in histories, so the words of people are looked up in
// the record when the mail is written.
type Telling struct {
	AssignmentType AssignmentType `json:"assignmentType"`
	Term           Term           `json:"term"`                     // that the event tells of; the new one of an extension or renewal
	PreviousEnd    time.Time      `json:"previousEnd,omitzero"`     // of an extension or renewal
	Before         Duration       `json:"before,omitempty"`         // of an expiry notice: how long before the end it is due
	RenewUntil     time.Time      `json:"renewUntil,omitzero"`      // of an expired one: how long it can be renewed
	Expires        time.Time      `json:"expiresDateTime,omitzero"` // of a request: how long it can be decided
	RequestID      string         `json:"requestId,omitempty"`      // of a request to extend or renew, as its caller named it
	Action         Action         `json:"action,omitempty"`         // selfExtend or selfRenew, where somebody asked
	Asked          time.Time      `json:"asked,omitzero"`           // when
	RequestRef     string         `json:"requestRef,omitempty"`     // the record's id of that request
	DecisionRef    string         `json:"decisionRef,omitempty"`    // the record's id of the decision, or of what an administrator did unasked
}
