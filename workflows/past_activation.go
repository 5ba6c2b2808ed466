package workflows

import (
	"fmt"
	"time"

	"pimnotify/pim"
)

// RecallActivation goes through what became of a request before this system knew it, as its process would have if it had been there,
// and tells nobody. It gives the changes that follow the first. Only what is over can be recalled: of anything else the process
// is still to come.
func RecallActivation(in ActivationInput, steps []pim.PastStep, now time.Time) ([]pim.Change, error) {
	for _, s := range steps {
		switch s.What {
		case pim.WhatActivated, pim.WhatFailed, pim.WhatCanceled:
			in.Activation = pim.Reported // somebody says whether it became active, and when: it is not assumed
		default:
		}
	}
	r := newRequest(in)
	for i, s := range steps {
		if s.What == pim.WhatDeactivated {
			r.assume(s.At)
		}
		if reason := r.retrace(s); reason != "" {
			return nil, &Misfit{Step: i, Reason: reason}
		}
	}
	r.assume(now)
	switch {
	case r.status == pim.PendingApproval:
		return nil, &Misfit{Step: len(steps), Reason: "must say how the request ended: one that is still open comes in through the API"}
	case r.status == pim.Granted && r.in.Activation == pim.Assumed:
		return nil, &Misfit{Step: len(steps), Reason: "must end in the past: the role is not active yet, and the request comes in through the API"}
	case r.status == pim.Granted:
		return nil, &Misfit{Step: len(steps), Reason: "must say what became of it: activated, failed or canceled"}
	}
	return quiet(r.changes), nil
}

// assume makes the role active once its start has come, where nobody says when it became so.
func (r *request) assume(now time.Time) {
	if r.status == pim.Granted && r.in.Activation == pim.Assumed && !r.start().After(now) {
		r.activate(ReportInput{At: r.start()})
	}
}

// retrace takes one step. It gives the reason where it cannot have been.
func (r *request) retrace(s pim.PastStep) string {
	report := ReportInput{ReportID: s.Ref, At: s.At}
	if from := mayFollow[s.What]; from[0] != r.status && from[1] != r.status {
		return fmt.Sprintf("must not follow while the request is %s", r.status)
	}
	switch s.What {
	case pim.WhatApproved, pim.WhatDenied:
		result := pim.Approve
		if s.What == pim.WhatDenied {
			result = pim.Deny
		}
		r.decide(DecideInput{DecisionID: s.Ref, ReviewResult: result, ReviewedBy: s.By.ID, ReviewedDateTime: s.At}, s.At)
	case pim.WhatActivated:
		r.activate(report)
	case pim.WhatCanceled:
		r.cancel(report)
	case pim.WhatFailed:
		r.fail(report)
	case pim.WhatDeactivated:
		r.deactivate(report)
	case pim.WhatTimedOut:
		r.in.ApprovalDeadline = s.At
		r.timeOut()
	default:
		return "must be a step of an activation"
	}
	return ""
}

// mayFollow is what a request is before each step.
var mayFollow = map[pim.What][2]pim.RequestStatus{
	pim.WhatApproved:    {pim.PendingApproval},
	pim.WhatDenied:      {pim.PendingApproval},
	pim.WhatTimedOut:    {pim.PendingApproval},
	pim.WhatActivated:   {pim.Granted},
	pim.WhatCanceled:    {pim.PendingApproval, pim.Granted},
	pim.WhatFailed:      {pim.PendingApproval, pim.Granted},
	pim.WhatDeactivated: {pim.Provisioned},
}
