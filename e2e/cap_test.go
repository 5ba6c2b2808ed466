package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// crowd is a tenant whose subscription has 1,000 owners, every fourth of whom is only eligible, and 300 User Access Administrators;
// 200 of its people approve, and 1,100 are the staff. Names sort as they are numbered.
func crowd() []byte {
	var users, holders strings.Builder
	groups := map[string][]string{}
	person := func(kind string, i int) string {
		id := fmt.Sprintf("%s-%04d", kind, i)
		fmt.Fprintf(&users, "      - {id: %s, displayName: %s, mail: %s@contoso.example}\n", id, id, id)
		return id
	}
	hold := func(role, id, state string) {
		fmt.Fprintf(&holders, "      - {role: %s, scope: /subscriptions/s1, principal: %s, state: %s}\n", role, id, state)
		groups["administrators"] = append(groups["administrators"], id)
	}
	for i := range 200 {
		groups["approvers"] = append(groups["approvers"], person("approver", i))
	}
	for i := range 1000 {
		hold("Owner", person("owner", i), map[bool]string{true: "eligible", false: "permanent"}[i%4 == 3])
	}
	for i := range 300 {
		hold("User Access Administrator", person("uaa", i), "permanent")
	}
	for i := range 1100 {
		groups["staff"] = append(groups["staff"], person("staff", i))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "tenants:\n  contoso:\n    displayName: Contoso\n    users:\n      - {id: u7, displayName: Alain Charon, mail: alain@contoso.example}\n%s    groups:\n", users.String())
	for name, members := range groups {
		fmt.Fprintf(&b, "      - {id: %s, displayName: %s, members: [%s]}\n", name, name, strings.Join(members, ", "))
	}
	fmt.Fprintf(&b, "    holders:\n%s", holders.String())
	return []byte(b.String())
}

// numbered are people of the crowd as they sort.
func numbered(kind string, from, to int, but func(int) bool) (names []string) {
	for i := from; i < to; i++ {
		if but == nil || !but(i) {
			names = append(names, fmt.Sprintf("%s-%04d", kind, i))
		}
	}
	return names
}

func onlyEligible(i int) bool { return i%4 == 3 }

func TestOfFifteenHundredRecipientsTheFirstThousandAreToldAndTheOthersMayActAllTheSame(t *testing.T) {
	settings := filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(settings, []byte("tenants:\n  contoso: {profile: strict}\n"), 0o600)) // fewer mails beside those that this is about
	w := newWorld(t, options{directory: crowd(), env: map[string]string{
		"PIMNOTIFY_SETTINGS": settings, "PIMNOTIFY_ENGINE_DELAY": "0", "PIMNOTIFY_EXPIRY_NOTICES": "1h",
	}})
	ask := func(id string, approvers ...string) {
		w.put(t, id, activation(func(r *pim.ActivationRequest) {
			r.ResourceKind, r.Scope, r.Approval.Approvers = pim.AzureResource, pim.Scope{ID: "/subscriptions/s1"}, nil
			for _, group := range approvers {
				r.Approval.Approvers = append(r.Approval.Approvers, pim.Principal{ID: group, Type: pim.Group})
			}
		}))
	}
	owners, uaas := numbered("owner", 0, 1000, nil), numbered("uaa", 0, 300, nil)

	// Over three audiences: approvers, owners, User Access Administrators.
	id := w.prefix + "named"
	ask(id, "approvers")
	w.awaitTold(t, "activationRequests/"+id, "activation."+id+".pendingApproval")
	w.capped(t, "activation."+id+".pendingApproval", slices.Concat(numbered("approver", 0, 200, nil), owners, uaas))
	w.call(t, http.MethodPost, "activationRequests/"+id+"/cancel", "{}").done(t)

	// An approver who was not told decides, as any other.
	id = w.prefix + "administrators"
	ask(id, "administrators")
	w.awaitTold(t, "activationRequests/"+id, "activation."+id+".pendingApproval")
	w.capped(t, "activation."+id+".pendingApproval", slices.Concat(owners, uaas))
	require.Equal(t, http.StatusForbidden, w.decide(t, id, pim.Deny, "approver-0000").status, "an approver of other requests")
	require.Equal(t, pim.Denied, w.decide(t, id, pim.Deny, "uaa-0299").done(t).Status)

	// An assignee who was not told asks for more time, and an administrator who was not told gives it.
	id = w.prefix + "staff"
	w.assign(t, id, assignment(func(a *pim.Assignment) {
		a.ResourceKind, a.Scope, a.Principal = pim.AzureResource, pim.Scope{ID: "/subscriptions/s1"}, pim.Principal{ID: "staff", Type: pim.Group}
		a.AssignedBy = pim.Principal{ID: "owner-0000"}
	}))
	staff := numbered("staff", 0, 1100, nil)
	w.awaitTold(t, "assignments/"+id, "assignment."+id+".assigned")
	w.capped(t, "assignment."+id+".assigned", slices.Concat(staff, owners, uaas))
	w.ask(t, id, "extend", "x", pim.ExtensionRequest{RequestedBy: pim.Principal{ID: "staff-1099"}, ScheduleInfo: lasting(time.Hour)})
	asking := "assignment." + id + ".extendRequested.r~x"
	w.awaitTold(t, "assignments/"+id, asking)
	canDecide := slices.Concat(numbered("owner", 0, 1000, onlyEligible), uaas)
	w.capped(t, asking, slices.Concat(canDecide, numbered("owner", 0, 1000, func(i int) bool { return !onlyEligible(i) })))
	require.Equal(t, http.StatusForbidden, w.answer(t, id, "extend", "x", pim.ExtensionDecision{Decision: reviewed(pim.Approve, "owner-0003")}).status, "eligible only")
	v := w.answer(t, id, "extend", "x", pim.ExtensionDecision{Decision: reviewed(pim.Approve, "uaa-0299")}).done(t)
	require.Equal(t, pim.Provisioned, v.Status)
	require.Equal(t, 2, v.Assignment.Term.Number)
	w.awaitTold(t, "assignments/"+id, "assignment."+id+".extended.r~x")
	w.capped(t, "assignment."+id+".extended.r~x", staff)
}

// capped holds an event of many against all who are to be told of it, in order: the first thousand of them and nobody else have
// got it, once, and the record has the others.
func (w *world) capped(t *testing.T, eventID string, all []string) {
	t.Helper()
	var names []string
	for i, d := range w.recipients(t, eventID) {
		names = append(names, d.PrincipalID)
		require.Equal(t, i+1, d.Order, "capped ones are counted on")
		if i < 1000 {
			require.Equal(t, pim.StatusSent, d.Status, "%d: %s", d.Order, d.Address)
		} else {
			require.Equal(t, pim.StatusCapped, d.Status, "%d: %s", d.Order, d.Address)
			require.Equal(t, pim.ReasonOverCap, d.Reason)
			require.Empty(t, d.MessageID)
		}
	}
	require.Equal(t, all, names)
	var arrived []string
	for _, m := range w.inbox.Messages() {
		if m.Header("X-PIM-Event-Id") == eventID {
			name := local(m.To[0])
			arrived = append(arrived, name)
		}
	}
	slices.Sort(arrived)
	require.Equal(t, slices.Sorted(slices.Values(all[:1000])), arrived)
}
