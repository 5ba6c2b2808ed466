package e2e

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// organisation is a tenant with one group of n approvers, all of whose names and addresses are canaries.
func organisation(n int) []byte {
	var users, members strings.Builder
	for i := range n {
		fmt.Fprintf(&users, "      - {id: a%d, displayName: canary-name %d, mail: canary-%d@contoso.example}\n", i, i, i)
		fmt.Fprintf(&members, "a%d, ", i)
	}
	return fmt.Appendf(nil, `tenants:
  contoso:
    displayName: Contoso
    cloud: public
    users:
      - {id: u7, displayName: canary-name Alain, mail: canary-alain@contoso.example}
      - {id: u2, displayName: canary-name Adele, mail: canary-adele@contoso.example}
%s    groups:
      - {id: g1, displayName: canary-name group, members: [%s]}
    holders:
      - {role: Global Administrator, scope: /, principal: u2, state: permanent}
`, users.String(), strings.TrimSuffix(members.String(), ", "))
}

// history is a run's whole history, as it would be exported.
func history(t *testing.T, id string) (events []*historypb.HistoryEvent, exported string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	iterator := temporal.GetWorkflowHistory(ctx, workflows.ActivationID(tenant, id), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	var b strings.Builder
	for iterator.HasNext() {
		e, err := iterator.Next()
		require.NoError(t, err)
		events = append(events, e)
		// Payloads are bytes: shown as they are, so that nothing hides in base64.
		text, err := protojson.Marshal(e)
		require.NoError(t, err)
		b.Write(text)
		b.WriteString(fmt.Sprintf("%q", e.String()))
	}
	return events, b.String()
}

// doings are the events of a run by their kind, but for workflow tasks: a busy worker that does not come to one in time adds some, and
// one that comes late does in one what would have been two.
func doings(events []*historypb.HistoryEvent) map[string]int {
	all := map[string]int{}
	for _, e := range events {
		if kind := e.GetEventType().String(); !strings.HasPrefix(kind, "WorkflowTask") {
			all[kind]++
		}
	}
	return all
}

func TestAHistoryIsAsLongForAThousandApproversAsForOneAndNamesNobody(t *testing.T) {
	t.Parallel()
	var one, thousand map[string]int
	t.Run("approvers", func(t *testing.T) {
		for approvers, done := range map[int]*map[string]int{1: &one, 1000: &thousand} {
			t.Run(strconv.Itoa(approvers), func(t *testing.T) {
				t.Parallel()
				*done = whatAnApprovalTakes(t, approvers)
			})
		}
	})
	require.Equal(t, one, thousand)
	t.Logf("in the history of either, beside workflow tasks: %v", one)
}

func whatAnApprovalTakes(t *testing.T, approvers int) map[string]int {
	t.Helper()
	w := newWorld(t, options{
		directory: organisation(approvers),
		env:       map[string]string{"PIMNOTIFY_ENGINE_DELAY": "15s,15s,15s"}, // longer than any mail takes, as in earnest
	})
	id := w.prefix + "r"
	w.put(t, id, activation())
	w.awaitEvent(t, id, pim.ActivationPendingApproval, pim.EventComplete)
	awaitQuiet(t, id)
	w.decide(t, id, pim.Approve, "a0").done(t)
	v := w.awaitEnd(t, id, pim.Provisioned, patience)
	require.NoError(t, temporal.GetWorkflow(t.Context(), workflows.ActivationID(tenant, id), "").Get(t.Context(), nil))

	for _, kind := range []pim.EventKind{pim.ActivationPendingApproval, pim.ActivationApproved} {
		e, ok := event(v, kind)
		require.True(t, ok)
		require.Equal(t, pim.Counts{pim.StatusSent: approvers}, e.Counts, "%s", kind)
	}
	require.Equal(t, 2*approvers+2, w.agree(t, id), "each approver twice, the requestor, the administrator")
	once := map[string]int{}
	for _, m := range w.inbox.Messages() {
		once[m.Header("X-PIM-Event-Id")+" "+m.To[0]]++
	}
	require.Len(t, once, 2*approvers+2, "nobody was told anything twice")

	events, exported := history(t, id)
	require.LessOrEqual(t, len(events), 48)
	require.NotContains(t, exported, "canary", "no address, name, reason or justification")
	require.NotContains(t, exported, "@contoso.example")
	require.NotContains(t, exported, "PIM: ", "no subject")
	require.NotContains(t, exported, "Backup Reader", "no display name")
	t.Logf("%d approvers: %d events", approvers, len(events))
	return doings(events)
}

// awaitQuiet waits until a run has taken in everything that has happened: what happens next is a task of its own then, as it is
// where minutes lie between.
func awaitQuiet(t *testing.T, id string) {
	t.Helper()
	await(t, patience, "the run to be quiet", func() bool {
		run, err := temporal.DescribeWorkflowExecution(t.Context(), workflows.ActivationID(tenant, id), "")
		require.NoError(t, err)
		return len(run.GetPendingActivities()) == 0 && run.GetPendingWorkflowTask() == nil
	})
}
