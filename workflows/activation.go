package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"pimnotify/activities"
	"pimnotify/pim"
)

// Activation is one request to activate a role, from the moment it was accepted until the last mail about it is settled.
func Activation(ctx workflow.Context, in ActivationInput) (ActivationResult, error) {
	a := &activation{request: newRequest(in)}
	if err := a.setup(ctx); err != nil {
		return ActivationResult{}, err
	}
	return a.run()
}

// activation is the running process: the request's state, and the mails that are on their way.
type activation struct {
	*request
	ctx    workflow.Context // never cancelled: see setup
	mails  *mailroom
	screen *screen
	asked  workflow.Context    // that on which the request mail left; nil before
	asking workflow.CancelFunc // stops it
}

// setup gets ready to be told things. An operator who cancels the run cancels the request: it still ends in order, and what is
// due about it still goes out, so everything below runs on a context of its own.
func (a *activation) setup(ctx workflow.Context) error {
	a.ctx, _ = workflow.NewDisconnectedContext(ctx)
	a.screen = newScreen(a.ctx, a.status, false)
	about := activities.NotifyInput{Tenant: a.in.Tenant, Resource: a.resource, ExpiresDateTime: a.in.ApprovalDeadline}
	a.mails = newMailroom(a.ctx, about, a.soFar, a.publish)
	a.mails.waiting = func() (workflow.Context, pim.Due, bool) {
		return a.asked, a.requestMail(), a.asked != nil && a.status == pim.PendingApproval
	}
	workflow.Go(a.ctx, func(own workflow.Context) {
		ctx.Done().Receive(own, nil)
		if a.mayBecome(UpdateCancel, []pim.RequestStatus{pim.PendingApproval, pim.Granted}, workflow.Now(own)) == nil {
			a.cancel(ReportInput{At: workflow.Now(own)})
		}
	})
	a.mails.hear()
	return a.handle()
}

// run is the story of a request, in the order in which an administrator would tell it.
func (a *activation) run() (ActivationResult, error) {
	if a.in.ApprovalRequired {
		a.waitForTheEngine()
		a.askTheApprovers()
		a.awaitDecision()
		a.tellTheOutcome()
	}
	if a.status == pim.Granted {
		a.awaitActivation()
		a.tellTheOutcome()
	}
	return a.close()
}

// waitForTheEngine waits as long as the approval engine takes before it asks anybody, or until there is nothing to ask.
func (a *activation) waitForTheEngine() {
	a.await("the approval engine, which takes a while before it asks", pim.PendingApproval,
		earlier(a.requestMail().DueDateTime, a.in.ApprovalDeadline))
}

// askTheApprovers sets the request mail on its way. A request that was decided first never comes here: nobody is asked.
func (a *activation) askTheApprovers() {
	if a.status != pim.PendingApproval || a.late(workflow.Now(a.ctx)) {
		return
	}
	a.asked, a.asking = workflow.WithCancel(a.ctx)
	a.mails.send(a.asked, "ask the approvers", a.requestMail())
}

// awaitDecision waits for an answer. Silence is one too: the request times out. Either way nobody is asked any more; stopping
// the mail here only hastens that, the barrier is the withdrawal that goes to the ledger with the outcome.
func (a *activation) awaitDecision() {
	a.await("a decision", pim.PendingApproval, a.in.ApprovalDeadline)
	if a.status == pim.PendingApproval {
		a.timeOut()
	}
	if a.asking != nil {
		a.asking()
	}
}

// awaitActivation waits until the role is active: at its start, or when PIM reports it. A report that never comes is an answer
// as well: when the time for which the role was asked is over, the activation has failed.
func (a *activation) awaitActivation() {
	if a.in.Activation == pim.Reported {
		a.await("PIM to report that the role is active", pim.Granted, a.reportDeadline())
		if a.status == pim.Granted {
			a.fail(ReportInput{At: a.reportDeadline()})
		}
		return
	}
	a.await("the start", pim.Granted, a.start())
	if a.status == pim.Granted {
		a.activate(ReportInput{At: a.start()})
	}
}

// tellTheOutcome writes down what has happened since the last time, which also withdraws what must not leave any more, and
// sets the mails about it on their way: those that are due now together, the others when the approval engine is ready.
func (a *activation) tellTheOutcome() {
	fresh, now := a.untold(), workflow.Now(a.ctx)
	if len(fresh) == 0 {
		return
	}
	a.publish()
	var atOnce []pim.Due
	for _, change := range fresh {
		for _, due := range change.Schedule {
			if due.DueDateTime.After(now) {
				a.mails.sendLater(a.ctx, "tell the approvers", due)
			} else {
				atOnce = append(atOnce, due)
			}
		}
	}
	a.mails.send(a.ctx, "write down and tell the outcome", atOnce...)
}

// close ends the run when its last mail is settled. What is reported meanwhile, a role given back, is written down when it comes.
func (a *activation) close() (ActivationResult, error) {
	for {
		if err := workflow.Await(a.ctx, func() bool {
			return len(a.changes) > a.told || a.mails.settled() && workflow.AllHandlersFinished(a.ctx)
		}); err != nil {
			return ActivationResult{}, err
		}
		if len(a.changes) > a.told {
			a.tellTheOutcome()
			continue
		}
		if a.mails.err != nil {
			return ActivationResult{}, fmt.Errorf("mails of %s: %w", a.resource, a.mails.err)
		}
		return ActivationResult{Status: a.status}, nil
	}
}

// await waits while the request keeps a status, but no longer than until the given moment.
func (a *activation) await(what string, while pim.RequestStatus, until time.Time) {
	wait := until.Sub(workflow.Now(a.ctx))
	if a.status != while || wait <= 0 {
		return
	}
	a.waitingFor, a.waitingUntil = what, until
	a.publish()
	// The context is never cancelled, so there is no error to speak of.
	_, _ = workflow.AwaitWithOptions(a.ctx, workflow.AwaitOptions{
		Timeout:      wait,
		TimerOptions: workflow.TimerOptions{Summary: "wait for " + what},
	}, func() bool { return a.status != while })
	a.waitingFor, a.waitingUntil = "", time.Time{}
}
