package pim

import "time"

// PastAssignment is an assignment that was made before anybody told this system of it, and what became of it.
type PastAssignment struct {
	ID string `json:"id,omitempty"`
	Assignment
	Status  RequestStatus `json:"status,omitempty"` // what the history led to; whoever names it is taken at their word
	History []PastStep    `json:"history,omitempty"`
}

// PastActivation is a request to activate a role that ended before anybody told this system of it, and how.
type PastActivation struct {
	ID string `json:"id,omitempty"`
	ActivationRequest
	Status  RequestStatus `json:"status,omitempty"`
	History []PastStep    `json:"history,omitempty"`
}

// PastStep is something that happened to an assignment or an activation after it was made or asked for, in the words of a timeline.
// What follows from the schedule alone (started, expired) is none.
type PastStep struct {
	At             time.Time      `json:"at,omitzero"`
	What           What           `json:"what,omitempty"`
	By             Principal      `json:"by,omitzero"`
	Justification  string         `json:"justification,omitempty"`
	RequestID      string         `json:"requestId,omitempty"`      // of a request to extend or renew, and of its answer
	ScheduleInfo   ScheduleInfo   `json:"scheduleInfo,omitzero"`    // from when until when it held from then on, or was asked for
	AssignmentType AssignmentType `json:"assignmentType,omitempty"` // as it was where left out
	Ref            string         `json:"-"`                        // the record's id of its words
}

// Past is one of the two; the other is nil.
type Past struct {
	Assignment *PastAssignment
	Activation *PastActivation
}

// WithDefaults fills in what never depends on clock, directory or settings, as the bodies of the API have it.
func (p PastAssignment) WithDefaults() PastAssignment {
	p.Assignment, p.History = p.Assignment.WithDefaults(), stepsInUTC(p.History)
	return p
}

// WithDefaults fills in what never depends on clock, directory or settings, as the bodies of the API have it.
func (p PastActivation) WithDefaults() PastActivation {
	p.ActivationRequest, p.History = p.ActivationRequest.WithDefaults(), stepsInUTC(p.History)
	return p
}

func stepsInUTC(steps []PastStep) []PastStep {
	all := make([]PastStep, 0, len(steps))
	for _, s := range steps {
		s.At, s.ScheduleInfo = s.At.UTC(), s.ScheduleInfo.inUTC()
		all = append(all, s)
	}
	return all
}
