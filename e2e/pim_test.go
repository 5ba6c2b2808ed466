package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

func (w *world) awaitEnabledTold(t *testing.T, eventID string) {
	t.Helper()
	await(t, patience, eventID+" to be told", func() bool {
		return named(pim.View{Events: w.pimIs(t).Events}, eventID).Status == pim.EventComplete
	})
}

var ownTenants atomic.Int64

func TestThatPIMIsEnabledIsToldOnceUntilItIsDisabledAndEnabledAgain(t *testing.T) {
	t.Parallel()
	// The runs of a tenant are numbered, and Temporal is shared: this one's tenant is nobody else's.
	own := fmt.Sprintf("contoso%d-%d", os.Getpid(), ownTenants.Add(1))
	sample := bytes.Replace(directory.Sample(), []byte("\n  contoso:"), []byte("\n  "+own+":"), 1)
	w := newWorld(t, options{directory: sample}).of(own)
	require.Equal(t, pim.PIMView{IsEnabled: true, Timeline: []pim.TimelineEntry{}, Events: []pim.Event{}}, w.pimIs(t), "nobody ever said so")
	w.call(t, http.MethodPut, "pim", `{"changedBy": {"id": "u2"}}`).refused(t, http.StatusUnprocessableEntity, "", "body.isEnabled")
	w.call(t, http.MethodPut, "pim", `{"isEnabled": true}`).refused(t, http.StatusUnprocessableEntity, "", "body.changedBy.id")
	w.of("nowhere").call(t, http.MethodPut, "pim", `{"isEnabled": true, "changedBy": {"id": "u2"}}`).refused(t, http.StatusNotFound, "no such tenant")

	everybody := []string{"grady", "henrietta", "delia", "adele", "alex"}
	for n, event := range []string{"pim.enabled.1", "pim.enabled.2"} {
		require.True(t, w.setPIM(t, true, "u2").IsEnabled)
		w.awaitEnabledTold(t, event)
		require.True(t, w.setPIM(t, true, "u3").IsEnabled, "it is so already")
		require.Equal(t, everybody, w.arrived(t, event), "by column, inside it by address")
		require.Len(t, w.inbox.Messages(), 5*(n+1))
		v := w.setPIM(t, false, "u2")
		require.False(t, v.IsEnabled)
		require.Len(t, v.Timeline, 2*(n+1))
		require.Equal(t, pim.WhatDisabled, v.Timeline[2*n+1].What)
		require.False(t, w.setPIM(t, false, "u3").IsEnabled)
	}
	for _, m := range w.inbox.Messages() {
		require.Equal(t, "PIM: Privileged Identity Management is enabled for Contoso", m.Subject)
		require.Contains(t, m.Text, "Adele Vance")
	}

	// What has not left when it is disabled again never leaves.
	w.inbox.SetFaults(inbox.Fault{Kind: inbox.Throttle})
	w.setPIM(t, true, "u2")
	await(t, patience, "the mails to be held up", func() bool { return len(w.recipients(t, "pim.enabled.3")) > 0 })
	v := w.setPIM(t, false, "u2")
	await(t, patience, "what was on its way to be refused", func() bool { // it has left already, and would be taken now
		for _, d := range w.recipients(t, "pim.enabled.3") {
			if d.Status.Open() {
				return false
			}
		}
		return true
	})
	w.inbox.SetFaults()
	require.Equal(t, "withdrawn:disabled", named(pim.View{Events: v.Events}, "pim.enabled.3").Reason)
	w.setPIM(t, true, "u2")
	w.awaitEnabledTold(t, "pim.enabled.4")
	require.Empty(t, w.arrived(t, "pim.enabled.3"))
	require.Equal(t, everybody, w.arrived(t, "pim.enabled.4"))
	for _, d := range w.recipients(t, "pim.enabled.3") {
		require.Contains(t, []pim.RecipientStatus{pim.StatusCancelled, pim.StatusSkipped}, d.Status, d.Address)
	}
}

// arrived are those to whom a mail of an event came, in the order of the record.
func (w *world) arrived(t testing.TB, eventID string) (names []string) {
	t.Helper()
	got := map[string]bool{}
	for _, m := range w.inbox.Messages() {
		if m.Header("X-PIM-Event-Id") == eventID {
			got[m.To[0]] = true
		}
	}
	for _, d := range w.recipients(t, eventID) {
		if got[d.Address] {
			names = append(names, local(d.Address))
		}
	}
	return names
}

func TestWhatIsAssignedOutsideOfPIMIsAnAlertAndNothingElse(t *testing.T) {
	t.Parallel()
	settings := filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(settings, []byte(`tenants:
  entra: {profile: entra}
  strict: {profile: strict}
  silent: {alerts: {assignedOutsidePim: false}}
`), 0o600))
	w := newWorld(t, options{directory: walkDirectory("entra", "strict", "silent"), env: map[string]string{"PIMNOTIFY_SETTINGS": settings}})
	for _, c := range []struct {
		tenant  string
		left    time.Duration
		reason  string // that the record has of whoever is not told
		columns int
	}{
		{tenant: "entra", left: 50 * time.Minute, reason: pim.ReasonNoAddress, columns: 3},
		{tenant: "entra", left: 0, reason: pim.ReasonNoAddress, columns: 3},
		{tenant: "strict", left: 0, reason: pim.ReasonNoAddress, columns: 3},
		{tenant: "strict", left: 50 * time.Minute},
		{tenant: "silent", left: 0, reason: pim.ReasonAlertOff},
	} {
		id := w.prefix + c.tenant + c.left.String()
		w := w.of(c.tenant)
		v := w.assign(t, id, assignment(func(a *pim.Assignment) {
			a.Origin, a.AssignmentType, a.ScheduleInfo = pim.OutsidePIM, pim.Active, lasting(c.left)
			a.Principal.ID, a.AssignedBy.ID = "assignee", "ga-permanent"
		}))
		require.Len(t, v.Events, 1, "nothing but the alert is ever due")
		require.Equal(t, pim.WhatAssignedOutsidePIM, v.Timeline[0].What)
		event := "assignment." + id + ".assignedOutsidePim"
		w.awaitTold(t, "assignments/"+id, event)
		told := 0
		for _, d := range w.recipients(t, event) {
			if d.Status == pim.StatusSent {
				told++
				require.Equal(t, "PIM: assignee was assigned the Backup Reader role outside of PIM", d.Subject)
				continue
			}
			require.Equal(t, pim.StatusSkipped, d.Status)
			require.Equal(t, c.reason, d.Reason, d.PrincipalID)
		}
		// Active holders, one of them through groups: permanent, active, activated, nested.
		require.Equal(t, 4*c.columns, told, "%s, %s", c.tenant, c.left)
		if c.reason == pim.ReasonAlertOff {
			require.Len(t, w.recipients(t, event), 3*5, "everybody who would have been told is on record")
		}
	}
	require.Len(t, w.inbox.Messages(), 3*12, "nobody is told anything else")
}
