package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/ses"
	"pimnotify/starter/api"
)

// letterbox is a topic that answers as it is told to.
type letterbox struct {
	taken [][]byte
	err   error
}

func (l *letterbox) Take(_ context.Context, body []byte) error {
	l.taken = append(l.taken, body)
	return l.err
}

// posted is the answer to what SNS posts, as it posts it: as text, without a token.
func posted(handler http.Handler, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://pim.contoso.example"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "text/plain; charset=UTF-8")
	r.Header.Set("x-amz-sns-message-type", "Notification")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func TestWhatSNSPostsIsTakenWithoutAToken(t *testing.T) {
	topic := &letterbox{}
	var refused []string
	handler := api.New(api.Options{
		Starter: &fake{}, Tokens: loaded(t, "pim-api: "+hashOf("right")+"\n"), Events: topic, EventRefused: func(reason string) { refused = append(refused, reason) },
	})
	require.Equal(t, http.StatusOK, posted(handler, "POST", "/v1/ses/events", "hello").Code)
	require.Equal(t, "hello", string(topic.taken[0]))

	topic.err = &ses.RefusedMessage{Reason: ses.RefusedSignature, Detail: "Signature is not SNS's for this message"}
	w := posted(handler, "POST", "/v1/ses/events", "hello")
	require.Equal(t, http.StatusForbidden, w.Code)
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	require.Contains(t, w.Body.String(), topic.err.Error())

	topic.err = errors.New("the ledger at postgres://… is away")
	w = posted(handler, "POST", "/v1/ses/events", "hello")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.NotContains(t, w.Body.String(), "postgres")

	n := len(topic.taken)
	require.Equal(t, http.StatusRequestEntityTooLarge, posted(handler, "POST", "/v1/ses/events", strings.Repeat("x", ses.MaxTopicBody+1)).Code)
	require.Equal(t, http.StatusMethodNotAllowed, posted(handler, "GET", "/v1/ses/events", "").Code)
	require.Equal(t, http.StatusUnauthorized, posted(handler, "POST", "/v1/ses/events/2", "").Code, "every other path asks for a token")
	require.Equal(t, http.StatusUnauthorized, posted(handler, "POST", "/v1/tenants/contoso/pim", "").Code)
	require.Len(t, topic.taken, n)
	require.Equal(t, []string{ses.RefusedSignature, ses.RefusedTooLarge}, refused)
}

func TestWithoutATopicNothingIsTakenOfSNS(t *testing.T) {
	require.Equal(t, http.StatusUnauthorized, posted(api.New(api.Options{Starter: &fake{}, Tokens: loaded(t, "pim-api: "+hashOf("right")+"\n")}), "POST", "/v1/ses/events", "hello").Code)
}
