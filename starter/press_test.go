package starter_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.uber.org/zap"

	"pimnotify/activities"
	"pimnotify/directory"
	"pimnotify/internal/pgtest"
	"pimnotify/ledger"
	"pimnotify/mail"
	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/templates"
	"pimnotify/workflows"
)

// press is a starter and a worker's activities over one real ledger and the sample organisation. Temporal is played, and SES answers
// what a test wants.
type press struct {
	*house
	*activities.Activities
	record  *ledger.Ledger
	of      pim.Settings
	rules   pim.Rules
	outcome mail.Outcome
}

func newPress(t *testing.T, url string) *press {
	t.Helper()
	record, err := ledger.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, record.Close()) })
	texts, err := templates.New(templates.Options{PortalURL: "https://portal.contoso.example"})
	require.NoError(t, err)
	p := &press{
		record: record, of: pim.DefaultSettings(), outcome: mail.Outcome{Class: mail.Sent, MessageID: "0100018f"},
		house: &house{clock: noon, temporal: &fakeTemporal{runs: map[string]*run{}}},
	}
	p.Activities = &activities.Activities{
		Ledger: record, Settings: p, Renderer: texts, Sender: p, Log: zap.NewNop(), Worker: "w1", Now: func() time.Time { return p.clock },
		Suppressed: record.SuppressedAmong,
	}
	p.house.Client = &starter.Client{
		Temporal: p.temporal, Ledger: record, Settings: p, Planner: p.Activities, Now: func() time.Time { return p.clock },
	}
	p.organise(t, string(directory.Sample()))
	return p
}

// organise puts another organisation in the place of the one that there is.
func (p *press) organise(t *testing.T, file string) {
	t.Helper()
	organisation, err := directory.Parse("directory.yaml", []byte(file))
	require.NoError(t, err)
	p.Activities.Directory, p.house.Client.Directory = organisation, organisation
}

func (p *press) Settings(string) pim.Settings { return p.of }

func (p *press) Rules(string, pim.ResourceKind, pim.Role, pim.Scope) pim.Rules { return p.rules }

func (p *press) Send(context.Context, mail.Message) mail.Outcome { return p.outcome }

// put takes a request in and gives what its process is started with.
func (p *press) put(t *testing.T, id string, r pim.ActivationRequest) (pim.Accepted, workflows.ActivationInput) {
	t.Helper()
	p.accept(t, id, r)
	accepted, err := p.record.Accepted(t.Context(), tenant, pim.Resource{Collection: pim.ActivationRequests, ID: id})
	require.NoError(t, err)
	return accepted, p.run(id).input
}

// tell has Notify do what is due about something, at the moment at which it is.
func (p *press) tell(t *testing.T, a pim.Accepted, changes []pim.Change, due ...pim.Due) activities.NotifyResult {
	t.Helper()
	for _, d := range due {
		if d.DueDateTime.After(p.clock) {
			p.clock = d.DueDateTime
		}
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	activities.Register(env, p.Activities)
	value, err := env.ExecuteActivity(activities.NotifyActivity, activities.NotifyInput{Tenant: a.Tenant, Resource: a.Resource, Changes: changes, Due: due})
	require.NoError(t, err)
	var result activities.NotifyResult
	require.NoError(t, value.Get(&result))
	return result
}

// decided is the usual course of a request, with an approval by somebody who gave a reason.
func (p *press) decided(t *testing.T, a pim.Accepted, in workflows.ActivationInput, reviewer pim.Principal) []pim.Change {
	t.Helper()
	changes := workflows.Foreseen(in)
	id, err := p.record.Propose(t.Context(), tenant, a.Resource, pim.Proposal{Decision: pim.Decision{
		ReviewResult: pim.Approve, ReviewedBy: reviewer, ReviewedDateTime: changes[0].At, Justification: "we spoke",
	}})
	require.NoError(t, err)
	changes[0].By, changes[0].DecisionID = reviewer.ID, id
	return changes
}

// explain gives the explanation, whose sentences have to hold these words.
func (p *press) explain(t *testing.T, event, recipient, status, reason string, words ...string) pim.Explanation {
	t.Helper()
	e, err := p.Explain(t.Context(), tenant, event, recipient)
	require.NoError(t, err)
	said := strings.Join(e.Sentences, "\n")
	require.Equal(t, pim.ExplanationStatus(status), e.Status, said)
	require.Equal(t, reason, e.Reason, said)
	for _, w := range words {
		require.Contains(t, said, w)
	}
	return e
}

func onBoth(t *testing.T, test func(t *testing.T, p *press)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(t, newPress(t, filepath.Join(t.TempDir(), "ledger.db"))) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, newPress(t, pgtest.URL(t))) })
}
