package observer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"pimnotify/pim"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// record is a ledger that answers what it is told to.
type record struct {
	answers []pim.Observed
	err     error
}

func (r *record) Observe(context.Context, []pim.Observation, time.Time) ([]pim.Observed, error) {
	return r.answers, r.err
}

func newObserver(r *record) (*Observer, *prometheus.Registry, *observer.ObservedLogs) {
	core, logs := observer.New(zap.DebugLevel)
	registry := prometheus.NewRegistry()
	o := New(r, time.Minute, registry, zap.New(core))
	o.now = func() time.Time { return noon }
	return o, registry, logs
}

// metrics is the page that Prometheus reads.
func metrics(registry *prometheus.Registry) string {
	w := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

// observed is what the ledger says of an observation of a mail that it has.
func observed(kind pim.ObservationKind, from, to pim.RecipientStatus) pim.Observed {
	return pim.Observed{
		Observation: pim.Observation{MailID: "m1", Attempt: 1, MessageID: "ses-1", Kind: kind, Detail: "550 isabella@contoso.example", Subject: "PIM: secret",
			SentAt: noon.Add(-2 * time.Second), At: noon},
		Known: true, Tenant: "contoso", Resource: pim.Resource{ID: "r1"}, Event: pim.EventRef{ID: "activation.r1.pendingApproval"}, From: from, To: to,
	}
}

func TestWhatIsObservedIsCountedAndToldToAnOperator(t *testing.T) {
	lost := observed(pim.ObservedBounce, pim.StatusSent, pim.StatusBounced)
	lost.Suppressed, lost.Unreachable = true, true
	again := lost
	again.Duplicate, again.Suppressed, again.Unreachable = true, false, false
	r := &record{answers: []pim.Observed{
		observed(pim.ObservedSend, pim.StatusUnknown, pim.StatusSent), observed(pim.ObservedDelivery, pim.StatusSent, pim.StatusDelivered), lost, again,
		{Observation: pim.Observation{MessageID: "ses-9", Kind: pim.ObservedSend}},
	}}
	o, registry, logs := newObserver(r)
	var told []string
	o.Alarm = func(_ context.Context, observed pim.Observed) error {
		told = append(told, observed.Resource.ID)
		return errors.New("Temporal is away")
	}
	require.NoError(t, o.Record(t.Context(), nil), "what is written down is not asked for again because of it")
	require.Equal(t, []string{"r1"}, told)
	require.Equal(t, 1, logs.FilterMessageSnippet("the process does not know").Len())
	o.Refused("unreadable")
	o.Ignored()
	page := metrics(registry)
	for _, line := range []string{
		`pimnotify_ses_events_total{kind="send"} 1`, `pimnotify_ses_events_total{kind="delivery"} 1`, `pimnotify_ses_events_total{kind="bounce"} 2`,
		`pimnotify_ses_events_total{kind="other"} 1`, `pimnotify_ses_events_total{kind="complaint"} 0`,
		`pimnotify_ses_events_refused_total{reason="unreadable"} 1`, `pimnotify_ses_events_unmatched_total 1`, `pimnotify_unreachable_total 1`,
		`pimnotify_suppressed_addresses_total 1`, `pimnotify_ses_proof_seconds_count 1`, `pimnotify_ses_proof_seconds_sum 2`,
	} {
		require.Contains(t, page, line+"\n")
	}
	require.Equal(t, 1, logs.FilterMessage("a mail whose outcome was unknown is proven sent").Len())
	require.Equal(t, 1, logs.FilterMessage("nobody who could act on it can be reached any more").Len(), "once, however often it is told")
	for _, line := range logs.All() {
		for name, value := range line.ContextMap() {
			require.NotContains(t, fmt.Sprint(value), "isabella", name)
			require.NotContains(t, fmt.Sprint(value), "secret", name)
		}
	}
}

func TestWhatCannotBeWrittenDownComesAgain(t *testing.T) {
	o, registry, _ := newObserver(&record{err: errors.New("the ledger is away")})
	require.ErrorContains(t, o.Record(t.Context(), nil), "away")
	require.Contains(t, metrics(registry), `pimnotify_ses_events_total{kind="send"} 0`)
}

func TestProofsThatTakeHalfOfTheGraceTimeAreAnAlarm(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	p := newProofs(time.Minute, zap.New(core))
	registry := prometheus.NewRegistry()
	registry.MustRegister(p.seconds, p.late)
	late := func(n int, took time.Duration, at time.Time) {
		for range n {
			p.add(at, took)
		}
	}
	late(990, 2*time.Second, noon)
	late(9, 31*time.Second, noon)
	require.Zero(t, logs.Len(), "nine in a thousand are not one in a hundred")
	late(2, 31*time.Second, noon)
	require.Equal(t, 1, logs.FilterMessageSnippet("come so late").Len())
	require.Contains(t, metrics(registry), "pimnotify_ses_proof_late 1")
	late(5, 31*time.Second, noon)
	require.Equal(t, 1, logs.Len(), "it is said once")
	late(1, time.Second, noon.Add(proofWindow+time.Second))
	require.Equal(t, 1, logs.FilterMessageSnippet("in time again").Len())
	require.Contains(t, metrics(registry), "pimnotify_ses_proof_late 0")
}
