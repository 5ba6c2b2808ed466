package activities_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"pimnotify/activities"
	"pimnotify/directory"
	"pimnotify/internal/pgtest"
	"pimnotify/ledger"
	"pimnotify/mail"
	"pimnotify/mail/inbox"
	"pimnotify/mail/ses"
	"pimnotify/pim"
	"pimnotify/templates"
)

const tenant = "contoso"

// quick is how long a test is patient.
const quick = 600 * time.Millisecond

// sized is a number of recipients, or the smaller one under the race detector.
func sized(size, whenRaced int) int {
	if raced {
		return whenRaced
	}
	return size
}

// house is a worker's activities on real parts: the ledger, SES spoken to the inbox over HTTP, the templates, a directory.
type house struct {
	*activities.Activities
	record *ledger.Ledger
	inbox  *inbox.Inbox
	server *httptest.Server
	logs   *observer.ObservedLogs
	ahead  atomic.Int64 // how far the worker's clock is ahead of ours

	lost bool // the ledger was away for so long that outcomes were lost

	mu     sync.Mutex
	events []string // of all requests that were accepted here
}

var words = sync.OnceValues(func() (*templates.Templates, error) {
	return templates.New(templates.Options{PortalURL: "https://portal.contoso.example"})
})

// newHouse has the sample organisation, and the members of the group "crowd" as well.
func newHouse(t *testing.T, crowd int) *house {
	t.Helper()
	return newHouseAt(t, filepath.Join(t.TempDir(), "ledger.db"), crowd)
}

// onBoth runs a test on a house with SQLite and on one with PostgreSQL.
func onBoth(t *testing.T, crowd int, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, newHouse(t, crowd))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, newHouseAt(t, pgtest.URL(t), crowd))
	})
}

func newHouseAt(t *testing.T, url string, crowd int) *house {
	t.Helper()
	h := &house{inbox: inbox.New(inbox.Options{})}
	var err error
	h.record, err = ledger.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.record.Close()) })
	h.server = httptest.NewServer(h.inbox)
	t.Cleanup(h.server.Close)
	t.Cleanup(func() { h.balance(t) })
	renderer, err := words()
	require.NoError(t, err)
	organisation, err := directory.Parse("directory.yaml", []byte(withCrowd(crowd)))
	require.NoError(t, err)
	core, logs := observer.New(zapcore.DebugLevel)
	h.logs = logs
	h.Activities = &activities.Activities{
		Ledger: h.record, Directory: organisation, Settings: settings{of: pim.DefaultSettings()}, Renderer: renderer, Sender: h.sender(t, h.server.URL),
		Log: zap.New(core), From: mail.Address{Name: "PIM", Address: "pim@contoso.example"}, Worker: "w1",
		Now: func() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) },
	}
	return h
}

func (h *house) sender(t *testing.T, endpoint string) mail.Sender {
	t.Helper()
	sender, err := ses.New(t.Context(), ses.Options{Endpoint: endpoint})
	require.NoError(t, err)
	return sender
}

// worker is another worker of the same house.
func (h *house) worker(name string) *activities.Activities {
	other := *h.Activities
	other.Worker = name
	return &other
}

func (h *house) pass(d time.Duration) { h.ahead.Add(int64(d)) }

// withCrowd is the sample organisation with so many people more, c0001 and so on, all members of the group "crowd".
func withCrowd(n int) string {
	sample := string(directory.Sample())
	if n == 0 {
		return sample
	}
	var users, members strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&users, "      - {id: c%04d, displayName: Crowd %d, mail: c%04d@crowd.example}\n", i, i, i)
		fmt.Fprintf(&members, "c%04d, ", i)
	}
	group := "      - {id: crowd, displayName: Crowd, members: [" + strings.TrimSuffix(members.String(), ", ") + "]}\n"
	sample = strings.Replace(sample, "    users:\n", "    users:\n"+users.String(), 1)
	return strings.Replace(sample, "    groups:\n", "    groups:\n"+group, 1)
}

// settings are the tenant's; nobody changed a rule unless rules says so.
type settings struct {
	of    pim.Settings
	rules func(kind pim.ResourceKind, role pim.Role, scope pim.Scope) pim.Rules
}

func (s settings) Settings(string) pim.Settings { return s.of }

func (s settings) Rules(_ string, kind pim.ResourceKind, role pim.Role, scope pim.Scope) pim.Rules {
	if s.rules == nil {
		return nil
	}
	return s.rules(kind, role, scope)
}

// The groups that approve. Of g1 four have an address: isabella, johanna, joni and lee; Break Glass has none.
const (
	tier0 = "g1"
	crowd = "crowd"
)

// accept writes down a request that a group, or somebody else, has to approve. It gives the Notify that asks them.
func (h *house) accept(t *testing.T, id, approver string, adjust ...func(*pim.ActivationRequest)) activities.NotifyInput {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Second)
	r := pim.Resource{Collection: pim.ActivationRequests, ID: id}
	due := h.due(r, pim.ActivationPendingApproval, "", now)
	first := pim.Change{At: now, What: pim.WhatRequested, Status: pim.PendingApproval, By: "u7", Schedule: []pim.Due{due}}
	asks := pim.ActivationRequest{
		Action: pim.SelfActivate, ResourceKind: pim.DirectoryRole, Activation: pim.Assumed,
		Principal:     pim.Principal{ID: "u7", DisplayName: "Alain Charon"},
		Role:          pim.Role{ID: "acdd72a7", DisplayName: "Backup Reader"},
		Scope:         pim.Scope{ID: "/"},
		Justification: "restore drill",
		ScheduleInfo:  pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "PT8H"}},
		Approval:      pim.Approval{IsRequired: true, Approvers: []pim.Principal{{ID: approver}}},
	}
	for _, a := range adjust {
		a(&asks)
	}
	h.writeDown(t, r, first, asks)
	return activities.NotifyInput{
		Tenant: tenant, Resource: r, ExpiresDateTime: now.Add(24 * time.Hour), Changes: []pim.Change{first}, Due: first.Schedule,
	}
}

// writeDown has the ledger accept a resource with its first change.
func (h *house) writeDown(t *testing.T, r pim.Resource, first pim.Change, what any) {
	t.Helper()
	body, err := json.Marshal(what)
	require.NoError(t, err)
	_, created, err := h.record.Accept(t.Context(), pim.Acceptance{
		Tenant: tenant, Resource: r, Hash: "h", Body: body, Input: json.RawMessage(`{}`), AcceptedAt: first.At, First: first,
	})
	require.NoError(t, err)
	require.True(t, created)
}

// due is an event of a resource, all of it due at one moment.
func (h *house) due(r pim.Resource, kind pim.EventKind, occurrence string, at time.Time) pim.Due {
	event := pim.NewEvent(r, kind, occurrence, at)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, event.ID)
	return pim.Due{Event: event, Part: pim.PartAll, DueDateTime: at}
}

// decided is the change by which an approval withdraws what a Notify asks.
func decided(in activities.NotifyInput) pim.Change {
	return pim.Change{
		Seq: 1, At: time.Now(), What: pim.WhatApproved, Status: pim.Granted, By: "u8", Withdraw: []pim.EventRef{in.Due[0].Event},
	}
}

// running is how Temporal has an activity run.
type running struct {
	ctx  context.Context                       // nil: never taken back
	stop chan struct{}                         // nil: the worker never stops
	beat func(details converter.EncodedValues) // nil: nobody listens
}

func notify(a *activities.Activities, in activities.NotifyInput, how running) (result activities.NotifyResult, err error) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{BackgroundActivityContext: how.ctx})
	if how.stop != nil {
		env.SetWorkerStopChannel(how.stop)
	}
	if how.beat != nil {
		env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) { how.beat(details) })
	}
	activities.Register(env, a)
	value, err := env.ExecuteActivity(activities.NotifyActivity, in)
	if err != nil {
		return result, err
	}
	return result, value.Get(&result)
}

// notify does it in peace, and expects no error.
func (h *house) notify(t *testing.T, in activities.NotifyInput) activities.NotifyResult {
	t.Helper()
	result, err := notify(h.Activities, in, running{})
	require.NoError(t, err)
	return result
}

// notifyUntilSettled repeats it as the process does, with the pauses taken as passed.
func (h *house) notifyUntilSettled(t *testing.T, in activities.NotifyInput) activities.NotifyResult {
	t.Helper()
	for range 20 {
		result, err := notify(h.Activities, in, running{})
		if err == nil && result.Settled() {
			return result
		}
		h.pass(2 * time.Minute)
	}
	require.Fail(t, "not settled after twenty attempts")
	return activities.NotifyResult{}
}

func counts(result activities.NotifyResult) pim.Counts { return result.Events[0].Counts }

// rows are the recipients of the request mail.
func (h *house) rows(t *testing.T, in activities.NotifyInput) []pim.Delivery {
	t.Helper()
	rows, err := h.record.Recipients(context.Background(), tenant, in.Due[0].Event.ID)
	require.NoError(t, err)
	return rows
}

func row(t *testing.T, rows []pim.Delivery, address string) pim.Delivery {
	t.Helper()
	for _, r := range rows {
		if r.Address == address {
			return r
		}
	}
	require.Failf(t, "no such recipient", "%s", address)
	return pim.Delivery{}
}

// await waits until so many mails are in the inbox.
func (h *house) await(t *testing.T, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, h.inbox.Wait(ctx, func(messages []inbox.Received) bool { return len(messages) >= n }))
}
