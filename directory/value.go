package directory

import (
	"slices"
	"strings"
	"unicode"

	"pimnotify/pim"
)

func state(n node) pim.HolderState {
	var states []string
	for _, s := range strongestFirst {
		states = append(states, string(s))
	}
	return pim.HolderState(oneOf(n, states))
}

func oneOf(n node, allowed []string) string {
	text, ok := n.text()
	if ok && !slices.Contains(allowed, text) {
		all := strings.Join(allowed[:len(allowed)-1], ", ") + " or " + allowed[len(allowed)-1]
		if text == "" {
			n.wrong("is required: %s", all)
		} else {
			n.wrong("must be %s, not %q", all, text)
		}
	}
	return text
}

// opaque is an id, a role or a scope: any text of 1 to 512 bytes without control characters. It is empty where it is wrong.
func opaque(n node) string {
	id, ok := n.text()
	switch {
	case !ok:
	case id == "":
		n.wrong("is required")
	case len(id) > 512:
		n.wrong("must be at most 512 bytes, not %d", len(id))
	case strings.ContainsFunc(id, unicode.IsControl):
		n.wrong("must be without control characters")
	default:
		return id
	}
	return ""
}

// mention is how an error names an id: not at all where it could be somebody's address, because errors are logged.
func mention(id string) string {
	if strings.Contains(id, "@") {
		return "this id"
	}
	return id
}
