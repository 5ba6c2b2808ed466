package workflows_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// nine is when everything here begins. Moments in these tests are spans from then on: 5m is 09:05.
var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const (
	requestMailDelay = 5 * time.Minute
	approvedDelay    = 6 * time.Minute
	deniedDelay      = 7 * time.Minute
	approvalTimeout  = 24 * time.Hour
)

// asked is the input of a request that needs an approval and is made at nine, for eight hours.
func asked() workflows.ActivationInput {
	return workflows.ActivationInput{
		Tenant: "contoso", ID: "r1", ResourceKind: pim.DirectoryRole, PrincipalID: "u7", RoleID: "backup-reader", ScopeID: "/",
		CreatedDateTime:  nine,
		ApprovalRequired: true,
		ApprovalDeadline: nine.Add(approvalTimeout),
		Activation:       pim.Assumed,
		ScheduleInfo:     pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "PT8H"}},
		RequestMailDelay: pim.DurationOf(requestMailDelay),
		ApprovedDelay:    pim.DurationOf(approvedDelay),
		DeniedDelay:      pim.DurationOf(deniedDelay),
	}
}

// ready is the same where nobody has to approve.
func ready() workflows.ActivationInput {
	in := asked()
	in.ApprovalRequired, in.ApprovalDeadline = false, time.Time{}
	in.RequestMailDelay, in.ApprovedDelay, in.DeniedDelay = "", "", ""
	return in
}

// reported makes PIM say when the role is active.
func reported(in workflows.ActivationInput) workflows.ActivationInput {
	in.Activation = pim.Reported
	return in
}

// startingAfter gives a request a start of its own.
func startingAfter(d time.Duration, in workflows.ActivationInput) workflows.ActivationInput {
	start := nine.Add(d)
	in.ScheduleInfo.StartDateTime = &start
	return in
}

// house is one run in the SDK's test environment, where time is skipped, with a post office that keeps what it is told.
type house struct {
	t    *testing.T
	env  *testsuite.TestWorkflowEnvironment
	post *postOffice
	said map[string]error // what became of each Update, by the id that it was sent with: nil where it was taken
	done map[string]workflows.Recorded
}

func newHouse(t *testing.T) *house {
	t.Helper()
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	h := &house{t: t, env: suite.NewTestWorkflowEnvironment(), said: map[string]error{}, done: map[string]workflows.Recorded{}}
	h.post = &postOffice{env: h.env, withdrawn: map[string]string{}}
	h.env.SetStartTime(nine)
	// A busy machine can stop for longer than the second that the SDK gives a workflow to yield.
	h.env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute})
	h.env.RegisterWorkflowWithOptions(workflows.Activation, workflow.RegisterOptions{Name: workflows.ActivationWorkflow})
	h.env.RegisterActivityWithOptions(h.post.Notify, activity.RegisterOptions{Name: activities.NotifyActivity})
	return h
}

// after does something at a moment of the run.
func (h *house) after(d time.Duration, do func(*house)) *house {
	h.env.RegisterDelayedCallback(func() { do(h) }, d)
	return h
}

// run runs the request to its end.
func (h *house) run(in workflows.ActivationInput) pim.RequestStatus {
	h.t.Helper()
	h.env.ExecuteWorkflow(workflows.ActivationWorkflow, in)
	require.True(h.t, h.env.IsWorkflowCompleted(), "every wait ends")
	require.NoError(h.t, h.env.GetWorkflowError())
	var result workflows.ActivationResult
	require.NoError(h.t, h.env.GetWorkflowResult(&result))
	return result.Status
}

// update sends an Update; what is said to it is kept under its name, or under another one.
func (h *house) update(name, as string, in any) {
	h.env.UpdateWorkflow(name, as, &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { h.said[as] = err },
		OnComplete: func(result any, err error) {
			h.said[as] = err
			if recorded, ok := result.(workflows.Recorded); ok {
				h.done[as] = recorded
			}
		},
	}, in)
}

func decide(result pim.ReviewResult, by string) func(*house) {
	return func(h *house) {
		h.update(workflows.UpdateDecide, string(result)+" by "+by, workflows.DecideInput{
			DecisionID: "d-" + by, ReviewResult: result, ReviewedBy: by, ReviewedDateTime: h.env.Now(),
		})
	}
}

func approve(by string) func(*house) { return decide(pim.Approve, by) }
func deny(by string) func(*house)    { return decide(pim.Deny, by) }

// report tells the run what PIM did.
func report(name string) func(*house) {
	return func(h *house) { h.update(name, name, workflows.ReportInput{ReportID: "p-" + name, At: h.env.Now()}) }
}

// operatorCancels is somebody who presses Cancel in the Temporal UI.
func operatorCancels(h *house) { h.env.CancelWorkflow() }

// taken says that an Update was taken.
func (h *house) taken(as string) {
	h.t.Helper()
	err, answered := h.said[as]
	require.True(h.t, answered, "%s: nobody answered", as)
	require.NoError(h.t, err, as)
}

// refused says that an Update was refused, and gives the reason.
func (h *house) refused(as, kind string) workflows.Refusal {
	h.t.Helper()
	err, answered := h.said[as]
	require.True(h.t, answered, "%s: nobody answered", as)
	var application *temporal.ApplicationError
	require.ErrorAs(h.t, err, &application, as)
	require.Equal(h.t, kind, application.Type(), "%s: %v", as, err)
	require.True(h.t, application.NonRetryable())
	var refusal workflows.Refusal
	require.NoError(h.t, application.Details(&refusal))
	return refusal
}

// state asks the run where the request stands.
func (h *house) state() workflows.ActivationState {
	h.t.Helper()
	value, err := h.env.QueryWorkflow(workflows.QueryState)
	require.NoError(h.t, err)
	var state workflows.ActivationState
	require.NoError(h.t, value.Get(&state))
	return state
}

// details is what the Temporal UI shows of the run.
func (h *house) details() string {
	h.t.Helper()
	value, err := h.env.QueryWorkflow("__temporal_workflow_metadata")
	require.NoError(h.t, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(h.t, value.Get(&metadata))
	return metadata.GetCurrentDetails()
}

// postOffice stands in for Notify. It obeys the barrier as the ledger does: what a change withdraws never leaves from then on.
type postOffice struct {
	env *testsuite.TestWorkflowEnvironment

	// takes is how long a Notify runs; not at all where it is nil.
	takes func(activities.NotifyInput) time.Duration
	// answer may answer in the place of the default, which is that everything is sent.
	answer func(call int, in activities.NotifyInput) (activities.NotifyResult, error)

	mu        sync.Mutex
	calls     []call
	withdrawn map[string]string // ids of events, and by what
	sent      []string          // ids of events and parts, as they left
}

type call struct {
	at time.Time
	in activities.NotifyInput
}

// Notify is the fake of the activity.
func (p *postOffice) Notify(ctx context.Context, in activities.NotifyInput) (activities.NotifyResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call{p.env.Now().UTC(), in})
	result := p.send(in)
	if p.answer != nil {
		var err error
		if result, err = p.answer(len(p.calls), in); err != nil {
			return result, err
		}
	}
	if p.takes != nil && p.takes(in) > 0 {
		token := activity.GetInfo(ctx).TaskToken
		// Whoever was cancelled meanwhile is not found any more, and need not be.
		p.env.RegisterDelayedCallback(func() { _ = p.env.CompleteActivity(token, result, nil) }, p.takes(in))
		return activities.NotifyResult{}, activity.ErrResultPending
	}
	return result, nil
}

func (p *postOffice) send(in activities.NotifyInput) (result activities.NotifyResult) {
	for _, change := range in.Changes {
		for _, event := range change.Withdraw {
			if p.withdrawn[event.ID] == "" {
				p.withdrawn[event.ID] = pim.WithdrawnPrefix + string(change.What)
			}
		}
	}
	for _, due := range in.Due {
		event := activities.EventResult{ID: due.Event.ID, Withdrawn: p.withdrawn[due.Event.ID]}
		if event.Withdrawn == "" {
			event.Counts = pim.Counts{pim.StatusSent: 3}
			p.sent = append(p.sent, due.Event.Kind.Short()+"/"+string(due.Part))
		}
		result.Events = append(result.Events, event)
	}
	return result
}

// kept is what the post office has kept so far. A Notify that was stopped may still be at it when the run has ended.
func (p *postOffice) kept() (calls []call, sent []string, withdrawn map[string]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls), slices.Clone(p.sent), maps.Clone(p.withdrawn)
}

// since writes a moment as its distance from nine.
func since(t time.Time) string { return t.Sub(nine).String() }

// told is every Notify in a line: when, the changes that it writes down, and what is due, each with its own moment.
func (p *postOffice) told() []string {
	calls, _, _ := p.kept()
	var all []string
	for _, c := range calls {
		var changes, due []string
		for _, change := range c.in.Changes {
			changes = append(changes, string(change.What))
		}
		for _, d := range c.in.Due {
			due = append(due, fmt.Sprintf("%s/%s@%s", d.Event.Kind.Short(), d.Part, since(d.DueDateTime)))
		}
		all = append(all, fmt.Sprintf("%s [%s] %s", since(c.at), strings.Join(changes, " "), strings.Join(due, " ")))
	}
	return all
}
