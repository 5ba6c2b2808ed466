package workflows

import (
	"fmt"
	"slices"
	"time"

	"pimnotify/pim"
)

// Misfit is a step of a history that cannot have been, after those before it.
type Misfit struct {
	Step   int // its place; how many there are, where it is their end that cannot be
	Reason string
}

func (m *Misfit) Error() string { return m.Reason }

// Recall goes through what became of an assignment before this system knew it, as its process would have if it had been there, and
// tells nobody. It gives every change, the first included; and what the process goes on with from the given moment, which is nil
// where nothing can happen to the assignment any more.
//
// What is past by then is not told any more: the state that is handed on has nothing to write down, and only the notices that are
// still to come. Whether there was a window for a step is not asked, because it happened.
func Recall(in AssignmentInput, steps []pim.PastStep, now time.Time) ([]pim.Change, *AssignmentInput, error) {
	in.AcceptedDateTime, in.Carried = in.CreatedDateTime, nil
	t := newTenure(in)
	first := t.assign()
	for i, step := range steps {
		t.pass(step.At)
		if reason := t.retrace(step); reason != "" {
			return nil, nil, &Misfit{Step: i, Reason: reason}
		}
	}
	t.pass(now)
	if p := t.Now.Pending; p != nil {
		return nil, nil, &Misfit{Step: len(steps), Reason: fmt.Sprintf(
			"must not end with the request %s still open: bring the assignment in without it, and ask through the API", p.ID)}
	}
	changes := quiet(append([]pim.Change{first}, t.Unwritten...))
	if t.over(now) {
		return changes, nil, nil
	}
	changes[len(changes)-1].Schedule = t.Upcoming
	t.Unwritten, t.Due, t.News = nil, nil, false
	in.AcceptedDateTime, in.Carried = now, &t.Carried
	return changes, &in, nil
}

// quiet are changes of which nobody is told.
func quiet(changes []pim.Change) []pim.Change {
	for i := range changes {
		changes[i].Schedule, changes[i].Withdraw = nil, nil
	}
	return changes
}

// retrace takes one step. It gives the reason where it cannot have been.
func (t *tenure) retrace(s pim.PastStep) string {
	switch {
	case t.outside():
		return "must be left out: an assignment that was made outside of PIM is recorded as an alert only"
	case t.Removed:
		return "must not follow the removal"
	}
	change := ChangeInput{ChangeID: s.Ref, By: s.By.ID, At: s.At, ScheduleInfo: s.ScheduleInfo, AssignmentType: s.AssignmentType, Windows: t.in.Windows}
	switch s.What {
	case pim.WhatExtendRequested, pim.WhatRenewRequested:
		return t.retraceRequest(s)
	case pim.WhatExtended, pim.WhatRenewed, pim.WhatRefused, pim.WhatCanceled, pim.WhatTimedOut:
		if s.RequestID != "" {
			return t.retraceAnswer(s)
		}
		if s.What == pim.WhatExtended {
			t.extend(change, s.At)
		} else {
			t.renew(change, s.At)
		}
	case pim.WhatUpdated, pim.WhatMadePermanent:
		t.update(change, s.At)
		if made := t.Unwritten[len(t.Unwritten)-1].What; s.What == pim.WhatMadePermanent && made != s.What {
			return "must be updated: only an eligible assignment that becomes active for good is made permanent"
		}
	case pim.WhatRemoved:
		t.remove(change, s.At)
	default:
		return "must be a step of an assignment"
	}
	return ""
}

func (t *tenure) retraceRequest(s pim.PastStep) string {
	if p := t.Now.Pending; p != nil {
		return fmt.Sprintf("must not come while the request %s waits for its decision", p.ID)
	}
	action := pim.SelfExtend
	if s.What == pim.WhatRenewRequested {
		action = pim.SelfRenew
	}
	t.request(ExtensionInput{ProposalID: s.Ref, RequestID: s.RequestID, Action: action, By: s.By.ID, At: s.At, ScheduleInfo: s.ScheduleInfo}, s.At)
	return ""
}

// retraceAnswer takes the end of a request to extend or renew. One that time had ended may say so itself.
func (t *tenure) retraceAnswer(s pim.PastStep) string {
	p := t.Now.Pending
	if s.What == pim.WhatTimedOut && slices.ContainsFunc(t.recent, func(c pim.Change) bool { return c.What == s.What && c.RequestID == s.RequestID }) {
		return ""
	}
	if p == nil || p.ID != s.RequestID {
		return fmt.Sprintf("must follow the request %s, while that waits for its decision", s.RequestID)
	}
	decision := ExtensionDecisionInput{
		DecisionID: s.Ref, RequestID: s.RequestID, ReviewResult: pim.Approve, ReviewedBy: s.By.ID, ReviewedDateTime: s.At,
		ScheduleInfo: s.ScheduleInfo, AssignmentType: s.AssignmentType, Windows: t.in.Windows,
	}
	switch s.What {
	case pim.WhatExtended, pim.WhatRenewed:
		if (s.What == pim.WhatRenewed) != (p.Action == pim.SelfRenew) {
			return fmt.Sprintf("must answer what the request %s asked for", s.RequestID)
		}
		t.decide(decision, s.At)
	case pim.WhatRefused:
		decision.ReviewResult = pim.Deny
		t.decide(decision, s.At)
	default:
		withdraw := t.settleRequest()
		t.change(pim.Change{At: s.At, What: s.What, By: s.By.ID, DecisionID: s.Ref, RequestID: s.RequestID, Withdraw: withdraw})
	}
	return ""
}
