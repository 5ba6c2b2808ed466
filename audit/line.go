package audit

import (
	"encoding/json"
	"fmt"
	"time"

	"pimnotify/pim"
)

// Version is that of the schema of entries and lines. Fields are added, never changed.
const Version = 1

// What names what happened.
type What string

// All there is. A mail was planned or withheld when its event was planned; withheld is also what was cancelled before it left.
const (
	Began          What = "audit.began" // the first entry: nothing from before it is in the audit
	KeyChanged     What = "audit.key"   // from here on entries are under another key
	Accepted       What = "request.accepted"
	Changed        What = "request.changed" // a step of its timeline
	Imported       What = "request.imported"
	Decided        What = "request.decided" // the proposal that its answer is
	EventScheduled What = "event.scheduled"
	EventPlanned   What = "event.planned" // a part of it
	EventWithdrawn What = "event.withdrawn"
	MailPlanned    What = "mail.planned"
	MailWithheld   What = "mail.withheld" // skipped, capped, cancelled, suppressed
	MailClaimed    What = "mail.claimed"
	MailSent       What = "mail.sent"
	MailSettled    What = "mail.settled" // whatever else became of it
)

// OfMail is what a mail's step to a status is called, once it is in the plan.
func OfMail(status pim.RecipientStatus) What {
	switch status {
	case pim.StatusSending:
		return MailClaimed
	case pim.StatusSent:
		return MailSent
	case pim.StatusCancelled, pim.StatusSkipped, pim.StatusCapped, pim.StatusSuppressed:
		return MailWithheld
	default:
		return MailSettled
	}
}

// Thing is one thing that happened. What is empty is left out.
type Thing struct {
	What What `json:"what"`

	// Of a request: which step of its timeline, what it is called, what the request is from then on, and whose doing it was.
	Step       *int             `json:"step,omitempty"`
	Name       pim.What         `json:"name,omitempty"`
	By         string           `json:"by,omitempty"` // the principal's id
	DecisionID string           `json:"decisionId,omitempty"`
	Decision   pim.ReviewResult `json:"decision,omitempty"`

	// Of an event.
	Part pim.Part `json:"part,omitempty"`

	// Of a mail.
	Mail      string              `json:"mail,omitempty"`
	Principal string              `json:"principal,omitempty"` // the recipient's id
	Address   string              `json:"address,omitempty"`   // the hash of the recipient's normalised address
	Audience  pim.Audience        `json:"audience,omitempty"`
	Attempt   int                 `json:"attempt,omitempty"`
	From      pim.RecipientStatus `json:"from,omitempty"` // what it was before
	MessageID string              `json:"messageId,omitempty"`

	Status string     `json:"status,omitempty"` // of the request or the mail from then on
	Reason string     `json:"reason,omitempty"` // a word of the record's, never a person's
	When   *time.Time `json:"when,omitempty"`   // when it happened, where that is known better than the entry's time

	// Of the beginning: what there was already.
	Counts pim.Counts `json:"counts,omitempty"`
}

// About is what some things are about.
type About struct {
	Tenant   string        `json:"tenant,omitempty"`
	Resource string        `json:"resource,omitempty"` // activationRequests/r1
	Event    string        `json:"event,omitempty"`    // the id that people see
	Kind     pim.EventKind `json:"kind,omitempty"`
	EventKey int64         `json:"eventKey,string,omitempty"` // as text: many readers of JSON round a number of this size
}

// Group is things about the same.
type Group struct {
	About
	Things []Thing `json:"things"`
}

// Body is what an entry says: all that one transaction did.
type Body struct {
	Version  int      `json:"v"`
	Ledger   string   `json:"ledger,omitempty"`   // in the first entry: the record's id
	Baseline Baseline `json:"baseline,omitempty"` // in the first entry: the sums of what was there before
	Groups   []Group  `json:"groups"`
}

// Line is a thing by itself, for whoever collects lines: where it stands, what it is about, and what it is.
type Line struct {
	Version int       `json:"v"`
	Seq     int64     `json:"seq"`
	Index   int       `json:"index"` // within the entry, from 0
	At      time.Time `json:"at"`    // when the entry was written
	About
	Thing
	KeyID string `json:"keyId,omitempty"`
	Hash  string `json:"hash"` // of the entry: every line is a head that audit verify can be given
}

// Lines are the things of an entry, in their order.
func (e Entry) Lines() ([]Line, error) {
	body, err := e.Read()
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, g := range body.Groups {
		for _, t := range g.Things {
			lines = append(lines, Line{
				Version: body.Version, Seq: e.Seq, Index: len(lines), At: e.At, About: g.About, Thing: t, KeyID: e.KeyID, Hash: e.Hash,
			})
		}
	}
	return lines, nil
}

// Read is what an entry says.
func (e Entry) Read() (body Body, err error) {
	if err := json.Unmarshal([]byte(e.Body), &body); err != nil {
		return body, fmt.Errorf("entry %d cannot be read: %w", e.Seq, err)
	}
	if body.Version > Version {
		return body, fmt.Errorf("a newer version of this program wrote entry %d (schema %d; this one knows %d)", e.Seq, body.Version, Version)
	}
	return body, nil
}
