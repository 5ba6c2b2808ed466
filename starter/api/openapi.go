package api

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"pimnotify/pim"
)

// description is the head of the OpenAPI document.
func description(version string) *huma.OpenAPI {
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "PIM notifications", Version: version,
			Description: "Tells the right people what happens to privileged roles, durably. A PIM request API calls this one.",
		},
		Components: &huma.Components{
			Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"bearer": {Type: "http", Scheme: "bearer", Description: "One token a caller. Not needed on a loopback listener without tokens."},
			},
		},
		Security: []map[string][]string{{"bearer": {}}, {}},
	}
}

// operation describes one call. Every call can be refused for want of a token, and fail because something is away.
func operation(id, method, path, summary, description string, problems ...int) huma.Operation {
	op := huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Description: description,
		// The body has been read, within bounds, before the library sees it.
		MaxBodyBytes: maxBody + 1, BodyReadTimeout: -1,
		Responses: map[string]*huma.Response{},
	}
	problems = append(problems, http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusInternalServerError, http.StatusServiceUnavailable)
	for _, status := range problems {
		response := &huma.Response{
			Description: problemMeaning[status],
			Content:     map[string]*huma.MediaType{problemType: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}},
		}
		switch status {
		case http.StatusServiceUnavailable:
			response.Headers = map[string]*huma.Header{"Retry-After": {Description: "Seconds.", Schema: &huma.Schema{Type: "integer"}}}
		case http.StatusUnauthorized:
			response.Headers = map[string]*huma.Header{"WWW-Authenticate": {Schema: &huma.Schema{Type: "string"}}}
		}
		op.Responses[strconv.Itoa(status)] = response
	}
	return op
}

var problemMeaning = map[int]string{
	http.StatusBadRequest:            "The body cannot be read as JSON.",
	http.StatusUnauthorized:          "No token, or one that nobody has.",
	http.StatusForbidden:             "This person may not: it is their own request, they are not an approver, or they do not hold the assignment.",
	http.StatusNotFound:              "There is no such tenant, request, assignment or event.",
	http.StatusConflict:              "It contradicts what was said before, or comes too late or too early. Who decided is in it, where somebody has.",
	http.StatusRequestEntityTooLarge: "The body is larger than 1 MiB.",
	http.StatusUnsupportedMediaType:  "The body is not application/json.",
	http.StatusUnprocessableEntity:   "Not valid: errors names every field, and what would be right.",
	http.StatusInternalServerError:   "Something went wrong that the caller cannot help.",
	http.StatusNotImplemented:        "This process lacks a setting that the call needs; detail names it.",
	http.StatusServiceUnavailable:    "Something is away, and unavailable says what. The outcome is not known; the same call may be repeated, and is answered as the first.",
}

func withExample(op *huma.Operation, example any) {
	op.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{"application/json": {Example: example}}}
}

// withCreated describes a call that answers 201 where it made something, and 200 where that was there.
func withCreated(op *huma.Operation, created, known string) {
	op.Responses["201"] = &huma.Response{
		Description: created,
		Content:     map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/View"}}},
	}
	op.Responses["200"] = &huma.Response{Description: known}
}

// required are the fields that a caller has to send. The library is not told, for it would complain about the object around a
// missing field, where the starter names the field itself; readers of the document are.
var required = map[string][]string{
	"ActivationRequest": {"action", "resourceKind", "principal", "role", "scope", "scheduleInfo"},
	"Principal":         {"id"},
	"Role":              {"id", "displayName"},
	"Scope":             {"id"},
	"ScheduleInfo":      {"expiration"},
	"Expiration":        {"type"},
	"Decision":          {"reviewResult", "reviewedBy"},
	"Assignment":        {"action", "resourceKind", "principal", "role", "scope", "assignmentType", "scheduleInfo"},
	"AssignmentChange":  {"requestedBy"},
	"ExtensionRequest":  {"requestedBy", "scheduleInfo"},
	"ExtensionDecision": {"reviewResult", "reviewedBy"},
	"PIMChange":         {"isEnabled", "changedBy"},
	"PreviewRequest":    {"id"},
}

// answers are the schemas of what the API sends. They may get more fields one day; what it takes in may not have any other.
var answers = []string{
	"View", "AssignmentNow", "Term", "PendingRequest", "PIMView", "TimelineEntry", "Event", "Delivery", "EventList", "DeliveryList", "Problem", "ProblemError",
	"Explanation", "CellSays", "Aside", "SESReport", "Preview", "EventPreview", "MailPreview",
}

// schemaName is the name of a type in the document.
func schemaName(t reflect.Type, hint string) string {
	switch t {
	case reflect.TypeFor[decisionBody]():
		return "Decision"
	case reflect.TypeFor[extensionDecisionBody]():
		return "ExtensionDecision"
	case reflect.TypeFor[reportBody]():
		return "Report"
	case reflect.TypeFor[list[pim.Event]]():
		return "EventList"
	case reflect.TypeFor[list[pim.Delivery]]():
		return "DeliveryList"
	}
	return huma.DefaultSchemaNamer(t, hint)
}
