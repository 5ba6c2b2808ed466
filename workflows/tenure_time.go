package workflows

import (
	"time"

	"pimnotify/pim"
)

// arm lays out what is still to be told of the present term, seen from the given moment.
func (t *tenure) arm(set time.Time) []pim.Due {
	t.Upcoming = nil
	for _, stage := range t.Now.Term.Stages(t.Windows.expiry(), set) {
		tells := t.telling()
		switch stage.Kind {
		case pim.AssignmentExpiring:
			tells.Before = pim.DurationOf(stage.Before)
		case pim.AssignmentExpired:
			tells.RenewUntil = t.renewUntil()
		default:
		}
		t.Upcoming = append(t.Upcoming, t.due(stage.Kind, stage.Occurrence, stage.Due, tells))
	}
	return t.Upcoming
}

// disarm takes back everything that is still to be told of the present term.
func (t *tenure) disarm() []pim.EventRef {
	var back []pim.EventRef
	for _, due := range t.Upcoming {
		back = append(back, due.Event)
	}
	t.Upcoming = nil
	return back
}

// supersede ends the request that waits, where one does: what an administrator does with the assignment meanwhile makes it
// pointless.
func (t *tenure) supersede(at time.Time, by string) {
	if t.Now.Pending == nil {
		return
	}
	id := t.Now.Pending.ID
	withdraw := t.settleRequest()
	t.change(pim.Change{At: at, What: pim.WhatCanceled, By: by, RequestID: id, Withdraw: withdraw})
}

// settleRequest takes back the mail that asks for a decision, as far as it has not left. It is empty where no request waits.
func (t *tenure) settleRequest() []pim.EventRef {
	if t.Pending == nil {
		return nil
	}
	asked := t.requestMail()
	t.Pending, t.Now.Pending = nil, nil
	return []pim.EventRef{asked.Event}
}

// pass notes what time has brought until now: the start, notices, the end, requests that nobody answered.
func (t *tenure) pass(now time.Time) {
	if t.Removed || t.outside() {
		return
	}
	if !t.Started && !t.Now.Term.Start.After(now) {
		t.Started = true
		t.change(pim.Change{At: t.Now.Term.Start, What: pim.WhatStarted})
	}
	if !t.Expired && !t.Now.Term.Permanent() && !t.Now.Term.End.After(now) {
		t.expire()
	}
	if t.Now.Pending != nil && !t.Now.Pending.ExpiresDateTime.After(now) {
		t.lapse()
	}
	for len(t.Upcoming) > 0 && !t.Upcoming[0].DueDateTime.After(now) {
		t.Due, t.News = append(t.Due, t.Upcoming[0]), true
		t.Upcoming = t.Upcoming[1:]
	}
}

// expire is the end of the term. Notices that have not left by then would not be true any more. Nobody can extend what is over, so
// a request for that ends first.
func (t *tenure) expire() {
	if t.Now.Pending != nil && t.Now.Pending.Action == pim.SelfExtend {
		t.lapse()
	}
	change := pim.Change{At: t.Now.Term.End, What: pim.WhatExpired}
	for _, due := range t.Upcoming {
		if due.Event.Kind == pim.AssignmentExpired {
			change.Schedule = append(change.Schedule, due)
			t.Due = append(t.Due, due)
		} else {
			change.Withdraw = append(change.Withdraw, due.Event)
		}
	}
	t.Upcoming, t.Expired = nil, true
	t.change(change)
}

// lapse ends a request that nobody answered in time.
func (t *tenure) lapse() {
	at, id := t.Now.Pending.ExpiresDateTime, t.Now.Pending.ID
	withdraw := t.settleRequest()
	t.change(pim.Change{At: at, What: pim.WhatTimedOut, RequestID: id, Withdraw: withdraw})
}
