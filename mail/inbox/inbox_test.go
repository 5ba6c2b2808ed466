package inbox_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail"
	"pimnotify/mail/inbox"
)

func TestWhatArrivedIsWhatWasSent(t *testing.T) {
	b, s, _ := serve(t, inbox.Options{})
	before := time.Now()
	out := s.Send(t.Context(), message(isabella))
	require.Equal(t, mail.Sent, out.Class, out)

	got := b.Messages()
	require.Len(t, got, 1)
	require.WithinRange(t, got[0].At, before, time.Now())
	got[0].At = time.Time{}
	m := message(isabella)
	require.Equal(t, inbox.Received{
		ID: out.MessageID, From: "=?utf-8?b?U8Oka2VyaGV0LCBQSU0=?= <sender@contoso.example>", To: []string{isabella},
		Subject: m.Subject, HTML: m.HTML, Text: m.Text, ConfigurationSet: "pim",
		Headers: []inbox.Header{
			{Name: "Auto-Submitted", Value: "auto-generated"},
			{Name: "X-PIM-Event", Value: "activation.completed"},
			{Name: "X-PIM-Event-Id", Value: "activation.a1.completed"},
		},
		Tags: map[string]string{"mail": "mail-1", "attempt": "1", "event": "activation_completed"},
	}, got[0])
	require.Equal(t, "activation.a1.completed", got[0].Header("x-pim-event-id"))
	require.Equal(t, "200", b.Requests()[0].Answer)
	require.Equal(t, "mail-1", b.Requests()[0].Tags["mail"])
}

func TestMessagesIsACopy(t *testing.T) {
	b := inbox.New(inbox.Options{})
	post(b, raw(nil))
	b.Messages()[0].Subject = "changed"
	require.Equal(t, "hello", b.Messages()[0].Subject)
}

func TestWaitReturnsWhenTheMailIsThere(t *testing.T) {
	b := inbox.New(inbox.Options{})
	done := make(chan error, 1)
	asked := make(chan struct{}, 10)
	go func() {
		done <- b.Wait(t.Context(), func(m []inbox.Received) bool {
			asked <- struct{}{}
			return len(m) == 2
		})
	}()
	<-asked // it looks at once
	post(b, raw(nil))
	<-asked // after each change
	post(b, raw(nil))
	require.NoError(t, <-done)
}

func TestWaitEndsWithItsContext(t *testing.T) {
	b := inbox.New(inbox.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := b.Wait(ctx, func([]inbox.Received) bool { return false })
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "0 messages")
}

func TestTheOldestMailsAreDropped(t *testing.T) {
	b := inbox.New(inbox.Options{Limit: 3})
	for i := range 10 {
		post(b, raw(func(m map[string]any) { m["FromEmailAddress"] = fmt.Sprintf("s%d@contoso.example", i) }))
	}
	got := b.Messages()
	require.Len(t, got, 3)
	require.Equal(t, "s7@contoso.example", got[0].From)
	require.Len(t, b.Requests(), 3)
	page := call(b, "GET", "/", "").Body.String()
	require.Contains(t, page, "Keeps the last 3 mails in memory")
	require.Contains(t, page, "7 older ones were dropped")
	for _, m := range got {
		require.Contains(t, call(b, "GET", "/messages/"+m.ID, "").Body.String(), m.From)
	}
}

func TestTheTextKeptIsBounded(t *testing.T) {
	b := inbox.New(inbox.Options{LimitBytes: 10_000})
	for range 10 {
		w := post(b, raw(func(m map[string]any) {
			m["Content"].(map[string]any)["Simple"].(map[string]any)["Body"] = map[string]any{"Text": map[string]any{"Data": strings.Repeat("x", 3000)}}
		}))
		require.Equal(t, 200, w.Code)
	}
	require.Len(t, b.Messages(), 3)
}

func TestClearForgetsAndNeverGivesAnIdTwice(t *testing.T) {
	b := inbox.New(inbox.Options{})
	post(b, raw(nil))
	first := b.Messages()[0].ID
	b.Clear()
	require.Empty(t, b.Messages())
	require.Empty(t, b.Requests())
	post(b, raw(nil))
	require.NotEqual(t, first, b.Messages()[0].ID)
	require.Equal(t, 404, call(b, "GET", "/messages/"+first, "").Code)
}

func TestManySendersAndReadersAtOnce(t *testing.T) {
	const senders, each = 16, 25
	b, s, url := serve(t, inbox.Options{Limit: 300})
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			for k := range each {
				m := message(fmt.Sprintf("p%d.%d@contoso.example", i, k))
				if out := s.Send(context.Background(), m); out.Class != mail.Sent {
					t.Errorf("%+v", out)
				}
			}
		})
		all.Go(func() { _ = b.Messages() })
	}
	all.Go(func() { _ = get(t, url) })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, b.Wait(ctx, func(m []inbox.Received) bool { return len(m) == 300 }))
	all.Wait()
	ids := map[string]bool{}
	for _, m := range b.Messages() {
		ids[m.ID] = true
	}
	require.Len(t, ids, 300)
}
