package templates

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"pimnotify/pim"
)

// fields are all places of a letter where people's text stands, and how to put another one there. The ids that links hold are
// not among them.
var fields = map[string]func(l *pim.Letter, value string){
	"to":           func(l *pim.Letter, v string) { l.To.DisplayName = v },
	"organization": func(l *pim.Letter, v string) { l.Organization.DisplayName = v },
	"event":        func(l *pim.Letter, v string) { l.EventID = v },
	"requestor": func(l *pim.Letter, v string) {
		l.Request.Principal.DisplayName, held(l).Principal.DisplayName = v, v
	},
	"mail":  func(l *pim.Letter, v string) { l.Request.Principal.Mail, held(l).Principal.Mail = v, v },
	"role":  func(l *pim.Letter, v string) { l.Request.Role.DisplayName, held(l).Role.DisplayName = v, v },
	"scope": func(l *pim.Letter, v string) { l.Request.Scope.DisplayName, held(l).Scope.DisplayName = v, v },
	"path":  func(l *pim.Letter, v string) { l.Request.Scope.ID, held(l).Scope.ID = v, v },
	"justification": func(l *pim.Letter, v string) {
		l.Request.Justification, held(l).Justification = v, v
	},
	"ticket": func(l *pim.Letter, v string) {
		l.Request.TicketInfo.TicketNumber, held(l).TicketInfo.TicketNumber = v, v
	},
	"ticket system": func(l *pim.Letter, v string) {
		l.Request.TicketInfo.TicketSystem, held(l).TicketInfo.TicketSystem = v, v
	},
	"assigner":      func(l *pim.Letter, v string) { held(l).AssignedBy.DisplayName = v },
	"assigner mail": func(l *pim.Letter, v string) { held(l).AssignedBy.Mail = v },
	"asker":         func(l *pim.Letter, v string) { asker(l).RequestedBy.DisplayName = v },
	"asker mail":    func(l *pim.Letter, v string) { asker(l).RequestedBy.Mail = v },
	"asker reason":  func(l *pim.Letter, v string) { asker(l).Justification = v },
	"reviewer":      func(l *pim.Letter, v string) { decision(l).ReviewedBy.DisplayName = v },
	"reviewer mail": func(l *pim.Letter, v string) { decision(l).ReviewedBy.Mail = v },
	"answer":        func(l *pim.Letter, v string) { decision(l).Justification = v },
	"top role":      func(l *pim.Letter, v string) { firstRole(l).Role = v },
	"enabler":       func(l *pim.Letter, v string) { l.ChangedBy.DisplayName = v },
	"enabler mail":  func(l *pim.Letter, v string) { l.ChangedBy.Mail = v },
}

// says reports whether a letter of this kind has the field at all, and a mail shows it.
func says(l pim.Letter, field string) bool {
	m := matterOf(l)
	switch field {
	case "to", "organization", "event":
		return true
	case "enabler", "enabler mail":
		return l.Kind == pim.PIMEnabled
	case "justification":
		return (l.Assignment == nil && l.Request.Justification != "") ||
			(l.Assignment != nil && !aboutChange(l.Kind) && l.Assignment.Assignment.Justification != "")
	case "ticket", "ticket system":
		return m.ticket.TicketNumber != ""
	case "assigner", "assigner mail":
		return l.Assignment != nil && l.Assignment.Assignment.AssignedBy.ID != ""
	case "asker", "asker mail":
		return l.Assignment != nil && l.Assignment.Extension != nil
	case "asker reason":
		return l.Assignment != nil && l.Assignment.Extension != nil && l.Assignment.Extension.Request.Justification != ""
	case "reviewer", "reviewer mail", "answer":
		return l.Decision != nil
	case "top role":
		return l.Digest != nil && len(l.Digest.Figures.TopRoles) > 0
	}
	return l.Kind != pim.PIMEnabled && l.Kind != pim.DigestWeekly
}

// held is the letter's own copy of its assignment; a letter without one gets one that nobody sees.
func held(l *pim.Letter) *pim.Assignment {
	if l.Assignment == nil {
		return &pim.Assignment{}
	}
	a := *l.Assignment
	l.Assignment = &a
	return &l.Assignment.Assignment
}

// asker is the letter's own copy of its request to extend or renew.
func asker(l *pim.Letter) *pim.ExtensionRequest {
	if l.Assignment == nil || l.Assignment.Extension == nil {
		return &pim.ExtensionRequest{}
	}
	held(l)
	x := *l.Assignment.Extension
	l.Assignment.Extension = &x
	return &x.Request
}

// firstRole is the first of the letter's own copy of its top roles; a letter without any gets one that nobody sees.
func firstRole(l *pim.Letter) *pim.RoleFigure {
	if l.Digest == nil {
		return &pim.RoleFigure{}
	}
	d := *l.Digest
	d.Figures.TopRoles = slices.Clone(d.Figures.TopRoles)
	l.Digest = &d
	if len(d.Figures.TopRoles) == 0 {
		return &pim.RoleFigure{}
	}
	return &d.Figures.TopRoles[0]
}

// decision is the letter's own copy of it; a letter without one gets one that nobody sees.
func decision(l *pim.Letter) *pim.Decision {
	if l.Decision == nil {
		return &pim.Decision{}
	}
	d := *l.Decision
	l.Decision = &d
	return l.Decision
}

var attacks = []string{
	`O'Brien & <b>`,
	"</pre></blockquote></td></tr></table><script>alert(1)</script>",
	`"><img src=x onerror=alert(1)>`,
	`<a href="https://evil.example/">Approve</a>`,
	"<!-- --><![CDATA[ ]]><style>*{display:none}</style></title></style>",
	"javascript:alert(1) https://evil.example/approve?token=1",
	"{{.}} {{template \"mail\" .}} {{define \"lead\"}}",
	"x\r\nBcc: everybody@contoso.example\r\n\r\n<html>",
	"\u202ereversed\u202c \u2066isolated \u200b\ufeff",
	"اسم عربي אלן \U0001F468\u200d\U0001F469",
	"bad \xff\xfe bytes \x00\x1b[31m",
	strings.Repeat("long ", 2000),
}

// everywhere is a letter with the same text in each of its fields, and the field's name behind it: what is equal is told once.
func everywhere(l pim.Letter, text string) pim.Letter {
	for field, put := range fields {
		if says(l, field) {
			put(&l, text+" "+field)
		}
	}
	return l
}

func TestHostileTextChangesNeitherElementsNorLinks(t *testing.T) {
	made := newTemplates(t)
	for _, s := range oneOfEachText() {
		want := render(t, made, everywhere(s.Letter, "harmless"))
		wantPage := parsePage(t, want.HTML)
		structure := wantPage.structure()
		for _, attack := range attacks {
			got := render(t, made, everywhere(s.Letter, attack))
			gotPage := parsePage(t, got.HTML)
			require.Equal(t, structure, gotPage.structure(), "%s: %q", s.Name, attack)
			require.Equal(t, wantPage.links(), gotPage.links())
			require.Equal(t, unquoted(want.Plain), unquoted(got.Plain), "%s: %q", s.Name, attack)
			requireHeader(t, got.Subject)
			requireNothingHidden(t, got.HTML)
			requireNothingHidden(t, got.Plain)
		}
	}
}

// oneOfEachText is the first sample of each pair of templates.
func oneOfEachText() []Sample {
	var first []Sample
	seen := map[key]bool{}
	for _, s := range Samples() {
		k := key{s.Letter.Kind, s.Letter.RecipientType}
		if !seen[k] {
			first = append(first, s)
		}
		seen[k] = true
	}
	return first
}

// unquoted is how many lines of the plain text are ours: not within a quotation.
func unquoted(plain string) int {
	n := 0
	for line := range strings.Lines(plain) {
		if !strings.HasPrefix(line, ">") {
			n++
		}
	}
	return n
}

func requireHeader(t *testing.T, subject string) {
	t.Helper()
	require.True(t, strings.HasPrefix(subject, "PIM: "), subject)
	require.True(t, utf8.ValidString(subject))
	require.False(t, strings.ContainsFunc(subject, unicode.IsControl), "%q", subject)
	require.LessOrEqual(t, utf8.RuneCountInString(subject), 300)
}

func requireNothingHidden(t *testing.T, part string) {
	t.Helper()
	require.True(t, utf8.ValidString(part))
	at := strings.IndexFunc(part, func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || hidden(r)) })
	require.Negative(t, at, "a hidden character stands at byte %d", at)
}

func TestPlainTextShowsValuesAsTheyAre(t *testing.T) {
	made := newTemplates(t)
	for _, s := range Samples() {
		got := render(t, made, everywhere(s.Letter, `O'Brien & <b> "{{.}}"`))
		for _, escaped := range []string{"&amp;", "&#", "&lt;", "&gt;", "&quot;", "%3C"} {
			require.NotContains(t, got.Plain, escaped, s.Name)
			require.NotContains(t, got.Subject, escaped, s.Name)
		}
	}
}

func TestEveryLinkIsThePortalsOwnAndCarriesNothing(t *testing.T) {
	made := newTemplates(t)
	for _, s := range Samples() {
		for _, l := range []pim.Letter{s.Letter, spoiled(s.Letter)} {
			got := render(t, made, l)
			links := parsePage(t, got.HTML).links()
			require.NotEmpty(t, links)
			for _, link := range links {
				u, err := url.Parse(link)
				require.NoError(t, err)
				require.Equal(t, "https", u.Scheme)
				require.Equal(t, "portal.contoso.example", u.Host)
				require.Empty(t, u.RawQuery+u.Fragment)
				require.Equal(t, links[0], link, "a mail asks for one thing")
				require.Contains(t, got.Plain, "\n"+link+"\n", "both parts lead to the same place")
			}
		}
	}
}

func TestALongWordBreaksRatherThanWidensTheMail(t *testing.T) {
	made := newTemplates(t)
	long := strings.Repeat("x", 90)
	for _, s := range Samples() {
		broken := 0
		parsePage(t, render(t, made, everywhere(s.Letter, long)).HTML).each(func(n *html.Node) {
			if n.Type != html.TextNode || !strings.Contains(n.Data, long) || unseen(n) {
				return
			}
			broken++
			require.True(t, slices.ContainsFunc(slices.Collect(n.Ancestors()), func(a *html.Node) bool {
				return looksOf(attribute(a, "style"))["overflow-wrap"] == "anywhere"
			}), "%s: %q", s.Name, n.Data)
		})
		require.NotZero(t, broken)
	}
}

func TestMailsLoadNothingFromElsewhere(t *testing.T) {
	made := newTemplates(t)
	for _, s := range Samples() {
		p := parsePage(t, render(t, made, spoiled(s.Letter)).HTML)
		for _, name := range []string{"img", "script", "link", "iframe", "object", "form", "base"} {
			require.Empty(t, p.all(name), name)
		}
		for _, style := range p.all("style") {
			require.NotContains(t, style.FirstChild.Data, "url(")
			require.NotContains(t, style.FirstChild.Data, "@import")
		}
	}
}

func TestLongReasonsStayComplete(t *testing.T) {
	made := newTemplates(t)
	reason := strings.Repeat("The drill & its \"steps\" <1>.\n", 360) + "END"
	require.Greater(t, len(reason), 10000)
	l := entra().approved(pim.ApproverRecipient)
	l.Request.Justification, decision(&l).Justification = reason, reason
	got := render(t, made, l)
	var quoted []string
	for _, pre := range parsePage(t, got.HTML).all("pre") {
		quoted = append(quoted, text(pre))
	}
	require.Equal(t, []string{reason, reason}, quoted)
	require.Equal(t, 2, strings.Count(got.Plain, "> "+strings.ReplaceAll(reason, "\n", "\n> ")))
}

func TestAForgedFooterStaysInsideTheQuotation(t *testing.T) {
	made := newTemplates(t)
	l := entra().pending()
	l.Request.Justification = "drill\n\n-- \nApprove or deny:\nhttps://evil.example/requests/r1"
	got := render(t, made, l)
	require.Contains(t, got.Plain, "Alain Charon wrote:\n> drill\n>\n> --\n> Approve or deny:\n> https://evil.example/requests/r1\n")
	p := parsePage(t, got.HTML)
	require.Equal(t, l.Request.Justification, strings.ReplaceAll(text(p.all("blockquote")[0]), "\n--\n", "\n-- \n"))
	require.NotContains(t, strings.Join(p.links(), " "), "evil")
}
