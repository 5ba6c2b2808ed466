package pim

import "time"

// AssignmentType says what an assignment gives: the right to activate a role, or the role itself.
type AssignmentType string

// The two types.
const (
	Eligible AssignmentType = "eligible"
	Active   AssignmentType = "active"
)

// Origin says where an assignment was made.
type Origin string

// The origins. What was made outside of PIM is only ever told of as an alert.
const (
	FromPIM    Origin = "pim"
	OutsidePIM Origin = "outside"
)

// Assignment is what PIM received from an administrator who gives somebody a role.
type Assignment struct {
	Action           Action         `json:"action,omitempty" doc:"adminAssign, in any case." example:"adminAssign"`
	ResourceKind     ResourceKind   `json:"resourceKind,omitempty" doc:"directoryRole, azureResource or group." example:"azureResource"`
	AccessID         AccessID       `json:"accessId,omitempty" doc:"owner or member; for groups, and only there."`
	Principal        Principal      `json:"principal,omitzero" doc:"Who gets the role."`
	Role             Role           `json:"role,omitzero" doc:"Which role."`
	Scope            Scope          `json:"scope,omitzero" doc:"Where it applies."`
	AssignmentType   AssignmentType `json:"assignmentType,omitempty" doc:"eligible or active." example:"eligible"`
	AssignedBy       Principal      `json:"assignedBy,omitzero" doc:"The administrator who assigned it."`
	Origin           Origin         `json:"origin,omitempty" doc:"pim (default), or outside: made without PIM, and told of as an alert only."`
	Justification    string         `json:"justification,omitempty" doc:"The administrator's reason, free text." example:"on call from December"`
	TicketInfo       TicketInfo     `json:"ticketInfo,omitzero"`
	ScheduleInfo     ScheduleInfo   `json:"scheduleInfo,omitzero" doc:"From when until when."`
	CreatedDateTime  *time.Time     `json:"createdDateTime,omitempty" doc:"When it was assigned; now where left out."`
	IsValidationOnly bool           `json:"isValidationOnly,omitempty" doc:"Validate in full, then record, start and send nothing."`
}

// WithDefaults fills in what never depends on clock, directory or settings, so that two bodies that mean the same are equal.
func (a Assignment) WithDefaults() Assignment {
	if action, ok := ParseAction(string(a.Action)); ok {
		a.Action = action
	}
	if a.Origin == "" {
		a.Origin = FromPIM
	}
	a.CreatedDateTime = inUTC(a.CreatedDateTime)
	a.ScheduleInfo = a.ScheduleInfo.inUTC()
	return a
}

// AdministratorsScope is where the assignment's administrators hold their roles: the whole tenant for Entra roles, the scope of
// the assignment otherwise.
func (a Assignment) AdministratorsScope() string { return administratorsScope(a.ResourceKind, a.Scope) }

// RuledRole is the role by which the assignment's notification rules are found: for groups the relation to the group, whatever
// the assignment calls it.
func (a Assignment) RuledRole() Role { return ruledRole(a.ResourceKind, a.AccessID, a.Role) }

// Alerts reports whether the assignment is one that the alert speaks of: made outside of PIM and, in profile strict, for good.
// Whether the alert is switched on is the tenant's setting.
func (a Assignment) Alerts(p Profile) bool {
	return a.Origin == OutsidePIM && (p == Entra || a.ScheduleInfo.Permanent())
}

// Validate says everything that is wrong with an assignment, as far as it can be told from it and the time alone.
func (a Assignment) Validate(now time.Time) []Problem { return a.validate(now, now) }

// validate takes what ends by the second moment for over.
func (a Assignment) validate(now, over time.Time) []Problem {
	v := validator{}
	if a.Action == "" {
		v.add("body.action", "is required: adminAssign", nil)
	} else if a.Action != AdminAssign {
		v.add("body.action", "must be adminAssign", string(a.Action))
	}
	v.resource(a.ResourceKind, a.AccessID)
	v.principal("body.principal", a.Principal)
	v.role(a.Role)
	v.id("body.scope.id", a.Scope.ID)
	if a.AssignmentType == "" {
		v.add("body.assignmentType", "is required: eligible or active", nil)
	} else {
		v.assignmentType(a.AssignmentType)
	}
	if a.AssignedBy != (Principal{}) {
		v.principal("body.assignedBy", a.AssignedBy)
	}
	v.origin(a)
	v.created(a.CreatedDateTime, now)
	v.reason(a.Justification)
	v.ticket(a.TicketInfo)
	asked := now
	if a.CreatedDateTime != nil {
		asked = *a.CreatedDateTime
	}
	v.dates(a.ScheduleInfo, now)
	v.assignmentPattern(a.ScheduleInfo, asked, over)
	return v.problems
}

func (v *validator) assignmentType(t AssignmentType) {
	if t != Eligible && t != Active {
		v.add("body.assignmentType", "must be eligible or active", string(t))
	}
}

// origin refuses what there is no alert for: eligible assignments exist in PIM alone, and groups have no such alert.
func (v *validator) origin(a Assignment) {
	switch {
	case a.Origin != FromPIM && a.Origin != OutsidePIM:
		v.add("body.origin", "must be pim or outside", string(a.Origin))
	case a.Origin == OutsidePIM && a.ResourceKind == GroupResource:
		v.add("body.origin", "must be pim for a group: there is no alert for what is assigned to groups outside of PIM", string(a.Origin))
	case a.Origin == OutsidePIM && a.AssignmentType == Eligible:
		v.add("body.origin", "must be pim where assignmentType is eligible: outside of PIM there are active assignments only", string(a.Origin))
	}
}
