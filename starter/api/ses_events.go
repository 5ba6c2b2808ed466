package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"pimnotify/mail/ses"
)

// Topic takes what SNS posts. A ses.RefusedMessage is not believed.
type Topic interface {
	Take(ctx context.Context, body []byte) error
}

var _ Topic = (*ses.Topic)(nil)

const sesEventsPath = "/v1/ses/events"

// sesEvents takes what SNS posts at its one path, before anybody asks for a token, which SNS has none of: the signature of a message is
// what it is believed by. refused is told why one is not.
func sesEvents(topic Topic, refused func(reason string), next http.Handler) http.Handler {
	if topic == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != sesEventsPath {
			next.ServeHTTP(w, r)
			return
		}
		r.Pattern = "POST " + sesEventsPath
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			newProblem(http.StatusMethodNotAllowed, "this path takes "+http.MethodPost).write(w)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, ses.MaxTopicBody))
		if err == nil {
			err = topic.Take(r.Context(), body)
		}
		if err != nil {
			sesProblem(r.Context(), err, refused).write(w)
		}
	})
}

// sesProblem is the answer to what was not taken. SNS posts again what is answered 503, and nothing else.
func sesProblem(ctx context.Context, err error, refused func(reason string)) *Problem {
	var message *ses.RefusedMessage
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refused(ses.RefusedTooLarge)
		return newProblem(http.StatusRequestEntityTooLarge, fmt.Sprintf("the message must be at most %d bytes", tooLarge.Limit))
	case errors.As(err, &message):
		noteCause(ctx, fmt.Errorf("%s: %w", message.Reason, err))
		refused(message.Reason)
		return newProblem(http.StatusForbidden, message.Detail)
	}
	noteCause(ctx, err)
	p := newProblem(http.StatusServiceUnavailable, "the message cannot be taken now: post it again")
	p.retryAfter = 5 * time.Second
	return p
}
