package yamlfile

import (
	"fmt"
	"slices"
	"strings"
)

// Mistake is one thing that is wrong with a file. It never holds an address, so that it can be logged.
type Mistake struct {
	File    string
	Line    int    // from 1; 0 where no line is to blame
	Key     string // tenants.contoso.users[3].mail; empty where the text is no YAML
	Message string // what would be right
}

// String is the mistake as editors and people read it: directory.yaml:12: tenants.contoso.users[3].id is required.
func (m Mistake) String() string {
	text := m.File
	if m.Line > 0 {
		text += fmt.Sprintf(":%d", m.Line)
	}
	text += ": "
	if m.Key != "" {
		text += m.Key + " "
	}
	return text + m.Message
}

// Broken is the error of a file that cannot be used. It names every mistake, in the order of their lines.
type Broken struct{ Mistakes []Mistake }

// shown bounds how many mistakes are spelled out: enough to see a pattern, not a page for a file of the wrong kind.
const shown = 10

// Error is the mistakes, one beside the other.
func (b *Broken) Error() string {
	lines := make([]string, 0, shown+1)
	for i, m := range b.Mistakes {
		if i == shown {
			lines = append(lines, fmt.Sprintf("and %d more", len(b.Mistakes)-shown))
			break
		}
		lines = append(lines, m.String())
	}
	return strings.Join(lines, "; ")
}

// mistakes gathers what is wrong while a file is read.
type mistakes struct {
	file string
	all  []Mistake
}

func (m *mistakes) add(line int, key, message string) {
	m.all = append(m.all, Mistake{File: m.file, Line: line, Key: key, Message: message})
}

// err is nothing where nothing is wrong.
func (m *mistakes) err() error {
	if len(m.all) == 0 {
		return nil
	}
	slices.SortStableFunc(m.all, func(a, b Mistake) int { return a.Line - b.Line })
	return &Broken{Mistakes: m.all}
}
