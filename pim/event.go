package pim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// EventKind names one row of the matrix.
type EventKind string

// The events of an activation.
const (
	ActivationPendingApproval EventKind = "activation.pendingApproval"
	ActivationApproved        EventKind = "activation.approved"
	ActivationDenied          EventKind = "activation.denied"
	ActivationTimedOut        EventKind = "activation.timedOut"
	ActivationFailed          EventKind = "activation.failed"
	ActivationCompleted       EventKind = "activation.completed"
)

// The events of an assignment. Extended, renewed and refused answer a request for it, or tell what an administrator did unasked.
const (
	AssignmentAssigned           EventKind = "assignment.assigned"
	AssignmentExpiring           EventKind = "assignment.expiring"
	AssignmentExtendable         EventKind = "assignment.extendable"
	AssignmentExtendRequested    EventKind = "assignment.extendRequested"
	AssignmentRenewRequested     EventKind = "assignment.renewRequested"
	AssignmentExtended           EventKind = "assignment.extended"
	AssignmentRenewed            EventKind = "assignment.renewed"
	AssignmentRefused            EventKind = "assignment.refused" // an extension or a renewal
	AssignmentExpired            EventKind = "assignment.expired"
	AssignmentAssignedOutsidePIM EventKind = "assignment.assignedOutsidePim"
)

// The events of a tenant. They belong to Microsoft Entra roles.
const (
	PIMEnabled   EventKind = "pim.enabled"
	DigestWeekly EventKind = "digest.weekly"
)

// Short is the kind without the process it belongs to: "pendingApproval".
func (k EventKind) Short() string {
	_, short, _ := strings.Cut(string(k), ".")
	return short
}

// Audience is why somebody is told: the column of the matrix in which they stand.
type Audience string

// The audiences.
const (
	Requestor                   Audience = "requestor"
	Approver                    Audience = "approver"
	PrivilegedRoleAdministrator Audience = "privilegedRoleAdministrator"
	SecurityAdministrator       Audience = "securityAdministrator"
	GlobalAdministrator         Audience = "globalAdministrator"
	ResourceOwner               Audience = "owner"
	UserAccessAdministrator     Audience = "userAccessAdministrator"
	GroupOwner                  Audience = "groupOwner"
	Additional                  Audience = "additional"
)

// RecipientType is Graph's word for the three kinds of recipient a notification rule speaks of. It also decides which text a
// recipient reads.
type RecipientType string

// The recipient types.
const (
	AdminRecipient     RecipientType = "Admin"
	RequestorRecipient RecipientType = "Requestor"
	ApproverRecipient  RecipientType = "Approver"
)

// Collection is the kind of thing that events belong to, by the name it has in the API.
type Collection string

// The collections.
const (
	ActivationRequests Collection = "activationRequests"
	Assignments        Collection = "assignments"
	PIMSetting         Collection = "pim"
	Digest             Collection = "digest"
)

// prefix is how a collection begins the ids of its events.
func (c Collection) prefix() string {
	switch c {
	case ActivationRequests:
		return "activation"
	case Assignments:
		return "assignment"
	case PIMSetting, Digest:
	}
	return string(c)
}

// Resource is what an event is about: one activation request, one assignment, the tenant's PIM setting or its digest.
type Resource struct {
	Collection Collection `json:"collection"`
	ID         string     `json:"id,omitempty"` // empty for pim and digest
}

// String is the resource as the API addresses it: activationRequests/r1.
func (r Resource) String() string {
	if r.ID == "" {
		return string(r.Collection)
	}
	return string(r.Collection) + "/" + r.ID
}

// ParseResource reads what String wrote.
func ParseResource(text string) (Resource, error) {
	collection, id, hasID := strings.Cut(text, "/")
	r := Resource{Collection: Collection(collection), ID: id}
	switch r.Collection {
	case ActivationRequests, Assignments:
		if hasID && ValidID(id) {
			return r, nil
		}
	case PIMSetting, Digest:
		if !hasID {
			return r, nil
		}
	}
	return Resource{}, fmt.Errorf("must be activationRequests/{id}, assignments/{id}, pim or digest")
}

// EventRef names one event of a resource and when its mails are due. What is unique is tenant, resource, kind and occurrence;
// ID is what people see.
type EventRef struct {
	ID          string    `json:"id"`
	Kind        EventKind `json:"kind"`
	Occurrence  string    `json:"occurrence,omitempty"` // tells two events of one kind apart; empty where there can be only one
	DueDateTime time.Time `json:"dueDateTime"`
}

// NewEvent names an event of a resource. The id is deterministic: activation.r1.completed, assignment.a1.expiring.1,
// assignment.a1.expired~2.
func NewEvent(r Resource, kind EventKind, occurrence string, due time.Time) EventRef {
	parts := []string{r.Collection.prefix()}
	if r.ID != "" {
		parts = append(parts, r.ID)
	}
	if r.Collection != Digest { // digest.2026-11-23: there is one kind only
		parts = append(parts, kind.Short())
	}
	id := strings.Join(parts, ".")
	if occurrence != "" && !strings.HasPrefix(occurrence, "~") {
		id += "."
	}
	return EventRef{ID: id + occurrence, Kind: kind, Occurrence: occurrence, DueDateTime: due}
}

// OccurrenceOfRequest tells the events of one request to extend or renew from those of another.
func OccurrenceOfRequest(requestID string) string { return "r~" + requestID }

// OccurrenceOfNumber tells events that no request asked for apart: the first, the second.
func OccurrenceOfNumber(n int) string { return "n~" + strconv.Itoa(n) }

// EventStatus is how far an event has come.
type EventStatus string

// The statuses of an event.
const (
	EventScheduled EventStatus = "scheduled" // due later, or just now
	EventSending   EventStatus = "sending"   // planned; some mails are still open
	EventComplete  EventStatus = "complete"  // every recipient is settled
	EventCancelled EventStatus = "cancelled" // withdrawn before any mail of it had left
)
