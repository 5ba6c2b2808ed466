package inbox_test

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/internal/sespeer"
	"pimnotify/mail"
	"pimnotify/mail/inbox"
)

// stored is what both servers tell at GET /store.
type stored struct {
	MessageID   string                         `json:"messageId"`
	From        string                         `json:"from"`
	ReplyTo     []string                       `json:"replyTo"`
	Destination struct{ To, Cc, Bcc []string } `json:"destination"`
	Subject     string                         `json:"subject"`
	Body        struct{ HTML, Text string }    `json:"body"`
	Headers     []struct{ Name, Value string } `json:"headers"`
	At          int64                          `json:"at"`
}

// What is found out about our inbox is found out the same way about aws-ses-v2-local, an SES double that nobody here wrote.
func TestAMailArrivesTheSameInTheInboxAndInAnSESDoubleOfOthers(t *testing.T) {
	t.Run("inbox", func(t *testing.T) {
		_, _, url := serve(t, inbox.Options{})
		conforms(t, url)
	})
	t.Run("aws-ses-v2-local", func(t *testing.T) {
		url := sespeer.Start(t, filepath.Join("..", ".."))
		conforms(t, url)

		warning, err := sender(t, url, 5*time.Second).CheckIdentity(t.Context(), "sender@contoso.example")
		require.NoError(t, err)
		require.Contains(t, warning, "does not tell about identities")
	})
}

func conforms(t *testing.T, url string) {
	s := sender(t, url, 5*time.Second)
	before := time.Now().Unix()
	m := message(isabella)
	m.Headers = []mail.Header{{Name: "X-Note", Value: "Zoë\r\nBcc: everybody@contoso.example"}}
	out := s.Send(t.Context(), m)
	require.Equal(t, mail.Sent, out.Class, out)
	second := message("alain@contoso.example")
	second.From.Name, second.HTML = "Microsoft Security", ""
	require.Equal(t, mail.Sent, s.Send(t.Context(), second).Class)

	var store struct {
		Templates map[string]any `json:"templates"`
		Emails    []stored       `json:"emails"`
	}
	require.NoError(t, json.Unmarshal([]byte(get(t, url+"/store")), &store))
	require.NotNil(t, store.Templates)
	require.Len(t, store.Emails, 2, "oldest first")

	e := store.Emails[0]
	require.Equal(t, out.MessageID, e.MessageID)
	require.Equal(t, "=?utf-8?b?U8Oka2VyaGV0LCBQSU0=?= <sender@contoso.example>", e.From)
	require.Equal(t, []string{isabella}, e.Destination.To)
	require.Equal(t, []string{}, e.Destination.Cc)
	require.Equal(t, []string{}, e.Destination.Bcc)
	require.Equal(t, []string{}, e.ReplyTo)
	require.Equal(t, m.Subject, e.Subject)
	require.Equal(t, m.HTML, e.Body.HTML)
	require.Equal(t, m.Text, e.Body.Text)
	require.Equal(t, []struct{ Name, Value string }{
		{"Auto-Submitted", "auto-generated"}, {"X-PIM-Event", "activation.completed"},
		{"X-PIM-Event-Id", "activation.a1.completed"}, {"X-Note", "=?utf-8?q?Zo=C3=AB_Bcc:_everybody@contoso.example?="},
	}, e.Headers)
	require.GreaterOrEqual(t, e.At, before)

	require.Equal(t, `"Microsoft Security" <sender@contoso.example>`, store.Emails[1].From)
	require.Empty(t, store.Emails[1].Body.HTML)

	later := `{"templates":{},"emails":[]}`
	require.JSONEq(t, later, get(t, url+"/store?since="+strconv.FormatInt(time.Now().Unix()+60, 10)))
	require.Empty(t, get(t, url+"/health-check"))
}
