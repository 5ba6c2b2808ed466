package activities

import (
	"slices"
	"time"

	"pimnotify/pim"
)

// NotifyActivity is the registered name of Activities.Notify.
const NotifyActivity = "Notify"

// The types of the application errors that repeating Notify would not cure.
const (
	UnknownCollection = "UnknownCollection" // nobody is told of a resource of this collection
	UnclearTelling    = "UnclearTelling"    // an event of an assignment does not say what it tells
)

// NotifyInput is one due moment of a process.
type NotifyInput struct {
	Tenant   string       `json:"tenant"`
	Resource pim.Resource `json:"resource"`
	// ExpiresDateTime is when a request that waits for approval times out; zero where it does not.
	ExpiresDateTime time.Time `json:"expiresDateTime,omitzero"`
	// Changes are written down before anything is sent. They carry the barrier: what they withdraw never leaves from then on.
	Changes []pim.Change `json:"changes,omitempty"`
	// Due is what is to be planned and sent now. It can be empty: a change is written down also where nobody is told of it.
	Due []pim.Due `json:"due,omitempty"`
}

// Urgent reports whether its mails ask their readers to do something.
func (in NotifyInput) Urgent() bool {
	return slices.ContainsFunc(in.Due, func(due pim.Due) bool { return due.Event.Kind.RequiresAction() })
}

// NotifyResult is how far it came.
type NotifyResult struct {
	Events []EventResult `json:"events,omitempty"`
	// Held is why mails wait for an operator or a quota; empty where none does.
	Held string `json:"held,omitempty"`
	// UnknownUntil is when the mails whose outcome nobody knows may be looked at again; zero where there is none.
	UnknownUntil time.Time `json:"unknownUntil,omitzero"`
	// LeftUnknown is how many mails there are of which nobody knows whether they were sent, and which the tenant does not want sent
	// again.
	LeftUnknown int `json:"leftUnknown,omitempty"`
	// Unreachable: the mails ask for an action, and there is nobody they could be sent to.
	Unreachable bool `json:"unreachable,omitempty"`
}

// EventResult is one event's recipients, counted by status.
type EventResult struct {
	ID        string     `json:"id"`
	Withdrawn string     `json:"withdrawn,omitempty"` // why nothing more of it leaves
	Counts    pim.Counts `json:"counts"`
}

// Settled reports whether every mail has come to an end, or will not be touched any more.
func (r NotifyResult) Settled() bool {
	open := -r.LeftUnknown
	for _, e := range r.Events {
		open += e.Counts.Open()
	}
	return open <= 0
}
