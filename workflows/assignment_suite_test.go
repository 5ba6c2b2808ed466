package workflows_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

const day = 24 * time.Hour

// lasting is an assignment that is made at nine and lasts for so many days.
func lasting(days int) workflows.AssignmentInput {
	in := workflows.AssignmentInput{
		Tenant: "contoso", ID: "a1", ResourceKind: pim.AzureResource, PrincipalID: "u7", RoleID: "backup-reader", ScopeID: "/subscriptions/s1",
		AssignmentType: pim.Eligible, AssignedBy: "u1", Origin: pim.FromPIM,
		CreatedDateTime: nine, AcceptedDateTime: nine, ScheduleInfo: forDays(days), Windows: documented(),
	}
	return in
}

// documented are the windows of Microsoft's documentation.
func documented() workflows.Windows {
	return workflows.Windows{Notices: []pim.Duration{"P14D", "P1D"}, Renew: "P30D"}
}

func forDays(days int) pim.ScheduleInfo {
	return pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: pim.Duration(fmt.Sprintf("P%dD", days))}}
}

func untilDay(days int) pim.ScheduleInfo {
	end := nine.Add(time.Duration(days) * day)
	return pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}}
}

func forGood() pim.ScheduleInfo {
	return pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.NoExpiration}}
}

func permanent() workflows.AssignmentInput {
	in := lasting(1)
	in.ScheduleInfo = forGood()
	return in
}

// newTenancy is a house in which an assignment lives.
func newTenancy(t *testing.T) *house {
	t.Helper()
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	h := &house{t: t, env: suite.NewTestWorkflowEnvironment(), said: map[string]error{}, done: map[string]workflows.Recorded{}}
	h.post = &postOffice{env: h.env, withdrawn: map[string]string{}}
	h.env.SetStartTime(nine)
	h.env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute})
	h.env.SetTestTimeout(time.Minute)
	h.env.SetWorkflowRunTimeout(50 * 365 * day) // a year unless said otherwise
	h.env.RegisterWorkflowWithOptions(workflows.Assignment, workflow.RegisterOptions{Name: workflows.AssignmentWorkflow})
	h.env.RegisterActivityWithOptions(h.post.Notify, activity.RegisterOptions{Name: activities.NotifyActivity})
	return h
}

// live runs an assignment to its end.
func (h *house) live(in workflows.AssignmentInput) pim.RequestStatus {
	h.t.Helper()
	h.env.ExecuteWorkflow(workflows.AssignmentWorkflow, in)
	require.True(h.t, h.env.IsWorkflowCompleted(), "every wait ends")
	require.NoError(h.t, h.env.GetWorkflowError())
	var result workflows.AssignmentResult
	require.NoError(h.t, h.env.GetWorkflowResult(&result))
	return result.Status
}

// onDay does something so many days after the assignment was made.
func (h *house) onDay(n float64, do func(*house)) *house {
	return h.after(time.Duration(n*float64(day)), do)
}

// admin is what an administrator does, known by its own hash.
func admin(update, as string, adjust ...func(*workflows.ChangeInput)) func(*house) {
	return func(h *house) {
		in := workflows.ChangeInput{ChangeID: "c-" + as, Hash: as, By: "u1", At: h.env.Now(), Windows: documented()}
		for _, a := range adjust {
			a(&in)
		}
		h.update(update, as, in)
	}
}

func to(s pim.ScheduleInfo) func(*workflows.ChangeInput) {
	return func(in *workflows.ChangeInput) { in.ScheduleInfo = s }
}

func as(t pim.AssignmentType) func(*workflows.ChangeInput) {
	return func(in *workflows.ChangeInput) { in.AssignmentType = t }
}

// asks is what the assignee asks for.
func asks(action pim.Action, id string, s pim.ScheduleInfo) func(*house) {
	return func(h *house) {
		h.update(workflows.UpdateRequest, id, workflows.ExtensionInput{
			ProposalID: "p-" + id, RequestID: id, Action: action, Hash: id, By: "u7", At: h.env.Now(), ScheduleInfo: s,
		})
	}
}

// answers is an administrator's answer to a request.
func answers(result pim.ReviewResult, id, by string, adjust ...func(*workflows.ExtensionDecisionInput)) func(*house) {
	return func(h *house) {
		in := workflows.ExtensionDecisionInput{
			DecisionID: "d-" + id + by, RequestID: id, ReviewResult: result, ReviewedBy: by, ReviewedDateTime: h.env.Now(), Windows: documented(),
		}
		for _, a := range adjust {
			a(&in)
		}
		h.update(workflows.UpdateDecideRequest, string(result)+" "+id+" by "+by, in)
	}
}

// news is every Notify in a line, in days: the changes that it writes down first, and what is due.
func (h *house) news() []string {
	calls, _, _ := h.post.kept()
	var all []string
	for _, c := range calls {
		var changes, due []string
		for _, change := range c.in.Changes {
			changes = append(changes, string(change.What))
		}
		for _, d := range c.in.Due {
			due = append(due, strings.TrimPrefix(d.Event.ID, "assignment.a1."))
		}
		all = append(all, fmt.Sprintf("day %g [%s] %s", c.at.Sub(nine).Hours()/24, strings.Join(changes, " "), strings.Join(due, " ")))
	}
	return all
}

// changes are all steps that were written down, in order, each once.
func (h *house) changes() []pim.Change {
	calls, _, _ := h.post.kept()
	var all []pim.Change
	for _, c := range calls {
		for _, change := range c.in.Changes {
			if change.Seq > len(all) {
				require.Equal(h.t, len(all)+1, change.Seq, "no step is missing")
				all = append(all, change)
			}
		}
	}
	return all
}

// tenancy asks the run where the assignment stands.
func (h *house) tenancy() workflows.AssignmentState {
	h.t.Helper()
	value, err := h.env.QueryWorkflow(workflows.QueryState)
	require.NoError(h.t, err)
	var state workflows.AssignmentState
	require.NoError(h.t, value.Get(&state))
	return state
}
