package templates

import (
	"errors"
	"strings"
	"time"

	"pimnotify/pim"
)

// words are what templates read: every value is clean, and empty where there is nothing to say. Names in them are cut, so that
// a sentence stays a sentence; the facts have them in full.
type words struct {
	To       string // whom the mail greets; empty where only an address is known
	User     string // who wants the role, or has it
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
	TooLate  bool   // the approval came after the end that was asked for
	Onlooker bool   // the reader is told of a request that only the approvers it names can decide

	Quotes []quote
	Facts  []fact

	Mood      mood
	Label     string // of the button
	URL       string
	Why       string // the reader gets this mail
	Reference string // what to name when asking about the mail

	assignmentWords
	digestWords
}

// quote is free text and whose it is.
type quote struct {
	Author string
	Lines  []string
}

func (e entry) words(p portal, l pim.Letter) (words, error) {
	if err := lacking(l); err != nil {
		return words{}, err
	}
	url, err := e.task.page(p, l)
	if err != nil {
		return words{}, err
	}
	m := matterOf(l)
	w := words{
		User: short(called(m.principal.DisplayName, m.principal.ID)),
		Role: short(called(m.role.DisplayName, m.role.ID)),
		Org:  short(called(l.Organization.DisplayName, l.Organization.ID)),

		Mood:      e.mood,
		Label:     e.task.label,
		URL:       url,
		Reference: reference(l),
	}
	if to := oneLine(l.To.DisplayName); !blank(to) {
		w.To = short(to)
	}
	w.Relation, w.Scope = m.place(l.Organization)
	if d := l.Decision; d != nil {
		w.Decider = short(called(d.ReviewedBy.DisplayName, d.ReviewedBy.ID))
		w.Approved = d.ReviewResult == pim.Approve
	}
	switch {
	case l.Kind == pim.PIMEnabled:
		w.enabled(l)
	case l.Kind == pim.DigestWeekly:
		w.digest(l)
	case l.Assignment != nil:
		w.assignment(l, m)
	default:
		w.activation(l, m)
	}
	w.Why = why(l, w)
	return w, nil
}

// lacking finds a letter that does not say what its mail is about.
func lacking(l pim.Letter) error {
	switch {
	case l.Kind == pim.DigestWeekly && l.Digest == nil:
		return errors.New("the letter has no digest")
	case !strings.HasPrefix(string(l.Kind), "assignment."):
		return nil
	case l.Assignment == nil:
		return errors.New("the letter has no assignment")
	case l.Assignment.Extension != nil:
		return nil
	}
	switch l.Kind {
	case pim.AssignmentExtendRequested, pim.AssignmentRenewRequested, pim.AssignmentRefused:
		return errors.New("the letter has no request to extend or renew")
	default:
		return nil
	}
}

// activation adds what only the mails of a request to activate say.
func (w *words) activation(l pim.Letter, m matter) {
	r := l.Request
	s := scheduleOf(l)
	w.Deadline = moment(l.Deadline)
	w.End = moment(s.end)
	w.Length = short(length(r.ScheduleInfo, s))
	w.Unasked = l.Decision == nil && !r.Approval.IsRequired
	w.TooLate = l.TooLate
	if w.Onlooker = onlooks(l); w.Onlooker {
		w.Label = "View the request"
	}
	if s.start.After(told(l)) {
		w.Start = moment(s.start)
	}
	w.quote(w.User, r.Justification)
	if l.Decision != nil {
		w.quote(w.Decider, l.Decision.Justification)
	}
	w.quote("Privileged Identity Management", l.Failure)
	w.Facts = facts(l, m, s)
}

// onlooks reports whether the reader is told of a request that only those can decide who were named for it. Behind an address that
// the notification settings name may stand one of them.
func onlooks(l pim.Letter) bool {
	if l.Kind != pim.ActivationPendingApproval || !l.Request.Approval.Named() {
		return false
	}
	switch l.Audience {
	case pim.ResourceOwner, pim.UserAccessAdministrator, pim.GroupOwner:
		return true
	default:
		return nobodyReached(l)
	}
}

// nobodyReached reports whether the mail tells an administrator that nobody can be reached who could do what the event asks for.
func nobodyReached(l pim.Letter) bool {
	return l.Kind.RequiresAction() && l.RecipientType == pim.AdminRecipient
}

// enabled adds what the mail says that tells of PIM itself.
func (w *words) enabled(l pim.Letter) {
	var t table
	t.add("Organization", called(l.Organization.DisplayName, l.Organization.ID), oneLine(l.Organization.ID))
	if l.ChangedBy != (pim.Principal{}) {
		w.Decider = short(called(l.ChangedBy.DisplayName, l.ChangedBy.ID))
		t.person("Enabled by", l.ChangedBy)
	}
	t.add("Enabled", moment(l.Asked), "")
	w.Facts = t
}

// reference is what to name when asking about a mail.
func reference(l pim.Letter) string {
	text := "Event " + oneLine(l.EventID)
	if l.Assignment != nil {
		text += ", assignment " + oneLine(l.Assignment.ID)
	}
	if l.RequestID != "" {
		text += ", request " + oneLine(l.RequestID)
	}
	return text
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
