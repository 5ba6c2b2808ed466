package imports

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"pimnotify/pim"
)

// request is Graph's unifiedRoleAssignmentScheduleRequest or unifiedRoleEligibilityScheduleRequest, as it is exported with
// $expand=principal,roleDefinition. What Graph documents is known, whether it matters here or not.
type request struct {
	heading

	Status            string          `json:"status"`
	CompletedDateTime *time.Time      `json:"completedDateTime"`
	TargetScheduleID  string          `json:"targetScheduleId"`
	ApprovalID        string          `json:"approvalId"`
	IsValidationOnly  bool            `json:"isValidationOnly"`
	Justification     string          `json:"justification"`
	TicketInfo        pim.TicketInfo  `json:"ticketInfo"`
	ScheduleInfo      schedule        `json:"scheduleInfo"`
	CreatedBy         json.RawMessage `json:"createdBy"`
	Principal         json.RawMessage `json:"principal"`
	RoleDefinition    json.RawMessage `json:"roleDefinition"`
	DirectoryScope    json.RawMessage `json:"directoryScope"`
	AppScope          json.RawMessage `json:"appScope"`

	CustomData     json.RawMessage `json:"customData"`
	ActivatedUsing json.RawMessage `json:"activatedUsing"`
	TargetSchedule json.RawMessage `json:"targetSchedule"`
}

// heading is what tells which requests are about the same, and in which order.
type heading struct {
	Type             string             `json:"@odata.type"`
	Context          string             `json:"@odata.context"`
	ID               string             `json:"id"`
	Action           string             `json:"action"`
	CreatedDateTime  *time.Time         `json:"createdDateTime"`
	PrincipalID      string             `json:"principalId"`
	RoleDefinitionID string             `json:"roleDefinitionId"`
	DirectoryScopeID string             `json:"directoryScopeId"`
	AppScopeID       string             `json:"appScopeId"`
	AssignmentType   pim.AssignmentType `json:"assignmentType"` // not Graph's: it stands in for @odata.type
}

type schedule struct {
	pim.ScheduleInfo
	Recurrence json.RawMessage `json:"recurrence"`
}

// object is what is wanted of those that Graph expands, which bring whatever their own kind has.
type object struct {
	Type        string `json:"@odata.type"`
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Mail        string `json:"mail"`
}

// parseRequest reads a request of Graph's.
func parseRequest(text []byte, fields map[string]any, now time.Time) (Line, []pim.Problem) {
	var r request
	problems := unfit("", fields, reflect.TypeFor[request](), true)
	if err := json.Unmarshal(text, &r); err != nil && len(problems) == 0 {
		problems = append(problems, pim.Problem{Message: "cannot be read: " + err.Error()})
	}
	if len(problems) > 0 {
		return Line{ID: r.ID}, problems
	}
	g := reading{request: r, now: now}
	line := g.read()
	line.Aside = g.aside && len(g.problems) == 1
	return line, g.problems
}

// reading is a request, and what is found wrong with it.
type reading struct {
	request
	now      time.Time
	problems []pim.Problem
	aside    bool
}

func (g *reading) refuse(location, message string, value any) {
	g.problems = append(g.problems, pim.Problem{Location: location, Message: message, Value: value})
}

// leaveOut refuses what concerns nothing else, for its status.
func (g *reading) leaveOut(message string) {
	g.refuse("status", message, g.Status)
	g.aside = true
}

func (g *reading) read() Line {
	line := Line{ID: g.ID, Graphs: true, Targets: []string{g.ID}}
	if g.TargetScheduleID != "" {
		line.Targets = append(line.Targets, g.TargetScheduleID)
	}
	action, known := pim.ParseAction(g.Action)
	if !known {
		g.refuse("action", cmp.Or(ifEmpty(g.Action), "must be one of Graph's, such as adminAssign or selfActivate"), g.Action)
	}
	for _, required := range []struct{ location, value string }{
		{"id", g.ID}, {"principalId", g.PrincipalID}, {"roleDefinitionId", g.RoleDefinitionID}, {"directoryScopeId", g.scopeID()},
	} {
		if required.value == "" {
			g.refuse(required.location, "is required", nil)
		}
	}
	if g.CreatedDateTime == nil {
		g.refuse("createdDateTime", "is required: when it was asked", nil)
	}
	if wrong := g.kindProblem(action); wrong != nil {
		g.problems = append(g.problems, *wrong)
	}
	if g.IsValidationOnly {
		g.refuse("isValidationOnly", "must be false: what was only validated never happened", true)
		g.aside = true
	}
	if r := g.ScheduleInfo.Recurrence; len(r) > 0 && string(r) != "null" {
		g.refuse("scheduleInfo.recurrence", "must be null: an assignment has one schedule at a time", nil)
	}
	if len(g.problems) > 0 {
		return line
	}
	g.become(action, &line)
	return line
}

// place is where a line belongs, as far as that can be read: what it has in common with others about the same, when it was asked, and
// whether it is about another. A line that says everything itself has a place of its own.
func place(text []byte) (group string, at time.Time, later bool) {
	var h heading
	_ = json.Unmarshal(text, &h) // what is wrong with it is told when its turn comes
	kind := string(h.kind())
	action, _ := pim.ParseAction(h.Action)
	if action == pim.SelfActivate || action == pim.SelfDeactivate {
		kind = string(pim.SelfActivate)
	}
	if h.CreatedDateTime != nil {
		at = *h.CreatedDateTime
	}
	if kind != "" && h.PrincipalID != "" && h.RoleDefinitionID != "" && h.scopeID() != "" {
		group = strings.Join([]string{kind, h.PrincipalID, h.RoleDefinitionID, h.scopeID()}, "\n")
	}
	return group, at, action != pim.AdminAssign && action != pim.SelfActivate
}

func (h *heading) scopeID() string { return cmp.Or(h.DirectoryScopeID, h.AppScopeID) }

// done is when a request had been worked off. Graph leaves that out of some, a removal for one.
func (r *request) done() time.Time {
	if r.CompletedDateTime == nil || r.CompletedDateTime.Before(*r.CreatedDateTime) {
		return r.CreatedDateTime.UTC()
	}
	return r.CompletedDateTime.UTC()
}

// kind is what a request gives: Graph has a resource for each of the two, whose name stands where it was exported with its
// annotations.
func (h *heading) kind() pim.AssignmentType {
	switch {
	case strings.HasSuffix(h.Type, "graph.unifiedRoleEligibilityScheduleRequest"), strings.Contains(h.Context, "/roleEligibilityScheduleRequests"):
		return pim.Eligible
	case strings.HasSuffix(h.Type, "graph.unifiedRoleAssignmentScheduleRequest"), strings.Contains(h.Context, "/roleAssignmentScheduleRequests"):
		return pim.Active
	}
	return h.AssignmentType
}

func (h *heading) kindProblem(action pim.Action) *pim.Problem {
	kind := h.kind()
	switch {
	case h.Type != "" && !strings.HasSuffix(h.Type, "graph.unifiedRoleEligibilityScheduleRequest") && !strings.HasSuffix(h.Type, "graph.unifiedRoleAssignmentScheduleRequest"):
		return &pim.Problem{
			Location: "@odata.type", Value: h.Type,
			Message: "must be #microsoft.graph.unifiedRoleEligibilityScheduleRequest or #microsoft.graph.unifiedRoleAssignmentScheduleRequest: bring everything else in as the API takes it",
		}
	case action == pim.SelfActivate, action == pim.SelfDeactivate:
		return nil // an activation makes a role active, wherever it was exported from
	case kind == "":
		return &pim.Problem{Location: "assignmentType", Message: "is required where neither @odata.type nor @odata.context says it: eligible for a roleEligibilityScheduleRequest, active for a roleAssignmentScheduleRequest"}
	case h.AssignmentType != "" && h.AssignmentType != kind:
		return &pim.Problem{Location: "assignmentType", Message: fmt.Sprintf("must be %s, as @odata.type or @odata.context says", kind), Value: string(h.AssignmentType)}
	case kind != pim.Eligible && kind != pim.Active:
		return &pim.Problem{Location: "assignmentType", Message: "must be eligible or active", Value: string(kind)}
	}
	return nil
}

// expanded reads an object that Graph expanded. One that was not expanded is empty.
func (g *reading) expanded(location string, raw json.RawMessage) (o object) {
	if len(raw) > 0 && json.Unmarshal(raw, &o) != nil {
		g.refuse(location, "must be an object as Graph expands it", nil)
	}
	return o
}

func ifEmpty(text string) string {
	if text == "" {
		return "is required"
	}
	return ""
}
