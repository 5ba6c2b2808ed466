package pim

import "time"

// ObservationKind names what the delivering service can say of a mail after it was handed over.
type ObservationKind string

// What can be observed of a mail. Each of them says that the service had taken it.
const (
	ObservedSend             ObservationKind = "send"             // it was taken, and delivery is tried
	ObservedDelivery         ObservationKind = "delivery"         // the recipient's server took it
	ObservedDeliveryDelay    ObservationKind = "deliveryDelay"    // the recipient's server does not take it yet
	ObservedBounce           ObservationKind = "bounce"           // the recipient's server refused it for good
	ObservedTransientBounce  ObservationKind = "transientBounce"  // it could not be delivered this time
	ObservedSuppression      ObservationKind = "suppression"      // not tried: the address is on a list of the service's own
	ObservedComplaint        ObservationKind = "complaint"        // the recipient called it unwanted
	ObservedReject           ObservationKind = "reject"           // the service found something harmful in it
	ObservedRenderingFailure ObservationKind = "renderingFailure" // the service could not put it together
)

// paths are the steps that each kind makes a mail take, as far as they are steps on from what it is. The first two belong to all:
// a mail that can be observed was sent, whatever was known of it before. What the service throws away after it has taken it has bounced
// from the service itself.
var paths = map[ObservationKind][]RecipientStatus{
	ObservedSend:             {StatusSending, StatusSent},
	ObservedDelivery:         {StatusSending, StatusSent, StatusDelivered},
	ObservedDeliveryDelay:    {StatusSending, StatusSent},
	ObservedBounce:           {StatusSending, StatusSent, StatusBounced},
	ObservedTransientBounce:  {StatusSending, StatusSent, StatusBounced},
	ObservedSuppression:      {StatusSending, StatusSent, StatusSuppressed},
	ObservedComplaint:        {StatusSending, StatusSent, StatusComplained},
	ObservedReject:           {StatusSending, StatusSent, StatusBounced},
	ObservedRenderingFailure: {StatusSending, StatusSent, StatusBounced},
}

// AllObservationKinds is every kind, in the order of a mail's life.
var AllObservationKinds = []ObservationKind{
	ObservedSend, ObservedDelivery, ObservedDeliveryDelay, ObservedBounce, ObservedTransientBounce, ObservedSuppression,
	ObservedComplaint, ObservedReject, ObservedRenderingFailure,
}

// Suppresses reports whether nothing more is to be sent to an address of which this was observed. The service's own list is the
// service's to keep: who is taken off it is written to again.
func (k ObservationKind) Suppresses() bool { return k == ObservedBounce || k == ObservedComplaint }

// Observation is one thing that the service says of one attempt to send a mail.
type Observation struct {
	MailID    string // as the mail's tag says; empty where it came without one, and is known by its MessageID
	Attempt   int    // as the mail's tag says; 0 where it came without one
	MessageID string // the service's
	Kind      ObservationKind
	Reason    string    // machine-readable, such as bounce:General; empty for what is no end
	Detail    string    // the service's own words; may name an address
	Subject   string    // of the mail, where the service repeats it
	SentAt    time.Time // when the service took the mail, by its clock
	At        time.Time // when it happened, by the same
}

// Follow is what a mail becomes by an observation. It takes only the steps that there are, so that what comes twice, late or out of
// order changes nothing that it should not: whatever the service says of one mail, in whatever order it is learned, the mail ends
// as the same. Should it tell of two ends, which contradict each other, the first that is learned stays. A mail of which nothing was
// ever sent must not be asked about.
func Follow(status RecipientStatus, o Observation) RecipientStatus {
	for _, status = range Steps(status, o) {
	}
	return status
}

// Steps are those that Follow takes, one after the other; none where an observation is no news.
func Steps(status RecipientStatus, o Observation) (steps []RecipientStatus) {
	for _, next := range paths[o.Kind] {
		if !status.CanBecome(next) || next == StatusSending && status.CanBecome(StatusSent) { // what is unknown need not be sent once more
			continue
		}
		steps = append(steps, next)
		status = next
	}
	return steps
}

// Observed is what an observation came to in the record.
type Observed struct {
	Observation
	Known     bool // the record has the mail; nothing else is set where it does not
	Duplicate bool // it was learned before, and changed nothing now
	Tenant    string
	Resource  Resource
	Event     EventRef
	From, To  RecipientStatus // the mail's status before and after
	// Suppressed: nothing more is sent to the address from now on.
	Suppressed bool
	// Unreachable: the mail asked for an action, and with this nobody is left who could act on it and was reached.
	Unreachable bool
}

// Suppression is an address that nothing more is sent to, until somebody clears it.
type Suppression struct {
	Address   string
	Kind      ObservationKind // bounce or complaint
	Detail    string          // the service's own words
	MessageID string          // of the mail that was told of
	Since     time.Time
	Cleared   *Clearance // nil while it holds
}

// Clearance lets mail go to a suppressed address again.
type Clearance struct {
	At  time.Time
	By  string // who, as the operating system knows them
	Why string // in their own words
}
