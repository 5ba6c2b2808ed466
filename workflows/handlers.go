package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"pimnotify/pim"
)

// handle registers what others may tell or ask the run. A handler notes a fact and returns; the main line goes on from there.
// A validator refuses what the state rules out, before it enters the history.
func (a *activation) handle() error {
	now := func() time.Time { return workflow.Now(a.ctx) }
	decide := func(_ workflow.Context, in DecideInput) (Recorded, error) {
		return Recorded{Changes: a.decide(in, now())}, nil
	}
	if err := workflow.SetUpdateHandlerWithOptions(a.ctx, UpdateDecide, decide, workflow.UpdateHandlerOptions{
		Validator:   func(in DecideInput) error { return a.mayDecide(in, now()) },
		Description: "An approver's answer. The first one wins.",
	}); err != nil {
		return fmt.Errorf("register update %s: %w", UpdateDecide, err)
	}
	for _, report := range []struct {
		name, description string
		from              []pim.RequestStatus
		apply             func(ReportInput) []pim.Change
	}{
		{UpdateCancel, "The request is withdrawn.", []pim.RequestStatus{pim.PendingApproval, pim.Granted}, a.cancel},
		{UpdateActivated, "PIM made the role active.", []pim.RequestStatus{pim.Granted}, a.activate},
		{UpdateFailed, "PIM could not make the role active.", []pim.RequestStatus{pim.PendingApproval, pim.Granted}, a.fail},
		{UpdateDeactivated, "The role was given back.", []pim.RequestStatus{pim.Provisioned}, a.deactivate},
	} {
		handler := func(_ workflow.Context, in ReportInput) (Recorded, error) {
			in.At = a.moment(in.At, now())
			return Recorded{Changes: report.apply(in)}, nil
		}
		if err := workflow.SetUpdateHandlerWithOptions(a.ctx, report.name, handler, workflow.UpdateHandlerOptions{
			Validator:   func(ReportInput) error { return a.mayBecome(report.name, report.from, now()) },
			Description: report.description,
		}); err != nil {
			return fmt.Errorf("register update %s: %w", report.name, err)
		}
	}
	if err := workflow.SetQueryHandlerWithOptions(a.ctx, QueryState, a.state, workflow.QueryHandlerOptions{
		Description: "Where the request stands.",
	}); err != nil {
		return fmt.Errorf("register query %s: %w", QueryState, err)
	}
	return nil
}

// mayDecide lets the first decision in, in time, and never the requestor's own.
func (r *request) mayDecide(in DecideInput, now time.Time) error {
	switch {
	case r.decision != nil:
		return r.refuse(RefusedAlreadyDecided, "the request was decided before", r.status)
	case r.status != pim.PendingApproval:
		return r.refuse(RefusedWrongState, fmt.Sprintf("the request is %s", r.status), r.status)
	case r.late(now):
		return r.refuse(RefusedWrongState, "the time for an answer is over", pim.TimedOut)
	case in.ReviewedBy == r.in.PrincipalID:
		return r.refuse(RefusedOwnRequest, "nobody decides their own request", r.status)
	case in.ReviewResult != pim.Approve && in.ReviewResult != pim.Deny:
		return r.refuse(RefusedWrongState, "reviewResult must be Approve or Deny", r.status)
	}
	return nil
}

// mayBecome lets a report in only where the request is in one of the given statuses.
func (r *request) mayBecome(update string, from []pim.RequestStatus, now time.Time) error {
	if r.status == pim.PendingApproval && r.late(now) {
		return r.refuse(RefusedWrongState, "the request timed out", pim.TimedOut)
	}
	for _, status := range from {
		if r.status == status {
			return nil
		}
	}
	return r.refuse(RefusedWrongState, fmt.Sprintf("%s is not possible: the request is %s", update, r.status), r.status)
}

func (r *request) refuse(kind, message string, status pim.RequestStatus) error {
	return temporal.NewNonRetryableApplicationError(message, kind, nil, Refusal{Status: status, Decision: r.decision})
}

func (a *activation) state() (ActivationState, error) {
	return ActivationState{Status: a.status, Decision: a.decision, WaitingOn: a.waitingFor, Changes: a.changes}, nil
}
