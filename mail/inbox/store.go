package inbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Header is one header field that came with a mail.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Received is a mail that was accepted, as it was sent. It is never changed afterwards.
type Received struct {
	ID               string // the MessageId that the sender was given, unless the answer was lost on purpose
	At               time.Time
	From             string // as in the request, with the name encoded
	To               []string
	Subject          string
	HTML             string
	Text             string
	Headers          []Header
	Tags             map[string]string
	ConfigurationSet string
}

// Header is the value of the first header field of that name, in whatever case; "" if there is none.
func (r Received) Header(name string) string {
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

func (r Received) size() int {
	n := len(r.From) + len(r.Subject) + len(r.HTML) + len(r.Text)
	for _, h := range r.Headers {
		n += len(h.Name) + len(h.Value)
	}
	return n
}

// Request is one SendEmail request, whatever became of it.
type Request struct {
	At     time.Time
	To     []string
	Tags   map[string]string
	Answer string // "200", "429 TooManyRequestsException", "cut", "accepted, cut", "accepted, 500 InternalServiceErrorException" …
}

// store keeps the last mails and requests. Elements are never written again, so a slice of them may be read without the lock;
// for the same reason what is dropped stays in memory until the slice is copied to grow, which is twice the limit at most.
type store struct {
	limit, limitBytes int
	prefix            string // tells apart the ids of two inboxes
	messages          []Received
	first             int // the number of messages[0], from 1
	bytes             int
	dropped           int
	requests          []Request
	revision          int
	changed           chan struct{} // closed at the next change
}

func newStore(limit, limitBytes int) store {
	var r [4]byte
	_, _ = rand.Read(r[:]) // never fails
	return store{limit: limit, limitBytes: limitBytes, prefix: hex.EncodeToString(r[:]), first: 1, changed: make(chan struct{})}
}

func (s *store) add(m Received) string {
	m.ID = fmt.Sprintf("%s-%06d", s.prefix, s.first+len(s.messages))
	s.messages = append(s.messages, m)
	s.bytes += m.size()
	for len(s.messages) > s.limit || s.bytes > s.limitBytes && len(s.messages) > 1 {
		s.bytes -= s.messages[0].size()
		s.messages = s.messages[1:]
		s.first++
		s.dropped++
	}
	s.notify()
	return m.ID
}

func (s *store) note(r Request) {
	s.requests = append(s.requests, r)
	if len(s.requests) > s.limit {
		s.requests = s.requests[1:]
	}
}

func (s *store) notify() {
	s.revision++
	close(s.changed)
	s.changed = make(chan struct{})
}

// find looks a mail up by its id, and its neighbours' ids; -1 when it is not, or no longer, there.
func (s *store) find(id string) int {
	number, ok := strings.CutPrefix(id, s.prefix+"-")
	n, err := strconv.Atoi(number)
	if i := n - s.first; ok && err == nil && i >= 0 && i < len(s.messages) && s.messages[i].ID == id {
		return i
	}
	return -1
}

func (s *store) snapshot() []Received { return s.messages[:len(s.messages):len(s.messages)] }

// Messages is what arrived and is still kept, oldest first: a copy.
func (b *Inbox) Messages() []Received {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.store.messages)
}

// Requests are the SendEmail requests so far, in the order they were answered: a copy.
func (b *Inbox) Requests() []Request {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.store.requests)
}

// Wait returns nil as soon as ok says so. ok is asked at once and after each change, with what Messages would give, which it
// may read but not change.
func (b *Inbox) Wait(ctx context.Context, ok func([]Received) bool) error {
	for {
		b.mu.Lock()
		messages, changed := b.store.snapshot(), b.store.changed
		b.mu.Unlock()
		if ok(messages) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the inbox, which has %d messages: %w", len(messages), ctx.Err())
		case <-changed:
		}
	}
}

// Clear forgets what arrived and what was asked. Faults, account and identities stay.
func (b *Inbox) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.store.first += len(b.store.messages) // an id is not given twice
	b.store.messages, b.store.requests, b.store.bytes, b.store.dropped = nil, nil, 0, 0
	b.store.notify()
}
