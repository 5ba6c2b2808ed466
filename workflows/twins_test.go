package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"pimnotify/pim"
)

// BadTwins are processes like Activation, Assignment and Digest with one mistake each, of the kind that a change makes. Runs that were begun by
// those must not go on in them, and a replay has to say so.
var BadTwins = map[string]func(worker.WorkflowRegistry){
	"asks without waiting for the engine": twin(func(a *activation) (ActivationResult, error) {
		if a.in.ApprovalRequired {
			a.askTheApprovers()
			a.awaitDecision()
			a.tellTheOutcome()
		}
		return a.finish()
	}),
	"waits for a decision before it asks": twin(func(a *activation) (ActivationResult, error) {
		if a.in.ApprovalRequired {
			a.waitForTheEngine()
			a.awaitDecision()
			a.askTheApprovers()
			a.tellTheOutcome()
		}
		return a.finish()
	}),
	"tells the outcome only when the role is active": twin(func(a *activation) (ActivationResult, error) {
		if a.in.ApprovalRequired {
			a.waitForTheEngine()
			a.askTheApprovers()
			a.awaitDecision()
		}
		return a.finish()
	}),
	"ends before its last mail": twin(func(a *activation) (ActivationResult, error) {
		if a.in.ApprovalRequired {
			a.waitForTheEngine()
			a.askTheApprovers()
			a.awaitDecision()
			a.tellTheOutcome()
		}
		return ActivationResult{Status: a.status}, nil
	}),
	"keeps it to itself that nobody was reached": twin(func(a *activation) (ActivationResult, error) {
		a.mails.waiting = nil
		return a.run()
	}),
	"tells administrators again each time that it hears that nobody was reached": twin(func(a *activation) (ActivationResult, error) {
		waiting := a.mails.waiting
		a.mails.waiting = func() (workflow.Context, pim.Due, bool) {
			a.mails.alarmed = nil
			return waiting()
		}
		return a.run()
	}),
	"keeps it to itself that no administrator was reached": lifeTwin(func(a *assignment) (AssignmentResult, error) {
		a.mails.waiting = nil
		return a.run()
	}),
	"waits for the first notice before it tells of the assignment": lifeTwin(func(a *assignment) (AssignmentResult, error) {
		a.News = false
		a.await()
		a.News = true
		return a.run()
	}),
	"forgets the end": lifeTwin(func(a *assignment) (AssignmentResult, error) {
		a.tell()
		for len(a.Upcoming) > 1 {
			a.await()
			a.pass(workflow.Now(a.ctx))
			a.tell()
		}
		return a.close()
	}),
	"ends an assignment before its last mail": lifeTwin(func(a *assignment) (AssignmentResult, error) {
		for !a.over(workflow.Now(a.ctx)) {
			a.pass(workflow.Now(a.ctx))
			a.tell()
			a.await()
		}
		return AssignmentResult{Status: a.Status}, nil
	}),
	"tells of a week before it is counted": weekTwin(func(d *digest) error {
		d.week.Date, d.week.To = "2026-11-23", workflow.Now(d.ctx)
		if err := d.tell(); err != nil {
			return err
		}
		return d.count()
	}),
	"forgets to tell of a week": weekTwin((*digest).count),
	"tells of a week that nobody is to be told of": weekTwin(func(d *digest) error {
		if err := d.count(); err != nil {
			return err
		}
		return d.tell()
	}),
}

func weekTwin(run func(*digest) error) func(worker.WorkflowRegistry) {
	return func(r worker.WorkflowRegistry) {
		r.RegisterWorkflowWithOptions(func(ctx workflow.Context, in DigestInput) (DigestResult, error) {
			d := &digest{in: in}
			d.setup(ctx)
			if err := run(d); err != nil {
				return DigestResult{}, err
			}
			return d.result(), nil
		}, workflow.RegisterOptions{Name: DigestWorkflow})
	}
}

func lifeTwin(run func(*assignment) (AssignmentResult, error)) func(worker.WorkflowRegistry) {
	return func(r worker.WorkflowRegistry) {
		r.RegisterWorkflowWithOptions(func(ctx workflow.Context, in AssignmentInput) (AssignmentResult, error) {
			a := &assignment{tenure: newTenure(in)}
			if err := a.setup(ctx); err != nil {
				return AssignmentResult{}, err
			}
			return run(a)
		}, workflow.RegisterOptions{Name: AssignmentWorkflow})
	}
}

// finish is the rest of Activation's main line.
func (a *activation) finish() (ActivationResult, error) {
	if a.status == pim.Granted {
		a.awaitActivation()
	}
	a.tellTheOutcome()
	return a.close()
}

func twin(run func(*activation) (ActivationResult, error)) func(worker.WorkflowRegistry) {
	return func(r worker.WorkflowRegistry) {
		r.RegisterWorkflowWithOptions(func(ctx workflow.Context, in ActivationInput) (ActivationResult, error) {
			a := &activation{request: newRequest(in)}
			if err := a.setup(ctx); err != nil {
				return ActivationResult{}, err
			}
			return run(a)
		}, workflow.RegisterOptions{Name: ActivationWorkflow})
	}
}
