package workflows

import (
	"time"

	"pimnotify/pim"
)

// extend gives the assignment a later end, because an administrator did so unasked.
func (t *tenure) extend(in ChangeInput, now time.Time) {
	t.Extended++
	t.prolong(pim.WhatExtended, pim.AssignmentExtended, pim.OccurrenceOfNumber(t.Extended), prolongation{ChangeInput: in, now: now})
}

// renew gives an assignment that is over another term, because an administrator did so unasked.
func (t *tenure) renew(in ChangeInput, now time.Time) {
	t.Renewed++
	t.prolong(pim.WhatRenewed, pim.AssignmentRenewed, pim.OccurrenceOfNumber(t.Renewed), prolongation{ChangeInput: in, now: now})
}

// prolongation is a change, and the request that it answers, where it answers one.
type prolongation struct {
	ChangeInput
	now     time.Time
	request *ExtensionInput
	asked   time.Time
}

// prolong puts the next term in the place of the present one, and tells of it.
func (t *tenure) prolong(what pim.What, kind pim.EventKind, occurrence string, s prolongation) {
	at := t.moment(s.At, s.now)
	change := pim.Change{At: at, What: what, By: s.By, DecisionID: s.ChangeID}
	if s.request == nil {
		t.supersede(at, s.By)
	}
	previous, wasStarted := t.Now.Term.End, t.Started && !t.Expired
	change.Withdraw = append(t.disarm(), t.settleRequest()...)
	t.replace(s.ChangeInput, at)
	t.Started = wasStarted || !t.Now.Term.Start.After(s.now) // what is extended goes on until its new schedule begins
	tells := t.telling()
	tells.PreviousEnd, tells.DecisionRef = previous, s.ChangeID
	if r := s.request; r != nil {
		change.RequestID = r.RequestID
		tells.RequestID, tells.Action, tells.Asked, tells.RequestRef = r.RequestID, r.Action, s.asked, r.ProposalID
	}
	told := t.due(kind, occurrence, at, tells)
	change.Schedule = append([]pim.Due{told}, t.arm(s.now)...)
	t.Due = append(t.Due, told)
	t.change(change)
}

// replace gives the assignment another schedule, or another type, or both. Either is a term of its own: what is told of it from
// then on is not what was told before.
func (t *tenure) replace(in ChangeInput, at time.Time) {
	next := t.Now.Term
	next.Number++
	if in.ScheduleInfo != (pim.ScheduleInfo{}) {
		next = t.Now.Term.Next(in.ScheduleInfo, at)
	}
	t.Now.Term, t.Windows, t.Expired = next, in.Windows, false
	if in.AssignmentType != "" {
		t.Now.AssignmentType = in.AssignmentType
	}
}

// update changes schedule or type. Nobody is told of it; from now on what is told is of the new ones.
func (t *tenure) update(in ChangeInput, now time.Time) {
	at, was := t.moment(in.At, now), t.Now.AssignmentType
	t.supersede(at, in.By)
	change := pim.Change{At: at, What: pim.WhatUpdated, By: in.By, DecisionID: in.ChangeID, Withdraw: t.disarm()}
	t.replace(in, at)
	t.Started = !t.Now.Term.Start.After(now)
	change.Schedule = t.arm(now)
	if was == pim.Eligible && t.Now.AssignmentType == pim.Active && t.Now.Term.Permanent() {
		change.What = pim.WhatMadePermanent
	}
	t.change(change)
}

// remove ends the assignment before its time. Nobody is told.
func (t *tenure) remove(in ChangeInput, now time.Time) {
	t.finish(pim.Change{At: t.moment(in.At, now), What: pim.WhatRemoved, By: in.By, DecisionID: in.ChangeID})
}

// cancel ends it because an operator ended its run.
func (t *tenure) cancel(now time.Time) {
	t.finish(pim.Change{At: t.moment(now, now), What: pim.WhatCanceled})
}

func (t *tenure) finish(change pim.Change) {
	t.supersede(change.At, change.By)
	change.Withdraw = t.disarm()
	t.Removed = true
	t.change(change)
}

// request notes that somebody wants the assignment extended or renewed.
func (t *tenure) request(in ExtensionInput, now time.Time) {
	at := t.moment(in.At, now)
	what, expires := pim.WhatExtendRequested, t.Now.Term.End
	if in.Action == pim.SelfRenew {
		what, expires = pim.WhatRenewRequested, t.renewUntil()
	}
	t.Pending = &in
	t.Now.Pending = &pim.PendingRequest{ID: in.RequestID, Action: in.Action, RequestedBy: in.By, Asked: at, ExpiresDateTime: expires}
	asked := t.requestMail()
	t.Due = append(t.Due, asked)
	t.change(pim.Change{
		At: at, What: what, By: in.By, DecisionID: in.ProposalID, RequestID: in.RequestID, Schedule: []pim.Due{asked},
	})
}

// requestMail asks the administrators to decide on the request that waits.
func (t *tenure) requestMail() pim.Due {
	kind := pim.AssignmentExtendRequested
	if t.Pending.Action == pim.SelfRenew {
		kind = pim.AssignmentRenewRequested
	}
	tells := t.telling()
	tells.Expires, tells.Asked = t.Now.Pending.ExpiresDateTime, t.Now.Pending.Asked
	tells.RequestID, tells.Action, tells.RequestRef = t.Pending.RequestID, t.Pending.Action, t.Pending.ProposalID
	return t.due(kind, pim.OccurrenceOfRequest(t.Pending.RequestID), t.Now.Pending.Asked, tells)
}

// decide takes an administrator's answer to the request that waits.
func (t *tenure) decide(in ExtensionDecisionInput, now time.Time) {
	pending, asked := t.Pending, t.Now.Pending.Asked
	if in.ReviewResult == pim.Deny {
		t.refuseRequest(in, now)
		return
	}
	s := prolongation{ChangeInput: t.approved(in), now: now, request: pending, asked: asked}
	occurrence := pim.OccurrenceOfRequest(pending.RequestID)
	if pending.Action == pim.SelfRenew {
		t.prolong(pim.WhatRenewed, pim.AssignmentRenewed, occurrence, s)
	} else {
		t.prolong(pim.WhatExtended, pim.AssignmentExtended, occurrence, s)
	}
}

// approved is what an approval does with the assignment: what was asked for, unless the administrator gives something else.
func (t *tenure) approved(in ExtensionDecisionInput) ChangeInput {
	change := ChangeInput{
		ChangeID: in.DecisionID, By: in.ReviewedBy, At: in.ReviewedDateTime,
		ScheduleInfo: in.ScheduleInfo, AssignmentType: in.AssignmentType, Windows: in.Windows,
	}
	if change.ScheduleInfo == (pim.ScheduleInfo{}) {
		change.ScheduleInfo = t.Pending.ScheduleInfo
	}
	return change
}

func (t *tenure) refuseRequest(in ExtensionDecisionInput, now time.Time) {
	at, r := t.moment(in.ReviewedDateTime, now), t.Pending
	tells := t.telling()
	tells.DecisionRef, tells.RequestID, tells.Action, tells.Asked, tells.RequestRef = in.DecisionID, r.RequestID, r.Action, t.Now.Pending.Asked, r.ProposalID
	told := t.due(pim.AssignmentRefused, pim.OccurrenceOfRequest(r.RequestID), at, tells)
	t.Due = append(t.Due, told)
	withdraw := t.settleRequest()
	t.change(pim.Change{
		At: at, What: pim.WhatRefused, By: in.ReviewedBy, DecisionID: in.DecisionID, RequestID: r.RequestID,
		Withdraw: withdraw, Schedule: []pim.Due{told},
	})
}
