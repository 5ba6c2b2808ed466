package pim

// RequestStatus is Graph's status of a request.
type RequestStatus string

// The statuses that a request can have.
const (
	PendingApproval      RequestStatus = "PendingApproval"
	PendingAdminDecision RequestStatus = "PendingAdminDecision" // an extension or a renewal waits for an administrator
	Granted              RequestStatus = "Granted"              // approved, or never in need of it, and not active yet
	Provisioned          RequestStatus = "Provisioned"          // active
	Denied               RequestStatus = "Denied"
	Canceled             RequestStatus = "Canceled"
	TimedOut             RequestStatus = "TimedOut"
	Failed               RequestStatus = "Failed"
	Revoked              RequestStatus = "Revoked" // deactivated
)

// RecipientStatus is what has become of one recipient's mail of one event.
type RecipientStatus string

// The statuses of a mail. Planned, sending and unknown are still open; the others are ends, although a mail that was sent can
// still be reported delivered, bounced, complained about, or suppressed.
const (
	StatusPlanned    RecipientStatus = "planned"
	StatusSending    RecipientStatus = "sending"
	StatusUnknown    RecipientStatus = "unknown"
	StatusSent       RecipientStatus = "sent"
	StatusDelivered  RecipientStatus = "delivered"
	StatusBounced    RecipientStatus = "bounced"
	StatusComplained RecipientStatus = "complained"
	StatusSuppressed RecipientStatus = "suppressed"
	StatusFailed     RecipientStatus = "failed"
	StatusSkipped    RecipientStatus = "skipped"
	StatusCapped     RecipientStatus = "capped"
	StatusCancelled  RecipientStatus = "cancelled"
)

// AllRecipientStatuses is every status a mail can have, in the order of its life.
var AllRecipientStatuses = []RecipientStatus{
	StatusPlanned, StatusSending, StatusUnknown, StatusSent, StatusDelivered, StatusBounced, StatusComplained,
	StatusSuppressed, StatusFailed, StatusSkipped, StatusCapped, StatusCancelled,
}

// steps are the only ways on. Sending goes back to planned only when the mail was surely not sent.
var steps = map[RecipientStatus][]RecipientStatus{
	StatusPlanned:   {StatusSending, StatusCancelled, StatusSuppressed},
	StatusSending:   {StatusSent, StatusPlanned, StatusFailed, StatusUnknown},
	StatusUnknown:   {StatusSent, StatusSending, StatusCancelled},
	StatusSent:      {StatusDelivered, StatusBounced, StatusComplained, StatusSuppressed},
	StatusDelivered: {StatusBounced, StatusComplained},
}

// CanBecome reports whether a mail in this status may step to the next one.
func (s RecipientStatus) CanBecome(next RecipientStatus) bool {
	for _, allowed := range steps[s] {
		if allowed == next {
			return true
		}
	}
	return false
}

// Open reports whether the mail still waits for something: to be sent, to be answered, or to be proven.
func (s RecipientStatus) Open() bool {
	return s == StatusPlanned || s == StatusSending || s == StatusUnknown
}

// Why a recipient has no mail, as the record says it.
const (
	ReasonNoAddress   = "noAddress"   // the directory has no address for this principal
	ReasonRuleOff     = "ruleOff"     // the notification rule, its level or its default recipients are off
	ReasonOwnRequest  = "ownRequest"  // the requestor is never asked to approve their own request
	ReasonOwnDecision = "ownDecision" // the administrator who extended, renewed or refused knows
	ReasonAlertOff    = "alertOff"    // the tenant has switched the alert off
	ReasonOverCap     = "overCap"     // a thousand recipients were reached before this one
	HeldPrefix        = "held:"       // planned, while SES cannot be used; what follows names the cause
	UnknownPrefix     = "unknown:"    // cancelled, and nobody knows whether it had been sent before; what follows says why it is not sent again
	SuppressedPrefix  = "suppressed:" // nothing is sent to the address any more; what follows says since what
	WithdrawnPrefix   = "withdrawn:"  // cancelled, because the request was decided or ended first; what follows says how
)
