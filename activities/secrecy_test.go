package activities_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// secrets are what no result, error or log line may hold: the people of the sample, their addresses, what was written.
var secrets = []string{
	"contoso.example", "crowd.example", "isabella", "simonsen", "johanna", "lorenz", "joni", "sherman", "alain", "charon",
	"break glass", "restore drill", "review a request", "PIM: ",
}

func TestNoResultErrorOrLogLineHoldsAnAddressANameOrAText(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	h.SendTime = time.Second
	h.SetPatience(quick, quick)
	h.Renderer = wordless{h.Renderer, "lee@contoso.example"}
	var said []string
	say := func(id string) {
		in := h.accept(t, id, tier0)
		for range 2 {
			result, err := notify(h.Activities, in, running{})
			encoded, _ := json.Marshal(result)
			said = append(said, string(encoded))
			if err != nil {
				said = append(said, err.Error())
			}
			h.pass(2 * time.Minute)
		}
	}
	say("ok")
	for i, fault := range []inbox.Fault{
		{Kind: inbox.Reject, Message: "Address joni@contoso.example of Joni Sherman is on a list"},
		{Kind: inbox.Fail, Status: http.StatusForbidden, Code: "AccessDeniedException", Message: "Joni Sherman <joni@contoso.example>"},
		{Kind: inbox.Fail, Status: http.StatusTeapot, Code: "Isabella", Message: "isabella@contoso.example"},
		{Kind: inbox.Throttle},
		{Kind: inbox.Cut, AfterAccepting: true},
		{Kind: inbox.Hang, Recipient: "joni@*"},
	} {
		h.inbox.SetFaults(fault)
		say("fault" + string(rune('a'+i)))
	}
	h.inbox.SetFaults()
	for _, method := range []string{"Claim", "StillDue", "Settle"} {
		h.Ledger = &flaky{Ledger: h.record, fail: times(1, method, false)}
		say(strings.ToLower(method))
	}
	require.Greater(t, h.logs.Len(), 50)
	encoder := zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "msg"})
	for _, entry := range h.logs.All() {
		line, err := encoder.EncodeEntry(entry.Entry, entry.Context)
		require.NoError(t, err)
		said = append(said, line.String())
	}
	for _, line := range said {
		for _, secret := range secrets {
			require.NotContains(t, strings.ToLower(line), strings.ToLower(secret))
		}
	}
}

func TestAnErrorOfABrokenDatabaseHoldsNoAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	in := h.accept(t, "r1", tier0)
	h.plan(t, in)
	broken := newHouse(t, 0)
	require.NoError(t, broken.record.Close())
	h.Ledger = broken.record
	_, err := notify(h.Activities, in, running{})
	require.Error(t, err)
	for _, secret := range secrets {
		require.NotContains(t, strings.ToLower(err.Error()), strings.ToLower(secret))
	}
	require.Equal(t, pim.StatusPlanned, h.rows(t, in)[0].Status)
}
