package templates

import (
	"time"

	"pimnotify/pim"
)

// words are what templates read: every value is clean, and empty where there is nothing to say. Names in them are cut, so that
// a sentence stays a sentence; the facts have them in full.
type words struct {
	To       string // whom the mail greets; empty where only an address is known
	User     string // who wants the role
	Role     string
	Relation string // between role and scope: "on", "in", "of the group"
	Scope    string
	Org      string

	Deadline string // when the request expires
	Start    string // when the role becomes active, where that is later than what the mail tells of
	End      string
	Length   string
	Decider  string // who decided; empty where nobody did
	Approved bool   // somebody had to approve, and did
	Unasked  bool   // nobody had to approve

	Quotes []quote
	Facts  []fact

	Mood      mood
	Label     string // of the button
	URL       string
	Why       string // the reader gets this mail
	EventID   string
	RequestID string
}

// quote is free text and whose it is.
type quote struct {
	Author string
	Lines  []string
}

func (e entry) words(p portal, l pim.Letter) (words, error) {
	url, err := e.task.page(p, l)
	if err != nil {
		return words{}, err
	}
	r := l.Request
	s := scheduleOf(l)
	w := words{
		User: short(called(r.Principal.DisplayName, r.Principal.ID)),
		Role: short(called(r.Role.DisplayName, r.Role.ID)),
		Org:  short(called(l.Organization.DisplayName, l.Organization.ID)),

		Deadline: moment(l.Deadline),
		End:      moment(s.end),
		Length:   short(length(r.ScheduleInfo, s)),
		Unasked:  l.Decision == nil && !r.Approval.IsRequired,

		Mood:      e.mood,
		Label:     e.task.label,
		URL:       url,
		EventID:   oneLine(l.EventID),
		RequestID: oneLine(l.RequestID),
	}
	if to := oneLine(l.To.DisplayName); !blank(to) {
		w.To = short(to)
	}
	w.Relation, w.Scope = place(l)
	w.Why = why(l.RecipientType, w)
	if s.start.After(told(l)) {
		w.Start = moment(s.start)
	}
	w.quote(w.User, r.Justification)
	if d := l.Decision; d != nil {
		w.Decider = short(called(d.ReviewedBy.DisplayName, d.ReviewedBy.ID))
		w.Approved = d.ReviewResult == pim.Approve
		w.quote(w.Decider, d.Justification)
	}
	w.Facts = facts(l, s)
	return w, nil
}

// told is when that happened which a mail tells of, as far as a letter knows.
func told(l pim.Letter) time.Time {
	if l.Decision != nil {
		return l.Decision.ReviewedDateTime
	}
	return l.Asked
}

// quote adds free text, if there is any to read.
func (w *words) quote(author, text string) {
	if all := lines(text); len(all) > 0 {
		w.Quotes = append(w.Quotes, quote{author, all})
	}
}

// place says where a role applies, so that it reads after the role's name.
func place(l pim.Letter) (relation, scope string) {
	name := short(scopeName(l))
	switch {
	case l.Request.ResourceKind == pim.GroupResource:
		return "of the group", name
	case l.Request.ResourceKind == pim.AzureResource:
		return "on", name
	case wholeOrganization(l.Request.Scope):
		return "in", name
	default: // an administrative unit, an application
		return "for", name
	}
}

func wholeOrganization(s pim.Scope) bool { return s.ID == "/" || s.ID == "" }

func scopeName(l pim.Letter) string {
	s := l.Request.Scope
	if l.Request.ResourceKind != pim.AzureResource && wholeOrganization(s) {
		return called(s.DisplayName, l.Organization.DisplayName, l.Organization.ID)
	}
	return called(s.DisplayName, s.ID)
}

// schedule is when a role is held, as far as a letter knows.
type schedule struct{ start, end time.Time }

// scheduleOf reads the times from the letter once they are settled; before that, and where the role never becomes active, from
// what was asked for.
func scheduleOf(l pim.Letter) schedule {
	asked := l.Request.ScheduleInfo
	s := schedule{start: l.ActiveFrom, end: l.ActiveUntil}
	switch l.Kind {
	case pim.ActivationApproved, pim.ActivationCompleted:
	default:
		s = schedule{}
	}
	if s.start.IsZero() && asked.StartDateTime != nil && asked.StartDateTime.After(l.Asked) {
		s.start = *asked.StartDateTime
	}
	if s.end.IsZero() && (!s.start.IsZero() || asked.Expiration.Type == pim.AfterDateTime) {
		s.end = asked.End(s.start)
	}
	return s
}
