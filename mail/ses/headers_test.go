package ses

import (
	"mime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/mail"
)

func TestEachRunOfControlCharactersIsOneSpace(t *testing.T) {
	require.Equal(t, "a b c", oneLine("a\r\n\tb\x00\u0085\u2028c"))
	require.Equal(t, "a b", oneLine("\r\na\x7fb\n"))
	require.Equal(t, "a  b", oneLine("a  b"), "blanks are no control characters")
}

func TestHeaderValuesAreASCIIAndReadBack(t *testing.T) {
	v := headerValue("Zoë\r\nX-Evil: 1", maxHeaderValue)
	require.False(t, strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' }), v)
	back, err := new(mime.WordDecoder).DecodeHeader(v)
	require.NoError(t, err)
	require.Equal(t, "Zoë X-Evil: 1", back)
}

func TestLongHeaderValuesAreCutToWhatFits(t *testing.T) {
	for _, s := range []string{strings.Repeat("a", 5000), strings.Repeat("ë", 5000), strings.Repeat("😀", 5000)} {
		v := headerValue(s, 200)
		require.LessOrEqual(t, len(v), 200)
		require.Greater(t, len(v), 150, "and no more than needed")
		back, err := new(mime.WordDecoder).DecodeHeader(v)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(s, back))
	}
}

func TestAHeaderThatSESWouldRefuseTheMailForIsLeftOut(t *testing.T) {
	m := message()
	m.Headers = []mail.Header{
		{Name: "auto-submitted", Value: "no"}, // the mail has one already
		{Name: "X Y", Value: "1"},
		{Name: "X:Y", Value: "1"},
		{Name: "", Value: "1"},
		{Name: "X-É", Value: "1"},
		{Name: strings.Repeat("x", 127), Value: "1"},
		{Name: "X-Empty", Value: " \r\n"},
		{Name: "X-Good", Value: "yes"},
	}
	for range 20 {
		m.Headers = append(m.Headers, mail.Header{Name: "X-" + strings.Repeat("n", len(m.Headers)), Value: "1"})
	}
	got := headers(m)
	require.Len(t, got, maxHeaders)
	var names []string
	for _, h := range got[:4] {
		names = append(names, *h.Name+": "+*h.Value)
	}
	require.Equal(t, []string{
		"Auto-Submitted: auto-generated", "X-PIM-Event: activation.pendingApproval",
		"X-PIM-Event-Id: activation.a1.pendingApproval", "X-Good: yes",
	}, names)
}
