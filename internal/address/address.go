// Package address decides when two spellings are one e-mail address: blanks around it, case, and the two ways to write an
// international domain make no difference. Addresses are normalised once, where they enter, and compared as plain text after.
//
// It refuses what is no bare address: names and angle brackets, quoted local parts, IP addresses in the place of a domain,
// characters that cannot be seen. It allows local parts beyond ASCII, because people have them; that a mail service may not
// take such a recipient is for the service to say.
//
// Errors never hold the address itself, so that they can be logged.
package address

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxBytes is 64 for the local part, the sign, and 255 for the domain.
const maxBytes = 320

// maxTyped bounds what is looked at: as many characters, each of up to four bytes, because a domain gets shorter or longer in
// ASCII. Encoding a label takes time in the square of its length, and texts come from outside.
const maxTyped = 4 * maxBytes

var (
	errForm   = errors.New("must be an e-mail address such as alain@contoso.example")
	errUnseen = errors.New("must be an e-mail address without blanks, control characters or invisible characters")
	errDomain = errors.New("must have a domain that exists in DNS's terms, such as contoso.example")
	errLength = errors.New("must be at most 320 bytes")
)

// domains maps a domain as somebody typed it to the form that DNS knows: case and width folded, labels beyond ASCII in
// Punycode. Transitional processing is off, so that ß stays a letter of its own. Hyphens are not checked, because domains with
// hyphens in the third and fourth place are registered and receive mail.
var domains = idna.New(
	idna.MapForLookup(),
	idna.Transitional(false),
	idna.StrictDomainName(true),
	idna.ValidateLabels(true),
	idna.VerifyDNSLength(true),
	idna.BidiRule(),
	idna.CheckHyphens(false),
	idna.CheckJoiners(true),
)

// Normalize gives the one spelling under which an address is stored and compared: trimmed, lower-cased, with its domain in
// ASCII. Normalising it again changes nothing. The error says what would be right.
func Normalize(text string) (string, error) {
	text = strings.TrimSpace(text)
	if len(text) > maxTyped {
		return "", errLength
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, unseen) {
		return "", errUnseen
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Name != "" || parsed.Address != text {
		return "", errForm
	}
	at := strings.LastIndexByte(text, '@')
	domain, err := domains.ToASCII(text[at+1:])
	if err != nil || domain == "" || strings.HasSuffix(domain, ".") {
		return "", errDomain
	}
	normal := strings.ToLower(text[:at]) + "@" + domain
	if len(normal) > maxBytes {
		return "", errLength
	}
	return normal, nil
}

// unseen reports characters that nobody would type on purpose: two addresses that look alike should be alike.
func unseen(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }
