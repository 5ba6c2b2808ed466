package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// Platform engineers (g3) are Lidia (u11), Lynne (u12), and the database engineers (g4): Patti (u16), Pradeep (u17), and the platform
// engineers again.
func TestAGroupsAssignmentIsToldToItsMembersAndAnyOfThemMayAskForMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{env: map[string]string{"PIMNOTIFY_EXPIRY_NOTICES": "1h"}})
	id := w.prefix + "a"
	w.assign(t, id, assignment(func(a *pim.Assignment) {
		a.ResourceKind, a.Principal, a.Scope = pim.AzureResource, pim.Principal{ID: "g3", Type: pim.Group}, pim.Scope{ID: "/subscriptions/s1"}
		a.AssignedBy.ID = "u15"
	}))
	assigned := "assignment." + id + ".assigned"
	w.awaitTold(t, "assignments/"+id, assigned)
	members := []string{"lidia", "lynne", "patti", "pradeep"}
	for _, d := range w.recipients(t, assigned) {
		switch d.Audience {
		case pim.Requestor:
			require.Equal(t, "PIM: You were made eligible for the Backup Reader role", d.Subject)
		default:
			require.Equal(t, "PIM: Platform engineers was made eligible for the Backup Reader role", d.Subject)
		}
	}
	// Lidia and Lynne are Owners, and Pradeep is a User Access Administrator: each is told once, as who has the role.
	require.Equal(t, append(members, "adele", "nestor"), w.arrived(t, assigned))
	for _, m := range w.inbox.Messages() {
		require.Contains(t, m.Text, "Platform engineers")
	}

	ask := func(request, who string) answer {
		return w.call(t, http.MethodPut, "assignments/"+id+"/extendRequests/"+request, wish(who, lasting(time.Hour)))
	}
	ask("x", "u18").refused(t, http.StatusForbidden, "does not hold")
	ask("x", "u17").created(t) // through two groups
	asking := "assignment." + id + ".extendRequested.r~x"
	w.awaitTold(t, "assignments/"+id, asking)
	// Those who can decide now, then the eligible; not Pradeep, who asks.
	require.Equal(t, []string{"adele", "lidia", "lynne", "nestor", "patti"}, w.arrived(t, asking))
	decide := func(who string) answer {
		return w.answer(t, id, "extend", "x", pim.ExtensionDecision{Decision: reviewed(pim.Approve, who)})
	}
	decide("u17").refused(t, http.StatusForbidden, "own request")
	decide("u16").refused(t, http.StatusForbidden, "administrator") // eligible only
	require.Equal(t, pim.Provisioned, decide("u15").done(t).Status)
	extended := "assignment." + id + ".extended.r~x"
	w.awaitTold(t, "assignments/"+id, extended)
	require.Equal(t, append(members, "adele"), w.arrived(t, extended), "Nestor, who decided, knows")
}
