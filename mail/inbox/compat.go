package inbox

import (
	"net/http"
	"strconv"
)

// storedEmail is a mail in the shape of aws-ses-v2-local's GET /store, so that the same assertions read both. That package
// keeps no tags and no configuration set: they are additions.
type storedEmail struct {
	MessageID        string            `json:"messageId"`
	From             string            `json:"from"`
	ReplyTo          []string          `json:"replyTo"`
	Destination      storedDestination `json:"destination"`
	Subject          string            `json:"subject"`
	Body             storedBody        `json:"body"`
	Attachments      []struct{}        `json:"attachments"`
	Headers          []Header          `json:"headers,omitempty"`
	At               int64             `json:"at"` // seconds since 1970
	Tags             map[string]string `json:"tags,omitempty"`
	ConfigurationSet string            `json:"configurationSet,omitempty"`
}

type storedDestination struct {
	To  []string `json:"to"`
	Cc  []string `json:"cc"`
	Bcc []string `json:"bcc"`
}

type storedBody struct {
	HTML string `json:"html,omitempty"`
	Text string `json:"text,omitempty"`
}

// getStore answers {"templates": {}, "emails": […]}, oldest first; ?since= takes seconds since 1970.
func (b *Inbox) getStore(w http.ResponseWriter, r *http.Request) {
	var since int64
	if s := r.URL.Query().Get("since"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			writeError(w, apiError{Status: http.StatusBadRequest, Message: "since: must be seconds since 1970"})
			return
		}
		since = n
	}
	b.mu.Lock()
	messages := b.store.snapshot()
	b.mu.Unlock()
	emails := []storedEmail{}
	for _, m := range messages {
		if m.At.Unix() < since {
			continue
		}
		emails = append(emails, storedEmail{
			MessageID: m.ID, From: m.From, ReplyTo: []string{}, Subject: m.Subject,
			Destination: storedDestination{To: m.To, Cc: []string{}, Bcc: []string{}},
			Body:        storedBody{HTML: m.HTML, Text: m.Text}, Attachments: []struct{}{},
			Headers: m.Headers, At: m.At.Unix(), Tags: m.Tags, ConfigurationSet: m.ConfigurationSet,
		})
	}
	writeJSON(w, http.StatusOK, map[string]any{"templates": struct{}{}, "emails": emails})
}

func (b *Inbox) clearStore(w http.ResponseWriter, _ *http.Request) {
	b.Clear()
	writeJSON(w, http.StatusOK, map[string]string{"message": "Store cleared"})
}
