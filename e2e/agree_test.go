package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// stored is a mail as the receiving end shows it on GET /store: the inbox and aws-ses-v2-local answer alike.
type stored struct {
	MessageID   string                         `json:"messageId"`
	Subject     string                         `json:"subject"`
	Destination struct{ To []string }          `json:"destination"`
	Body        struct{ HTML, Text string }    `json:"body"`
	Headers     []struct{ Name, Value string } `json:"headers"`
}

func (w *world) store(t testing.TB) []stored {
	t.Helper()
	response, err := http.Get(w.env["AWS_ENDPOINT_URL_SESV2"] + "/store")
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	var answer struct{ Emails []stored }
	require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	return answer.Emails
}

// agree holds the record of some requests against what arrived: every mail that the record calls sent has arrived once, under
// the message id that the record has, and nothing else has. It answers how many mails there were.
func (w *world) agree(t testing.TB, ids ...string) int {
	t.Helper()
	arrived := map[string]stored{}
	for _, m := range w.store(t) {
		arrived[m.MessageID] = m
	}
	sent := 0
	for _, id := range ids {
		for _, e := range w.view(t, id).Events {
			for _, d := range w.recipients(t, e.ID) {
				if d.Status != pim.StatusSent {
					require.Empty(t, d.MessageID, "%s to %s is %s", e.ID, d.Address, d.Status)
					continue
				}
				sent++
				m, there := arrived[d.MessageID]
				require.True(t, there, "%s to %s is recorded as sent, and did not arrive", e.ID, d.Address)
				require.Equal(t, d.Subject, m.Subject)
				require.Len(t, m.Destination.To, 1, "nobody sees another's address")
				require.Contains(t, strings.ToLower(m.Destination.To[0]), d.Address)
			}
		}
	}
	require.Len(t, arrived, sent, "something arrived that the record does not know")
	return sent
}

// told are the addresses that the record says were told of an event, by audience, in order.
func (w *world) told(t testing.TB, v pim.View, kind pim.EventKind) map[pim.Audience][]string {
	t.Helper()
	e, ok := event(v, kind)
	if !ok {
		return nil
	}
	told := map[pim.Audience][]string{}
	for _, d := range w.recipients(t, e.ID) {
		if d.Status == pim.StatusSent {
			told[d.Audience] = append(told[d.Audience], local(d.Address))
		}
	}
	return told
}

// local is an address without its domain: who it is, in the directories of these tests.
func local(address string) string {
	name, _, _ := strings.Cut(address, "@")
	return name
}
