package imports

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"pimnotify/internal/strictjson"
	"pimnotify/pim"
)

// Line is what one line says.
type Line struct {
	ID   string
	Past pim.Past       // a record of its own; empty where the line is about another
	Then []pim.PastStep // what it says became of the record, or of the one that it is about

	Graphs  bool     // one of Graph's requests
	Targets []string // the schedules that a record is known by, or that a change names
	Aside   bool     // refused, and of no concern to anything else: it has had no effect, or has not had it yet
	Revoked bool     // Graph says that the record has ended before its time
}

// Parse reads one line, and says everything that is wrong with it by itself.
func Parse(text []byte, now time.Time) (Line, []pim.Problem) {
	if err := strictjson.Check(text); err != nil {
		return Line{}, []pim.Problem{{Message: err.Error()}}
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return Line{}, []pim.Problem{{Message: "must be JSON: " + err.Error()}}
	}
	object, is := value.(map[string]any)
	if !is {
		return Line{}, []pim.Problem{{Message: "must be a JSON object"}}
	}
	if _, page := object["value"].([]any); page {
		return Line{}, []pim.Problem{{Location: "value", Message: "must be left out: this is a whole page of Graph's, and its records belong on a line each (jq -c '.value[]')"}}
	}
	if isGraphs(object) {
		return parseRequest(text, object, now)
	}
	return parseOurs(text, object)
}

// isGraphs tells Graph's requests from the bodies of the API, which name nobody by id alone.
func isGraphs(object map[string]any) bool {
	for name := range object {
		if name == "principalId" || name == "roleDefinitionId" || strings.HasPrefix(name, "@odata.") {
			return true
		}
	}
	return false
}

// parseOurs reads the body of PUT assignments/{id} or activationRequests/{id}, with the id and with what came later.
func parseOurs(text []byte, object map[string]any) (Line, []pim.Problem) {
	said, _ := object["action"].(string)
	action, known := pim.ParseAction(said)
	switch {
	case object["action"] == nil:
		return Line{}, []pim.Problem{{Location: "action", Message: "is required: adminAssign or selfActivate"}}
	case known && action == pim.AdminAssign:
		var p pim.PastAssignment
		problems := decode(text, object, &p)
		return Line{ID: p.ID, Past: pim.Past{Assignment: &p}}, problems
	case known && action == pim.SelfActivate:
		var p pim.PastActivation
		problems := decode(text, object, &p)
		return Line{ID: p.ID, Past: pim.Past{Activation: &p}}, problems
	}
	return Line{}, []pim.Problem{{
		Location: "action", Message: "must be adminAssign or selfActivate: what became of it later belongs into history", Value: said,
	}}
}

func decode[T any](text []byte, object map[string]any, into *T) []pim.Problem {
	if problems := unfit("", object, reflect.TypeFor[T](), false); len(problems) > 0 {
		return problems
	}
	if err := json.Unmarshal(text, into); err != nil {
		return []pim.Problem{{Message: "cannot be read: " + err.Error()}}
	}
	return nil
}
