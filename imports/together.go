package imports

import (
	"fmt"
	"reflect"
	"slices"

	"pimnotify/pim"
)

// part is a line that could be read.
type part struct {
	Line
	number int
	text   []byte
}

// record is one assignment or activation, put together from the lines that are about it.
type record struct {
	root   part
	later  []part // what came of it, a request of its own each
	again  []part // lines that say what another of them says
	past   pim.Past
	stepOf []int // the line behind each step of its history
}

// parts are all its lines.
func (r *record) parts() []part {
	return append(append([]part{r.root}, r.later...), r.again...)
}

// together makes records of the lines of one group, in the order of time. A change belongs to the record whose schedule it names,
// otherwise to the one that was made last: nobody has two assignments of one role, kind and scope at a time. Graph gives the
// schedule that an extension leads to in the place of the one that it is about, and none with a removal.
func together(group []part, refuse, different func(part, ...pim.Problem)) []*record {
	var records []*record
	known := map[string]*record{}     // by the id of any of its lines
	said := map[string]part{}         // by id
	schedules := map[string]*record{} // by what it is known by
	for _, p := range group {
		before, twice := said[p.ID]
		var of *record
		switch {
		case twice && reflect.DeepEqual(before.Line, p.Line):
			of = known[p.ID]
			of.again = append(of.again, p)
			continue
		case twice:
			different(p, pim.Problem{Location: "id", Message: fmt.Sprintf("is the one of line %d, which says something else", before.number), Value: p.ID})
			continue
		case p.Past != (pim.Past{}):
			of = &record{root: p}
			records = append(records, of)
			for _, schedule := range p.Targets {
				schedules[schedule] = of
			}
		default:
			if of = target(records, schedules, p); of == nil {
				refuse(p, pim.Problem{Location: "action", Message: "must follow what it is about: no " + string(begins(p)) + " of this principal, role and scope comes before it in this file"})
				continue
			}
			of.later = append(of.later, p)
		}
		said[p.ID], known[p.ID] = p, of
	}
	return records
}

func target(records []*record, schedules map[string]*record, p part) *record {
	for _, schedule := range p.Targets {
		if of := schedules[schedule]; of != nil {
			return of
		}
	}
	if len(records) == 0 {
		return nil
	}
	return records[len(records)-1]
}

func begins(p part) pim.Action {
	if p.Then[0].What == pim.WhatDeactivated {
		return pim.SelfActivate
	}
	return pim.AdminAssign
}

// assemble makes the record whole: its history is all that its lines say, in the order of time.
func (r *record) assemble() {
	type step struct {
		pim.PastStep
		line int
	}
	var steps []step
	for _, p := range append([]part{r.root}, r.later...) {
		for _, s := range p.Then {
			steps = append(steps, step{s, p.number})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.At.Compare(b.At) })
	var history []pim.PastStep
	for _, s := range steps {
		history, r.stepOf = append(history, s.PastStep), append(r.stepOf, s.line)
	}
	r.past = r.root.Past
	switch {
	case len(history) == 0:
	case r.past.Assignment != nil:
		whole := *r.past.Assignment
		whole.History, r.past.Assignment = history, &whole
	default:
		whole := *r.past.Activation
		whole.History, r.past.Activation = history, &whole
	}
}

// unended says that Graph has an assignment as revoked, and nobody says when.
func (r *record) unended() bool {
	return r.root.Revoked && r.past.Assignment != nil &&
		!slices.ContainsFunc(r.past.Assignment.History, func(s pim.PastStep) bool { return s.What == pim.WhatRemoved })
}
