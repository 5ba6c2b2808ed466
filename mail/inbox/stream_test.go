package inbox_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"pimnotify/mail"
	"pimnotify/mail/inbox"
	"pimnotify/mail/ses"
	"pimnotify/pim"
)

// reader takes events as a worker does.
type reader struct {
	*ses.Queue
	mu       sync.Mutex
	observed []pim.Observation
	refused  int
}

// read starts to take the events of an inbox, and ends with the test.
func read(t *testing.T, url string) *reader {
	t.Helper()
	r := &reader{}
	count := func() { r.mu.Lock(); r.refused++; r.mu.Unlock() }
	q, err := ses.NewQueue(t.Context(), ses.QueueOptions{
		URL: url + inbox.QueuePath, Endpoint: url, Log: zap.NewNop(), Refused: count, Ignored: func() {},
		Record: func(_ context.Context, observations []pim.Observation) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.observed = append(r.observed, observations...)
			return nil
		},
	})
	require.NoError(t, err)
	r.Queue = q
	warning, err := q.Check(t.Context())
	require.NoError(t, err)
	require.Empty(t, warning)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); q.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return r
}

// kinds are what was observed so far, sorted.
func (r *reader) kinds() []pim.ObservationKind {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []pim.ObservationKind
	for _, o := range r.observed {
		all = append(all, o.Kind)
	}
	slices.Sort(all)
	return all
}

func TestWhatBecomesOfAMailIsToldThroughTheQueue(t *testing.T) {
	for ends, want := range map[inbox.Outcome][]pim.ObservationKind{
		inbox.Delivered:        {pim.ObservedDelivery, pim.ObservedSend},
		inbox.Accepted:         {pim.ObservedSend},
		inbox.Delayed:          {pim.ObservedDelivery, pim.ObservedDeliveryDelay, pim.ObservedSend},
		inbox.Bounced:          {pim.ObservedBounce, pim.ObservedSend},
		inbox.BouncedForNow:    {pim.ObservedSend, pim.ObservedTransientBounce},
		inbox.Suppressed:       {pim.ObservedSend, pim.ObservedSuppression},
		inbox.Complained:       {pim.ObservedComplaint, pim.ObservedDelivery, pim.ObservedSend},
		inbox.Rejected:         {pim.ObservedReject, pim.ObservedSend},
		inbox.RenderingFailure: {pim.ObservedRenderingFailure},
	} {
		t.Run(string(ends), func(t *testing.T) {
			t.Parallel()
			b, s, url := serve(t, inbox.Options{Stream: inbox.Stream{Fates: []inbox.Fate{{Recipient: "*@contoso.example", Ends: ends}}}})
			r := read(t, url)
			require.Equal(t, mail.Sent, s.Send(t.Context(), message(isabella)).Class)
			require.Eventually(t, func() bool { return len(r.kinds()) == len(want) && b.Queue().Deleted == len(want) }, 5*time.Second, 5*time.Millisecond)
			require.Equal(t, want, r.kinds())
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, o := range r.observed {
				require.Equal(t, [2]any{"mail-1", 1}, [2]any{o.MailID, o.Attempt})
				require.Equal(t, b.Messages()[0].ID, o.MessageID)
				require.Equal(t, b.Messages()[0].Subject, o.Subject)
			}
		})
	}
}

func TestTheStreamIsAsUnreliableAsItIsToBe(t *testing.T) {
	b, s, url := serve(t, inbox.Options{Stream: inbox.Stream{
		Fates: []inbox.Fate{{Recipient: "*", Ends: inbox.Accepted}}, Lose: 0.3, Duplicate: 0.5, Delay: inbox.Duration(30 * time.Millisecond), Shuffle: true, Seed: 7,
	}})
	const sent = 200
	for range sent {
		require.Equal(t, mail.Sent, s.Send(t.Context(), message(isabella)).Class)
	}
	published := b.Queue().Waiting
	require.InDelta(t, sent*0.7*1.5, published, 40)
	r := read(t, url)
	require.Eventually(t, func() bool { return b.Queue().Deleted == published }, 10*time.Second, 5*time.Millisecond)
	r.mu.Lock()
	defer r.mu.Unlock()
	inOrder := slices.IsSortedFunc(r.observed, func(x, y pim.Observation) int { return strings.Compare(x.MessageID, y.MessageID) })
	require.False(t, inOrder, "they overtake each other")
}

func TestAMailWithoutAConfigurationSetIsNotToldOf(t *testing.T) {
	b, _, _ := serve(t, inbox.Options{})
	require.Equal(t, 200, post(b, raw(nil)).Code)
	require.Zero(t, b.Queue())
}

func TestAMailCanBeToldOfLater(t *testing.T) {
	b, s, url := serve(t, inbox.Options{})
	r := read(t, url)
	s.Send(t.Context(), message(isabella))
	id := b.Messages()[0].ID
	require.Equal(t, 204, call(b, "POST", "/messages/"+id+"/events", `{"ends":"complained"}`).Code)
	require.Eventually(t, func() bool { return len(r.kinds()) == 3 }, 5*time.Second, 5*time.Millisecond)
	require.Equal(t, 404, call(b, "POST", "/messages/nobody/events", `{"ends":"bounced"}`).Code)
	require.Equal(t, 422, call(b, "POST", "/messages/"+id+"/events", `{"ends":"lost"}`).Code)
}

func TestAMessageThatIsNeverDeletedDies(t *testing.T) {
	b := inbox.New(inbox.Options{})
	b.Publish("no event")
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	for range 5 {
		require.Len(t, receive(b, 0), 1)
	}
	require.Empty(t, receive(b, 0))
	require.Equal(t, inbox.QueueState{Dead: 1}, b.Queue())
}

// receive asks the queue for messages, as SQS is asked, which are visible again at once.
func receive(b *inbox.Inbox, wait int) []any {
	body, _ := json.Marshal(map[string]any{"QueueUrl": "http://x" + inbox.QueuePath, "MaxNumberOfMessages": 10, "WaitTimeSeconds": wait, "VisibilityTimeout": 0})
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body)))
	request.Header.Set("X-Amz-Target", "AmazonSQS.ReceiveMessage")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=…")
	w := httptest.NewRecorder()
	b.ServeHTTP(w, request)
	var answer struct{ Messages []any }
	_ = json.Unmarshal(w.Body.Bytes(), &answer)
	return answer.Messages
}

func TestAWrongStreamIsRefusedByItsField(t *testing.T) {
	for body, want := range map[string]string{
		`{"fates":[{"recipient":"*","ends":"lost"}]}`:     "fates[0].ends",
		`{"fates":[{"recipient":"[a","ends":"bounced"}]}`: "fates[0].recipient",
		`{"fates":[{"ends":"bounced"}]}`:                  "fates[0].recipient",
		`{"lose":2}`:                                      "lose",
		`{"duplicate":-1}`:                                "duplicate",
		`{"shuffle":true}`:                                "delay",
		`{"loose":0.5}`:                                   "loose",
	} {
		b := inbox.New(inbox.Options{Stream: inbox.Stream{Lose: 0.25}})
		w := call(b, "PUT", "/stream", body)
		require.Contains(t, []int{400, 422}, w.Code, body)
		require.Contains(t, w.Body.String(), want, body)
		require.JSONEq(t, `{"lose":0.25}`, call(b, "GET", "/stream", "").Body.String(), "what was before stays")
	}
}
