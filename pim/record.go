package pim

import (
	"encoding/json"
	"time"
)

// Change is one step in the life of a request: what happened, when, through whom, and what it means for the mails. The process
// decides it, once; whoever learns of it first writes it to the record, and writing it again changes nothing.
type Change struct {
	Seq        int           `json:"seq"` // from 0, the acceptance: the place in the timeline, and what makes it unique
	At         time.Time     `json:"at"`
	What       What          `json:"what"`
	Status     RequestStatus `json:"status"`               // what the request is from now on
	By         string        `json:"by,omitempty"`         // the principal's id
	DecisionID string        `json:"decisionId,omitempty"` // of the proposed decision or report that this accepts
	Withdraw   []EventRef    `json:"withdraw,omitempty"`   // events whose mails, as far as they have not left, never leave
	Schedule   []Due         `json:"schedule,omitempty"`   // events that are due because of this, now or later
}

// What names a step of a timeline.
type What string

// The steps of an activation.
const (
	WhatRequested   What = "requested"
	WhatApproved    What = "approved"
	WhatDenied      What = "denied"
	WhatActivated   What = "activated"
	WhatCanceled    What = "canceled"
	WhatTimedOut    What = "timedOut"
	WhatFailed      What = "failed"
	WhatDeactivated What = "deactivated"
)

// Acceptance is a request as it was taken in: written down before anything is started, so that it is never lost.
type Acceptance struct {
	Tenant     string
	Resource   Resource
	Hash       string          // of the request as sent: the same id with another hash is a conflict
	Body       json.RawMessage // the request, with what the server filled in
	Input      json.RawMessage // what its process is started with
	AcceptedAt time.Time
	First      Change // seq 0
}

// Accepted is an acceptance as the record holds it.
type Accepted struct {
	Acceptance
	Started  bool          // its process is known to Temporal, or was
	Status   RequestStatus // after the latest change
	Decision *Decision     // the one that was accepted, if one was
	Failure  string        // what was said when the request was reported as failed
}

// TimelineEntry is one step as the API shows it.
type TimelineEntry struct {
	At            time.Time     `json:"at"`
	What          What          `json:"what"`
	Status        RequestStatus `json:"status"`
	By            *Principal    `json:"by,omitempty"`
	Justification string        `json:"justification,omitempty"`
}

// Counts is how many recipients of an event have each status. Statuses that nobody has are left out.
type Counts map[RecipientStatus]int

// Open is how many mails still wait for something.
func (c Counts) Open() int {
	return c[StatusPlanned] + c[StatusSending] + c[StatusUnknown]
}

// Event is an event as the record holds it.
type Event struct {
	ID          string      `json:"id"`
	Kind        EventKind   `json:"kind"`
	Resource    Resource    `json:"-"`
	Status      EventStatus `json:"status"`
	Reason      string      `json:"reason,omitempty" doc:"Why mails of it did not leave: withdrawn:approved and the like, or held:dailyQuota while they wait."`
	DueDateTime time.Time   `json:"dueDateTime"`
	Counts      Counts      `json:"counts"`
}

// View is a request as the API answers it, all of it from the record.
type View struct {
	ID       string          `json:"id"`
	Status   RequestStatus   `json:"status"`
	Timeline []TimelineEntry `json:"timeline"`
	Events   []Event         `json:"events"`
}

// Delivery is one recipient of one event as the record shows it.
type Delivery struct {
	MailID        string          `json:"-"`
	Address       string          `json:"address,omitempty"`
	PrincipalID   string          `json:"principalId,omitempty"`
	DisplayName   string          `json:"displayName,omitempty"`
	Audience      Audience        `json:"audience"`
	Order         int             `json:"order,omitempty"`
	Status        RecipientStatus `json:"status"`
	Reason        string          `json:"reason,omitempty"`
	MessageID     string          `json:"messageId,omitempty"`
	Subject       string          `json:"subject,omitempty"`
	DueDateTime   time.Time       `json:"dueDateTime"`
	SentDateTime  *time.Time      `json:"sentDateTime,omitempty"`
	Attempt       int             `json:"-"`
	RecipientType RecipientType   `json:"-"`
}

// DueState is what the record knows of a part of an event that is due.
type DueState struct {
	EventKey  int64       // the record's own key of the event
	Planned   bool        // this part has its recipients; planning it again would change nothing
	Withdrawn string      // why nothing more of it may leave; empty while it may
	Earlier   []Recipient // those that other parts of the same event planned, empty where Planned
}

// Claim is one mail that a worker has taken to send: nobody else sends it before the lease is over.
type Claim struct {
	MailID      string
	EventKey    int64
	Event       EventRef
	Recipient   Recipient
	Attempt     int
	LeaseUntil  time.Time
	DueDateTime time.Time
}

// ClaimRequest asks for mails to send.
type ClaimRequest struct {
	EventKeys []int64
	Limit     int
	Worker    string // who claims, for the operator's eyes
	Now       time.Time
	Lease     time.Duration
	// ResendBefore lets mails whose outcome has been unknown since before this moment be claimed again as the next attempt.
	// Zero: none.
	ResendBefore time.Time
}

// Settlement is what became of one claimed attempt.
type Settlement struct {
	MailID    string
	Attempt   int             // an answer to an attempt that is no longer the mail's latest changes nothing
	Status    RecipientStatus // sent, failed, unknown, or planned where it was surely not sent
	Reason    string
	Detail    string // the service's own words; may name an address
	MessageID string
	Subject   string
	At        time.Time
}

// Tally is how far the mails of some events have come.
type Tally struct {
	Counts map[int64]Counts // by event key
	// LeaseUntil is when the last lease of a mail that is being sent runs out; zero where none is.
	LeaseUntil time.Time
	// UnknownSince is when the oldest unknown outcome became unknown; zero where there is none.
	UnknownSince time.Time
	// Held is why mails wait, where some are held: held:… ; empty where none is.
	Held string
}
