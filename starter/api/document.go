package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// document is the OpenAPI document as it is served.
type document struct {
	tree  map[string]any
	bytes []byte
}

func (d *document) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(d.bytes) // the caller has gone, where this fails
}

// publish writes down what the routes are, for readers: with the fields that are required of a caller, without the library's own
// error model, and open to more fields where the API answers.
func publish(described *huma.OpenAPI) *document {
	described.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	d := &document{}
	raw, err := json.Marshal(described)
	if err == nil {
		err = json.Unmarshal(raw, &d.tree)
	}
	if err == nil {
		schemas := at(d.tree, "components", "schemas")
		delete(schemas, "ErrorModel")
		delete(schemas, "ErrorDetail")
		for name, fields := range required {
			at(schemas, name)["required"] = fields
		}
		for _, name := range answers {
			delete(at(schemas, name), "additionalProperties")
		}
		d.bytes, err = json.MarshalIndent(d.tree, "", "  ")
	}
	if err != nil {
		panic(fmt.Errorf("write the OpenAPI document: %w", err)) // it depends on nothing but this package: the first test finds it
	}
	return d
}

// at is the object under these names. A name that is missing is a mistake in this package.
func at(tree map[string]any, path ...string) map[string]any {
	for _, name := range path {
		next, ok := tree[name].(map[string]any)
		if !ok {
			panic("the OpenAPI document has no " + name)
		}
		tree = next
	}
	return tree
}
