package activities_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"

	"pimnotify/activities"
	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// secrets are what no result, error or log line may hold: the people of the sample, their addresses, what was written.
var secrets = []string{
	"contoso.example", "crowd.example", "isabella", "simonsen", "johanna", "lorenz", "joni", "sherman", "alain", "charon",
	"break glass", "restore drill", "review a request", "PIM: ",
	"elsewhere.example", "old name", "lynne", "robbins", "adele", "vance", "tier-0", "wanda", "howard", "exchange administrator",
	"on call for", "move takes", "move is over",
}

func TestNoResultErrorOrLogLineHoldsAnAddressANameOrAText(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	h.SendTime = time.Second
	h.SetPatience(quick, quick)
	h.Renderer = wordless{h.Renderer, "lee@contoso.example"}
	var said []string
	tell := func(in activities.NotifyInput) {
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
	say := func(id string) {
		tell(h.accept(t, id, tier0))
		a := h.assignTier0(t, id)
		tell(a.about(a.answer(t, pim.AssignmentExtended, alain, adele)))
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
	h.Ledger = h.record
	a := h.assignTier0(t, "unclear")
	tell(a.about(a.due(pim.AssignmentExpiring, "1", pim.Telling{Before: "on call for"})))
	tell(a.about(a.due(pim.AssignmentExtended, "n~1", pim.Telling{RequestRef: "p99"})))
	h.Directory = &away{h.Directory, 1}
	tell(a.about(a.requested(t, pim.AssignmentExtendRequested, alain)))
	require.Greater(t, h.logs.Len(), 100)
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

// assignTier0 has Lynne assign something to the group of the approvers, one of whom cannot be reached.
func (h *house) assignTier0(t *testing.T, id string) tenure {
	t.Helper()
	toGroup := given(pim.AzureResource)
	toGroup.Principal.ID = tier0
	return h.assign(t, "of-"+id, toGroup)
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
