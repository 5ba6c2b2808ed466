package pim

import "time"

// AssignmentChange is what an administrator did with an assignment: the body of extend, renew, update and remove.
type AssignmentChange struct {
	RequestedBy    Principal      `json:"requestedBy,omitzero" doc:"The administrator; only id is required."`
	ScheduleInfo   ScheduleInfo   `json:"scheduleInfo,omitzero" doc:"From when until when it holds from now on. A duration counts from startDateTime, or from now where that is left out."`
	AssignmentType AssignmentType `json:"assignmentType,omitempty" doc:"eligible or active; as it was where left out."`
	Justification  string         `json:"justification,omitempty" doc:"The administrator's reason, free text."`
}

// WithDefaults brings times to UTC, so that two bodies that mean the same are equal.
func (c AssignmentChange) WithDefaults() AssignmentChange {
	c.ScheduleInfo = c.ScheduleInfo.inUTC()
	return c
}

// Validate says everything that is wrong with a change, as far as it can be told from it and the time alone. The action is
// adminExtend, adminRenew, adminUpdate or adminRemove.
func (c AssignmentChange) Validate(action Action, now time.Time) []Problem {
	v := validator{}
	v.principal("body.requestedBy", c.RequestedBy)
	v.reason(c.Justification)
	scheduled, typed := c.ScheduleInfo != (ScheduleInfo{}), c.AssignmentType != ""
	if typed && action != AdminRemove {
		v.assignmentType(c.AssignmentType)
	}
	switch action {
	case AdminRemove:
		if scheduled {
			v.add("body.scheduleInfo", "must be left out: a removed assignment has no schedule", nil)
		}
		if typed {
			v.add("body.assignmentType", "must be left out: a removed assignment has no type", string(c.AssignmentType))
		}
	case AdminUpdate:
		if scheduled {
			v.assignmentSchedule(c.ScheduleInfo, now, now)
		} else if !typed {
			v.add("body.scheduleInfo", "is required, or assignmentType: an update changes one of them", nil)
		}
	default:
		v.assignmentSchedule(c.ScheduleInfo, now, now)
	}
	return v.problems
}

// ExtensionRequest is what somebody asked for who wants an assignment to last longer: the body of a request to extend, or to
// renew.
type ExtensionRequest struct {
	RequestedBy   Principal    `json:"requestedBy,omitzero" doc:"Who asks; only id is required."`
	Justification string       `json:"justification,omitempty" doc:"Their reason, free text."`
	ScheduleInfo  ScheduleInfo `json:"scheduleInfo,omitzero" doc:"From when until when they ask for it. A duration counts from startDateTime, or from the decision where that is left out."`
}

// WithDefaults brings times to UTC, so that two bodies that mean the same are equal.
func (r ExtensionRequest) WithDefaults() ExtensionRequest {
	r.ScheduleInfo = r.ScheduleInfo.inUTC()
	return r
}

// Validate says everything that is wrong with a request to extend or renew, as far as it can be told from it and the time alone.
func (r ExtensionRequest) Validate(now time.Time) []Problem {
	v := validator{}
	v.principal("body.requestedBy", r.RequestedBy)
	v.reason(r.Justification)
	v.assignmentSchedule(r.ScheduleInfo, now, now)
	return v.problems
}

// ExtensionDecision is an administrator's answer to a request to extend or renew. An approval may give another schedule, or
// another type, than was asked for.
type ExtensionDecision struct {
	Decision
	ScheduleInfo   ScheduleInfo   `json:"scheduleInfo,omitzero" doc:"From when until when it holds from now on; as asked for where left out."`
	AssignmentType AssignmentType `json:"assignmentType,omitempty" doc:"eligible or active; as it was where left out."`
}

// WithDefaults brings times to UTC, so that two bodies that mean the same are equal.
func (d ExtensionDecision) WithDefaults() ExtensionDecision {
	d.ReviewedDateTime = d.ReviewedDateTime.UTC()
	d.ScheduleInfo = d.ScheduleInfo.inUTC()
	return d
}

// Validate says everything that is wrong with a decision, as far as it can be told from the decision and the time alone.
func (d ExtensionDecision) Validate(now time.Time) []Problem {
	v := validator{problems: d.Decision.Validate(now)}
	if d.AssignmentType != "" {
		v.assignmentType(d.AssignmentType)
	}
	if d.ScheduleInfo != (ScheduleInfo{}) {
		v.assignmentSchedule(d.ScheduleInfo, now, now)
	}
	return v.problems
}

// ValidateExtension says what is wrong with a schedule that is to extend a term: it must go on where the term ends, and end
// later.
func ValidateExtension(t Term, s ScheduleInfo, now time.Time) []Problem {
	start, end := s.Span(now)
	switch {
	case t.Permanent():
		return nil // and is refused for that
	case start.After(t.End):
		return []Problem{{"body.scheduleInfo.startDateTime", "must not lie after the present end, " + stamp(t.End), s.StartDateTime}}
	case end.IsZero() || end.After(t.End):
		return nil
	case s.Expiration.Type == AfterDuration:
		return []Problem{{expirationAt + ".duration", "must reach beyond the present end, " + stamp(t.End), string(s.Expiration.Duration)}}
	default:
		return []Problem{{expirationAt + ".endDateTime", "must reach beyond the present end, " + stamp(t.End), s.Expiration.EndDateTime}}
	}
}

// ValidateRenewal says what is wrong with a schedule that is to begin a term after the last one is over. One that was asked for a
// while ago may be over itself.
func ValidateRenewal(s ScheduleInfo, now time.Time) []Problem {
	if _, end := s.Span(now); !end.IsZero() && !end.After(now) {
		return []Problem{{expirationAt, "must reach into the future", nil}}
	}
	return nil
}

// PIMChange is the body of PUT pim: whether a tenant uses Privileged Identity Management from now on.
type PIMChange struct {
	IsEnabled *bool     `json:"isEnabled,omitempty" doc:"Whether PIM is enabled." example:"true"`
	ChangedBy Principal `json:"changedBy,omitzero" doc:"Who switched it; only id is required."`
}

// Validate says everything that is wrong with it.
func (c PIMChange) Validate() []Problem {
	v := validator{}
	if c.IsEnabled == nil {
		v.add("body.isEnabled", "is required: true or false", nil)
	}
	v.principal("body.changedBy", c.ChangedBy)
	return v.problems
}
