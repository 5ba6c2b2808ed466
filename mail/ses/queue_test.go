package ses

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// bench is a queue with somebody who takes its events.
type bench struct {
	*Queue
	inbox *inbox.Inbox
	logs  *observer.ObservedLogs
	away  atomic.Bool // the queue, from its readers

	mu               sync.Mutex
	recorded         []pim.Observation
	tries            int
	fail             error // of recording
	refused, ignored atomic.Int32
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{inbox: inbox.New(inbox.Options{})}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.away.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		b.inbox.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	core, logs := observer.New(zap.DebugLevel)
	b.logs = logs
	q, err := NewQueue(t.Context(), QueueOptions{
		URL: server.URL + inbox.QueuePath, Endpoint: server.URL, Log: zap.New(core), Record: b.record,
		Refused: func() { b.refused.Add(1) }, Ignored: func() { b.ignored.Add(1) },
	})
	require.NoError(t, err)
	b.Queue = q
	return b
}

func (b *bench) record(_ context.Context, observations []pim.Observation) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tries++
	if b.fail == nil {
		b.recorded = append(b.recorded, observations...)
	}
	return b.fail
}

// run takes events until the test, or stop, ends it. Nothing of it is left then: TestMain looks.
func (b *bench) run(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); b.Run(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func (b *bench) count() (recorded, tries int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.recorded), b.tries
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	require.Eventually(t, ok, soon, 5*time.Millisecond)
}

func TestEventsAreDeletedOnceTheyAreRecorded(t *testing.T) {
	b := newBench(t)
	for range 95 {
		b.inbox.Publish(inEnvelope(t, published("Send", `"send":{}`)))
	}
	b.inbox.Publish(published("Delivery", `"delivery":{}`)) // raw delivery
	b.inbox.Publish(published("Open", `"open":{}`))
	stop := b.run(t)
	eventually(t, func() bool { return b.inbox.Queue().Deleted == 97 })
	recorded, _ := b.count()
	require.Equal(t, 96, recorded)
	require.EqualValues(t, 1, b.ignored.Load())
	begun := time.Now()
	stop()
	require.Less(t, time.Since(begun), 5*time.Second, "a call that waits for events does not keep it")
}

func TestWhatCannotBeReadStaysForTheDeadLetterQueue(t *testing.T) {
	b := newBench(t)
	b.inbox.Publish("isabella@contoso.example said something")
	b.inbox.Publish(published("Send", `"send":{}`))
	b.run(t)
	eventually(t, func() bool { n, _ := b.count(); return n == 1 && b.refused.Load() == 1 && b.inbox.Queue().Deleted == 1 })
	require.Equal(t, inbox.QueueState{InFlight: 1, Deleted: 1}, b.inbox.Queue())
	lines := b.logs.FilterMessageSnippet("cannot be read").All()
	require.Len(t, lines, 1)
	require.NotEmpty(t, lines[0].ContextMap()["message"])
	for _, value := range lines[0].ContextMap() {
		require.NotContains(t, value, "isabella")
	}
}

func TestWhatIsNotRecordedIsNotDeleted(t *testing.T) {
	b := newBench(t)
	b.fail = errors.New("the ledger is away")
	b.inbox.Publish(published("Send", `"send":{}`))
	b.run(t)
	eventually(t, func() bool {
		_, tries := b.count()
		return tries > 0 && b.logs.FilterMessageSnippet("are not taken").Len() == 1
	})
	require.Equal(t, inbox.QueueState{InFlight: 1}, b.inbox.Queue())
}

func TestAQueueThatIsAwayIsAskedAgainLaterAndSaysSoOnce(t *testing.T) {
	b := newBench(t)
	b.away.Store(true)
	b.inbox.Publish(published("Send", `"send":{}`))
	b.run(t)
	eventually(t, func() bool { return b.logs.FilterMessageSnippet("are not taken").Len() == 1 })
	b.away.Store(false)
	eventually(t, func() bool {
		return b.inbox.Queue().Deleted == 1 && b.logs.FilterMessageSnippet("taken again").Len() == 1
	})
	require.Equal(t, 1, b.logs.FilterMessageSnippet("are not taken").Len(), "whatever the number of readers")
}

func TestAQueueThatIsNotThereIsKnownAtTheStart(t *testing.T) {
	b := newBench(t)
	warning, err := b.Check(t.Context())
	require.NoError(t, err)
	require.Empty(t, warning)
	b.URL += "-2"
	_, err = b.Check(t.Context())
	require.ErrorContains(t, err, "there is no queue")
	b.away.Store(true)
	warning, err = b.Check(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, warning)
	b.transport.CloseIdleConnections()
}

func TestAQueueIsReadInItsRegion(t *testing.T) {
	for queue, region := range map[string]string{
		"https://sqs.eu-north-1.amazonaws.com/123456789012/events":        "eu-north-1",
		"https://sqs.cn-north-1.amazonaws.com.cn/123456789012/events":     "cn-north-1",
		"http://127.0.0.1:8026/000000000000/events":                       "",
		"https://sqs.eu-north-1.amazonaws.com.evil.example/123456789012/": "",
	} {
		require.Equal(t, region, regionOf(queue), queue)
	}
}
