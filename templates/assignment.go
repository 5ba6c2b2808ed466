package templates

import (
	"time"

	"pimnotify/pim"
)

// assignmentWords are what only the mails about assignments say.
type assignmentWords struct {
	Given      string // "permanently assigned", "made eligible for": reads before the role
	Type       string // "eligible", "active"
	Eligible   bool
	Permanent  bool
	Assigner   string // who assigned it; empty where that is not known
	Through    string // the group that has the role, where the reader has it as its member
	Before     string // how long before the end: "14 days"
	OldEnd     string
	RenewUntil string
	Verb       string // "extend", "renew": what was asked for
	AskedFor   string // " until …", " for …", " permanently": reads after the role
	Asker      string // who asked to extend or renew; empty where nobody did
	OnBehalf   bool   // who asked is not who has the assignment: a member of a group
	OfAnother  bool   // who asked is another member of the reader's group
}

// assignment adds what the mails about an assignment say.
func (w *words) assignment(l pim.Letter, m matter) {
	a := l.Assignment
	w.Eligible = a.Assignment.AssignmentType == pim.Eligible
	w.Type = oneLine(string(a.Assignment.AssignmentType))
	w.Permanent = a.Term.Permanent()
	w.Given = given(w.Eligible, w.Permanent)
	if w.Eligible && l.Kind == pim.AssignmentAssigned {
		w.Mood = eligible
	}
	if by := a.Assignment.AssignedBy; by != (pim.Principal{}) {
		w.Assigner = short(called(by.DisplayName, by.ID))
	}
	if m.principal.Type == pim.Group && l.RecipientType == pim.RequestorRecipient {
		w.Through = w.User
	}
	if a.Term.Start.After(told(l)) {
		w.Start = moment(a.Term.Start)
	}
	w.End = moment(a.Term.End)
	w.OldEnd = moment(a.PreviousEnd)
	w.RenewUntil = moment(a.RenewUntil)
	w.Before = inWords(a.Before)
	w.extension(l)
	w.assignmentQuotes(l)
	w.Facts = assignmentFacts(l, m)
}

// given is what was done, so that it reads before the role.
func given(eligible, permanent bool) string {
	text := "assigned"
	if eligible {
		text = "made eligible for"
	}
	if permanent {
		text = "permanently " + text
	}
	return text
}

// extension says who asked for what.
func (w *words) extension(l pim.Letter) {
	x := l.Assignment.Extension
	if x == nil {
		return
	}
	w.Verb = "extend"
	if x.Action == pim.SelfRenew {
		w.Verb = "renew"
	}
	by := x.Request.RequestedBy
	w.Asker = short(called(by.DisplayName, by.ID))
	w.OnBehalf = !by.Same(l.Assignment.Assignment.Principal)
	w.OfAnother = w.Through != "" && !by.Same(l.To) && (by.Mail == "" || by.Mail != l.To.Mail)
	e := x.Request.ScheduleInfo.Expiration
	switch {
	case e.Type == pim.NoExpiration:
		w.AskedFor = " permanently"
	case e.Type == pim.AfterDateTime && e.EndDateTime != nil:
		w.AskedFor = " until " + moment(*e.EndDateTime)
	case e.Type == pim.AfterDuration:
		w.AskedFor = " for " + short(length(x.Request.ScheduleInfo, schedule{}))
	}
}

// assignmentQuotes are the reasons of those who took part: of the assignment, until somebody wants it extended or renewed; after
// that, theirs.
func (w *words) assignmentQuotes(l pim.Letter) {
	if !aboutChange(l.Kind) {
		author := w.Assigner
		if author == "" {
			author = "The administrator who assigned it"
		}
		w.quote(author, l.Assignment.Assignment.Justification)
		return
	}
	if x := l.Assignment.Extension; x != nil {
		w.quote(w.Asker, x.Request.Justification)
	}
	if l.Decision != nil {
		w.quote(w.Decider, l.Decision.Justification)
	}
}

// aboutChange reports whether a mail tells of an extension or a renewal, asked for, made or refused.
func aboutChange(k pim.EventKind) bool {
	switch k {
	case pim.AssignmentExtendRequested, pim.AssignmentRenewRequested, pim.AssignmentExtended, pim.AssignmentRenewed, pim.AssignmentRefused:
		return true
	default:
		return false
	}
}

// assignmentFacts lists everything that a letter about an assignment knows beside the free texts.
func assignmentFacts(l pim.Letter, m matter) []fact {
	a := l.Assignment
	var t table
	t.person("Assigned to", m.principal)
	t.matter(m, l.Organization)
	t.add("Assignment type", typeOfAssignment(a.Assignment.AssignmentType, a.Term), "")
	if a.Assignment.Origin == pim.OutsidePIM {
		t.add("Assigned in", "Outside of Privileged Identity Management", "")
	}
	if by := a.Assignment.AssignedBy; by != (pim.Principal{}) {
		t.person("Assigned by", by)
	}
	t.add("Assigned", moment(l.Asked), "")
	if !aboutChange(l.Kind) && len(lines(a.Assignment.Justification)) == 0 {
		t.add("Reason", "None given", "")
	}
	t.ticket(m)
	t.term(l)
	t.asked(a.Extension)
	t.add("Request expires", moment(l.Deadline), "")
	t.decision(l)
	return t
}

// typeOfAssignment is in words what an assignment gives, and for how long.
func typeOfAssignment(a pim.AssignmentType, t pim.Term) string {
	text := map[pim.AssignmentType]string{pim.Eligible: "Eligible", pim.Active: "Active"}[a]
	if text == "" {
		text = called(string(a))
	}
	if t.Permanent() {
		return text + ", permanent"
	}
	return text + ", for a limited time"
}

// term says from when until when.
func (t *table) term(l pim.Letter) {
	a := l.Assignment
	end := "End"
	if l.Kind == pim.AssignmentExtended || l.Kind == pim.AssignmentRenewed {
		t.add("Previous end", moment(a.PreviousEnd), "")
		end = "New end"
	}
	begins := l.Kind != pim.AssignmentExtended // an extended one goes on: its new schedule begins while it is held
	if begins {
		t.add("Start", moment(a.Term.Start), "")
	}
	if a.Term.Permanent() {
		t.add(end, "Never", "")
		return
	}
	t.add(end, moment(a.Term.End), "")
	if begins && !a.Term.Start.IsZero() {
		t.add("Duration", inWords(a.Term.End.Sub(a.Term.Start).Round(time.Second)), "")
	}
	t.add("Can be renewed until", moment(a.RenewUntil), "")
}

// asked says what somebody wants who wants an assignment to last longer.
func (t *table) asked(x *pim.ExtensionLetter) {
	if x == nil {
		return
	}
	t.person("Requested by", x.Request.RequestedBy)
	t.add("Requested", moment(x.Asked), "")
	if len(lines(x.Request.Justification)) == 0 {
		t.add("Reason for request", "None given", "")
	}
	s := x.Request.ScheduleInfo
	if s.StartDateTime != nil {
		t.add("Requested start", moment(*s.StartDateTime), "")
	}
	switch {
	case s.Permanent():
		t.add("Requested end", "Never", "")
	case s.Expiration.Type == pim.AfterDateTime && s.Expiration.EndDateTime != nil:
		t.add("Requested end", moment(*s.Expiration.EndDateTime), "")
	case s.Expiration.Type == pim.AfterDuration:
		t.add("Requested duration", length(s, schedule{}), "")
	}
}
