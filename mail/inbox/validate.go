package inbox

import (
	"fmt"
	netmail "net/mail"
	"slices"
	"strings"
)

// What SES takes at most.
const (
	maxRecipients  = 50
	maxTags        = 50
	maxTagLength   = 256
	maxHeaders     = 15
	maxHeaderName  = 126
	maxHeaderValue = 995
	maxHeaderLine  = 996
)

// ownHeaders are those that SES writes itself: a mail may not bring a second one.
var ownHeaders = []string{
	"from", "sender", "to", "cc", "bcc", "reply-to", "return-path", "subject", "date", "message-id",
	"mime-version", "content-type", "content-transfer-encoding", "content-disposition",
}

// validate says what SES would refuse the request for.
func validate(in sendRequest) *apiError {
	simple := in.Content.Simple
	switch {
	case simple == nil:
		return badRequest("Content.Simple is missing: this inbox takes no raw or templated mails")
	case in.Content.Raw != nil || in.Content.Template != nil:
		return badRequest("Content has more than one of Simple, Raw and Template")
	case simple.Subject == nil || simple.Subject.Data == "":
		return badRequest("Content.Simple.Subject.Data is missing")
	case strings.ContainsAny(simple.Subject.Data, "\r\n"):
		return badRequest("Content.Simple.Subject.Data has a line break")
	case simple.Body == nil || simple.Body.Html.data() == "" && simple.Body.Text.data() == "":
		return badRequest("Content.Simple.Body has neither Html nor Text")
	case in.FromEmailAddress == "":
		return badRequest("FromEmailAddress is missing")
	case len(in.recipients()) == 0:
		return badRequest("Destination has no address")
	case len(in.recipients()) > maxRecipients:
		return badRequest(fmt.Sprintf("Recipient count exceeds %d", maxRecipients))
	}
	for _, c := range []*content{simple.Subject, simple.Body.Html, simple.Body.Text} {
		if c != nil && !ascii(c.Data) && !strings.EqualFold(c.Charset, "UTF-8") {
			return badRequest("Data outside of ASCII needs the Charset UTF-8")
		}
	}
	for _, a := range append(in.recipients(), in.FromEmailAddress) {
		if e := validAddress(a); e != nil {
			return e
		}
	}
	if e := validTags(in.EmailTags); e != nil {
		return e
	}
	return validHeaders(simple.Headers)
}

func validAddress(s string) *apiError {
	if !ascii(s) {
		return badRequest("Illegal address, not ASCII: " + s)
	}
	a, err := netmail.ParseAddress(s)
	if err != nil {
		return badRequest("Illegal address: " + s)
	}
	if _, domain, _ := strings.Cut(a.Address, "@"); strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") {
		return badRequest("Domain starts or ends with dot: " + s)
	}
	return nil
}

func validTags(tags []tag) *apiError {
	if len(tags) > maxTags {
		return badRequest(fmt.Sprintf("EmailTags has more than %d tags", maxTags))
	}
	seen := map[string]bool{}
	for _, t := range tags {
		for _, s := range []string{t.Name, t.Value} {
			if s == "" || len(s) > maxTagLength || strings.ContainsFunc(s, notTag) {
				return badRequest(fmt.Sprintf("Invalid tag %q = %q: only A-Z, a-z, 0-9, _ and -, 1 to %d of them", t.Name, t.Value, maxTagLength))
			}
		}
		if seen[t.Name] {
			return badRequest("Duplicate tag name " + t.Name)
		}
		seen[t.Name] = true
	}
	return nil
}

func notTag(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
}

func validHeaders(headers []tag) *apiError {
	if len(headers) > maxHeaders {
		return badRequest(fmt.Sprintf("Headers has more than %d fields", maxHeaders))
	}
	for _, h := range headers {
		switch {
		case h.Name == "" || len(h.Name) > maxHeaderName || strings.ContainsFunc(h.Name, notHeaderName):
			return badRequest(fmt.Sprintf("Invalid header name %q", h.Name))
		case slices.Contains(ownHeaders, strings.ToLower(h.Name)):
			return badRequest("Header not allowed: " + h.Name)
		case h.Value == "" || len(h.Value) > maxHeaderValue || len(h.Name)+len(h.Value) > maxHeaderLine || strings.ContainsFunc(h.Value, notPrintable):
			return badRequest("Invalid value of header " + h.Name + ": printable ASCII, 995 characters, 996 with the name")
		}
	}
	return nil
}

func notHeaderName(r rune) bool { return r <= ' ' || r > '~' || r == ':' }

func notPrintable(r rune) bool { return r < ' ' || r > '~' }

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
