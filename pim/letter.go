package pim

import "time"

// Letter is everything that one mail can say: what happened, and to whom it is told. Templates read nothing else.
type Letter struct {
	Kind          EventKind
	EventID       string
	RecipientType RecipientType // which of the event's texts
	To            Principal     // whom the mail greets
	Organization  Organization
	RequestID     string
	Request       ActivationRequest
	Asked         time.Time // when the request was made
	Deadline      time.Time // when a request that waits for approval expires
	ActiveFrom    time.Time // when the role became active, or will
	ActiveUntil   time.Time // when it ends; zero where it is not known yet
	Decision      *Decision // who decided, and why; nil where nobody had to
}

// Text is a mail in words. Subject begins with "PIM: ".
type Text struct {
	Subject string
	HTML    string
	Plain   string
}
