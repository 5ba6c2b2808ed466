package pim

import "time"

// Letter is everything that one mail can say: what happened, and to whom it is told. Templates read nothing else.
type Letter struct {
	Kind          EventKind
	EventID       string
	RecipientType RecipientType // which of the event's texts
	Audience      Audience      // why they are told: the column in which they stand
	To            Principal     // whom the mail greets
	Organization  Organization
	RequestID     string // of the activation, or of the request to extend or renew; empty where nobody asked
	Request       ActivationRequest
	Asked         time.Time         // when the request or the assignment was made, or PIM enabled
	Deadline      time.Time         // when a request that waits for approval expires
	ActiveFrom    time.Time         // when the role became active, or will
	ActiveUntil   time.Time         // when it ends; zero where it is not known yet
	Decision      *Decision         // who decided, and why; nil where nobody had to
	TooLate       bool              // a request failed because its approval came after the end that was asked for
	Failure       string            // why the service could not make the role active, in its own words
	Assignment    *AssignmentLetter // in the place of Request and the times of activity, where an assignment is told of
	ChangedBy     Principal         // who enabled PIM
	Digest        *DigestLetter     // in the place of all of the above from Request on, where a week is told of
}

// AssignmentLetter is what a mail about an assignment can say. Where an administrator extended or renewed it unasked, the
// letter's Decision is theirs, and Extension is nil.
type AssignmentLetter struct {
	ID         string
	Assignment Assignment // as it was made, but with the type that it has now
	Term       Term       // the schedule that the event tells of; the new one of an extension or a renewal
	// PreviousEnd is when the assignment would have ended, or ended, without its extension or renewal.
	PreviousEnd time.Time
	Before      time.Duration // of an expiry notice: how long before the end it is due
	RenewUntil  time.Time     // how long it can be renewed once it is expired
	Extension   *ExtensionLetter
}

// ExtensionLetter is a request to extend or renew, as its mails tell of it.
type ExtensionLetter struct {
	Action  Action // selfExtend or selfRenew
	Request ExtensionRequest
	Asked   time.Time
}

// Text is a mail in words. Subject begins with "PIM: ".
type Text struct {
	Subject string
	HTML    string
	Plain   string
}
