package pim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Validate says everything that is wrong with an assignment of the past. It is judged as it would have been when it was made, so that
// what has ended since is as good as what goes on.
func (p PastAssignment) Validate(now time.Time) []Problem {
	v := past{now: now, steps: assignmentSteps}
	v.whole(p.ID, p.CreatedDateTime, p.IsValidationOnly, p.Assignment.validate)
	v.history(p.History)
	return v.problems
}

// Validate says everything that is wrong with an activation of the past, judged as it would have been when it was asked for.
func (p PastActivation) Validate(now time.Time) []Problem {
	v := past{now: now, steps: activationSteps}
	v.whole(p.ID, p.CreatedDateTime, p.IsValidationOnly, p.ActivationRequest.validate)
	v.history(p.History)
	return v.problems
}

// past gathers what is wrong with something that happened before.
type past struct {
	now      time.Time
	latest   time.Time // when the latest step was, as far as they can be told
	steps    map[What]stepFields
	problems []Problem
}

// whole checks everything but the history.
func (v *past) whole(id string, made *time.Time, validationOnly bool, body func(now, over time.Time) []Problem) {
	if id == "" {
		v.add("id", "is required", nil)
	} else if wrong := ValidateID("id", id); wrong != nil {
		v.problems = append(v.problems, *wrong)
	}
	var over time.Time
	switch {
	case made == nil:
		v.add("createdDateTime", "is required: when it happened", nil)
	case made.After(v.now):
		v.add("createdDateTime", "must not lie in the future", made)
	default:
		v.latest, over = *made, made.Add(-maxFutureSkew)
	}
	if validationOnly {
		v.add("isValidationOnly", "must be false: what was only validated never happened", true)
	}
	v.asOf("", "createdDateTime", body(v.now, over))
}

func (v *past) add(location, message string, value any) {
	v.problems = append(v.problems, Problem{location, message, value})
}

// asOf takes over what was found in a body that is judged as of another moment than now.
func (v *past) asOf(at, moment string, found []Problem) {
	say := strings.NewReplacer("lie in the future", "lie after "+moment, "reach into the future", "reach beyond "+moment)
	for _, p := range found {
		p.Location = at + strings.TrimPrefix(p.Location, "body.")
		if !slices.ContainsFunc(v.problems, func(known Problem) bool { return known.Location == p.Location }) {
			p.Message = say.Replace(p.Message)
			v.problems = append(v.problems, p)
		}
	}
}

// stepFields are what a step says beside when it was, through whom and why.
type stepFields struct {
	schedule, kind, request need
}

type need int

const (
	never need = iota
	may
	must
)

var activationSteps = map[What]stepFields{
	WhatApproved: {}, WhatDenied: {}, WhatActivated: {}, WhatCanceled: {}, WhatTimedOut: {}, WhatFailed: {}, WhatDeactivated: {},
}

// A step that answers a request need not repeat what was asked for.
var assignmentSteps = map[What]stepFields{
	WhatExtendRequested: {schedule: must, request: must}, WhatRenewRequested: {schedule: must, request: must},
	WhatExtended: {schedule: may, kind: may, request: may}, WhatRenewed: {schedule: may, kind: may, request: may},
	WhatRefused: {request: must}, WhatCanceled: {request: must}, WhatTimedOut: {request: must},
	WhatUpdated: {schedule: may, kind: may}, WhatMadePermanent: {schedule: may, kind: may}, WhatRemoved: {},
}

func (v *past) history(steps []PastStep) {
	for i, s := range steps {
		v.step(fmt.Sprintf("history[%d].", i), s)
	}
}

func (v *past) step(at string, s PastStep) {
	fields, known := v.steps[s.What]
	switch {
	case s.What == "":
		v.add(at+"what", "is required: "+v.known(), nil)
		return
	case !known:
		v.add(at+"what", "must be "+v.known(), string(s.What))
		return
	}
	v.moment(at+"at", s.At)
	w := validator{}
	w.reason(s.Justification)
	if s.By != (Principal{}) {
		w.principal("body.by", s.By)
	}
	v.fits(at+"requestId", s.What, fields.request, s.RequestID != "")
	if s.RequestID != "" && fields.request != never {
		if wrong := ValidateID("body.requestId", s.RequestID); wrong != nil {
			w.problems = append(w.problems, *wrong)
		}
	}
	scheduled, typed := s.ScheduleInfo != (ScheduleInfo{}), s.AssignmentType != ""
	need := fields.schedule
	if s.RequestID == "" && (s.What == WhatExtended || s.What == WhatRenewed) || !typed && (s.What == WhatUpdated || s.What == WhatMadePermanent) {
		need = must
	}
	v.fits(at+"scheduleInfo", s.What, need, scheduled)
	if scheduled && need != never && !s.At.IsZero() {
		w.assignmentSchedule(s.ScheduleInfo, s.At, s.At)
	}
	v.fits(at+"assignmentType", s.What, fields.kind, typed)
	if typed && fields.kind != never {
		w.assignmentType(s.AssignmentType)
	}
	v.asOf(at, "at", w.problems)
}

// moment keeps the steps in order: what a history means depends on it.
func (v *past) moment(location string, at time.Time) {
	switch {
	case at.IsZero():
		v.add(location, "is required: when it happened", nil)
	case at.After(v.now):
		v.add(location, "must not lie in the future: what is still to come is told to the API when it comes", at)
	case at.Before(v.latest):
		v.add(location, "must not lie before what happened before it, at "+stamp(v.latest), at)
	default:
		v.latest = at
	}
}

func (v *past) fits(location string, of What, n need, there bool) {
	if n == must && !there {
		v.add(location, "is required of a step "+string(of), nil)
	} else if n == never && there {
		v.add(location, "must be left out of a step "+string(of), nil)
	}
}

// known lists the steps there are.
func (v *past) known() string {
	var names []string
	for what := range v.steps {
		names = append(names, string(what))
	}
	slices.Sort(names)
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
