package ses

import (
	"mime"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"pimnotify/mail"
)

// What SES takes: a mail with more, or with others, is refused as a whole.
const (
	maxHeaders     = 15
	maxHeaderName  = 126
	maxHeaderValue = 995
	maxHeaderLine  = 996
)

// headers are those that every mail has, then the message's own. A header that SES would refuse the whole mail for is left
// out, as is a second one of the same name: a mail is worth more than its header.
func headers(m mail.Message) []types.MessageHeader {
	all := append([]mail.Header{
		{Name: "Auto-Submitted", Value: "auto-generated"}, // asks mail systems not to answer with "out of office"
		{Name: "X-PIM-Event", Value: m.Event},
		{Name: "X-PIM-Event-Id", Value: m.EventID},
	}, m.Headers...)
	seen := map[string]bool{}
	var out []types.MessageHeader
	for _, h := range all {
		key := strings.ToLower(h.Name)
		if len(out) == maxHeaders || seen[key] || !headerName(h.Name) {
			continue
		}
		if v := headerValue(h.Value, min(maxHeaderValue, maxHeaderLine-len(h.Name))); v != "" {
			seen[key] = true
			out = append(out, types.MessageHeader{Name: aws.String(h.Name), Value: aws.String(v)})
		}
	}
	return out
}

func headerName(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] > '~' || s[i] == ':' {
			return false
		}
	}
	return s != "" && len(s) <= maxHeaderName
}

// headerValue is s on one line and in ASCII, other letters as RFC 2047 encoded words, cut to what fits.
func headerValue(s string, most int) string {
	runes := []rune(oneLine(s))
	runes = runes[:min(len(runes), most)] // encoded, a rune takes at least one byte
	for {
		v := mime.QEncoding.Encode("utf-8", string(runes))
		if len(v) <= most {
			return v
		}
		// … and not many more than sixteen, the wrapping of its word included: a few rounds, and little more goes than must.
		runes = runes[:len(runes)-max(1, (len(v)-most)/16)]
	}
}

// oneLine makes each run of control characters and line separators one space, so that no value can begin a header of its own.
func oneLine(s string) string {
	var b strings.Builder
	run := false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			run = true
			continue
		}
		if run {
			b.WriteByte(' ')
			run = false
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
