package templates

import (
	"time"

	"pimnotify/pim"
)

// fact is one line of the table of facts. Detail says more of the value: an address, a path.
type fact struct{ Label, Value, Detail string }

// facts lists everything that a letter about an activation knows beside the free texts: who, what, where, when, and who
// decided.
func facts(l pim.Letter, m matter, s schedule) []fact {
	r := l.Request
	var t table
	t.person("Requestor", m.principal)
	t.matter(m, l.Organization)
	t.add("Assignment type", assignmentType(r.ScheduleInfo), "")
	if len(lines(r.Justification)) == 0 {
		t.add("Reason", "None given", "")
	}
	t.ticket(m)
	t.add("Requested", moment(l.Asked), "")
	t.when(l, s)
	t.decision(l)
	return t
}

type table []fact

// add leaves out what has no value, and a detail that says nothing new.
func (t *table) add(label, value, detail string) {
	if blank(value) {
		return
	}
	if detail == value || blank(detail) {
		detail = ""
	}
	*t = append(*t, fact{label, value, detail})
}

func (t *table) person(label string, p pim.Principal) {
	t.add(label, called(p.DisplayName, p.ID), oneLine(p.Mail))
}

// matter says which role it is, and where.
func (t *table) matter(m matter, o pim.Organization) {
	t.add("Role", called(m.role.DisplayName, m.role.ID), "")
	t.add("Resource", m.scopeName(o), m.scopeDetail())
	t.add("Resource kind", m.resourceKind(), "")
}

func (t *table) ticket(m matter) {
	t.add("Ticket number", oneLine(m.ticket.TicketNumber), "")
	t.add("Ticket system", oneLine(m.ticket.TicketSystem), "")
}

func (t *table) when(l pim.Letter, s schedule) {
	start := moment(s.start)
	if start == "" && l.Kind == pim.ActivationPendingApproval {
		start = "As soon as it is approved"
	}
	t.add("Start", start, "")
	asked := l.Request.ScheduleInfo
	end := moment(s.end)
	if asked.Permanent() {
		end = "Never"
	}
	t.add("End", end, "")
	t.add("Duration", length(asked, s), "")
	switch l.Kind {
	case pim.ActivationPendingApproval:
		t.add("Request expires", moment(l.Deadline), "")
	case pim.ActivationTimedOut:
		t.add("Request expired", moment(l.Deadline), "")
	default: // decided, or past caring
	}
}

// length is how long the role is held: as it was asked for, or else from start to end.
func length(asked pim.ScheduleInfo, s schedule) string {
	if asked.Expiration.Type == pim.AfterDuration {
		if d, err := asked.Expiration.Duration.Parse(); err == nil {
			return inWords(d)
		}
		return oneLine(string(asked.Expiration.Duration))
	}
	if s.start.IsZero() || s.end.IsZero() {
		return ""
	}
	return inWords(s.end.Sub(s.start).Round(time.Second))
}

func (t *table) decision(l pim.Letter) {
	d := l.Decision
	if d == nil {
		if l.Kind == pim.ActivationCompleted && !l.Request.Approval.IsRequired {
			t.add("Approval", "Not required", "")
		}
		return
	}
	t.person(decidedBy(l), d.ReviewedBy)
	t.add("Decided", moment(d.ReviewedDateTime), "")
	if len(lines(d.Justification)) == 0 {
		t.add("Reason for decision", "None given", "")
	}
}

// decidedBy says what the decider did: of an assignment that nobody asked to extend or renew, just that.
func decidedBy(l pim.Letter) string {
	switch {
	case l.Kind == pim.AssignmentExtended && l.Assignment.Extension == nil:
		return "Extended by"
	case l.Kind == pim.AssignmentRenewed && l.Assignment.Extension == nil:
		return "Renewed by"
	case l.Decision.ReviewResult == pim.Approve:
		return "Approved by"
	case l.Decision.ReviewResult == pim.Deny:
		return "Denied by"
	}
	return "Decided by"
}

// assignmentType says what an activation makes of an eligible assignment.
func assignmentType(s pim.ScheduleInfo) string {
	if s.Permanent() {
		return "Active, permanent"
	}
	return "Active, for a limited time"
}
