package workflows_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"google.golang.org/protobuf/encoding/protojson"

	"pimnotify/activities"
	"pimnotify/internal/devserver"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// A release that changes the process records what its runs look like, once, and from then on they have to replay for ever:
//
//	go test ./workflows -run TestRecordHistories -record v2
//
// writes testdata/histories/v2-*.json; with -tales only those of the tales whose names match. What is there is never written
// again.
var (
	record    = flag.String("record", "", "record histories of this release, such as v2, against a real server")
	someTales = flag.String("tales", "", "record only tales whose names match this expression")
)

// tale is one recorded run: what it is started with, and what people do while it runs.
type tale struct {
	name  string
	in    func(now time.Time) workflows.ActivationInput
	life  func(now time.Time) workflows.AssignmentInput // in its place, where an assignment is told of
	pim   bool                                          // in their place: a tenant enables PIM
	week  bool                                          // in their place: a tenant's digest is due
	do    []step
	clerk func(ctx context.Context, call int, in activities.NotifyInput) (activities.NotifyResult, error)
	ends  pim.RequestStatus
}

// start is the workflow of a tale, its id and its input.
func (t tale) start(now time.Time) (id, workflow string, in any) {
	switch {
	case t.pim:
		return workflows.PIMID("contoso", 1), workflows.PIMWorkflow, enabledAt(now)
	case t.week:
		return workflows.DigestIDAt(t.name, now), workflows.DigestWorkflow, workflows.DigestInput{Tenant: t.name}
	case t.life != nil:
		in := t.life(now)
		in.ID = t.name
		return workflows.AssignmentID(in.Tenant, in.ID), workflows.AssignmentWorkflow, in
	default:
		in := t.in(now)
		in.ID = t.name
		return workflows.ActivationID(in.Tenant, in.ID), workflows.ActivationWorkflow, in
	}
}

// step is something done a while after the start.
type step struct {
	after  time.Duration
	update string // none: an operator cancels the run
	result pim.ReviewResult
	input  func(at time.Time) any // of an assignment's Update
	signal string                 // in the Update's place
}

// wanted is a request whose engine takes a second to ask and two to tell how it was decided.
func wanted(now time.Time) workflows.ActivationInput {
	in := asked()
	in.CreatedDateTime, in.ApprovalDeadline = now, now.Add(approvalTimeout)
	in.RequestMailDelay, in.ApprovedDelay, in.DeniedDelay = "PT1S", "PT2S", "PT2S"
	return in
}

func free(now time.Time) workflows.ActivationInput {
	in := ready()
	in.CreatedDateTime = now
	return in
}

const (
	beforeTheMail = 300 * time.Millisecond
	afterTheMail  = 2 * time.Second
)

var tales = []tale{
	{name: "approved-after-the-request-mail", in: wanted, do: []step{{after: afterTheMail, update: workflows.UpdateDecide, result: pim.Approve}}, ends: pim.Provisioned},
	{name: "approved-before-the-request-mail", in: wanted, do: []step{{after: beforeTheMail, update: workflows.UpdateDecide, result: pim.Approve}}, ends: pim.Provisioned},
	{name: "denied", in: wanted, do: []step{{after: afterTheMail, update: workflows.UpdateDecide, result: pim.Deny}}, ends: pim.Denied},
	{name: "timed-out", in: func(now time.Time) workflows.ActivationInput {
		in := wanted(now)
		in.ApprovalDeadline = now.Add(3 * time.Second)
		return in
	}, ends: pim.TimedOut},
	{name: "timed-out-before-it-was-asked", in: func(now time.Time) workflows.ActivationInput {
		in := wanted(now.Add(-25 * time.Hour))
		return in
	}, ends: pim.TimedOut},
	{name: "cancelled", in: wanted, do: []step{{after: afterTheMail, update: workflows.UpdateCancel}}, ends: pim.Canceled},
	{name: "cancelled-by-an-operator", in: wanted, do: []step{{after: afterTheMail}}, ends: pim.Canceled},
	{name: "failed", in: wanted, do: []step{{after: afterTheMail, update: workflows.UpdateFailed}}, ends: pim.Failed},
	{name: "future-start", in: func(now time.Time) workflows.ActivationInput {
		in, start := wanted(now), now.Add(6*time.Second)
		in.ScheduleInfo.StartDateTime = &start
		return in
	}, do: []step{{after: afterTheMail, update: workflows.UpdateDecide, result: pim.Approve}}, ends: pim.Provisioned},
	{name: "reported", in: func(now time.Time) workflows.ActivationInput { return reported(wanted(now)) }, do: []step{
		{after: afterTheMail, update: workflows.UpdateDecide, result: pim.Approve}, {after: afterTheMail + time.Second, update: workflows.UpdateActivated},
	}, ends: pim.Provisioned},
	{name: "never-reported", in: func(now time.Time) workflows.ActivationInput {
		in := reported(free(now))
		in.ScheduleInfo.Expiration.Duration = "PT3S"
		return in
	}, ends: pim.Failed},
	{name: "no-approval", in: free, ends: pim.Provisioned},
	{name: "held-and-unknown", in: free, clerk: hesitant, ends: pim.Provisioned},
	{name: "stopped-in-the-middle", in: wanted, do: []step{{after: afterTheMail, update: workflows.UpdateDecide, result: pim.Approve}}, clerk: slow, ends: pim.Provisioned},
	{name: "approvers-found-unreachable", in: wanted, do: []step{
		bounced(afterTheMail), bounced(afterTheMail + 200*time.Millisecond), {after: afterTheMail + time.Second, update: workflows.UpdateDecide, result: pim.Approve},
	}, ends: pim.Provisioned},
	{name: "approvers-unreachable-from-the-start", in: wanted, clerk: vain, do: []step{
		{after: afterTheMail, update: workflows.UpdateDecide, result: pim.Approve},
	}, ends: pim.Provisioned},
	{name: "deactivated", in: wanted, do: []step{
		{after: afterTheMail, update: workflows.UpdateDecide, result: pim.Approve}, {after: afterTheMail + time.Second, update: workflows.UpdateDeactivated},
	}, ends: pim.Revoked},
}

// bounced is the word that nobody was reached after all.
func bounced(after time.Duration) step {
	return step{after: after, signal: workflows.SignalUnreachable}
}

// vain reaches nobody who could act.
func vain(_ context.Context, call int, in activities.NotifyInput) (activities.NotifyResult, error) {
	return inVain(call, in)
}

// prompt sends everything at once.
func prompt(_ context.Context, _ int, in activities.NotifyInput) (activities.NotifyResult, error) {
	p := postOffice{withdrawn: map[string]string{}}
	return p.send(in), nil
}

// hesitant holds the mails back at first, then does not know what became of them.
func hesitant(ctx context.Context, call int, in activities.NotifyInput) (activities.NotifyResult, error) {
	result := open(in, pim.StatusPlanned)
	switch call {
	case 1:
		result.Held = pim.HeldPrefix + "sending is paused"
	case 2:
		result = open(in, pim.StatusUnknown)
		result.UnknownUntil = time.Now().Add(2 * time.Second)
	default:
		return prompt(ctx, call, in)
	}
	return result, nil
}

// slow is still asking the approvers when it is told to stop.
func slow(ctx context.Context, call int, in activities.NotifyInput) (activities.NotifyResult, error) {
	if call > 1 {
		return prompt(ctx, call, in)
	}
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for end := time.After(time.Minute); ; {
		select {
		case <-ticker.C:
			activity.RecordHeartbeat(ctx)
		case <-ctx.Done():
			return activities.NotifyResult{}, temporal.NewCanceledError()
		case <-end:
			return activities.NotifyResult{}, fmt.Errorf("nobody told it to stop")
		}
	}
}

// clerks are the Notify of each tale, by the id of its request.
type clerks struct {
	mu    sync.Mutex
	calls map[string]int
}

func (c *clerks) Notify(ctx context.Context, in activities.NotifyInput) (activities.NotifyResult, error) {
	name := in.Resource.ID
	if in.Resource.Collection == pim.Digest {
		name = in.Tenant
	}
	c.mu.Lock()
	c.calls[name]++
	call := c.calls[name]
	c.mu.Unlock()
	for _, tale := range slices.Concat(tales, lives, weeks) {
		if tale.name == name && tale.clerk != nil {
			return tale.clerk(ctx, call, in)
		}
	}
	return prompt(ctx, call, in)
}

func TestRecordHistories(t *testing.T) {
	if *record == "" {
		t.Skip("nothing to record: -record says the release")
	}
	there, err := filepath.Glob(filepath.Join(historiesDir, *record+"-*.json"))
	require.NoError(t, err)
	require.Empty(t, there, "histories of %s have been recorded: they are never written again", *record)

	c := temporalFor(t)
	wanted, err := regexp.Compile(*someTales)
	require.NoError(t, err)
	var all sync.WaitGroup
	for _, tale := range slices.Concat(tales, lives, weeks) {
		if !wanted.MatchString(tale.name) {
			continue
		}
		all.Go(func() {
			events, err := play(t.Context(), c, tale)
			if err != nil {
				t.Errorf("%s: %v", tale.name, err)
				return
			}
			text, err := protojson.MarshalOptions{Multiline: true, Indent: " "}.Marshal(events)
			if err == nil {
				err = os.WriteFile(filepath.Join(historiesDir, *record+"-"+tale.name+".json"), append(text, '\n'), 0o644)
			}
			if err != nil {
				t.Errorf("%s: %v", tale.name, err)
			}
		})
	}
	all.Wait()
}

// temporalFor is a client of a server of its own, with a worker. Neither says on which machine it runs.
func temporalFor(t *testing.T) client.Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute) // the server may have to be built first
	defer cancel()
	server, err := devserver.Start(ctx, devserver.Options{Log: io.Discard, Progress: func(line string) { t.Log(line) }})
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Stop() })
	c, err := client.DialContext(ctx, client.Options{
		HostPort: server.Address, Identity: "api", Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: "default",
		SearchAttributes: map[string]enums.IndexedValueType{
			workflows.PimStatus.GetName():      enums.INDEXED_VALUE_TYPE_KEYWORD,
			workflows.PimUnreachable.GetName(): enums.INDEXED_VALUE_TYPE_BOOL,
		},
	})
	require.NoError(t, err)
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		_, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
			Namespace: "default", Query: "PimStatus = 'x' AND PimUnreachable = true",
		})
		assert.NoError(t, err)
	}, 2*time.Minute, 500*time.Millisecond)

	// A cached run has a task queue that is named after the machine. Without a cache each task replays the run besides.
	worker.SetStickyWorkflowCacheSize(0)
	w := worker.New(c, workflows.DefaultTaskQueue, worker.Options{Identity: "worker", MaxHeartbeatThrottleInterval: 200 * time.Millisecond})
	workflows.Register(w)
	all := &clerks{calls: map[string]int{}}
	w.RegisterActivityWithOptions(all.Notify, activity.RegisterOptions{Name: activities.NotifyActivity})
	w.RegisterActivityWithOptions(prepare, activity.RegisterOptions{Name: activities.PrepareDigestActivity})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	urgent := worker.New(c, workflows.UrgentTaskQueue(workflows.DefaultTaskQueue), worker.Options{
		Identity: "worker", MaxHeartbeatThrottleInterval: 200 * time.Millisecond, DisableWorkflowWorker: true,
	})
	urgent.RegisterActivityWithOptions(all.Notify, activity.RegisterOptions{Name: activities.NotifyActivity})
	require.NoError(t, urgent.Start())
	t.Cleanup(urgent.Stop)
	return c
}

// play runs a tale to its end and answers its history.
func play(ctx context.Context, c client.Client, tale tale) (*history.History, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	now := time.Now().UTC().Truncate(time.Millisecond)
	id, workflow, in := tale.start(now)
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: workflows.DefaultTaskQueue}, workflow, in)
	if err != nil {
		return nil, err
	}
	first := run.GetRunID() // of those that may follow each other
	for _, s := range tale.do {
		select {
		case <-time.After(time.Until(now.Add(s.after))):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if err := s.perform(ctx, c, run); err != nil {
			return nil, fmt.Errorf("%s: %w", s.update, err)
		}
	}
	var result workflows.ActivationResult
	if err := run.Get(ctx, &result); err != nil {
		return nil, err
	}
	if result.Status != tale.ends {
		return nil, fmt.Errorf("ends %s, not %s", result.Status, tale.ends)
	}
	all := &history.History{}
	events := c.GetWorkflowHistory(ctx, run.GetID(), first, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return nil, err
		}
		all.Events = append(all.Events, event)
	}
	return all, nil
}

func (s step) perform(ctx context.Context, c client.Client, run client.WorkflowRun) error {
	if s.signal != "" {
		return c.SignalWorkflow(ctx, run.GetID(), run.GetRunID(), s.signal, nil)
	}
	if s.update == "" {
		return c.CancelWorkflow(ctx, run.GetID(), run.GetRunID())
	}
	at := time.Now().UTC().Truncate(time.Millisecond)
	var in any = workflows.ReportInput{ReportID: "p1", At: at}
	switch {
	case s.input != nil:
		in = s.input(at)
	case s.update == workflows.UpdateDecide:
		in = workflows.DecideInput{DecisionID: "d1", ReviewResult: s.result, ReviewedBy: "u2", ReviewedDateTime: at}
	}
	handle, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: run.GetID(), RunID: run.GetRunID(), UpdateName: s.update, Args: []any{in}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	return handle.Get(ctx, nil)
}
