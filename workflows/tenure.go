package workflows

import (
	"slices"
	"time"

	"pimnotify/pim"
)

// Carried is everything that an assignment's run knows and the record does not tell it: what one run hands to the next when its
// history has grown long.
type Carried struct {
	Status  pim.RequestStatus `json:"status"`
	Now     pim.AssignmentNow `json:"now"`
	Windows Windows           `json:"windows"`
	Started bool              `json:"started"` // the start of the term is past
	Expired bool              `json:"expired"` // so is its end
	Removed bool              `json:"removed"`

	Seq  int       `json:"seq"`  // of the latest change
	Last time.Time `json:"last"` // when that was

	// Upcoming is what of the present term is still to be told, in order of time. The end is the last of it.
	Upcoming []pim.Due `json:"upcoming,omitempty"`
	// Pending is what was asked of the request that waits.
	Pending *ExtensionInput `json:"pending,omitempty"`

	Extended int        `json:"extended"` // how often an administrator did it unasked
	Renewed  int        `json:"renewed"`
	Taken    []proposal `json:"taken,omitempty"` // the latest proposals that were taken, so that none is taken twice

	Unwritten []pim.Change `json:"unwritten,omitempty"` // changes that may not be in the record yet
	Due       []pim.Due    `json:"due,omitempty"`       // what is to be told at once, and what was not settled yet
	News      bool         `json:"news"`                // something of the above has not been handed to a Notify

	Unreachable bool `json:"unreachable,omitempty"` // nobody who could decide on the pending request can be reached
}

// proposal is one that was taken.
type proposal struct {
	ID     string     `json:"id"`
	Action pim.Action `json:"action"`
	Hash   string     `json:"hash"`
	At     time.Time  `json:"at,omitzero"` // when it was taken; zero where a run before this field handed it over
}

// mostTaken is how many are remembered. What was taken longer ago is in the record, where the starter looks first.
const mostTaken = 50

// tenure is what a run knows of its assignment. Like request it is plain state: it waits for nothing and touches nothing, and it
// is given the time.
type tenure struct {
	in       AssignmentInput
	resource pim.Resource
	Carried
	recent []pim.Change // the latest, for people to read
}

// newTenure is an assignment as it was made, or as the run before left it.
func newTenure(in AssignmentInput) *tenure {
	t := &tenure{in: in, resource: pim.Resource{Collection: pim.Assignments, ID: in.ID}}
	if in.Carried != nil {
		t.Carried = *in.Carried
		return t
	}
	t.Windows = in.Windows
	t.Now = pim.AssignmentNow{AssignmentType: in.AssignmentType, Term: pim.FirstTerm(in.ScheduleInfo, in.CreatedDateTime)}
	t.Started = !t.Now.Term.Start.After(in.AcceptedDateTime)
	t.Last = in.CreatedDateTime
	return t
}

// Assigned is the first step of an assignment's timeline: what was assigned, and everything that is to be told of it, now and until
// its end. Whoever accepts an assignment writes it down with it.
func Assigned(in AssignmentInput) pim.Change {
	in.Carried = nil
	return newTenure(in).assign()
}

// assign is the change with seq 0. It is the only one that the run does not write down itself.
func (t *tenure) assign() pim.Change {
	what, kind := pim.WhatAssigned, pim.AssignmentAssigned
	if t.outside() {
		what, kind = pim.WhatAssignedOutsidePIM, pim.AssignmentAssignedOutsidePIM
	}
	told := t.due(kind, "", t.in.CreatedDateTime, t.telling())
	c := pim.Change{At: t.in.CreatedDateTime, What: what, By: t.in.AssignedBy, Schedule: []pim.Due{told}}
	if !t.outside() {
		c.Schedule = append(c.Schedule, t.arm(t.in.AcceptedDateTime)...)
	}
	t.Status = t.status()
	c.Status, c.Assignment = t.Status, t.snapshot()
	t.Due, t.News = []pim.Due{told}, true
	return c
}

// outside reports whether the assignment was made without PIM: it is told of once, as an alert, and followed no further.
func (t *tenure) outside() bool { return t.in.Origin == pim.OutsidePIM }

// status follows from everything else.
func (t *tenure) status() pim.RequestStatus {
	switch {
	case t.Removed:
		return pim.Revoked
	case t.Now.Pending != nil:
		return pim.PendingAdminDecision
	case t.Expired:
		return pim.Revoked
	case t.Started:
		return pim.Provisioned
	default:
		return pim.Granted
	}
}

// change is one step more.
func (t *tenure) change(c pim.Change) {
	t.Seq++
	t.Status = t.status()
	t.Last = later(t.Last, c.At)
	c.Seq, c.Status, c.Assignment = t.Seq, t.Status, t.snapshot()
	t.Unwritten, t.News = append(t.Unwritten, c), true
	t.recent = append(t.recent, c)
	if excess := len(t.recent) - mostRecent; excess > 0 {
		t.recent = slices.Delete(t.recent, 0, excess)
	}
}

// snapshot is what the assignment is now, on its own.
func (t *tenure) snapshot() *pim.AssignmentNow {
	now := t.Now
	if now.Pending != nil {
		pending := *now.Pending
		now.Pending = &pending
	}
	return &now
}

// written forgets changes that are in the record.
func (t *tenure) written(changes []pim.Change) {
	t.Unwritten = slices.DeleteFunc(t.Unwritten, func(c pim.Change) bool {
		return slices.ContainsFunc(changes, func(w pim.Change) bool { return w.Seq == c.Seq })
	})
}

// moment is when something happened, whatever clock the one who tells it has: not before what happened last, and not after it was
// heard of here.
func (t *tenure) moment(told, now time.Time) time.Time { return earlier(later(told, t.Last), now) }

// over reports whether nothing can happen to the assignment any more.
func (t *tenure) over(now time.Time) bool {
	switch {
	case t.Removed, t.outside():
		return true
	case !t.Expired || t.Now.Pending != nil:
		return false
	}
	return !now.Before(t.renewUntil())
}

// renewUntil is how long the assignment can be renewed once it is over.
func (t *tenure) renewUntil() time.Time { return t.Now.Term.End.Add(span(t.Windows.Renew)) }

// next is the next moment at which time itself changes something; the zero time where it never does.
func (t *tenure) next() (what string, at time.Time) {
	soonest := func(name string, moment time.Time) {
		if at.IsZero() || moment.Before(at) {
			what, at = name, moment
		}
	}
	if !t.Started {
		soonest("the start", t.Now.Term.Start)
	}
	if t.Now.Pending != nil {
		soonest("an administrator's decision", t.Now.Pending.ExpiresDateTime)
	}
	if len(t.Upcoming) > 0 {
		soonest(upcomingName[t.Upcoming[0].Event.Kind], t.Upcoming[0].DueDateTime)
	}
	if t.Expired {
		soonest("the last day on which it can be renewed", t.renewUntil())
	}
	return what, at
}

var upcomingName = map[pim.EventKind]string{
	pim.AssignmentExpiring: "the next notice that it expires", pim.AssignmentExtendable: "the day from which it can be extended",
	pim.AssignmentExpired: "the end",
}

// remember keeps a proposal that was taken.
func (t *tenure) remember(id string, action pim.Action, hash string, now time.Time) {
	t.Taken = append(t.Taken, proposal{ID: id, Action: action, Hash: hash, At: now})
	if excess := len(t.Taken) - mostTaken; excess > 0 {
		t.Taken = slices.Delete(t.Taken, 0, excess)
	}
}

// took reports whether a proposal was taken before.
func (t *tenure) took(id string) bool {
	return slices.ContainsFunc(t.Taken, func(p proposal) bool { return p.ID == id })
}

// tookAs reports whether one with this action and hash was.
func (t *tenure) tookAs(action pim.Action, hash string) bool {
	return slices.ContainsFunc(t.Taken, func(p proposal) bool { return p.Action == action && p.Hash == hash })
}

// telling is what an event tells of the assignment as it is now.
func (t *tenure) telling() pim.Telling {
	return pim.Telling{AssignmentType: t.Now.AssignmentType, Term: t.Now.Term}
}

func (t *tenure) due(kind pim.EventKind, occurrence string, at time.Time, tells pim.Telling) pim.Due {
	return pim.Due{Event: pim.NewEvent(t.resource, kind, occurrence, at), Part: pim.PartAll, DueDateTime: at, Telling: &tells}
}

// expiry reads windows that the starter wrote.
func (w Windows) expiry() pim.ExpiryWindows {
	x := pim.ExpiryWindows{Renew: span(w.Renew)}
	for _, n := range w.Notices {
		x.Notices = append(x.Notices, span(n))
	}
	return x
}
