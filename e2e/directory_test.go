package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// A directory that is not well must never look like one that knows nobody: the mail waits, and says what for.
func TestAMailWaitsForADirectoryThatAnswersNonsenseAndThenGoesToTheRightPeople(t *testing.T) {
	t.Parallel()
	s := newRegistry()
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte(s.token+"\n"), 0o600))
	w := newWorld(t, options{env: map[string]string{
		"PIMNOTIFY_DIRECTORY": s.start(t), "PIMNOTIFY_DIRECTORY_TOKEN": token,
		"PIMNOTIFY_ENGINE_DELAY": "1s,1s,1s",
	}})
	s.fallIll(
		ailment{"an error", ill(http.StatusInternalServerError, "text/plain", "no")},
		ailment{"a page for people", ill(http.StatusOK, "text/html", "<html>isabella@contoso.example</html>")},
		ailment{"half a list", ill(http.StatusOK, "application/json", `{"value": [], "nextLink": "/more"}`)},
		ailment{"a member whom it does not know", ill(http.StatusOK, "application/json",
			`{"value": [{"id": "g1", "type": "group", "displayName": "g1", "members": ["isabella", "ghost"], "owners": []}]}`)},
		ailment{"no answer", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
	)
	id := w.prefix + "r"
	w.put(t, id, activation(func(r *pim.ActivationRequest) { r.Principal.ID = "alain" }))
	asking := "activation." + id + ".pendingApproval"

	// All of it is met, and once it is, there is an attempt that goes on waiting.
	await(t, patience, "every ailment", func() bool { return len(s.suffered()) == 5 })
	run, err := temporal.DescribeWorkflowExecution(t.Context(), workflows.ActivationID(tenant, id), "")
	require.NoError(t, err)
	require.Len(t, run.GetPendingActivities(), 1)
	waiting := run.GetPendingActivities()[0]
	require.GreaterOrEqual(t, waiting.GetAttempt(), int32(5))
	why := waiting.GetLastFailure().GetMessage()
	require.Contains(t, why, "ask the directory for approver")
	require.NotContains(t, why, "@contoso.example")
	require.Empty(t, w.inbox.Messages(), "nobody is told by a list that is none")
	require.Equal(t, pim.EventScheduled, named(w.view(t, id), asking).Status)
	require.Empty(t, w.recipients(t, asking))

	// A decision needs the directory too: it is not refused, and not taken, until that is well.
	a := w.once(t, http.MethodPost, "activationRequests/"+id+"/decision", reviewed(pim.Approve, "lee"))
	require.Equal(t, http.StatusServiceUnavailable, a.status, "%s", a.body)
	require.Contains(t, string(a.body), `"unavailable":"directory"`)

	s.fallIll()
	w.awaitTold(t, "activationRequests/"+id, asking)
	require.Equal(t, []string{"isabella", "johanna", "lee"}, w.arrived(t, asking))
	w.decide(t, id, pim.Approve, "lee").done(t)
	v := w.awaitEnd(t, id, pim.Provisioned, patience)
	require.Equal(t, people{pim.Requestor: {"alain"}, pim.GlobalAdministrator: {"adele"}}, w.told(t, v, pim.ActivationCompleted))
	require.Equal(t, 3+2+3, w.agree(t, id))
	same, strays := s.seen()
	require.Positive(t, same, "what has not changed is not told again")
	require.Empty(t, strays, "every question comes with the token")
}
