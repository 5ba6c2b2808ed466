package pim

import "time"

// TurnRequest asks for room to send under a rate that all processes share.
type TurnRequest struct {
	Name   string // of the rate
	Tenant string // whose mails they are
	Urgent bool   // they ask for an action, and go before those that do not
	N      int    // how many, all of which can leave at once after a pause; a small part of a second's worth, so that nobody waits for long
	Rate   float64
	Now    time.Time
}

// Turn is the answer. What is granted may leave after the wait, at the rate. What is not is to be asked for again after it.
type Turn struct {
	Granted bool
	Wait    time.Duration
}
