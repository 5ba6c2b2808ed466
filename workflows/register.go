package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Register makes every process known to a worker.
func Register(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions(Activation, workflow.RegisterOptions{Name: ActivationWorkflow})
	r.RegisterWorkflowWithOptions(Assignment, workflow.RegisterOptions{Name: AssignmentWorkflow})
	r.RegisterWorkflowWithOptions(PIMEnabled, workflow.RegisterOptions{Name: PIMWorkflow})
	r.RegisterWorkflowWithOptions(Digest, workflow.RegisterOptions{Name: DigestWorkflow})
}
