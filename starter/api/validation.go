package api

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// asProblem turns the library's own errors into problems: bodies that do not fit the schema, parameters nobody knows.
func asProblem(_ huma.Context, _ string, value any) (any, error) {
	model, ok := value.(*huma.ErrorModel)
	if !ok {
		return value, nil
	}
	p := newProblem(model.Status, model.Detail)
	if model.Detail == "validation failed" {
		p.Detail = "the request is not valid"
	}
	for _, detail := range model.Errors {
		p.Errors = append(p.Errors, fieldError(detail))
	}
	return p, nil
}

func fieldError(detail *huma.ErrorDetail) ProblemError {
	wrong := ProblemError{Location: clip(detail.Location), Message: detail.Message, Value: short(detail.Value)}
	switch {
	case detail.Message == validation.MsgUnexpectedProperty:
		// The value would be the object around the field.
		wrong.Message, wrong.Value = "is not a field that is known here; names are exact", nil
	case detail.Message == "unknown query parameter":
		wrong.Message, wrong.Value = "is not a parameter that is known here; names are exact", nil
	case strings.HasPrefix(detail.Message, oneOf):
		wrong.Message = "must be " + inWords(strings.Trim(strings.TrimPrefix(detail.Message, oneOf), `"`))
	case strings.Contains(detail.Message, "date-time"):
		wrong.Message = "must be an RFC 3339 date-time such as 2026-11-23T09:00:00Z"
	case strings.HasPrefix(detail.Message, "expected "):
		wrong.Message = "must be " + strings.TrimPrefix(strings.Replace(detail.Message, "expected value to be ", "expected ", 1), "expected ")
	}
	return wrong
}

// oneOf begins the library's complaint about a value that is not one of a list.
var oneOf = strings.Split(validation.MsgExpectedOneOf, "\"")[0]

// inWords reads a list of values as the other messages do: user, group or servicePrincipal.
func inWords(list string) string {
	if i := strings.LastIndex(list, ", "); i >= 0 {
		return list[:i] + " or " + list[i+2:]
	}
	return list
}
