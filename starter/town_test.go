package starter_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"

	"pimnotify/activities"
	"pimnotify/directory"
	"pimnotify/ledger"
	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

// town is a starter with everything real: ledger, sample organisation, Temporal, and a worker with the processes. Only mail is
// played: what is due is written down, and counts as told.
type town struct {
	*starter.Client
	t      *testing.T
	ledger *brokenLedger
	post   *postOffice
	id     string // of this test's assignment: all tests share one server
}

const patience = 30 * time.Second

func newTown(t *testing.T) *town {
	t.Helper()
	t.Parallel()
	c, err := temporalServer()
	require.NoError(t, err)
	record, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, record.Close()) })
	organisation, err := directory.Parse("sample.yaml", directory.Sample())
	require.NoError(t, err)
	broken := &brokenLedger{Ledger: record, broken: map[string]bool{}}
	id := fmt.Sprintf("a%d", rand.Uint64())
	h := &town{t: t, id: id, ledger: broken, post: &postOffice{ledger: record}, Client: &starter.Client{
		Temporal: c, Ledger: broken, Directory: organisation, Settings: settings{pim.DefaultSettings()}, Patience: patience, TaskQueue: id,
	}}
	w := worker.New(c, id, worker.Options{WorkerStopTimeout: time.Second})
	workflows.Register(w)
	w.RegisterActivityWithOptions(h.post.Notify, activity.RegisterOptions{Name: activities.NotifyActivity})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	urgent := worker.New(c, workflows.UrgentTaskQueue(id), worker.Options{WorkerStopTimeout: time.Second, DisableWorkflowWorker: true})
	urgent.RegisterActivityWithOptions(h.post.Notify, activity.RegisterOptions{Name: activities.NotifyActivity})
	require.NoError(t, urgent.Start())
	t.Cleanup(urgent.Stop)
	return h
}

// postOffice is Notify without mail: it writes down what has changed and keeps which events were due. While it is away it fails.
type postOffice struct {
	ledger *ledger.Ledger
	mu     sync.Mutex
	away   bool
	told   []string
}

func (p *postOffice) Notify(ctx context.Context, in activities.NotifyInput) (activities.NotifyResult, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		return activities.NotifyResult{}, fmt.Errorf("away")
	}
	if err := p.ledger.Record(ctx, in.Tenant, in.Resource, in.Changes...); err != nil {
		return activities.NotifyResult{}, err
	}
	for _, due := range in.Due {
		p.told = append(p.told, due.Event.ID)
	}
	return activities.NotifyResult{}, nil
}

func (p *postOffice) leave(away bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = away
}

// given is an assignment that can be extended at once: it ends in ten days.
func given() pim.Assignment {
	return pim.Assignment{
		Action: pim.AdminAssign, ResourceKind: pim.AzureResource,
		Principal:      pim.Principal{ID: "u7"},
		Role:           pim.Role{ID: "acdd72a7", DisplayName: "Backup Reader"},
		Scope:          pim.Scope{ID: "/subscriptions/s1"},
		AssignmentType: pim.Eligible,
		AssignedBy:     pim.Principal{ID: "u11", Mail: " Lidia@CONTOSO.example"},
		Justification:  "on call",
		ScheduleInfo:   lasting("P10D"),
	}
}

func lasting(d pim.Duration) pim.ScheduleInfo {
	return pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: d}}
}

func forever() pim.ScheduleInfo {
	return pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.NoExpiration}}
}

// ending is the shortest assignment there is, and it began so long ago that it is over in a moment.
func ending(a pim.Assignment) pim.Assignment {
	start := time.Now().UTC().Add(time.Second - pim.MinAssignment)
	a.ScheduleInfo = lasting(pim.DurationOf(pim.MinAssignment))
	a.ScheduleInfo.StartDateTime = &start
	return a
}

func (h *town) resource() pim.Resource { return pim.Resource{Collection: pim.Assignments, ID: h.id} }

// assign puts an assignment.
func (h *town) assign(a pim.Assignment) pim.View {
	h.t.Helper()
	view, created, err := h.PutAssignment(h.t.Context(), tenant, h.id, a)
	require.NoError(h.t, err)
	require.True(h.t, created)
	return view
}

// await waits until the record says that something happened.
func (h *town) await(what pim.What) pim.View {
	h.t.Helper()
	var view pim.View
	require.Eventually(h.t, func() bool {
		var err error
		view, err = h.GetAssignment(h.t.Context(), tenant, h.id)
		return err == nil && last(view).What == what
	}, patience, 10*time.Millisecond)
	return view
}

// awaitEnd waits until the process has ended.
func (h *town) awaitEnd() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	require.NoError(h.t, h.Temporal.GetWorkflow(ctx, workflows.AssignmentID(tenant, h.id), "").Get(ctx, nil))
}

func last(view pim.View) pim.TimelineEntry { return view.Timeline[len(view.Timeline)-1] }

func steps(view pim.View) []pim.What {
	var all []pim.What
	for _, e := range view.Timeline {
		all = append(all, e.What)
	}
	return all
}

func change(schedule pim.ScheduleInfo) pim.AssignmentChange {
	return pim.AssignmentChange{RequestedBy: pim.Principal{ID: "u11"}, Justification: "because", ScheduleInfo: schedule}
}

func wanted(by string, schedule pim.ScheduleInfo) pim.ExtensionRequest {
	return pim.ExtensionRequest{RequestedBy: pim.Principal{ID: by}, Justification: "not done yet", ScheduleInfo: schedule}
}

func answer(by string, result pim.ReviewResult) pim.ExtensionDecision {
	return pim.ExtensionDecision{Decision: decision(by, result)}
}

func requireConflict(t *testing.T, err error, reason string) starter.Conflict {
	t.Helper()
	var conflict *starter.Conflict
	require.ErrorAs(t, err, &conflict)
	require.Contains(t, conflict.Reason, reason)
	return *conflict
}

func requireForbidden(t *testing.T, err error, reason string) {
	t.Helper()
	var forbidden *starter.Forbidden
	require.ErrorAs(t, err, &forbidden)
	require.Contains(t, forbidden.Reason, reason)
}
