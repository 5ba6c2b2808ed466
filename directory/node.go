package directory

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// node is one value of a YAML file with its place, so that whatever turns out to be wrong with it can be pointed at. Reading
// goes through the syntax tree and not through a decoder, because most of what can be wrong (an id that nobody has, a scope
// that is its own parent) is found out long after a decoder would have forgotten the line.
type node struct {
	value ast.Node // nil where the file gives none
	line  int
	key   string
	found *mistakes
}

func (n node) wrong(format string, args ...any) {
	n.found.add(n.line, n.key, fmt.Sprintf(format, args...))
}

// empty reports whether the file gives no value here.
func (n node) empty() bool { return n.value == nil || n.value.Type() == ast.NullType }

// under is the key of a part of this value.
func (n node) under(part string) string {
	if n.key == "" {
		return part
	}
	return n.key + "." + part
}

// field is one entry of a mapping.
type field struct {
	name string
	node
}

// fields are the entries of a mapping in the file's order. Anything else is a mistake, and so is a key that comes twice.
func (n node) fields() []field {
	if n.empty() {
		return nil
	}
	mapping, ok := n.value.(ast.MapNode)
	if !ok {
		n.wrong("must be a mapping of keys to values")
		return nil
	}
	var fields []field
	first := map[string]int{}
	for i := mapping.MapRange(); i.Next(); {
		name, ok := scalar(i.Key())
		line := lineOf(i.Key())
		f := field{name, node{i.Value(), line, n.under(name), n.found}}
		switch {
		case !ok:
			n.found.add(line, n.key, "must have plain keys: merges, anchors, tags and nested keys are not read")
		case first[name] > 0:
			f.wrong("comes twice: it is in line %d already", first[name])
		default:
			first[name] = line
			fields = append(fields, f)
		}
	}
	return fields
}

// record are the values of a mapping that has these keys and no other. A key that the file leaves out has an empty node with
// the line of the whole.
func (n node) record(keys ...string) map[string]node {
	values := make(map[string]node, len(keys))
	for _, key := range keys {
		values[key] = node{nil, n.line, n.under(key), n.found}
	}
	for _, f := range n.fields() {
		if _, known := values[f.name]; !known {
			f.wrong("is unknown: the keys here are %s", strings.Join(keys, ", "))
			continue
		}
		values[f.name] = f.node
	}
	return values
}

// items are the elements of a list.
func (n node) items() []node {
	if n.empty() {
		return nil
	}
	list, ok := n.value.(ast.ArrayNode)
	if !ok {
		n.wrong("must be a list")
		return nil
	}
	var items []node
	for i := list.ArrayRange(); i.Next(); {
		line := n.line
		if i.Value() != nil {
			line = lineOf(i.Value())
		}
		items = append(items, node{i.Value(), line, fmt.Sprintf("%s[%d]", n.key, len(items)), n.found})
	}
	return items
}

// text is a plain value as it is written: 007 stays 007. It is not ok where the file gives something else than plain text; that
// is noted.
func (n node) text() (text string, ok bool) {
	if n.empty() {
		return "", true
	}
	text, ok = scalar(n.value)
	if !ok {
		n.wrong("must be plain text: lists, mappings, anchors and tags are not read here")
	}
	return text, ok
}
