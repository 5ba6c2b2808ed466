package templates

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNamesBecomeOneLineOfVisibleCharacters(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"header injection":        {"Alain\r\nBcc: x@example.com", "Alain Bcc: x@example.com"},
		"run of controls":         {"a\x00\x1b\t\x7f\u0085b", "a b"},
		"controls at the ends":    {"\r\n Alain \r\n", "Alain"},
		"controls around hidden":  {"a\r\u200b\nb", "a b"},
		"line separators":         {"a\u2028\u2029b", "a b"},
		"bidi overrides":          {"\u202eAlain\u202c", "Alain"},
		"bidi isolates and marks": {"\u2066Al\u200eain\u2069\u061c", "Alain"},
		"zero width":              {"Al\u200ba\u200ci\u2060n\ufeff\u00ad", "Alain"},
		"tags and fillers":        {"Alain\U000e0041\u3164", "Alain"},
		"family of joined emoji":  {"\U0001F468\u200d\U0001F469", "\U0001F468\u200d\U0001F469"},
		"Hebrew":                  {"אלן שרון", "אלן שרון"},
		"visible Arabic sign":     {"\u06dd5", "\u06dd5"},
		"invalid UTF-8":           {"Al\xffain", "Al\uFFFDain"},
		"template":                {"{{.}} {{define", "{{.}} {{define"},
		"markup":                  {"O'Brien & <b>", "O'Brien & <b>"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, oneLine(c.in)) })
	}
}

func TestNoValueCanLeaveItsLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "in")
		for _, line := range append(lines(in), oneLine(in)) {
			require.True(t, utf8.ValidString(line))
			require.False(t, strings.ContainsFunc(line, func(r rune) bool {
				return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u200b' || r == '\ufeff' || lineBreak(r)
			}), "%q", line)
		}
		require.Equal(t, oneLine(in), oneLine(oneLine(in)))
	})
}

func TestANameThatShowsNothingFallsBack(t *testing.T) {
	for _, nothing := range []string{"", "  ", "\u200b", "\u200d", "\u202e\u202c", "\r\n", "\u2800", "\ufe0f", "\u3164", "\u0301"} {
		require.Equal(t, "u7", called(nothing, "u7"), "%q", nothing)
	}
	require.Equal(t, "(unnamed)", called("\u200b", "\u200b"))
	require.Equal(t, "\uFFFD", called("\xff", "u7"), "what is broken is shown as broken")
}

func TestFreeTextKeepsItsLinesAndNothingElse(t *testing.T) {
	require.Equal(t, []string{"one", "two", "", "four", "five", "six", "seven", "eight"},
		lines("\n\none\r\ntwo\r\rfour\vfive\u2028six\u2029seven\u0085eight\n \n"))
	require.Equal(t, []string{"list:", "  - indented  twice"}, lines("list:\n  - indented  twice   "))
	require.Equal(t, []string{"a b"}, lines("a\x00\x1b\u202eb"))
	require.Empty(t, lines(" \r\n\u200b\t"))
}

func TestLongNamesAreCutBetweenCharacters(t *testing.T) {
	require.Equal(t, strings.Repeat("x", 100), short(strings.Repeat("x", 100)))
	require.Equal(t, strings.Repeat("x", 99)+"…", short(strings.Repeat("x", 101)))
	require.Equal(t, strings.Repeat("x", 98)+"…", short(strings.Repeat("x", 98)+"e\u0301"+"yy"), "a letter and its accent stay together")
	require.Equal(t, strings.Repeat("x", 97)+"…", short(strings.Repeat("x", 97)+"\U0001F468\u200d\U0001F469yy"))
	require.LessOrEqual(t, utf8.RuneCountInString(short(strings.Repeat("\u0301", 5000))), 100, "marks alone cannot make it long")
}
