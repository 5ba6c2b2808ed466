package ses

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"pimnotify/mail"
)

// No send leaves anything running once its server is gone.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stub is an HTTP server in SES's place which remembers every request that reached it.
type stub struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	heads  []http.Header
}

// newStub answers with handle, after the request was read and remembered.
func newStub(t *testing.T, handle http.HandlerFunc) *stub {
	t.Helper()
	s := &stub{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.bodies = append(s.bodies, r.Method+" "+r.URL.Path+"\n"+string(body))
		s.heads = append(s.heads, r.Header.Clone())
		s.mu.Unlock()
		handle(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *stub) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.bodies...)
}

func (s *stub) sender(t *testing.T, o Options) *Sender {
	t.Helper()
	o.Endpoint = s.URL
	sender, err := New(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(sender.Close)
	return sender
}

// says answers as SES does: the type in a header, the sentence in the body.
func says(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if code != "" {
			w.Header().Set("X-Amzn-ErrorType", code)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"message":"`+message+`"}`)
	}
}

func accepts(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"MessageId":"m-1"}`)
}

func message() mail.Message {
	return mail.Message{
		ID: "01J9-mail", Attempt: 2, Event: "activation.pendingApproval", EventID: "activation.a1.pendingApproval",
		From:    mail.Address{Name: "Microsoft Security", Address: "sender@contoso.example"},
		To:      mail.Address{Name: "Isabella Simonsen", Address: "isabella@contoso.example"},
		Subject: "PIM: Review Zoë's request to activate the Exchange Administrator role",
		HTML:    "<p>Zoë asks for <b>Exchange Administrator</b></p>",
		Text:    "Zoë asks for Exchange Administrator\n",
	}
}

const soon = 10 * time.Second // longer than anything in these tests takes
