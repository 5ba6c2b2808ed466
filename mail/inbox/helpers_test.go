package inbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail"
	"pimnotify/mail/inbox"
	"pimnotify/mail/ses"
)

// serve starts an inbox and a sender that sends to it.
func serve(t *testing.T, o inbox.Options) (*inbox.Inbox, *ses.Sender, string) {
	t.Helper()
	b := inbox.New(o)
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return b, sender(t, server.URL, 5*time.Second), server.URL
}

func sender(t *testing.T, url string, timeout time.Duration) *ses.Sender {
	t.Helper()
	s, err := ses.New(t.Context(), ses.Options{Endpoint: url, Timeout: timeout, ConfigurationSet: "pim"})
	require.NoError(t, err)
	return s
}

func message(to string) mail.Message {
	return mail.Message{
		ID: "mail-1", Attempt: 1, Event: "activation.completed", EventID: "activation.a1.completed",
		From:    mail.Address{Name: "Säkerhet, PIM", Address: "sender@contoso.example"},
		To:      mail.Address{Address: to},
		Subject: "PIM: Zoë activated the <Exchange Administrator> role",
		HTML:    "<!doctype html><p>Zoë activated &lt;it&gt;</p><script>alert(1)</script>",
		Text:    "Zoë activated <it>\n",
	}
}

const isabella = "isabella@contoso.example"

// post asks the inbox as SES would be asked, without a client in between.
func post(b http.Handler, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/v2/email/outbound-emails", strings.NewReader(body))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=…")
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

func call(b http.Handler, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w
}

// raw is a request that SES takes, for changing.
func raw(change func(m map[string]any)) string {
	m := map[string]any{
		"FromEmailAddress": "sender@contoso.example",
		"Destination":      map[string]any{"ToAddresses": []string{isabella}},
		"Content": map[string]any{"Simple": map[string]any{
			"Subject": map[string]any{"Data": "hello"},
			"Body":    map[string]any{"Text": map[string]any{"Data": "hello"}},
		}},
	}
	if change != nil {
		change(m)
	}
	b, _ := json.Marshal(m)
	return string(b)
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(body))
	return string(body)
}
