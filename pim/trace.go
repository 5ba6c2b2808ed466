package pim

import "time"

// EventTrace is what the record has on one event, as far as it concerns one person.
type EventTrace struct {
	Event     EventRef
	Resource  Resource
	Withdrawn string         // why nothing more of it leaves; empty where it may
	By        *TimelineEntry // the step that withdrew it; nil where none did
	Parts     []PartTrace    // those that are known of, by due time
	Due       []Due          // as the timeline has them, with what they tell; none for a digest
	Mails     []MailTrace    // of the person: those of their id first, then those of their address
}

// PartTrace is a part of an event, and how far it is.
type PartTrace struct {
	Part            Part
	DueDateTime     time.Time
	PlannedDateTime time.Time // zero while nobody was planned
}

// Covers reports whether the people of a column are planned with this part.
func (p PartTrace) Covers(column Audience) bool { return p.Part.has(column) }

// MailTrace is a recipient of an event with everything that the record has on them.
type MailTrace struct {
	Delivery
	Part         Part
	Why          *Why      // nil where it was planned before this was kept
	Detail       string    // SES's own words; may name an address
	LeaseUntil   time.Time // of a mail that is being sent; zero otherwise
	UnknownSince time.Time // of a mail whose outcome nobody knows; zero otherwise
}
