package yamlfile

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Read hands the root of a file's only document to take, and answers a *Broken with everything that turned out to be wrong, in
// the order of the lines. The name is what mistakes call the file. Take is not called for what is no YAML.
func Read(name string, data []byte, take func(root Node)) error {
	found := &mistakes{file: name}
	if root := parse(found, data); len(found.all) == 0 {
		take(root)
	}
	return found.err()
}

// parse gives the root of the only document. What is no YAML is a mistake, and the root is empty.
func parse(found *mistakes, data []byte) (root Node) {
	root = Node{line: 1, found: found}
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
func (n Node) syntax(err error) {
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

// scalar is a plain value as it is written.
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
