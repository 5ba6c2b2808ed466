package templates

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	zeroWidthJoiner = '\u200D' // holds emoji together, and some scripts
	brailleBlank    = '\u2800' // a symbol that shows nothing
	shortRunes      = 100
)

// oneLine makes a value safe for a line of its own: valid UTF-8, nothing that hides or turns text around, and one space for
// each run of control characters.
func oneLine(text string) string {
	var b strings.Builder
	run := false
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		switch {
		case hidden(r):
		case unicode.IsControl(r) || lineBreak(r):
			if !run {
				b.WriteByte(' ')
			}
			run = true
		default:
			b.WriteRune(r)
			run = false
		}
	}
	return strings.TrimSpace(b.String())
}

var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// lines cleans free text and keeps its line breaks, of whatever kind: a break that only some reader knows as one would let
// words begin a line outside the quotation.
func lines(text string) []string {
	var all []string
	for _, line := range strings.Split(breaks.Replace(strings.ToValidUTF8(text, "\uFFFD")), "\n") {
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		all = append(all, strings.TrimRight(indent+oneLine(line), " "))
	}
	for len(all) > 0 && all[0] == "" {
		all = all[1:]
	}
	for len(all) > 0 && all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	return all
}

// hidden reports characters that show nothing or change the direction of others: overrides, isolates and marks of direction,
// zero-width characters, fillers. The joiner is not one of them, nor are the visible signs that Unicode files under format.
func hidden(r rune) bool {
	if r == zeroWidthJoiner || unicode.Is(unicode.Prepended_Concatenation_Mark, r) {
		return false
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

func lineBreak(r rune) bool { return r == '\u2028' || r == '\u2029' }

// blank reports whether a cleaned value would leave an empty place on the page.
func blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.IsMark(r) && r != zeroWidthJoiner && r != brailleBlank
	})
}

// called is what to call something in full: the first of the values that shows anything once it is clean.
func called(values ...string) string {
	for _, v := range values {
		if v = oneLine(v); !blank(v) {
			return v
		}
	}
	return "(unnamed)"
}

// short cuts a cleaned name for a subject or a sentence. A character is not separated from the marks that belong to it.
func short(name string) string {
	if utf8.RuneCountInString(name) <= shortRunes {
		return name
	}
	runes := []rune(name)
	end := shortRunes - 1
	for end > shortRunes/2 && (joins(runes[end]) || runes[end-1] == zeroWidthJoiner) {
		end--
	}
	return strings.TrimRight(string(runes[:end]), " ") + "…"
}

func joins(r rune) bool { return unicode.IsMark(r) || r == zeroWidthJoiner }
