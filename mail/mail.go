// Package mail is the port to the world of e-mail: one Message for one recipient, a Sender that takes it away, and the
// Outcome that says, once and for everybody, what became of the attempt.
//
// It refuses to know who is told what: that is decided before a Message exists. It also refuses to retry: whether another
// attempt can help is read from Outcome.Class, and acted upon by whoever owns the record of the mail.
package mail

import "context"

// Address is a mailbox with the name shown beside it. Address is expected trimmed, lower-cased and with an ASCII domain.
type Address struct {
	Name    string
	Address string
}

// Header is one additional header field. Adapters replace control characters in Value by a space.
type Header struct {
	Name  string
	Value string
}

// Message is one mail to one recipient: nobody ever sees the address of somebody else.
type Message struct {
	ID      string // opaque id of the mail, the same for every attempt: the tag "mail"
	Attempt int    // 1 for the first attempt: the tag "attempt"
	Event   string // event kind with its dots, "activation.completed": header X-PIM-Event, and the tag "event" with underscores
	EventID string // header X-PIM-Event-Id
	From    Address
	To      Address
	Subject string
	HTML    string
	Text    string
	Headers []Header // beyond Auto-Submitted, X-PIM-Event and X-PIM-Event-Id, which every adapter sets
}

// Class says what one attempt came to. There is no other answer: an adapter maps whatever its service says onto one of these.
type Class string

const (
	Sent      Class = "sent"      // accepted by the service; MessageID is set
	Again     Class = "again"     // surely not sent, and nothing stands against another attempt
	Throttled Class = "throttled" // surely not sent, because it was too fast: again after a pause
	Held      Class = "held"      // surely not sent, and not before a setting, a quota or a credential is put right
	Refused   Class = "refused"   // this recipient's mail was refused for good, in the service's words
	Unknown   Class = "unknown"   // may have been sent, may not: never repeat blindly
)

// Outcome is what became of one attempt.
type Outcome struct {
	Class     Class
	MessageID string // the service's id, where Class is Sent
	// Reason is a short machine-readable word for a record or a metric, such as "dailyQuota", "credentials", "sendingPaused",
	// "senderNotVerified", "connectionReset", "messageRejected": the adapter has the list. Empty where Class is Sent.
	Reason string
	// Detail is the service's own sentence, for operators. It can name an address: it goes to the ledger, never to a log.
	Detail string
}

// Sender takes messages away. Send makes exactly one attempt, honours ctx, and never returns without an Outcome. It is safe
// for concurrent use.
type Sender interface {
	Send(ctx context.Context, m Message) Outcome
}
