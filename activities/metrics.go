package activities

import "pimnotify/mail"

// Meter counts what an operator has to know of, beside what Temporal's SDK counts.
type Meter interface {
	// Send counts an attempt to send by what it came to.
	Send(class mail.Class, reason string)
	// Held counts a drain that ended because nothing may be sent before something is put right.
	Held(reason string)
}

func (a *Activities) countSend(class mail.Class, reason string) {
	if a.Meter != nil && class != "" { // without a class nothing was tried
		a.Meter.Send(class, reason)
	}
}

func (a *Activities) countHeld(reason string) {
	if a.Meter != nil {
		a.Meter.Held(reason)
	}
}
