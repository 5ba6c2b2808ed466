package api

// exampleActivation is a whole request, as the document shows it.
var exampleActivation = map[string]any{
	"action": "selfActivate", "resourceKind": "azureResource",
	"principal":     map[string]any{"id": "u7", "displayName": "Alain Charon", "mail": "alain@contoso.example", "type": "user"},
	"role":          map[string]any{"id": "acdd72a7", "displayName": "Backup Reader"},
	"scope":         map[string]any{"id": "/subscriptions/s1", "displayName": "Production"},
	"justification": "restore drill",
	"ticketInfo":    map[string]any{"ticketNumber": "INC-42", "ticketSystem": "ServiceNow"},
	"scheduleInfo":  map[string]any{"expiration": map[string]any{"type": "afterDuration", "duration": "PT8H"}},
	"approval":      map[string]any{"isRequired": true, "approvers": []any{map[string]any{"id": "g1", "type": "group"}}},
}

var examplePreview = map[string]any{"id": "r1", "activationRequest": exampleActivation}

var exampleDecision = map[string]any{
	"reviewResult": "Approve", "reviewedBy": map[string]any{"id": "u2"}, "justification": "ok",
}

// exampleAssignment is a whole assignment.
var exampleAssignment = map[string]any{
	"action": "adminAssign", "resourceKind": "azureResource",
	"principal":      map[string]any{"id": "u7", "displayName": "Alain Charon", "mail": "alain@contoso.example", "type": "user"},
	"role":           map[string]any{"id": "acdd72a7", "displayName": "Backup Reader"},
	"scope":          map[string]any{"id": "/subscriptions/s1", "displayName": "Production"},
	"assignmentType": "eligible",
	"assignedBy":     map[string]any{"id": "u11"},
	"justification":  "on call from December",
	"ticketInfo":     map[string]any{"ticketNumber": "INC-42", "ticketSystem": "ServiceNow"},
	"scheduleInfo":   map[string]any{"expiration": map[string]any{"type": "afterDuration", "duration": "P90D"}},
}

var exampleChange = map[string]any{
	"requestedBy": map[string]any{"id": "u11"}, "justification": "still on call",
	"scheduleInfo": map[string]any{"expiration": map[string]any{"type": "afterDuration", "duration": "P90D"}},
}

var exampleUpdate = map[string]any{
	"requestedBy": map[string]any{"id": "u11"}, "justification": "leads the team now", "assignmentType": "active",
	"scheduleInfo": map[string]any{"expiration": map[string]any{"type": "noExpiration"}},
}

var exampleRemoval = map[string]any{"requestedBy": map[string]any{"id": "u11"}, "justification": "left the team"}

var exampleExtension = map[string]any{
	"requestedBy": map[string]any{"id": "u7"}, "justification": "the migration takes longer",
	"scheduleInfo": map[string]any{"expiration": map[string]any{"type": "afterDuration", "duration": "P30D"}},
}
