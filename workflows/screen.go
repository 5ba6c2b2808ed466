package workflows

import (
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"pimnotify/pim"
)

// screen is what the Temporal UI shows of a run: the attributes by which it is found, and its story. Each attribute is set when it
// changes, and only then.
type screen struct {
	ctx         workflow.Context
	status      pim.RequestStatus
	unreachable bool
}

func newScreen(ctx workflow.Context, status pim.RequestStatus, unreachable bool) *screen {
	return &screen{ctx: ctx, status: status, unreachable: unreachable}
}

// show brings it up to date.
func (s *screen) show(status pim.RequestStatus, unreachable bool, story string) {
	if s.status != status {
		s.status = status
		s.upsert(PimStatus.ValueSet(string(status)))
	}
	if s.unreachable != unreachable {
		s.unreachable = unreachable
		s.upsert(PimUnreachable.ValueSet(unreachable))
	}
	workflow.SetCurrentDetails(s.ctx, story)
}

// upsert cannot fail but for a programming mistake, which the tests find: attributes are typed, and registered before a worker
// starts.
func (s *screen) upsert(update temporal.SearchAttributeUpdate) {
	if err := workflow.UpsertTypedSearchAttributes(s.ctx, update); err != nil {
		workflow.GetLogger(s.ctx).Error("search attribute not set", "error", err)
	}
}
