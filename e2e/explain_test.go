package e2e

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func (w *world) explain(t testing.TB, event, recipient string) (e pim.Explanation) {
	t.Helper()
	w.call(t, http.MethodGet, "events/"+event+"/explain?recipient="+recipient, nil).into(t, http.StatusOK, &e)
	return e
}

// cli is what a command prints, asked on the machine of the ledger.
func (w *world) cli(t testing.TB, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), binary, args...)
	command.Env = pairs(w.env)
	out, err := command.Output()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// The story that the page on PIM's mails warns of, as whoever wonders about it at night is told it: what would be sent, what was
// withheld and by whom, what went where.
func TestWhoWondersAboutAMailIsToldWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{env: map[string]string{"PIMNOTIFY_ENGINE_DELAY": "8s,9s,10s"}})
	id := w.prefix + "r1"
	var preview pim.Preview
	w.call(t, http.MethodPost, "preview", map[string]any{"id": id, "activationRequest": activation()}).into(t, http.StatusOK, &preview)
	require.Len(t, preview.Events, 3)
	w.call(t, http.MethodGet, "activationRequests/"+id, nil).refused(t, http.StatusNotFound, "")

	w.put(t, id, activation())
	w.decide(t, id, pim.Approve, "u9").done(t)
	w.awaitEnd(t, id, pim.Provisioned, patience)

	asked := "activation." + id + ".pendingApproval"
	withheld := w.explain(t, asked, "isabella@contoso.example")
	require.Equal(t, pim.ExplanationStatus(pim.StatusCancelled), withheld.Status)
	require.Equal(t, "withdrawn:approved", withheld.Reason)
	require.Equal(t, "u9", withheld.Decision.By.ID)
	approved := "Joni Sherman (u9) approved the request at " + withheld.Decision.At.Format(time.RFC3339) + "."
	require.Contains(t, withheld.Sentences, approved)
	require.Contains(t, w.cli(t, "explain", "--tenant", tenant, "--event", asked, "--recipient", "u1"), approved)

	for _, event := range preview.Events {
		if event.ID == asked {
			continue
		}
		told := w.recipients(t, event.ID)
		require.Len(t, told, len(event.Recipients), "what was previewed is what was told")
		for i, d := range told {
			require.Equal(t, []any{event.Recipients[i].Address, event.Recipients[i].Audience, event.Recipients[i].Order}, []any{d.Address, d.Audience, d.Order})
			who := d.Address
			if who == "" {
				who = d.PrincipalID
			}
			e := w.explain(t, event.ID, who)
			require.Equal(t, pim.ExplanationStatus(d.Status), e.Status)
			require.Equal(t, d.MessageID, e.MessageID)
			require.NotNil(t, e.Cell, "the plan kept what it knew")
			if d.Status == pim.StatusSent {
				require.Contains(t, strings.Join(e.Sentences, " "), "as message "+d.MessageID)
			}
		}
	}
	require.Equal(t, "stateDoesNotCount", w.explain(t, "activation."+id+".completed", "u4").Reason)
	require.Equal(t, "toldOfTheOutcome", w.explain(t, "activation."+id+".approved", "u7").Reason)
	w.call(t, http.MethodGet, "events/"+asked+"/explain?recipient=u99", nil).refused(t, http.StatusNotFound, "u99")
}
