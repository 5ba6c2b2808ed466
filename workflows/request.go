package workflows

import (
	"time"

	"pimnotify/pim"
)

// request is what an activation's run knows of its request: its status, and every change that brought it there. It is plain
// state: it waits for nothing and touches nothing, and it is given the time.
type request struct {
	in       ActivationInput
	resource pim.Resource
	status   pim.RequestStatus
	decision *DecideInput
	changes  []pim.Change // from seq 1; the acceptance, seq 0, is the starter's
	told     int          // how many of the changes have had their mails set on their way

	waitingFor   string
	waitingUntil time.Time
}

func newRequest(in ActivationInput) *request {
	r := &request{
		in:       in,
		resource: pim.Resource{Collection: pim.ActivationRequests, ID: in.ID},
		status:   pim.Granted,
	}
	if in.ApprovalRequired {
		r.status = pim.PendingApproval
	}
	return r
}

// TimedOut is the change of a request that is past its deadline before anybody could be asked: the first that its process makes.
// Whoever accepts such a request writes it down with it. The last result is false for a request that is not.
func TimedOut(in ActivationInput, now time.Time) (change pim.Change, late bool) {
	r := newRequest(in)
	if !in.ApprovalRequired || !r.late(now) {
		return pim.Change{}, false
	}
	return r.timeOut()[0], true
}

// Foreseen is the usual course of a request that has just been accepted: where somebody has to approve, they do so in the moment in
// which they are asked; the role is active at its start, or reported then. Nothing of it has happened.
func Foreseen(in ActivationInput) []pim.Change {
	r := newRequest(in)
	if in.ApprovalRequired {
		asked := r.requestMail().DueDateTime
		if r.late(asked) {
			return r.timeOut()
		}
		r.decide(DecideInput{ReviewResult: pim.Approve, ReviewedDateTime: asked}, asked)
	}
	if r.status == pim.Granted {
		at := r.start()
		if r.decision != nil {
			at = later(at, r.decision.ReviewedDateTime)
		}
		r.activate(ReportInput{At: at})
	}
	return r.changes
}

// decide takes an approver's answer. An approval of a role whose start has come makes it active in the same moment; one that
// comes after the time for which the role was asked can only fail.
func (r *request) decide(in DecideInput, now time.Time) []pim.Change {
	from := len(r.changes)
	at := r.moment(in.ReviewedDateTime, now)
	in.ReviewedDateTime = at
	r.decision = &in
	if in.ReviewResult == pim.Deny {
		r.change(pim.Change{
			At: at, What: pim.WhatDenied, Status: pim.Denied, By: in.ReviewedBy, DecisionID: in.DecisionID,
			Withdraw: r.requestMails(), Schedule: r.answer(pim.ActivationDenied, at, span(r.in.DeniedDelay)),
		})
		return r.changes[from:]
	}
	over := !r.in.ScheduleInfo.End(at).After(at)
	atOnce := r.in.Activation == pim.Assumed && !r.start().After(now)
	told := r.answer(pim.ActivationApproved, at, span(r.in.ApprovedDelay))
	if over || atOnce {
		told = told[1:] // the requestor is told what came of it in the same moment, and only that
	}
	r.change(pim.Change{
		At: at, What: pim.WhatApproved, Status: pim.Granted, By: in.ReviewedBy, DecisionID: in.DecisionID,
		Withdraw: r.requestMails(), Schedule: told,
	})
	switch {
	case over:
		r.fail(ReportInput{At: at})
	case atOnce:
		r.activate(ReportInput{At: later(at, r.start())})
	}
	return r.changes[from:]
}

// answer is the event of a decision: due to the requestor at once, and to the approvers after the engine's delay, in the order in
// which they are told.
func (r *request) answer(kind pim.EventKind, at time.Time, delay time.Duration) []pim.Due {
	event := pim.NewEvent(r.resource, kind, "", at.Add(delay))
	return []pim.Due{
		{Event: event, Part: pim.PartRequestor, DueDateTime: at},
		{Event: event, Part: pim.PartOthers, DueDateTime: event.DueDateTime},
	}
}

// moment is when something happened, whatever clock the one who tells it has: not before what happened last, and not after it was
// heard of here.
func (r *request) moment(told, now time.Time) time.Time {
	last := r.in.CreatedDateTime
	if n := len(r.changes); n > 0 {
		last = r.changes[n-1].At
	}
	return earlier(later(told, last), now)
}

// activate makes the role active: at its start, or because PIM reported it.
func (r *request) activate(in ReportInput) []pim.Change {
	return r.change(pim.Change{
		At: in.At, What: pim.WhatActivated, Status: pim.Provisioned, DecisionID: in.ReportID,
		Schedule: []pim.Due{r.due(pim.ActivationCompleted, pim.PartAll, in.At)},
	})
}

// fail says that PIM could not make the role active, or never did.
func (r *request) fail(in ReportInput) []pim.Change {
	return r.change(pim.Change{
		At: in.At, What: pim.WhatFailed, Status: pim.Failed, DecisionID: in.ReportID,
		Withdraw: r.requestMails(),
		Schedule: []pim.Due{r.due(pim.ActivationFailed, pim.PartAll, in.At)},
	})
}

// cancel ends a request that is not active yet. Nobody is told, and nobody is asked any more.
func (r *request) cancel(in ReportInput) []pim.Change {
	return r.change(pim.Change{
		At: in.At, What: pim.WhatCanceled, Status: pim.Canceled, DecisionID: in.ReportID, Withdraw: r.requestMails(),
	})
}

// deactivate ends an active role before its time. Nobody is told.
func (r *request) deactivate(in ReportInput) []pim.Change {
	return r.change(pim.Change{At: in.At, What: pim.WhatDeactivated, Status: pim.Revoked, DecisionID: in.ReportID})
}

// timeOut ends a request that nobody answered.
func (r *request) timeOut() []pim.Change {
	at := r.in.ApprovalDeadline
	return r.change(pim.Change{
		At: at, What: pim.WhatTimedOut, Status: pim.TimedOut,
		Withdraw: r.requestMails(),
		Schedule: []pim.Due{r.due(pim.ActivationTimedOut, pim.PartAll, at)},
	})
}

func (r *request) change(c pim.Change) []pim.Change {
	c.Seq = len(r.changes) + 1
	r.status = c.Status
	r.changes = append(r.changes, c)
	return r.changes[len(r.changes)-1:]
}

// untold takes the changes whose mails nobody has set on their way yet.
func (r *request) untold() []pim.Change {
	fresh := r.changes[r.told:]
	r.told = len(r.changes)
	return fresh
}

// late reports whether the time for an answer is over, also where nobody has noted it yet.
func (r *request) late(now time.Time) bool { return !now.Before(r.in.ApprovalDeadline) }

func (r *request) start() time.Time { return r.in.ScheduleInfo.Start(r.in.CreatedDateTime) }

// reportDeadline is the end of the time for which the role was asked: a report after it would say nothing.
func (r *request) reportDeadline() time.Time {
	from := r.start()
	if r.decision != nil {
		from = later(from, r.decision.ReviewedDateTime)
	}
	return r.in.ScheduleInfo.End(from)
}

func (r *request) requestMail() pim.Due {
	return r.due(pim.ActivationPendingApproval, pim.PartOthers, r.in.CreatedDateTime.Add(span(r.in.RequestMailDelay)))
}

// requestMails are the events that a decision withdraws: none where nobody had to be asked.
func (r *request) requestMails() []pim.EventRef {
	if !r.in.ApprovalRequired {
		return nil
	}
	return []pim.EventRef{r.requestMail().Event}
}

func (r *request) due(kind pim.EventKind, part pim.Part, at time.Time) pim.Due {
	return pim.Due{Event: pim.NewEvent(r.resource, kind, "", at), Part: part, DueDateTime: at}
}

// span reads a duration that the starter wrote; one that cannot be read is none.
func span(d pim.Duration) time.Duration {
	length, _ := d.Parse()
	return length
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// soFar is every change until now: what a Notify writes down before it sends anything.
func (r *request) soFar() []pim.Change { return r.changes }
