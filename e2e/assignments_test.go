package e2e

import (
	"net/http"
	"testing"
	"time"

	"pimnotify/pim"
)

// assignment is what Alain Charon is given, unless a test wants something else.
func assignment(adjust ...func(*pim.Assignment)) pim.Assignment {
	a := pim.Assignment{
		Action:         pim.AdminAssign,
		ResourceKind:   pim.DirectoryRole,
		Principal:      pim.Principal{ID: "u7"},
		Role:           pim.Role{ID: "backup-reader", DisplayName: "Backup Reader"},
		Scope:          pim.Scope{ID: "/"},
		AssignmentType: pim.Eligible,
		AssignedBy:     pim.Principal{ID: "u2"},
		Justification:  "canary-reason",
		ScheduleInfo:   lasting(50 * time.Minute),
	}
	for _, adjusted := range adjust {
		adjusted(&a)
	}
	return a
}

// lasting is a schedule that began ten minutes ago, as no assignment is shorter than five, and has that long to go. It never ends
// where that is nothing.
func lasting(left time.Duration) pim.ScheduleInfo {
	if left == 0 {
		return pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.NoExpiration}}
	}
	start, end := time.Now().Add(-10*time.Minute), time.Now().Add(left)
	return pim.ScheduleInfo{StartDateTime: &start, Expiration: pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}}
}

func (w *world) assign(t testing.TB, id string, a pim.Assignment) pim.View {
	t.Helper()
	return w.call(t, http.MethodPut, "assignments/"+id, a).created(t)
}

// change is what an administrator does: extend, renew, update or remove.
func (w *world) change(t testing.TB, id, what string, c pim.AssignmentChange, headers ...string) answer {
	t.Helper()
	return w.call(t, http.MethodPost, "assignments/"+id+"/"+what, c, headers...)
}

// ask is a request to extend or to renew: the verb says which.
func (w *world) ask(t testing.TB, id, verb, request string, r pim.ExtensionRequest) pim.View {
	t.Helper()
	return w.call(t, http.MethodPut, "assignments/"+id+"/"+verb+"Requests/"+request, r).created(t)
}

func (w *world) answer(t testing.TB, id, verb, request string, d pim.ExtensionDecision) answer {
	t.Helper()
	return w.call(t, http.MethodPost, "assignments/"+id+"/"+verb+"Requests/"+request+"/decision", d)
}

func (w *world) setPIM(t testing.TB, isEnabled bool, by string) (v pim.PIMView) {
	t.Helper()
	w.call(t, http.MethodPut, "pim", pim.PIMChange{IsEnabled: &isEnabled, ChangedBy: pim.Principal{ID: by}}).into(t, http.StatusOK, &v)
	return v
}

func (w *world) pimIs(t testing.TB) (v pim.PIMView) {
	t.Helper()
	w.call(t, http.MethodGet, "pim", nil).into(t, http.StatusOK, &v)
	return v
}
