package imports

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"pimnotify/pim"
)

var (
	moment   = reflect.TypeFor[time.Time]()
	anything = reflect.TypeFor[json.RawMessage]()
)

// unfit says which fields of a JSON value are not known to the type that it is to be read into, or cannot be read into it. Names are
// exact. What is null counts as left out. Names that begin with @ are Graph's annotations: they are looked at where the type knows
// them, and passed over where Graph's own shape is read.
func unfit(at string, value any, into reflect.Type, graph bool) []pim.Problem {
	for into.Kind() == reflect.Pointer {
		into = into.Elem()
	}
	wrong := func(must string) []pim.Problem { return []pim.Problem{{Location: at, Message: "must be " + must}} }
	switch {
	case value == nil, into == anything:
		return nil
	case into == moment:
		text, _ := value.(string)
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			return wrong("an RFC 3339 date-time such as 2026-11-23T09:00:00Z")
		}
		return nil
	}
	switch v := value.(type) {
	case string:
		if into.Kind() == reflect.String {
			return nil
		}
	case bool:
		if into.Kind() == reflect.Bool {
			return nil
		}
	case []any:
		if into.Kind() == reflect.Slice {
			var problems []pim.Problem
			for i, element := range v {
				problems = append(problems, unfit(fmt.Sprintf("%s[%d]", at, i), element, into.Elem(), graph)...)
			}
			return problems
		}
	case map[string]any:
		if into.Kind() == reflect.Struct {
			return unfitFields(at, v, into, graph)
		}
	}
	return wrong(map[reflect.Kind]string{
		reflect.String: "string", reflect.Bool: "boolean", reflect.Slice: "array", reflect.Struct: "object",
	}[into.Kind()])
}

func unfitFields(at string, object map[string]any, into reflect.Type, graph bool) []pim.Problem {
	if at != "" {
		at += "."
	}
	known := fieldsOf(into)
	var problems []pim.Problem
	for _, name := range slices.Sorted(maps.Keys(object)) {
		field, there := known[name]
		switch {
		case there:
			problems = append(problems, unfit(at+name, object[name], field, graph)...)
		case !graph || !strings.HasPrefix(name, "@"):
			problems = append(problems, pim.Problem{Location: at + plain(name), Message: "is not a field that is known here; names are exact"})
		}
	}
	return problems
}

var fieldsKnown sync.Map // of reflect.Type to map[string]reflect.Type

// fieldsOf are the fields that JSON has of a type, those of embedded ones among them.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	if known, ok := fieldsKnown.Load(t); ok {
		return known.(map[string]reflect.Type)
	}
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			maps.Copy(fields, fieldsOf(f.Type))
		case name != "-" && name != "":
			fields[name] = f.Type
		}
	}
	fieldsKnown.Store(t, fields)
	return fields
}

const longestName = 64 // bytes of a name that is repeated to whoever sent it

// plain makes a name that somebody sent fit for a line of text.
func plain(name string) string {
	if len(name) > longestName {
		name = strings.ToValidUTF8(name[:longestName], "") + "…"
	}
	if quoted := strconv.QuoteToASCII(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}
