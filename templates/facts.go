package templates

import (
	"time"

	"pimnotify/pim"
)

// fact is one line of the table of facts. Detail says more of the value: an address, a path.
type fact struct{ Label, Value, Detail string }

// facts lists everything that a letter knows beside the free texts: who, what, where, when, and who decided.
func facts(l pim.Letter, s schedule) []fact {
	r := l.Request
	var t table
	t.person("Requestor", r.Principal)
	t.add("Role", called(r.Role.DisplayName, r.Role.ID), "")
	t.add("Resource", scopeName(l), scopeDetail(r))
	t.add("Resource kind", resourceKind(r), "")
	t.add("Assignment type", assignmentType(r.ScheduleInfo), "")
	if len(lines(r.Justification)) == 0 {
		t.add("Reason", "None given", "")
	}
	t.add("Ticket number", oneLine(r.TicketInfo.TicketNumber), "")
	t.add("Ticket system", oneLine(r.TicketInfo.TicketSystem), "")
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
	by := "Decided by"
	switch d.ReviewResult {
	case pim.Approve:
		by = "Approved by"
	case pim.Deny:
		by = "Denied by"
	}
	t.person(by, d.ReviewedBy)
	t.add("Decided", moment(d.ReviewedDateTime), "")
	if len(lines(d.Justification)) == 0 {
		t.add("Reason for decision", "None given", "")
	}
}

// scopeDetail tells two scopes of one name apart.
func scopeDetail(r pim.ActivationRequest) string {
	if r.ResourceKind != pim.AzureResource && wholeOrganization(r.Scope) {
		return "Whole organization"
	}
	return oneLine(r.Scope.ID)
}

func resourceKind(r pim.ActivationRequest) string {
	switch r.ResourceKind {
	case pim.DirectoryRole:
		return "Microsoft Entra role"
	case pim.AzureResource:
		return "Azure resource role"
	case pim.GroupResource:
		if r.AccessID == pim.Owner {
			return "Group, as owner"
		}
		return "Group, as member"
	}
	return oneLine(string(r.ResourceKind))
}

// assignmentType says what an activation makes of an eligible assignment.
func assignmentType(s pim.ScheduleInfo) string {
	if s.Permanent() {
		return "Active, permanent"
	}
	return "Active, for a limited time"
}
