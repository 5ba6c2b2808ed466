package starter_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/starter"
)

func previewed(t *testing.T, p *press, request pim.PreviewRequest) pim.Preview {
	t.Helper()
	preview, err := p.house.Preview(t.Context(), tenant, request)
	require.NoError(t, err)
	return preview
}

func activationPreview(r pim.ActivationRequest) pim.PreviewRequest {
	return pim.PreviewRequest{ID: "r1", ActivationRequest: &r}
}

func eventIDs(preview pim.Preview) (ids []string) {
	for _, e := range preview.Events {
		ids = append(ids, e.ID)
	}
	return ids
}

// A preview must not promise an approver a mail that nobody would send, nor explain one that is still to be planned.
func TestASuppressedAddressIsPreviewedAndExplainedAsSuch(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	a, _ := p.put(t, "r1", request())
	event := a.First.Schedule[0]
	p.explain(t, event.Event.ID, "u1", "scheduled", "notPlannedYet", "and would be told.")
	_, err := p.record.Suppress(t.Context(), pim.Suppression{Address: "isabella@contoso.example", Kind: pim.ObservedBounce, Since: noon})
	require.NoError(t, err)

	first := previewed(t, p, activationPreview(request())).Events[0]
	require.Equal(t, "isabella@contoso.example", first.Recipients[0].Address)
	require.Equal(t, pim.StatusSuppressed, first.Recipients[0].Status)
	require.Equal(t, "suppressed:bounce", first.Recipients[0].Reason)
	require.Equal(t, pim.StatusPlanned, first.Recipients[1].Status)
	require.NotContains(t, first.Mails[0].Text, "Isabella", "it is the mail of the first who gets one")
	p.explain(t, event.Event.ID, "u1", "scheduled", "notPlannedYet", "and would be left out (suppressed:bounce).")

	p.tell(t, a, nil, event)
	told, err := p.Recipients(t.Context(), tenant, event.Event.ID)
	require.NoError(t, err)
	require.Equal(t, []any{pim.StatusSuppressed, "suppressed:bounce", 1}, []any{told[0].Status, told[0].Reason, told[0].Order}, "as it is then")

	require.NoError(t, p.record.Close())
	_, err = p.house.Preview(t.Context(), tenant, activationPreview(request()))
	var away *starter.Unavailable
	require.ErrorAs(t, err, &away)
	require.Equal(t, starter.AwayLedger, away.What)
}

// What was previewed is what is then told: the same events, due at the same moments, to the same people, with the same subjects.
func TestWhatIsPreviewedIsWhatIsToldThen(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	preview := previewed(t, p, activationPreview(request()))
	require.Equal(t, []string{"activation.r1.pendingApproval", "activation.r1.completed", "activation.r1.approved"}, eventIDs(preview))
	require.Empty(t, p.temporal.starts, "nothing is started")
	_, err := p.GetActivation(t.Context(), tenant, "r1")
	require.ErrorIs(t, err, pim.ErrNotFound, "nothing is recorded")

	a, in := p.put(t, "r1", request())
	changes := p.decided(t, a, in, pim.Principal{ID: "u9"})
	p.tell(t, a, nil, a.First.Schedule...)
	for _, c := range changes {
		for _, due := range c.Schedule {
			p.tell(t, a, changes, due)
		}
	}
	for _, event := range preview.Events {
		told, err := p.Recipients(t.Context(), tenant, event.ID)
		require.NoError(t, err)
		require.Len(t, told, len(event.Recipients))
		subjects := map[pim.Audience]string{}
		for i, r := range event.Recipients {
			require.Equal(t, []any{r.Address, r.Audience, r.Order, r.Reason}, []any{told[i].Address, told[i].Audience, told[i].Order, told[i].Reason}, event.ID)
			require.WithinDuration(t, told[i].DueDateTime, r.DueDateTime, time.Microsecond, event.ID)
			if told[i].Subject != "" {
				subjects[told[i].Audience] = told[i].Subject
			}
		}
		for _, m := range event.Mails {
			require.Equal(t, subjects[m.Audience], m.Subject)
			require.Contains(t, m.HTML, "</html>")
			require.Contains(t, m.Text, "Backup Reader")
			delete(subjects, m.Audience)
		}
		require.Empty(t, subjects, "each audience has its mail")
	}
	require.Contains(t, preview.Events[2].Mails[0].Text, "Approved by: An approver")
	require.NotContains(t, preview.Events[0].Mails[0].Text, "Approved by", "nobody has decided when the approvers are asked")
}

func TestPreviewFollowsTheUsualCourse(t *testing.T) {
	tomorrow := noon.Add(24 * time.Hour)
	for name, c := range map[string]struct {
		adjust func(*pim.ActivationRequest)
		want   []string
	}{
		"no approval":     {func(r *pim.ActivationRequest) { r.Approval = pim.Approval{} }, []string{"completed"}},
		"active at once":  {func(*pim.ActivationRequest) {}, []string{"pendingApproval", "completed", "approved"}},
		"active tomorrow": {func(r *pim.ActivationRequest) { r.ScheduleInfo.StartDateTime = &tomorrow }, []string{"pendingApproval", "approved", "completed"}},
		"active as told":  {func(r *pim.ActivationRequest) { r.Activation = pim.Reported }, []string{"pendingApproval", "completed", "approved"}},
		"over by then": {func(r *pim.ActivationRequest) {
			soon := noon.Add(time.Minute)
			r.ScheduleInfo.Expiration = pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &soon}
		}, []string{"pendingApproval", "failed", "approved"}},
		"long timed out": {func(r *pim.ActivationRequest) { past := noon.Add(-25 * time.Hour); r.CreatedDateTime = &past }, []string{"timedOut"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
			r := request()
			c.adjust(&r)
			var short []string
			for _, id := range eventIDs(previewed(t, p, activationPreview(r))) {
				short = append(short, strings.TrimPrefix(id, "activation.r1."))
			}
			require.Equal(t, c.want, short)
		})
	}
}

// The requestor hears of an approval only where the activation comes later; both parts are one event then.
func TestPreviewOfALaterStartTellsTheRequestorTwice(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	r, tomorrow := request(), noon.Add(24*time.Hour)
	r.ScheduleInfo.StartDateTime = &tomorrow
	approved := previewed(t, p, activationPreview(r)).Events[1]
	require.Equal(t, pim.Requestor, approved.Recipients[0].Audience)
	require.Equal(t, 1, approved.Recipients[0].Order)
	require.Equal(t, pim.Approver, approved.Recipients[1].Audience)
	require.Equal(t, 2, approved.Recipients[1].Order)
	require.True(t, approved.Recipients[0].DueDateTime.Before(approved.Recipients[1].DueDateTime), "the engine takes its time")
}

func TestPreviewShowsWhoIsToldWhereNobodyWouldBeReached(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	r := request()
	r.Approval.Approvers = []pim.Principal{{ID: "u25"}} // has no mailbox
	require.Empty(t, previewed(t, p, activationPreview(r)).Events[0].Mails)
	p.of.UnreachableApproverMail = true
	asked := previewed(t, p, activationPreview(r)).Events[0]
	require.Len(t, asked.Recipients, 3)
	require.Equal(t, []any{"grady@contoso.example", pim.PrivilegedRoleAdministrator, 1},
		[]any{asked.Recipients[0].Address, asked.Recipients[0].Audience, asked.Recipients[0].Order})
	require.Equal(t, pim.ReasonNoAddress, asked.Recipients[2].Reason)
	require.Len(t, asked.Mails, 1)
	require.Equal(t, "PIM: No approver can be reached for Alain Charon's request to activate the Backup Reader role", asked.Mails[0].Subject)
	for _, m := range previewed(t, p, activationPreview(request())).Events[0].Mails {
		require.Equal(t, pim.Approver, m.Audience, "somebody is reached")
	}
}

func TestPreviewOfAnAssignmentGoesToItsEnd(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	a := given()
	a.ScheduleInfo = lasting("P90D")
	preview := previewed(t, p, pim.PreviewRequest{ID: "a1", Assignment: &a})
	require.Equal(t, []string{
		"assignment.a1.assigned", "assignment.a1.expiring.1", "assignment.a1.extendable", "assignment.a1.expiring.2", "assignment.a1.expired",
	}, eventIDs(preview))
	require.Equal(t, noon.Add(90*24*time.Hour), preview.Events[4].DueDateTime)
	require.Contains(t, preview.Events[1].Mails[0].Subject, "expires in 14 days")
	a.ScheduleInfo = forever()
	require.Equal(t, []string{"assignment.a1.assigned"}, eventIDs(previewed(t, p, pim.PreviewRequest{ID: "a1", Assignment: &a})))
}

func TestPreviewIsCheckedAsWhatIsPut(t *testing.T) {
	p := newPress(t, filepath.Join(t.TempDir(), "ledger.db"))
	locations := func(tenant string, request pim.PreviewRequest) (at []string) {
		_, err := p.house.Preview(t.Context(), tenant, request)
		var wrong *pim.Invalid
		require.ErrorAs(t, err, &wrong)
		for _, problem := range wrong.Problems {
			at = append(at, problem.Location)
		}
		return at
	}
	r, a := request(), given()
	r.Principal.Mail, r.Role.ID = "no address", ""
	require.Equal(t, []string{"body.activationRequest.principal.mail", "body.activationRequest.role.id"}, locations(tenant, activationPreview(r)))
	a.Scope.ID = ""
	require.Equal(t, []string{"body.assignment.scope.id"}, locations(tenant, pim.PreviewRequest{ID: "a1", Assignment: &a}))
	require.Equal(t, []string{"body.id"}, locations(tenant, pim.PreviewRequest{ID: "..", Assignment: &a}))
	require.Equal(t, []string{"path.tenant", "body.id"}, locations("..", pim.PreviewRequest{Assignment: &a}))
	require.Equal(t, []string{"body.activationRequest"}, locations(tenant, pim.PreviewRequest{ID: "x"}))
	require.Equal(t, []string{"body.activationRequest"}, locations(tenant, pim.PreviewRequest{ID: "x", ActivationRequest: &r, Assignment: &a}))
	nobody := request()
	nobody.ResourceKind, nobody.Scope.ID, nobody.Approval.Approvers, nobody.AccessID = pim.GroupResource, "g99", nil, pim.Member
	require.Equal(t, []string{"body.activationRequest.approval.approvers"}, locations(tenant, activationPreview(nobody)))

	_, err := p.house.Preview(t.Context(), "nowhere", activationPreview(request()))
	require.ErrorIs(t, err, pim.ErrUnknownTenant)
	p.house.Client.Directory = awayDirectory{}
	_, err = p.house.Preview(t.Context(), tenant, activationPreview(request()))
	var away *starter.Unavailable
	require.ErrorAs(t, err, &away)
	require.Equal(t, starter.AwayDirectory, away.What)
}
