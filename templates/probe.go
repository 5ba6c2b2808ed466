package templates

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"pimnotify/pim"
)

// probe renders every sample, and every sample spoiled, so that what cannot be rendered is known before the first mail.
func (t *Templates) probe() error {
	tried := map[key]bool{}
	for _, s := range Samples() {
		for _, l := range []pim.Letter{s.Letter, spoiled(s.Letter)} {
			text, err := t.Render(l)
			if err != nil {
				return fmt.Errorf("try sample %s: %w", s.Name, err)
			}
			if err := complete(text); err != nil {
				return fmt.Errorf("try sample %s: template %s: %w", s.Name, t.mails[key{l.Kind, l.RecipientType}].entry.name, err)
			}
		}
		tried[key{s.Letter.Kind, s.Letter.RecipientType}] = true
	}
	for k, m := range t.mails {
		if !tried[k] {
			return fmt.Errorf("template %s: there is no sample to try it with", m.entry.name)
		}
	}
	return nil
}

// complete finds what a template forgot.
func complete(text pim.Text) error {
	switch {
	case strings.TrimSpace(strings.TrimPrefix(text.Subject, subjectPrefix)) == "":
		return fmt.Errorf("has no subject")
	case !strings.Contains(text.HTML, "<html") || !strings.Contains(text.HTML, "</html>"):
		return fmt.Errorf("its HTML is not a whole page")
	case strings.TrimSpace(text.Plain) == "":
		return fmt.Errorf("has no plain text")
	}
	return nil
}

// hostile is what people and programs put into text to make a mail say something else.
const hostile = "O'Brien & <b>{{.}}</b> \"'`</td></title></style><script>alert(1)</script> javascript:alert(1) \r\nBcc: x@example.com\r\n\r\n-- \u202Eevil\u2066\u200B\x00\xff \U0001F468\u200D\U0001F469"

// spoiled is a letter with the worst in every field that comes from people.
func spoiled(l pim.Letter) pim.Letter {
	long := strings.Repeat("x", 9000)
	bad := func(p pim.Principal) pim.Principal {
		p.DisplayName, p.Mail = hostile+p.DisplayName, hostile+p.Mail
		return p
	}
	l.To, l.Request.Principal = bad(l.To), bad(l.Request.Principal)
	l.Organization.DisplayName = hostile
	l.EventID, l.RequestID = hostile, hostile
	l.Request.Role.DisplayName, l.Request.Scope.DisplayName, l.Request.Scope.ID = hostile, hostile+long, hostile
	l.Request.Justification = hostile + long
	l.Request.TicketInfo = pim.TicketInfo{TicketNumber: hostile, TicketSystem: hostile}
	l.ChangedBy = bad(l.ChangedBy)
	if l.Assignment != nil {
		l.Assignment = spoiledAssignment(*l.Assignment, bad, long)
	}
	if l.Digest != nil {
		l.Digest = spoiledDigest(*l.Digest, long)
	}
	if l.Decision != nil {
		d := *l.Decision
		d.ReviewedBy, d.Justification = bad(d.ReviewedBy), hostile+long
		l.Decision = &d
	}
	return l
}

func spoiledAssignment(a pim.AssignmentLetter, bad func(pim.Principal) pim.Principal, long string) *pim.AssignmentLetter {
	a.ID = hostile
	to := &a.Assignment
	to.Principal, to.AssignedBy = bad(to.Principal), bad(to.AssignedBy)
	to.Role.DisplayName, to.Scope.DisplayName, to.Scope.ID = hostile, hostile+long, hostile
	to.Justification, to.TicketInfo = hostile+long, pim.TicketInfo{TicketNumber: hostile, TicketSystem: hostile}
	if a.Extension != nil {
		x := *a.Extension
		x.Request.RequestedBy, x.Request.Justification = bad(x.Request.RequestedBy), hostile+long
		a.Extension = &x
	}
	return &a
}

func spoiledDigest(d pim.DigestLetter, long string) *pim.DigestLetter {
	d.Figures.TimeZone = hostile
	d.Figures.UsersActivated = math.MaxInt
	d.Figures.TopRoles = slices.Clone(d.Figures.TopRoles)
	for i := range d.Figures.TopRoles {
		d.Figures.TopRoles[i].Role, d.Figures.TopRoles[i].Permanent = hostile+long, math.MaxInt
	}
	return &d
}
