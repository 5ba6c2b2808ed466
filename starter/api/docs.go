package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"sort"
	"strings"
)

//go:embed docs.html.tmpl
var docsTemplate string

//go:embed docs.css
var docsStyle string

// call is one operation as the page shows it.
type call struct {
	ID, Method, Path, Summary, Description string
	Parameters                             []parameter
	Schema                                 string // of the body, empty where there is none
	Example                                string
	Answers                                []answer
}

type parameter struct{ Name, In, Description string }

type answer struct{ Status, Description, Schema string }

// schema is one type as the page shows it.
type schema struct {
	Name   string
	Fields []field
}

type field struct {
	Name, Type, Link, Description string
	Required                      bool
}

// docsPage is the OpenAPI document as a page to read. It is made once, holds everything it needs and runs nothing: whoever opens
// it needs no other site, and what it shows cannot act.
func docsPage(d *document) http.Handler {
	page := template.Must(template.New("docs").Parse(docsTemplate))
	var out bytes.Buffer
	info := at(d.tree, "info")
	err := page.Execute(&out, map[string]any{
		"Title": info["title"], "Version": info["version"], "Description": info["description"],
		"Style": template.CSS(docsStyle), "Calls": calls(d.tree), "Schemas": schemas(d.tree),
	})
	if err != nil {
		panic(fmt.Errorf("write the documentation: %w", err)) // as of the document itself
	}
	sum := sha256.Sum256([]byte(docsStyle))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Referrer-Policy", "no-referrer")
		_, _ = w.Write(out.Bytes()) // the reader has gone, where this fails
	})
}

var methods = []string{"get", "put", "post"}

func calls(tree map[string]any) []call {
	paths := at(tree, "paths")
	var all []call
	for _, path := range sorted(paths) {
		for _, method := range methods {
			op, ok := at(paths, path)[method].(map[string]any)
			if !ok {
				continue
			}
			c := call{ID: text(op["operationId"]), Method: strings.ToUpper(method), Path: path, Summary: text(op["summary"]), Description: text(op["description"])}
			for _, p := range objects(op["parameters"]) {
				c.Parameters = append(c.Parameters, parameter{text(p["name"]), text(p["in"]), text(p["description"])})
			}
			if body, ok := op["requestBody"].(map[string]any); ok {
				media := at(body, "content", "application/json")
				c.Schema, c.Example = refName(media["schema"]), indent(media["example"])
			}
			responses := at(op, "responses")
			for _, status := range sorted(responses) {
				r := at(responses, status)
				c.Answers = append(c.Answers, answer{status, text(r["description"]), answerSchema(r)})
			}
			all = append(all, c)
		}
	}
	return all
}

func answerSchema(response map[string]any) string {
	content, _ := response["content"].(map[string]any)
	for _, media := range content {
		if m, ok := media.(map[string]any); ok {
			return refName(m["schema"])
		}
	}
	return ""
}

func schemas(tree map[string]any) []schema {
	components := at(tree, "components", "schemas")
	var all []schema
	for _, name := range sorted(components) {
		properties, ok := at(components, name)["properties"].(map[string]any)
		if !ok {
			continue
		}
		s := schema{Name: name}
		needed, _ := at(components, name)["required"].([]any)
		for _, key := range sorted(properties) {
			p := at(properties, key)
			kind, link := kindOf(p)
			required := slices.Contains(needed, any(key))
			s.Fields = append(s.Fields, field{Name: key, Type: kind, Link: link, Description: text(p["description"]), Required: required})
		}
		all = append(all, s)
	}
	return all
}

// kindOf is the type of a property in words, and the schema it leads to where there is one.
func kindOf(p map[string]any) (kind, link string) {
	if name := refName(p); name != "" {
		return name, name
	}
	kind = fmt.Sprint(p["type"])
	if kinds, ok := p["type"].([]any); ok {
		kind = fmt.Sprint(kinds[0])
	}
	if items, ok := p["items"].(map[string]any); ok {
		inner, link := kindOf(items)
		return "list of " + inner, link
	}
	if format := text(p["format"]); format != "" {
		kind = format
	}
	return kind, ""
}

func refName(s any) string {
	object, _ := s.(map[string]any)
	return strings.TrimPrefix(text(object["$ref"]), "#/components/schemas/")
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func objects(v any) []map[string]any {
	items, _ := v.([]any)
	var all []map[string]any
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			all = append(all, object)
		}
	}
	return all
}

func sorted(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func indent(v any) string {
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return ""
	}
	return string(out)
}
