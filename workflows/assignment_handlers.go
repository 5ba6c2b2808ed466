package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"pimnotify/pim"
)

// handle registers what others may tell or ask the run. As with an activation, a validator refuses what the state rules out before
// it enters the history, and a handler notes a fact and returns.
func (a *assignment) handle() error {
	changes := []struct {
		name, description string
		action            pim.Action
		apply             func(ChangeInput, time.Time)
	}{
		{UpdateExtend, "An administrator gave the assignment a later end.", pim.AdminExtend, a.extend},
		{UpdateRenew, "An administrator gave an assignment that was over another term.", pim.AdminRenew, a.renew},
		{UpdateUpdate, "An administrator changed its schedule or its type.", pim.AdminUpdate, a.update},
		{UpdateRemove, "An administrator removed it.", pim.AdminRemove, a.remove},
	}
	for _, c := range changes {
		if err := register(a, c.name, c.description,
			func(in ChangeInput, now time.Time) error { return a.mayChange(c.action, in, now) },
			func(in ChangeInput, now time.Time) {
				if !a.done(c.action, in, now) {
					a.remember(in.ChangeID, c.action, in.Hash, now)
					c.apply(in, now)
				}
			}); err != nil {
			return err
		}
	}
	if err := register(a, UpdateRequest, "Somebody asks to extend or renew it.", a.mayRequest,
		func(in ExtensionInput, now time.Time) {
			if !a.waits(in) && !a.took(in.ProposalID) {
				a.remember(in.ProposalID, in.Action, in.Hash, now)
				a.request(in, now)
			}
		}); err != nil {
		return err
	}
	if err := register(a, UpdateDecideRequest, "An administrator's answer to the request that waits.", a.mayDecide,
		func(in ExtensionDecisionInput, now time.Time) {
			if !a.took(in.DecisionID) {
				a.remember(in.DecisionID, "", "", now)
				a.decide(in, now)
			}
		}); err != nil {
		return err
	}
	if err := workflow.SetQueryHandlerWithOptions(a.ctx, QueryState, a.state, workflow.QueryHandlerOptions{
		Description: "Where the assignment stands.",
	}); err != nil {
		return fmt.Errorf("register query %s: %w", QueryState, err)
	}
	return nil
}

// register makes one Update known. Before it is applied, what time has brought meanwhile is noted. The answer is what has
// changed, with the latest of the steps before that may not be in the record yet: whoever tells the same again brings the record up
// to date. It is not all of them, because a record that is away for a while must not make answers, and the history, grow.
func register[T any](a *assignment, name, description string, may func(T, time.Time) error, apply func(T, time.Time)) error {
	handler := func(_ workflow.Context, in T) (Recorded, error) {
		now := workflow.Now(a.ctx)
		a.updates++
		known := a.Seq - mostRepeated
		a.pass(now)
		apply(in, now)
		return Recorded{Changes: slices.DeleteFunc(slices.Clone(a.Unwritten), func(c pim.Change) bool { return c.Seq <= known })}, nil
	}
	err := workflow.SetUpdateHandlerWithOptions(a.ctx, name, handler, workflow.UpdateHandlerOptions{
		Validator:   func(in T) error { return may(in, workflow.Now(a.ctx)) },
		Description: description,
	})
	if err != nil {
		return fmt.Errorf("register update %s: %w", name, err)
	}
	return nil
}

// mostRepeated is how many of the steps before it an answer repeats.
const mostRepeated = 10

// mayChange lets an administrator's change in where it fits what the assignment is, and what was taken before.
func (t *tenure) mayChange(action pim.Action, in ChangeInput, now time.Time) error {
	if t.done(action, in, now) {
		return nil
	}
	if err := t.stillThere(); err != nil {
		return err
	}
	switch action {
	case pim.AdminExtend:
		return t.mayExtend(in.ScheduleInfo, now)
	case pim.AdminRenew:
		return t.mayRenew(in.ScheduleInfo, now)
	case pim.AdminUpdate:
		if t.ended(now) {
			return t.no(RefusedWrongState, fmt.Sprintf("the assignment ended at %s: renew it", clock(t.Now.Term.End)))
		}
	default:
	}
	return nil
}

// mayRequest lets one request in at a time, in the window for what it asks.
func (t *tenure) mayRequest(in ExtensionInput, now time.Time) error {
	if t.waits(in) || t.took(in.ProposalID) {
		return nil
	}
	if err := t.stillThere(); err != nil {
		return err
	}
	if p := t.Now.Pending; p != nil && p.ExpiresDateTime.After(now) {
		return t.no(RefusedPending, fmt.Sprintf("the request %s waits for its decision: there is one at a time", p.ID))
	}
	if in.Action == pim.SelfRenew {
		return t.mayRenew(in.ScheduleInfo, now)
	}
	return t.mayExtend(in.ScheduleInfo, now)
}

// mayDecide lets an answer in to the request that waits, and never the asker's own.
func (t *tenure) mayDecide(in ExtensionDecisionInput, now time.Time) error {
	p := t.Now.Pending
	switch {
	case t.took(in.DecisionID):
		return nil
	case p == nil || p.ID != in.RequestID:
		return t.no(RefusedUnknownRequest, fmt.Sprintf("no request %s waits for a decision", in.RequestID))
	case !p.ExpiresDateTime.After(now):
		return t.no(RefusedUnknownRequest, fmt.Sprintf("the request %s expired at %s", in.RequestID, clock(p.ExpiresDateTime)))
	case in.ReviewedBy == p.RequestedBy, in.ReviewedBy == t.in.PrincipalID:
		return t.no(RefusedOwnRequest, "nobody decides their own request")
	case in.ReviewResult == pim.Deny:
		return nil
	case in.ReviewResult != pim.Approve:
		return t.no(RefusedWrongState, "reviewResult must be Approve or Deny")
	}
	schedule := t.approved(in).ScheduleInfo
	if p.Action == pim.SelfRenew {
		return t.mayRenew(schedule, now)
	}
	return t.mayExtend(schedule, now)
}

// stillThere refuses what comes to an assignment that nothing can happen to any more.
func (t *tenure) stillThere() error {
	switch {
	case t.outside():
		return t.no(RefusedWrongState, "the assignment was made outside of PIM: PIM does not manage it")
	case t.Removed:
		return t.no(RefusedWrongState, "the assignment was removed")
	}
	return nil
}

// ended reports whether the term is over, also where nobody has noted it yet.
func (t *tenure) ended(now time.Time) bool {
	return !t.Now.Term.Permanent() && !t.Now.Term.End.After(now)
}

func (t *tenure) mayExtend(s pim.ScheduleInfo, now time.Time) error {
	if err := t.Now.Term.MayExtend(t.Windows.expiry(), now); err != nil {
		return t.no(RefusedWrongState, err.Error())
	}
	return t.unfit(pim.ValidateExtension(t.Now.Term, s, now))
}

func (t *tenure) mayRenew(s pim.ScheduleInfo, now time.Time) error {
	if err := t.Now.Term.MayRenew(t.Windows.expiry(), now); err != nil {
		return t.no(RefusedWrongState, err.Error())
	}
	return t.unfit(pim.ValidateRenewal(s, now))
}

func (t *tenure) no(kind, message string) error {
	return temporal.NewNonRetryableApplicationError(message, kind, nil, Refusal{Status: t.Status})
}

// unfit says which fields do not fit. What was sent is left out: it stays out of the history.
func (t *tenure) unfit(problems []pim.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	refusal := Refusal{Status: t.Status}
	for _, p := range problems {
		refusal.Problems = append(refusal.Problems, Problem{Location: p.Location, Message: p.Message})
	}
	return temporal.NewNonRetryableApplicationError("the schedule does not fit the assignment", RefusedInvalid, nil, refusal)
}

// done reports whether a change was taken before, or asks for what is so already. A caller who gave it a key means it each time
// that the key is another.
func (t *tenure) done(action pim.Action, in ChangeInput, now time.Time) bool {
	if t.took(in.ChangeID) {
		return true
	}
	if action == pim.AdminRemove {
		return t.Removed
	}
	if in.Keyed {
		return t.tookAs(action, in.Hash)
	}
	if t.Removed || t.ended(now) {
		return false // nothing that was made so is so any more
	}
	if in.SameFor != "" {
		return t.repeats(action, in, now) || t.holds(in)
	}
	// Runs that took changes of callers who did not say how long they mean the same have to come to this again.
	if n := len(t.Taken); n > 0 && t.Taken[n-1].Action == action && t.Taken[n-1].Hash == in.Hash {
		return action != pim.AdminExtend || t.Now.Term.MayExtend(t.Windows.expiry(), now) != nil
	}
	return action != pim.AdminRenew && t.holds(in)
}

// repeats reports whether a change is the one that an administrator made last, sent again so soon that it is the same call. What the
// assignee asked for in between does not make it another.
func (t *tenure) repeats(action pim.Action, in ChangeInput, now time.Time) bool {
	for _, p := range slices.Backward(t.Taken) {
		if p.Action == pim.SelfExtend || p.Action == pim.SelfRenew {
			continue
		}
		return p.Action == action && p.Hash == in.Hash && !now.After(p.At.Add(span(in.SameFor)))
	}
	return false
}

// holds reports whether a change asks for the very schedule and type that the assignment has.
func (t *tenure) holds(in ChangeInput) bool {
	s := in.ScheduleInfo
	if in.AssignmentType != "" && in.AssignmentType != t.Now.AssignmentType {
		return false
	}
	switch {
	case s == (pim.ScheduleInfo{}):
		return true
	case s.Expiration.Type == pim.AfterDuration && s.StartDateTime == nil:
		return false // it counts from now
	}
	_, end := s.Span(t.Now.Term.Start)
	return end.Equal(t.Now.Term.End) && (s.StartDateTime == nil || s.StartDateTime.Equal(t.Now.Term.Start))
}

// waits reports whether the very request waits already.
func (t *tenure) waits(in ExtensionInput) bool {
	return t.Pending != nil && t.Pending.RequestID == in.RequestID && t.Pending.Action == in.Action && t.Pending.Hash == in.Hash
}

func (a *assignment) state() (AssignmentState, error) {
	return AssignmentState{Status: a.Status, Now: *a.snapshot(), WaitingOn: a.waitingFor, Changes: a.Unwritten, Upcoming: a.Upcoming}, nil
}
