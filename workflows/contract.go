package workflows

import (
	"time"

	"pimnotify/pim"
)

// DefaultTaskQueue is where workers listen unless told otherwise.
const DefaultTaskQueue = "pimnotify"

// UrgentTaskQueue is where workers of a task queue listen besides, for Notifies whose mails ask for an action: those have slots of
// their own, however much else is being sent.
func UrgentTaskQueue(taskQueue string) string { return taskQueue + "-urgent" }

// ActivationWorkflow is the registered name of Activation.
const ActivationWorkflow = "Activation"

// ActivationID is the workflow id of an activation: the business key, so that the server itself refuses a second one.
func ActivationID(tenant, id string) string { return "activation/" + tenant + "/" + id }

// ActivationInput is what an activation is started with. Time-outs and delays are resolved when the request is accepted, and
// hold for it from then on.
type ActivationInput struct {
	Tenant           string             `json:"tenant"`
	ID               string             `json:"id"`
	ResourceKind     pim.ResourceKind   `json:"resourceKind"`
	PrincipalID      string             `json:"principalId"`
	RoleID           string             `json:"roleId"`
	ScopeID          string             `json:"scopeId"`
	CreatedDateTime  time.Time          `json:"createdDateTime"`
	ApprovalRequired bool               `json:"approvalRequired"`
	ApprovalDeadline time.Time          `json:"approvalDeadline"` // zero where no approval is required
	Activation       pim.ActivationMode `json:"activation"`
	ScheduleInfo     pim.ScheduleInfo   `json:"scheduleInfo"`
	// RequestMailDelay, ApprovedDelay and DeniedDelay are the engine's delays as drawn for this request: of the mail that asks the
	// approvers, and of those that tell them how it was decided.
	RequestMailDelay pim.Duration `json:"requestMailDelay"`
	ApprovedDelay    pim.Duration `json:"approvedDelay"`
	DeniedDelay      pim.Duration `json:"deniedDelay"`
}

// ActivationResult is how an activation ended.
type ActivationResult struct {
	Status pim.RequestStatus `json:"status"`
}

// The Updates of an activation. Each answers with a Recorded.
const (
	UpdateDecide      = "decide"      // DecideInput
	UpdateCancel      = "cancel"      // ReportInput
	UpdateActivated   = "activated"   // ReportInput
	UpdateFailed      = "failed"      // ReportInput
	UpdateDeactivated = "deactivated" // ReportInput
)

// SignalUnreachable tells an activation or an assignment that nobody who could act on what it asks was reached after all: mails bounce
// after they were settled. It has no input.
const SignalUnreachable = "unreachable"

// Recorded is what an Update changed. Its caller writes it to the ledger at once, the process does so too, and the second of
// them changes nothing. It is empty where the state asked for had been reached before.
type Recorded struct {
	Changes []pim.Change `json:"changes,omitempty"`
}

// QueryState is the query that answers an ActivationState.
const QueryState = "state"

// DecideInput is a decision by reference: its reason lies in the ledger, under the same id.
type DecideInput struct {
	DecisionID       string           `json:"decisionId"`
	ReviewResult     pim.ReviewResult `json:"reviewResult"`
	ReviewedBy       string           `json:"reviewedBy"` // the principal's id
	ReviewedDateTime time.Time        `json:"reviewedDateTime"`
}

// ReportInput is what PIM did with a request: canceled, activated, failed or deactivated it.
type ReportInput struct {
	ReportID string    `json:"reportId,omitempty"` // of the reason in the ledger, where one was given
	At       time.Time `json:"at"`
}

// ActivationState is what a run knows of itself.
type ActivationState struct {
	Status    pim.RequestStatus `json:"status"`
	Decision  *DecideInput      `json:"decision,omitempty"`
	WaitingOn string            `json:"waitingOn"`
	Changes   []pim.Change      `json:"changes"`
}

// The types of the application errors with which an Update refuses. Their detail is a Refusal.
const (
	RefusedAlreadyDecided = "AlreadyDecided" // somebody decided first; Refusal.Decision says who, how and when
	RefusedWrongState     = "WrongState"     // the request is past that, or not there yet
	RefusedOwnRequest     = "OwnRequest"     // nobody decides their own request
)

// Refusal is why an Update was refused.
type Refusal struct {
	Status   pim.RequestStatus `json:"status"`
	Decision *DecideInput      `json:"decision,omitempty"`
	Problems []Problem         `json:"problems,omitempty"` // of RefusedInvalid
}

// Problem is a field that does not fit what an assignment is now: pim.Problem without what was sent.
type Problem struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}
