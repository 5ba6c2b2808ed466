package pim

import (
	"encoding/json"
	"fmt"
	"strings"
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
	DecisionID string        `json:"decisionId,omitempty"` // of the proposal that this accepts: a decision, a report, what an administrator did
	RequestID  string        `json:"requestId,omitempty"`  // of an assignment's request to extend or renew, as its caller named it
	Withdraw   []EventRef    `json:"withdraw,omitempty"`   // events whose mails, as far as they have not left, never leave
	Schedule   []Due         `json:"schedule,omitempty"`   // events that are due because of this, now or later
	// Assignment is what an assignment is from now on; nil for everything else.
	Assignment *AssignmentNow `json:"assignment,omitempty"`
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
	Seq      int           // of the latest change
	Status   RequestStatus // after the latest change
	Decision *Decision     // the one that was accepted, if one was
	Failure  string        // what was said when the request was reported as failed
}

// The steps of an assignment, beside those that an activation has too: a request to extend or renew can be canceled or time out.
const (
	WhatAssigned           What = "assigned"
	WhatAssignedOutsidePIM What = "assignedOutsidePim"
	WhatStarted            What = "started" // its start, which lay ahead, has come
	WhatExtendRequested    What = "extendRequested"
	WhatRenewRequested     What = "renewRequested"
	WhatExtended           What = "extended"
	WhatRenewed            What = "renewed"
	WhatRefused            What = "refused"
	WhatUpdated            What = "updated"
	WhatMadePermanent      What = "madePermanent" // an eligible assignment became active for good
	WhatRemoved            What = "removed"
	WhatExpired            What = "expired"
)

// The steps of a tenant's PIM setting.
const (
	WhatEnabled  What = "enabled"
	WhatDisabled What = "disabled"
)

// Proposal is something that somebody wants of a process: an answer, a report, a change of an assignment, a request to extend or
// renew it. It is written down, with its words, before the process has taken it, and counts for nothing until a change names it.
type Proposal struct {
	ID string // the record's own
	// Name is what its caller calls it, under which an accepted one is found again; empty where nobody will ask for it. Accepted
	// proposals of one resource have different names.
	Name     string
	Hash     string          // of what was sent: the same name with another hash is a conflict
	Body     json.RawMessage // what was sent, where it says more than Decision holds
	Decision Decision        // who wants it, when and why; ReviewResult is empty where it is no answer
}

// TimelineEntry is one step as the API shows it.
type TimelineEntry struct {
	At            time.Time     `json:"at"`
	What          What          `json:"what"`
	Status        RequestStatus `json:"status"`
	By            *Principal    `json:"by,omitempty"`
	Justification string        `json:"justification,omitempty"`
	RequestID     string        `json:"requestId,omitempty" doc:"Of the request to extend or renew that it is about."`
}

// Counts is how many recipients of an event have each status. Statuses that nobody has are left out.
type Counts map[RecipientStatus]int

// Open is how many mails still wait for something.
func (c Counts) Open() int {
	return c[StatusPlanned] + c[StatusSending] + c[StatusUnknown]
}

// String is the counts as people read them, in the order of a mail's life: 3 sent, 1 skipped.
func (c Counts) String() string {
	var parts []string
	for _, status := range AllRecipientStatuses {
		if n := c[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, status))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
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
	// Assignment is what an assignment is now; left out for everything else.
	Assignment *AssignmentNow `json:"assignment,omitempty"`
}

// PIMView is a tenant's PIM setting as the API answers it. One that was never announced counts as enabled, and has no history.
type PIMView struct {
	IsEnabled       bool            `json:"isEnabled"`
	ChangedBy       *Principal      `json:"changedBy,omitempty"`
	ChangedDateTime *time.Time      `json:"changedDateTime,omitempty"`
	Timeline        []TimelineEntry `json:"timeline"`
	Events          []Event         `json:"events"`
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
	Counts    map[int64]Counts // by event key
	Approvers map[int64]Counts // those of Counts who are told as approvers
	// LeaseUntil is when the last lease of a mail that is being sent runs out; zero where none is.
	LeaseUntil time.Time
	// UnknownSince is when the oldest unknown outcome became unknown, and UnknownLast the latest; zero where there is none.
	UnknownSince, UnknownLast time.Time
	// Held is why mails wait, where some are held: held:… ; empty where none is.
	Held string
}
