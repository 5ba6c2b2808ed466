package directory

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
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

// readYAML gives the root of a file's only document. What is no YAML is a mistake, and the root is empty.
func readYAML(found *mistakes, data []byte) (root node) {
	root = node{line: 1, found: found}
	// A parser that trips over a broken edit must not take down a process that runs well on the last good one.
	defer func() {
		if recover() != nil {
			found.add(0, "", "must be YAML")
			root.value = nil
		}
	}()
	text := strings.TrimPrefix(string(data), "\ufeff")
	if !utf8.ValidString(text) {
		valid := strings.ToValidUTF8(text, "\x00")
		found.add(1+strings.Count(valid[:strings.IndexByte(valid, 0)], "\n"), "", "must be UTF-8")
		return root
	}
	file, err := parser.ParseBytes([]byte(text), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		root.syntax(err)
		return root
	}
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case root.value == nil:
			root.value, root.line = doc.Body, lineOf(doc.Body)
		default:
			found.add(lineOf(doc.Body), "", "must be one document: a second one begins here")
		}
	}
	return root
}

// syntax notes an error of the parser by its line and message. The source it would show could hold addresses.
func (n node) syntax(err error) {
	line, message := 0, "cannot be read"
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		message = syntax.Message
		if syntax.Token != nil && syntax.Token.Position != nil {
			line = syntax.Token.Position.Line
		}
	}
	n.found.add(line, "", "must be YAML: "+message)
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

func scalar(value ast.Node) (string, bool) {
	switch v := value.(type) {
	case *ast.StringNode:
		return v.Value, true
	case *ast.LiteralNode:
		return v.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return value.GetToken().Value, true
	default:
		return "", false
	}
}

// lineOf is the line in which a value begins.
func lineOf(value ast.Node) int {
	if mapping, ok := value.(*ast.MappingNode); ok && !mapping.IsFlowStyle && len(mapping.Values) > 0 {
		return lineOf(mapping.Values[0].Key)
	}
	if list, ok := value.(*ast.SequenceNode); ok && list.Start != nil {
		return list.Start.Position.Line
	}
	if token := value.GetToken(); token != nil && token.Position != nil {
		return token.Position.Line
	}
	return 0
}
