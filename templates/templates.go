package templates

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"pimnotify/pim"
)

//go:embed *.tmpl
var files embed.FS

// Options say what the mails need to know of their surroundings.
type Options struct {
	// PortalURL is where links lead: absolute, https (or http on a loopback host), without query. A path is kept.
	PortalURL string
}

// Templates renders letters. It is safe for concurrent use.
type Templates struct {
	portal portal
	mails  map[key]mail
}

// New parses the templates and tries each of them, with ordinary and with hostile values.
func New(o Options) (*Templates, error) { return load(files, o) }

func load(from fs.FS, o Options) (*Templates, error) {
	p, err := parsePortal(o.PortalURL)
	if err != nil {
		return nil, fmt.Errorf("portal URL %w", err)
	}
	t := &Templates{portal: p, mails: map[key]mail{}}
	for _, e := range catalogue {
		m, err := parse(from, e)
		if err != nil {
			return nil, fmt.Errorf("parse template %s: %w", e.name, err)
		}
		t.mails[key{e.kind, e.reader}] = m
	}
	if err := t.probe(); err != nil {
		return nil, err
	}
	return t, nil
}

// Render puts a letter into words. It fails for a kind of event, or a recipient type of it, that there are no words for, and
// for a letter whose link cannot be made.
func (t *Templates) Render(l pim.Letter) (pim.Text, error) {
	m, ok := t.mails[key{l.Kind, l.RecipientType}]
	if !ok {
		return pim.Text{}, fmt.Errorf("no mail says %q to recipient type %q", l.Kind, l.RecipientType)
	}
	text, err := m.render(t.portal, l)
	if err != nil {
		return pim.Text{}, fmt.Errorf("render %s: %w", m.entry.name, err)
	}
	return text, nil
}

// subjectPrefix begins every subject: people filter by it.
const subjectPrefix = "PIM: "

func (m mail) render(p portal, l pim.Letter) (pim.Text, error) {
	w, err := m.entry.words(p, l)
	if err != nil {
		return pim.Text{}, err
	}
	var subject, html, plain strings.Builder
	if err := m.plain.ExecuteTemplate(&subject, "subject", w); err != nil {
		return pim.Text{}, err
	}
	if err := m.html.ExecuteTemplate(&html, "mail", w); err != nil {
		return pim.Text{}, err
	}
	if err := m.plain.ExecuteTemplate(&plain, "mail", w); err != nil {
		return pim.Text{}, err
	}
	return pim.Text{Subject: subjectPrefix + oneLine(subject.String()), HTML: html.String(), Plain: plain.String()}, nil
}
