package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// place is what the walk's roles belong to, and who decides there where nobody is named to.
type place struct {
	name    string
	kind    pim.ResourceKind
	access  pim.AccessID
	role    pim.Role
	scope   pim.Scope
	decides string // on requests to activate
	extends string // on requests to extend and renew
}

var places = []place{
	{"an Entra role", "directoryRole", "", pim.Role{ID: "backup-reader", DisplayName: "Backup Reader"}, pim.Scope{ID: "/"}, "ga-activated", "pra-active"},
	{"an Azure role", "azureResource", "", pim.Role{ID: "acdd72a7", DisplayName: "Backup Operator"}, pim.Scope{ID: here}, "own-mg-activated", "uaa-root"},
	{"owning a group", "group", "owner", pim.Role{ID: "owner", DisplayName: "Owner"}, pim.Scope{ID: tier0}, "gowner-permanent", "gowner-nested"},
	{"a group's member", "group", "member", pim.Role{ID: "member", DisplayName: "Member"}, pim.Scope{ID: tier0}, "gowner-nested", "gowner-permanent"},
}

// stretch is the part of the walk that lies in one profile and place.
type stretch struct {
	place
	*world  // of the tenant with that profile
	profile pim.Profile
	found   chan<- visit
}

// visit is one event that came up on the walk, and what has to be known to say who is to be told of it.
type visit struct {
	stretch
	event   pim.EventKind
	id      string
	named   bool   // somebody was named to approve
	decider string // who extended, renewed or refused
	about   words
}

// words are what a subject says beside the event.
type words struct{ who, role, given, verb string }

func (s stretch) name(what string, words ...string) string {
	name := s.prefix + string(s.profile) + "-" + string(s.kind) + string(s.access) + "-" + what
	for _, word := range words {
		name += "-" + word
	}
	return name
}

func (s stretch) saw(event pim.EventKind, id string, v visit) {
	v.stretch, v.event, v.id, v.about.role = s, event, id, s.role.DisplayName
	if v.about.who == "" {
		v.about.who = "requestor"
	}
	s.found <- v
}

func (s stretch) activation(named bool) pim.ActivationRequest {
	return activation(func(r *pim.ActivationRequest) {
		r.ResourceKind, r.AccessID, r.Role, r.Scope, r.Activation = s.kind, s.access, s.role, s.scope, pim.Reported
		r.Principal = pim.Principal{ID: "requestor"}
		r.Approval.Approvers = nil
		if named {
			r.Approval.Approvers = []pim.Principal{{ID: "approvers", Type: pim.Group}, {ID: "approver-direct"}}
		}
	})
}

// asked is a request that was asked of whoever may decide it.
func (s stretch) asked(t testing.TB, what string, named bool) (id, decides string) {
	t.Helper()
	id, decides = s.name(what, fmt.Sprint(named)), s.decides
	if named {
		decides = approver
	}
	s.put(t, id, s.activation(named))
	asking := "activation." + id + ".pendingApproval"
	s.awaitTold(t, "activationRequests/"+id, asking)
	s.saw(pim.ActivationPendingApproval, asking, visit{named: named})
	return id, decides
}

func (s stretch) toldOfRequest(t testing.TB, id string, kind pim.EventKind, named bool) {
	t.Helper()
	event := "activation." + id + "." + kind.Short()
	s.awaitTold(t, "activationRequests/"+id, event)
	s.saw(kind, event, visit{named: named})
}

func (s stretch) approved(named bool) func(testing.TB) {
	return func(t testing.TB) {
		t.Helper()
		id, decides := s.asked(t, "approved", named)
		s.decide(t, id, pim.Approve, decides).done(t)
		s.toldOfRequest(t, id, pim.ActivationApproved, named) // it is not active yet: PIM has not reported it
		s.call(t, http.MethodPost, "activationRequests/"+id+"/activated", "{}").done(t)
		s.toldOfRequest(t, id, pim.ActivationCompleted, named)
	}
}

func (s stretch) denied(named bool) func(testing.TB) {
	return func(t testing.TB) {
		t.Helper()
		id, decides := s.asked(t, "denied", named)
		s.decide(t, id, pim.Deny, decides).done(t)
		s.toldOfRequest(t, id, pim.ActivationDenied, named)
	}
}

func (s stretch) timedOut(t testing.TB) {
	t.Helper()
	id, r, longAgo := s.name("timed-out"), s.activation(true), time.Now().Add(-time.Hour)
	r.CreatedDateTime = &longAgo
	s.put(t, id, r)
	s.toldOfRequest(t, id, pim.ActivationTimedOut, true)
}

func (s stretch) failed(t testing.TB) {
	t.Helper()
	id, r := s.name("failed"), s.activation(false)
	r.Approval = pim.Approval{}
	s.put(t, id, r)
	s.call(t, http.MethodPost, "activationRequests/"+id+"/failed", "{}").done(t)
	s.toldOfRequest(t, id, pim.ActivationFailed, true)
}

// assignment is one that began ten minutes ago and has that long to go; for ever where that is nothing.
func (s stretch) assignment(gives pim.AssignmentType, left time.Duration) pim.Assignment {
	return assignment(func(a *pim.Assignment) {
		a.ResourceKind, a.AccessID, a.Role, a.Scope, a.AssignmentType = s.kind, s.access, s.role, s.scope, gives
		a.Principal, a.AssignedBy = pim.Principal{ID: "assignee"}, pim.Principal{ID: s.extends}
		a.ScheduleInfo = lasting(left)
	})
}

// assigned is an assignment that was told of.
func (s stretch) assigned(t testing.TB, what string, gives pim.AssignmentType, left time.Duration) (id string) {
	t.Helper()
	id = s.name(what, string(gives))
	s.assign(t, id, s.assignment(gives, left))
	s.toldOfAssignment(t, id, pim.AssignmentAssigned, "assigned", visit{about: words{given: givenFor(gives, left)}})
	return id
}

func (s stretch) toldOfAssignment(t testing.TB, id string, kind pim.EventKind, occurrence string, v visit) {
	t.Helper()
	event := "assignment." + id + "." + occurrence
	s.awaitTold(t, "assignments/"+id, event)
	v.about.who = "assignee"
	s.saw(kind, event, v)
}

func givenFor(gives pim.AssignmentType, left time.Duration) string {
	given := map[pim.AssignmentType]string{pim.Active: "assigned", pim.Eligible: "made eligible for"}[gives]
	if left == 0 {
		given = "permanently " + given
	}
	return given
}

// soon is when what time brings is due on the walk: later than a machine takes that has to do everything else as well.
const soon = 20 * time.Second

func (s stretch) noticed(gives pim.AssignmentType) func(testing.TB) {
	return func(t testing.TB) {
		t.Helper()
		id := s.assigned(t, "noticed", gives, time.Hour+soon)
		s.toldOfAssignment(t, id, pim.AssignmentExpiring, "expiring.1", visit{})
		s.toldOfAssignment(t, id, pim.AssignmentExtendable, "extendable", visit{})
	}
}

// extended is refused once, then extended on request, then by an administrator whom nobody asked.
func (s stretch) extended(gives pim.AssignmentType) func(testing.TB) {
	return func(t testing.TB) {
		t.Helper()
		id := s.assigned(t, "extended", gives, 50*time.Minute)
		s.asksTwice(t, id, "extend", lasting(55*time.Minute), pim.AssignmentExtendRequested, pim.AssignmentExtended)
		s.call(t, http.MethodPost, "assignments/"+id+"/extend",
			pim.AssignmentChange{RequestedBy: pim.Principal{ID: s.extends}, ScheduleInfo: lasting(58 * time.Minute)}).done(t)
		s.toldOfAssignment(t, id, pim.AssignmentExtended, "extended.n~1", visit{decider: s.extends})
	}
}

// ended comes to its end, is refused a renewal, and is then renewed on request.
func (s stretch) ended(gives pim.AssignmentType) func(testing.TB) {
	return func(t testing.TB) {
		t.Helper()
		id := s.assigned(t, "ended", gives, soon)
		s.toldOfAssignment(t, id, pim.AssignmentExpired, "expired", visit{})
		s.asksTwice(t, id, "renew", lasting(2*time.Hour), pim.AssignmentRenewRequested, pim.AssignmentRenewed)
	}
}

// asksTwice has the assignee ask for an extension or a renewal that is refused, and for another that is approved.
func (s stretch) asksTwice(t testing.TB, id, verb string, wish pim.ScheduleInfo, asks, granted pim.EventKind) {
	t.Helper()
	for _, c := range []struct {
		request string
		result  pim.ReviewResult
		kind    pim.EventKind
	}{{"no", pim.Deny, pim.AssignmentRefused}, {"yes", pim.Approve, granted}} {
		s.ask(t, id, verb, c.request, pim.ExtensionRequest{RequestedBy: pim.Principal{ID: "assignee"}, ScheduleInfo: wish})
		s.toldOfAssignment(t, id, asks, asks.Short()+".r~"+c.request, visit{})
		s.answer(t, id, verb, c.request, pim.ExtensionDecision{Decision: reviewed(c.result, s.extends)}).done(t)
		s.toldOfAssignment(t, id, c.kind, c.kind.Short()+".r~"+c.request, visit{decider: s.extends, about: words{verb: verb}})
	}
}

// outside is made without PIM, for good: what the alert speaks of in both profiles.
func (s stretch) outside(t testing.TB) {
	t.Helper()
	id, a := s.name("outside"), s.assignment(pim.Active, 0)
	a.Origin = pim.OutsidePIM
	s.assign(t, id, a)
	s.toldOfAssignment(t, id, pim.AssignmentAssignedOutsidePIM, "assignedOutsidePim", visit{})
}

func (s stretch) enabled(t testing.TB) {
	t.Helper()
	s.setPIM(t, true, "ga-permanent")
	await(t, patience, "PIM being enabled to be told", func() bool { return s.pimIs(t).Events[0].Status == pim.EventComplete })
	s.saw(pim.PIMEnabled, "pim.enabled.1", visit{})
}

func (s stretch) weekly(t testing.TB) {
	t.Helper()
	require.Contains(t, s.digest(t, "run", "--tenant", string(s.profile)), "recipients: ")
	var events struct{ Value []pim.Event }
	s.call(t, http.MethodGet, "events?resource=digest", nil).into(t, http.StatusOK, &events)
	require.Len(t, events.Value, 1)
	s.saw(pim.DigestWeekly, events.Value[0].ID, visit{})
}
