package yamlfile

import (
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// OneOf is a plain value out of a list. Anything else, and nothing, is a mistake.
func (n Node) OneOf(allowed ...string) string {
	text, ok := n.Text()
	if ok && !slices.Contains(allowed, text) {
		all := strings.Join(allowed[:len(allowed)-1], ", ") + " or " + allowed[len(allowed)-1]
		switch {
		case text == "":
			n.Wrong("is required: %s", all)
		case strings.Contains(text, "@"): // could be somebody's address
			n.Wrong("must be %s", all)
		default:
			n.Wrong("must be %s, not %q", all, text)
		}
	}
	return text
}

// Opaque is an id, a role or a scope: any text of 1 to 512 bytes without control characters. It is empty where it is wrong.
func (n Node) Opaque() string {
	id, ok := n.Text()
	switch {
	case !ok:
	case id == "":
		n.Wrong("is required")
	case len(id) > 512:
		n.Wrong("must be at most 512 bytes, not %d", len(id))
	case strings.ContainsFunc(id, unicode.IsControl):
		n.Wrong("must be without control characters")
	default:
		return id
	}
	return ""
}

// Bool is a switch; otherwise is its value where the file says nothing. A quoted "true" is text, and so a mistake.
func (n Node) Bool(otherwise bool) bool {
	if n.Empty() {
		return otherwise
	}
	if value, ok := n.value.(*ast.BoolNode); ok {
		return value.Value
	}
	n.mustBe("true or false")
	return otherwise
}

// Mention is how a mistake names an id: not at all where it could be somebody's address, because mistakes are logged.
func Mention(id string) string {
	if strings.Contains(id, "@") {
		return "this id"
	}
	return id
}
