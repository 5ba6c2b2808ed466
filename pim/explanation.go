package pim

import (
	"strings"
	"time"
)

// Explanation is what led to somebody's mail of an event, or to its absence: as data, and as sentences that say the same.
type Explanation struct {
	EventID     string `json:"eventId"`
	Address     string `json:"address,omitempty"`
	PrincipalID string `json:"principalId,omitempty"`
	DisplayName string `json:"displayName,omitempty"`

	Status ExplanationStatus `json:"status" doc:"Of the recipient; cancelled, scheduled or leftOut where the record has none."`
	Reason string            `json:"reason,omitempty" doc:"As recipients has it; or the condition that kept somebody out of the record."`

	Audience Audience          `json:"audience,omitempty"`
	Cell     *CellSays         `json:"cell,omitempty" doc:"The row and the column of the matrix; left out where it had no say."`
	Rule     RuleID            `json:"rule,omitempty" doc:"The notification rule that governed it; left out where none does."`
	Level    NotificationLevel `json:"level,omitempty"`
	State    HolderState       `json:"state,omitempty" doc:"How they held the role that makes the column."`
	Via      []Principal       `json:"via,omitempty" doc:"The groups through which they came to it, the outermost first."`
	Also     []Aside           `json:"also,omitempty" doc:"Other columns in which they stood: one person has one mail."`
	JudgedAt *time.Time        `json:"judgedDateTime,omitempty" doc:"Where the record has nothing on them: the moment to which column, state and rule belong."`

	Order           int            `json:"order,omitempty"`
	DueDateTime     *time.Time     `json:"dueDateTime,omitempty"`
	EngineDelay     Duration       `json:"engineDelay,omitempty" doc:"As it was drawn; part of the due time."`
	PlannedDateTime *time.Time     `json:"plannedDateTime,omitempty" doc:"Left out while nobody was planned."`
	Decision        *TimelineEntry `json:"decision,omitempty" doc:"What withdrew the event: who did it, how and when."`

	Attempt      int         `json:"attempt,omitempty" doc:"How often sending it was begun."`
	SentDateTime *time.Time  `json:"sentDateTime,omitempty"`
	MessageID    string      `json:"messageId,omitempty" doc:"SES's."`
	Detail       string      `json:"detail,omitempty" doc:"SES's own words."`
	Reported     []SESReport `json:"reported,omitempty" doc:"What SES has said of it since."`

	Sentences []string `json:"sentences"`
}

// CellSays is one cell of the matrix.
type CellSays struct {
	ResourceKind ResourceKind `json:"resourceKind,omitempty"`
	Event        EventKind    `json:"event"`
	Column       Audience     `json:"column"`
	Says         string       `json:"says" doc:"yes, entra, fallback, no, or \"fallback, entra\"."`
	Profile      Profile      `json:"profile,omitempty" doc:"The tenant's, at the time."`
}

// ExplanationStatus is a recipient's status, or one of those of people of whom the record has nothing.
type ExplanationStatus string

// The statuses of people of whom the record has nothing. Where the event was withdrawn before anybody was planned it is cancelled.
const (
	ExplainedScheduled ExplanationStatus = "scheduled" // nobody has been planned yet
	ExplainedLeftOut   ExplanationStatus = "leftOut"
)

// SESReport is something that SES has said of a mail after it took it.
type SESReport struct {
	At     time.Time `json:"dateTime"`
	What   string    `json:"what"` // SES's name of it: Delivery, a permanent Bounce
	Detail string    `json:"detail,omitempty"`
}

// ExplainInput is everything that an explanation depends on.
type ExplainInput struct {
	Trace    EventTrace
	Who      Principal    // as asked for, with what the directory knows of them
	Kind     ResourceKind // of what the event is about; empty where it is not known
	Named    Approval     // of an activation
	Asked    time.Time    // when the request was made that the engine's delay counts from; zero where there is none
	Delay    time.Duration
	Judged   *Judged // nil for somebody of whom the record has something
	Reported []SESReport
	Now      time.Time
}

// Explain says what led to somebody's mail, or to its absence. What was judged when the event was planned is told as it was then; what
// is judged now says so.
func Explain(in ExplainInput) Explanation {
	e := explainer{in: in}
	e.out = Explanation{
		EventID: in.Trace.Event.ID, Address: in.Who.Mail, PrincipalID: in.Who.ID, DisplayName: in.Who.DisplayName, Decision: in.Trace.By,
	}
	if len(in.Trace.Mails) > 0 {
		e.recorded(in.Trace.Mails[0])
	} else {
		e.unrecorded()
	}
	return e.out
}

type explainer struct {
	in  ExplainInput
	out Explanation
}

// recorded explains a mail that the record has.
func (e *explainer) recorded(m MailTrace) {
	o := &e.out
	asked := e.in.Who
	o.Address, o.PrincipalID, o.DisplayName = m.Address, m.PrincipalID, m.DisplayName
	o.Status, o.Reason, o.Audience, o.Order = ExplanationStatus(m.Status), m.Reason, m.Audience, m.Order
	o.Attempt, o.SentDateTime, o.MessageID, o.Detail = m.Attempt, m.SentDateTime, m.MessageID, m.Detail
	o.Reported = e.in.Reported
	if asked.ID != "" && m.PrincipalID != "" && asked.ID != m.PrincipalID {
		e.say("%s had the address %s, under which %s was told: one address got one mail.", called(asked), m.Address, e.person())
	}
	if !strings.Contains(m.Reason, WithdrawnPrefix) {
		o.Decision = nil // it had no part in what became of this mail
	}
	part := e.part(m.Audience, m.Part)
	e.planned(part)
	e.stood(m.Why, m.Part)
	switch {
	case m.Status == StatusSkipped:
	case m.Part == PartUnreachable:
		e.dueOnceFound(m.DueDateTime)
	default:
		e.due(m.DueDateTime, m.Audience)
	}
	e.fate(m)
}

// unrecorded explains why there is no mail.
func (e *explainer) unrecorded() {
	o := &e.out
	now := e.in.Now
	o.JudgedAt = &now
	stand := e.judge()
	column := Approver
	if stand != nil {
		column = stand.Audience
	}
	part := e.part(column, "")
	outcome := e.in.Trace.Event.Kind == ActivationApproved && e.part(Requestor, "") == nil
	planned := part != nil && !part.PlannedDateTime.IsZero() || part == nil && e.anyPlanned()
	switch {
	case !planned && e.in.Trace.Withdrawn != "":
		o.Status, o.Reason = ExplanationStatus(StatusCancelled), e.in.Trace.Withdrawn
		e.withheld(part, column)
		e.nowStands(stand)
	case !planned && !outcome:
		o.Status, o.Reason = ExplainedScheduled, string(ConditionNotPlanned)
		e.notPlanned(part, column)
		e.nowStands(stand)
	default:
		o.Status = ExplainedLeftOut
		condition := e.in.Judged.condition(e.in.Trace.Event.Kind, e.in.Who, outcome)
		o.Reason = string(condition)
		e.planned(part)
		e.say("The record had nothing on %s for this event. What follows was judged at %s, with the directory and the settings of that moment.",
			called(e.in.Who), stamp(now))
		e.absent(condition, stand)
		if stand == nil || condition == ConditionGroup || condition == ConditionNothingToTell {
			return
		}
		for _, other := range e.in.Judged.others(e.in.Trace.Event.Kind) {
			e.absent(e.in.Judged.of(other, e.in.Trace.Event.Kind), &other)
		}
	}
}

// judge takes over where they stand now.
func (e *explainer) judge() *Stand {
	s := e.in.Judged.stand(e.in.Trace.Event.Kind)
	if s == nil {
		return nil
	}
	if e.in.Who.ID == "" {
		e.in.Who = s.Person
		e.out.PrincipalID, e.out.DisplayName = s.Person.ID, s.Person.DisplayName
	}
	if e.in.Who.DisplayName == "" {
		e.in.Who.DisplayName = s.Person.DisplayName
		e.out.DisplayName = s.Person.DisplayName
	}
	if e.out.Address == "" {
		e.out.Address = s.Person.Mail
	}
	e.out.Audience, e.out.State, e.out.Via, e.out.Rule = s.Audience, s.State, s.Via, s.Rule
	if s.Rule != notGoverned {
		e.out.Level = s.Level
	}
	e.out.Cell = &CellSays{ResourceKind: e.in.Kind, Event: e.in.Trace.Event.Kind, Column: s.Column, Says: s.Cell, Profile: e.in.Judged.Profile}
	return s
}

// part is that with which a column is planned; nil where the event has none for it.
func (e *explainer) part(column Audience, exactly Part) *PartTrace {
	for i, p := range e.in.Trace.Parts {
		if p.Part == exactly || exactly == "" && p.Covers(column) {
			return &e.in.Trace.Parts[i]
		}
	}
	return nil
}

func (e *explainer) anyPlanned() bool {
	for _, p := range e.in.Trace.Parts {
		if !p.PlannedDateTime.IsZero() {
			return true
		}
	}
	return false
}
