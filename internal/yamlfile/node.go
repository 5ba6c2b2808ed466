package yamlfile

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Node is one value of a YAML file with its place, so that whatever turns out to be wrong with it can be pointed at. Reading
// goes through the syntax tree and not through a decoder, because most of what can be wrong (an id that nobody has, a scope
// that is its own parent) is found out long after a decoder would have forgotten the line.
type Node struct {
	value ast.Node // nil where the file gives none
	line  int
	key   string
	found *mistakes
}

// Wrong notes what would be right here. The message must not hold an address, because it is logged.
func (n Node) Wrong(format string, args ...any) {
	n.found.add(n.line, n.key, fmt.Sprintf(format, args...))
}

// Line is where the value stands, from 1; where the file gives none, it is the line of what it belongs to.
func (n Node) Line() int { return n.line }

// Key is the path of the value in the file: tenants.contoso.users[3].mail.
func (n Node) Key() string { return n.key }

// Mistakes counts what has been found wrong in the whole file so far. What follows from a mistake need not be noted as well.
func (n Node) Mistakes() int { return len(n.found.all) }

// Empty reports whether the file gives no value here.
func (n Node) Empty() bool { return n.value == nil || n.value.Type() == ast.NullType }

// under is the key of a part of this value. Somebody's address that stands where a key belongs is not repeated.
func (n Node) under(part string) string {
	if strings.Contains(part, "@") {
		part = "…"
	}
	if n.key == "" {
		return part
	}
	return n.key + "." + part
}

// Field is one entry of a mapping.
type Field struct {
	Name string
	Node
}

// Fields are the entries of a mapping in the file's order. Anything else is a mistake, and so is a key that comes twice.
func (n Node) Fields() []Field {
	if n.Empty() {
		return nil
	}
	// By their own types and not by the parser's interfaces: tags, anchors and aliases satisfy those too, and break when asked.
	var entries *ast.MapNodeIter
	switch mapping := n.value.(type) {
	case *ast.MappingNode:
		entries = mapping.MapRange()
	case *ast.MappingValueNode:
		entries = mapping.MapRange()
	default:
		n.mustBe("a mapping of keys to values")
		return nil
	}
	var fields []Field
	first := map[string]int{}
	for i := entries; i.Next(); {
		name, ok := scalar(i.Key())
		line := lineOf(i.Key())
		f := Field{name, Node{i.Value(), line, n.under(name), n.found}}
		switch {
		case !ok:
			n.found.add(line, n.key, "must have plain keys: merges, anchors, tags and nested keys are not read")
		case first[name] > 0:
			f.Wrong("comes twice: it is in line %d already", first[name])
		default:
			first[name] = line
			fields = append(fields, f)
		}
	}
	return fields
}

// mustBe notes what a value has to be, or that it is written in a way that is not read at all.
func (n Node) mustBe(what string) {
	switch n.value.(type) {
	case *ast.AnchorNode, *ast.AliasNode:
		n.Wrong("must be written out: anchors and aliases are not supported, and a * that is text needs quotes")
	default:
		n.Wrong("must be %s", what)
	}
}

// Record are the values of a mapping that has these keys and no other. A key that the file leaves out has an empty node with
// the line of the whole.
func (n Node) Record(keys ...string) map[string]Node {
	values := make(map[string]Node, len(keys))
	for _, key := range keys {
		values[key] = Node{nil, n.line, n.under(key), n.found}
	}
	for _, f := range n.Fields() {
		if _, known := values[f.Name]; !known {
			f.Wrong("is unknown: the keys here are %s", strings.Join(keys, ", "))
			continue
		}
		values[f.Name] = f.Node
	}
	return values
}

// Items are the elements of a list.
func (n Node) Items() []Node {
	if n.Empty() {
		return nil
	}
	list, ok := n.value.(*ast.SequenceNode)
	if !ok {
		n.mustBe("a list")
		return nil
	}
	var items []Node
	for i := list.ArrayRange(); i.Next(); {
		line := n.line
		if i.Value() != nil {
			line = lineOf(i.Value())
		}
		items = append(items, Node{i.Value(), line, fmt.Sprintf("%s[%d]", n.key, len(items)), n.found})
	}
	return items
}

// Text is a plain value as it is written: 007 stays 007. It is not ok where the file gives something else than plain text; that
// is noted.
func (n Node) Text() (text string, ok bool) {
	if n.Empty() {
		return "", true
	}
	text, ok = scalar(n.value)
	if !ok {
		n.mustBe("plain text: lists, mappings and tags are not read here")
	}
	return text, ok
}
