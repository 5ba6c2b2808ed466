package workflows

import (
	"fmt"
	"time"

	"pimnotify/pim"
)

// AssignmentWorkflow is the registered name of Assignment.
const AssignmentWorkflow = "Assignment"

// AssignmentID is the workflow id of an assignment: the business key.
func AssignmentID(tenant, id string) string { return "assignment/" + tenant + "/" + id }

// AssignmentInput is what an assignment is started with, and goes on with when its history has grown long.
type AssignmentInput struct {
	Tenant          string             `json:"tenant"`
	ID              string             `json:"id"`
	ResourceKind    pim.ResourceKind   `json:"resourceKind"`
	PrincipalID     string             `json:"principalId"`
	RoleID          string             `json:"roleId"`
	ScopeID         string             `json:"scopeId"`
	AssignmentType  pim.AssignmentType `json:"assignmentType"`
	AssignedBy      string             `json:"assignedBy,omitempty"` // the principal's id
	Origin          pim.Origin         `json:"origin"`
	CreatedDateTime time.Time          `json:"createdDateTime"`
	// AcceptedDateTime is when the assignment was taken in: what should have been told before is not told any more.
	AcceptedDateTime time.Time        `json:"acceptedDateTime"`
	ScheduleInfo     pim.ScheduleInfo `json:"scheduleInfo"`
	Windows          Windows          `json:"windows"`
	// Carried is where the run before left off; nil for the first.
	Carried *Carried `json:"carried,omitempty"`
}

// Windows are how long before its end an assignment's notices are due and how long after it can be renewed, as they were when it was
// made or last changed. They hold from then on.
type Windows struct {
	Notices []pim.Duration `json:"notices"` // the longest first
	Renew   pim.Duration   `json:"renew"`
}

// AssignmentResult is how an assignment ended.
type AssignmentResult struct {
	Status pim.RequestStatus `json:"status"`
}

// The Updates of an assignment. Each answers with a Recorded.
const (
	UpdateExtend        = "extend"        // ChangeInput
	UpdateRenew         = "renew"         // ChangeInput
	UpdateUpdate        = "update"        // ChangeInput
	UpdateRemove        = "remove"        // ChangeInput
	UpdateRequest       = "request"       // ExtensionInput
	UpdateDecideRequest = "decideRequest" // ExtensionDecisionInput
)

// ChangeInput is what an administrator did, by reference: the reason lies in the ledger, under the same id.
type ChangeInput struct {
	ChangeID       string             `json:"changeId"` // the ledger's id of the proposal
	Hash           string             `json:"hash"`     // of what was sent, and of the key where it has one
	Keyed          bool               `json:"keyed"`    // the caller gave it a key, and means it as often as it gives another
	By             string             `json:"by"`       // the principal's id
	At             time.Time          `json:"at"`
	ScheduleInfo   pim.ScheduleInfo   `json:"scheduleInfo,omitzero"`
	AssignmentType pim.AssignmentType `json:"assignmentType,omitempty"`
	Windows        Windows            `json:"windows"`
	// SameFor is how long after a change was taken the very same one, without a key, is that change again, and not another. Empty of
	// callers who did not say: what they send goes by the rule that there was before.
	SameFor pim.Duration `json:"sameFor,omitempty"`
}

// ExtensionInput is a request to extend or renew, by reference.
type ExtensionInput struct {
	ProposalID   string           `json:"proposalId"` // the ledger's id of it
	RequestID    string           `json:"requestId"`  // its caller's
	Action       pim.Action       `json:"action"`     // selfExtend or selfRenew
	Hash         string           `json:"hash"`       // of what was sent
	By           string           `json:"by"`         // the principal's id
	At           time.Time        `json:"at"`
	ScheduleInfo pim.ScheduleInfo `json:"scheduleInfo"`
}

// ExtensionDecisionInput is an administrator's answer to a request to extend or renew, by reference.
type ExtensionDecisionInput struct {
	DecisionID       string             `json:"decisionId"` // the ledger's id of the proposal
	RequestID        string             `json:"requestId"`  // which request, by its caller's name
	ReviewResult     pim.ReviewResult   `json:"reviewResult"`
	ReviewedBy       string             `json:"reviewedBy"` // the principal's id
	ReviewedDateTime time.Time          `json:"reviewedDateTime"`
	ScheduleInfo     pim.ScheduleInfo   `json:"scheduleInfo,omitzero"`    // another one than was asked for
	AssignmentType   pim.AssignmentType `json:"assignmentType,omitempty"` // another one than it has
	Windows          Windows            `json:"windows"`
}

// The types of the application errors with which an assignment refuses, beside those of an activation. Their detail is a Refusal.
const (
	RefusedPending        = "RequestPending" // another request to extend or renew waits for its decision
	RefusedInvalid        = "Invalid"        // a schedule that does not go on from the present one; Refusal.Problems says how
	RefusedUnknownRequest = "UnknownRequest" // no request of that id waits
)

// PIMWorkflow is the registered name of PIMEnabled.
const PIMWorkflow = "PIMEnabled"

// PIMInput is one time that a tenant enabled PIM.
type PIMInput struct {
	Tenant string     `json:"tenant"`
	Number int        `json:"number"` // from 1: how often it was enabled
	Change pim.Change `json:"change"` // as the starter wrote it down
}

// PIMID is the workflow id of one time that a tenant enabled PIM.
func PIMID(tenant string, number int) string { return fmt.Sprintf("pim/%s/%d", tenant, number) }

// PIMResult is how it ended.
type PIMResult struct {
	Status pim.RequestStatus `json:"status"`
}

// AssignmentState is what a run answers to QueryState.
type AssignmentState struct {
	Status    pim.RequestStatus `json:"status"`
	Now       pim.AssignmentNow `json:"now"`
	WaitingOn string            `json:"waitingOn"`
	Changes   []pim.Change      `json:"changes"` // those that may not be in the record yet
	Upcoming  []pim.Due         `json:"upcoming"`
}
