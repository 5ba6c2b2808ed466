package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"pimnotify/activities"
	"pimnotify/pim"
)

// Assignment is one assignment of a role, from the moment it was made until nothing can happen to it any more: it was removed, or
// is over and past its renewal. A permanent one may never end. When the history grows long, the run hands over to a new one.
func Assignment(ctx workflow.Context, in AssignmentInput) (AssignmentResult, error) {
	a := &assignment{tenure: newTenure(in)}
	if err := a.setup(ctx); err != nil {
		return AssignmentResult{}, err
	}
	return a.run()
}

// assignment is the running process: the state of the assignment, and the mails that are on their way.
type assignment struct {
	*tenure
	ctx      workflow.Context // never cancelled: see setup
	mailing  workflow.Context // cancelled when the run hands over: what has not left by then is the next run's
	handOver workflow.CancelFunc
	mails    *mailroom
	screen   *screen
	alarm    alarm // for the next moment at which time itself changes something
	updates  int   // taken by this run, of which the server allows 2,000

	waitingFor   string
	waitingUntil time.Time
}

// mostUpdates is how many one run takes before it hands over.
const mostUpdates = 1000

// setup gets ready to be told things. An operator who cancels the run ends the assignment, as far as this system follows it; what
// is on its way still goes out.
func (a *assignment) setup(ctx workflow.Context) error {
	a.ctx, _ = workflow.NewDisconnectedContext(ctx)
	a.mailing, a.handOver = workflow.WithCancel(a.ctx)
	about := activities.NotifyInput{Tenant: a.in.Tenant, Resource: a.resource}
	a.mails = newMailroom(a.ctx, about, func() []pim.Change { return slices.Clone(a.Unwritten) }, a.publish)
	a.mails.written = a.written
	a.mails.waiting = func() (ctx workflow.Context, asked pim.Due, waits bool) {
		if a.Pending == nil {
			return nil, pim.Due{}, false
		}
		return a.mailing, a.requestMail(), true
	}
	if a.in.Carried == nil {
		a.assign()
	}
	a.screen = newScreen(a.ctx, a.Status, a.Unreachable)
	workflow.Go(a.ctx, func(own workflow.Context) {
		ctx.Done().Receive(own, nil)
		if !a.over(workflow.Now(own)) {
			a.cancel(workflow.Now(own))
		}
	})
	a.mails.hear()
	return a.handle()
}

// run is the story of an assignment: whatever time or an administrator brings is told, until nothing can come any more.
func (a *assignment) run() (AssignmentResult, error) {
	for {
		a.pass(workflow.Now(a.ctx))
		a.tell()
		switch {
		case a.over(workflow.Now(a.ctx)):
			return a.close()
		case a.long():
			return AssignmentResult{}, a.goOnAsNew()
		}
		a.await()
	}
}

// tell writes down what has happened since the last time, which also withdraws what must not leave any more, and sets the mails
// about it on their way.
func (a *assignment) tell() {
	if !a.News {
		return
	}
	due := a.Due
	a.Due, a.News = nil, false
	a.publish()
	a.mails.send(a.mailing, "write down and tell", due...)
}

// await waits until something happens, or until the next moment at which time itself changes something. A permanent assignment
// has none.
func (a *assignment) await() {
	a.waitingFor, a.waitingUntil = a.next()
	a.publish()
	a.alarm.set(a.ctx, a.waitingUntil, "wait for "+a.waitingFor)
	// The context is never cancelled, so there is no error to speak of.
	_ = workflow.Await(a.ctx, func() bool { return a.News || a.long() || a.alarm.rings() })
	a.waitingFor, a.waitingUntil = "", time.Time{}
}

// long reports whether the run has to hand over before its history is too long for the server.
func (a *assignment) long() bool {
	return a.updates >= mostUpdates || workflow.GetInfo(a.ctx).GetContinueAsNewSuggested()
}

// goOnAsNew hands over to a new run. Mails that are being sent are finished, those that wait are given back, and whatever is told
// meanwhile goes along: nothing is lost at the seam.
func (a *assignment) goOnAsNew() error {
	a.mails.closing = true
	a.handOver()
	if err := workflow.Await(a.ctx, func() bool { return a.mails.settled() && workflow.AllHandlersFinished(a.ctx) }); err != nil {
		return err
	}
	next := a.in
	a.Due, a.News = append(a.mails.open, a.Due...), true
	next.Carried = &a.Carried
	return workflow.NewContinueAsNewError(a.ctx, AssignmentWorkflow, next)
}

// close ends the run when its last mail is settled.
func (a *assignment) close() (AssignmentResult, error) {
	for {
		if err := workflow.Await(a.ctx, func() bool {
			return a.News || a.mails.settled() && workflow.AllHandlersFinished(a.ctx)
		}); err != nil {
			return AssignmentResult{}, err
		}
		if a.News {
			a.tell()
			continue
		}
		if a.mails.err != nil {
			return AssignmentResult{}, fmt.Errorf("mails of %s: %w", a.resource, a.mails.err)
		}
		return AssignmentResult{Status: a.Status}, nil
	}
}
