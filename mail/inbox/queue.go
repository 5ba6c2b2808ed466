package inbox

import (
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // SQS's own checksum of a body
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// QueuePath is the path of the queue's URL, below the address at which the inbox listens.
const QueuePath = "/000000000000/ses-events"

// What the queue does as SQS would.
const (
	maxReceives       = 5 // then a message is for the dead-letter queue
	defaultVisibility = 30 * time.Second
	longestPoll       = 20 * time.Second
	mostAtOnce        = 10
	queueLimit        = 100_000 // messages kept where nobody takes them; the oldest are dropped
)

// queue is a standard SQS queue with a dead-letter queue.
type queue struct {
	mu       sync.Mutex
	messages []*queued
	dead     []string
	deleted  int
	changed  chan struct{} // closed at the next change
}

type queued struct {
	id       string
	body     string
	visible  time.Time
	receives int
}

func newQueue() *queue { return &queue{changed: make(chan struct{})} }

func randomID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func (q *queue) put(body string, delay time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages = append(q.messages, &queued{id: randomID(), body: body, visible: now().Add(delay)})
	if len(q.messages) > queueLimit {
		q.messages = q.messages[1:]
	}
	close(q.changed)
	q.changed = make(chan struct{})
}

// take gives up to n messages to one reader, for a while, and says when to look again where there are none.
func (q *queue) take(n int, visibility time.Duration) (taken []*queued, next time.Time, changed <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	at := now()
	kept := q.messages[:0]
	for _, m := range q.messages {
		switch {
		case m.visible.After(at) || len(taken) == n:
			if next.IsZero() || m.visible.Before(next) {
				next = m.visible
			}
		case m.receives >= maxReceives:
			q.dead = append(q.dead, m.body)
			continue
		default:
			m.receives++
			m.visible = at.Add(visibility)
			taken = append(taken, &queued{id: m.id, body: m.body, receives: m.receives})
		}
		kept = append(kept, m)
	}
	q.messages = kept
	return taken, next, q.changed
}

// wait is take, for as long as there is nothing to take and the reader waits.
func (q *queue) wait(ctx context.Context, n int, visibility, patience time.Duration) []*queued {
	end := now().Add(patience)
	for {
		taken, next, changed := q.take(n, visibility)
		left := end.Sub(now())
		if len(taken) > 0 || left <= 0 {
			return taken
		}
		if !next.IsZero() {
			left = min(left, max(next.Sub(now()), time.Millisecond))
		}
		timer := time.NewTimer(left)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-changed:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// remove deletes a message by the receipt of whoever received it.
func (q *queue) remove(receipt string) {
	id, _, _ := strings.Cut(receipt, "#")
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, m := range q.messages {
		if m.id == id {
			q.messages = append(q.messages[:i], q.messages[i+1:]...)
			q.deleted++
			return
		}
	}
}

// QueueState is how far the events have come.
type QueueState struct {
	Waiting  int `json:"waiting"`  // not yet received, those that are delayed included
	InFlight int `json:"inFlight"` // received and not deleted
	Deleted  int `json:"deleted"`
	Dead     int `json:"dead"` // received too often: in the dead-letter queue
}

// Queue is how far the events have come.
func (b *Inbox) Queue() QueueState { return b.stream.queue.state() }

func (q *queue) state() QueueState {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := QueueState{Deleted: q.deleted, Dead: len(q.dead)}
	for _, m := range q.messages {
		if m.receives > 0 && m.visible.After(now()) {
			s.InFlight++
		} else {
			s.Waiting++
		}
	}
	return s
}

func (b *Inbox) getQueue(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, b.Queue())
}

// sqsRequest is what is asked of SQS, as far as it is known here.
type sqsRequest struct {
	QueueURL            string `json:"QueueUrl"`
	MaxNumberOfMessages int
	WaitTimeSeconds     int
	VisibilityTimeout   *int
	ReceiptHandle       string
	Entries             []struct{ ID, ReceiptHandle string }
}

// sqs answers SQS's JSON protocol.
func (b *Inbox) sqs(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body) // all of it, or nobody would notice that the reader goes
	var in sqsRequest
	if err = errors.Join(err, json.Unmarshal(body, &in)); err != nil {
		writeSQSError(w, http.StatusBadRequest, "com.amazonaws.sqs#InvalidParameterValue", err.Error())
		return
	}
	if !strings.HasSuffix(in.QueueURL, QueuePath) {
		writeSQSError(w, http.StatusBadRequest, "com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.")
		return
	}
	q := b.stream.queue
	switch target := r.Header.Get("X-Amz-Target"); target {
	case "AmazonSQS.ReceiveMessage":
		writeSQS(w, map[string]any{"Messages": q.receive(r.Context(), in)})
	case "AmazonSQS.DeleteMessage":
		q.remove(in.ReceiptHandle)
		writeSQS(w, map[string]any{})
	case "AmazonSQS.DeleteMessageBatch":
		done := []map[string]string{}
		for _, entry := range in.Entries {
			q.remove(entry.ReceiptHandle)
			done = append(done, map[string]string{"Id": entry.ID})
		}
		writeSQS(w, map[string]any{"Successful": done, "Failed": []any{}})
	case "AmazonSQS.GetQueueAttributes":
		s := q.state()
		writeSQS(w, map[string]any{"Attributes": map[string]string{
			"QueueArn":                    "arn:aws:sqs:local:000000000000:ses-events",
			"ApproximateNumberOfMessages": strconv.Itoa(s.Waiting), "ApproximateNumberOfMessagesNotVisible": strconv.Itoa(s.InFlight),
		}})
	default:
		writeSQSError(w, http.StatusBadRequest, "com.amazonaws.sqs#UnsupportedOperation", "this inbox does not know the call "+target)
	}
}

func (q *queue) receive(ctx context.Context, in sqsRequest) []map[string]any {
	visibility := defaultVisibility
	if in.VisibilityTimeout != nil {
		visibility = time.Duration(*in.VisibilityTimeout) * time.Second
	}
	patience := min(time.Duration(in.WaitTimeSeconds)*time.Second, longestPoll)
	messages := []map[string]any{}
	for _, m := range q.wait(ctx, min(cmp.Or(in.MaxNumberOfMessages, 1), mostAtOnce), visibility, patience) {
		sum := md5.Sum([]byte(m.body)) //nolint:gosec // as SQS does
		messages = append(messages, map[string]any{
			"MessageId": m.id, "ReceiptHandle": m.id + "#" + strconv.Itoa(m.receives), "Body": m.body, "MD5OfBody": hex.EncodeToString(sum[:]),
		})
	}
	return messages
}

func writeSQS(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(answer) // the reader has gone: nobody is left to tell
}

func writeSQSError(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": kind, "message": message})
}
