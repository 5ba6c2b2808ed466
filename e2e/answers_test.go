package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// problem is how the API says no.
type problem struct {
	Status           int
	Detail           string
	Errors           []struct{ Location, Message string }
	ReviewResult     pim.ReviewResult
	ReviewedBy       pim.Principal
	ReviewedDateTime time.Time
}

// refused holds an answer against what it is to be: a problem with that status, words of its detail, and every field that is wrong.
func (a answer) refused(t testing.TB, status int, says string, fields ...string) (p problem) {
	t.Helper()
	require.Equal(t, status, a.status, "%s", a.body)
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
	require.NoError(t, json.Unmarshal(a.body, &p))
	require.Equal(t, status, p.Status)
	require.Contains(t, p.Detail, says)
	var locations []string
	for _, e := range p.Errors {
		require.NotEmpty(t, e.Message, e.Location)
		locations = append(locations, e.Location)
	}
	require.Equal(t, fields, locations, "%s", a.body)
	return p
}

const (
	endField      = "body.scheduleInfo.expiration.endDateTime"
	durationField = "body.scheduleInfo.expiration.duration"
)

// refusing is a deployment in whose tenant fabrikam nothing can be renewed for longer than a second.
func refusing(t *testing.T) *world {
	t.Helper()
	settings := filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(settings, []byte("tenants:\n  fabrikam: {renewWindow: PT1S}\n"), 0o600))
	return newWorld(t, options{env: map[string]string{
		"PIMNOTIFY_SETTINGS": settings, "PIMNOTIFY_EXPIRY_NOTICES": "1h", "PIMNOTIFY_RENEW_WINDOW": "1h",
	}})
}

func by(id string, s pim.ScheduleInfo) pim.AssignmentChange {
	return pim.AssignmentChange{RequestedBy: pim.Principal{ID: id}, ScheduleInfo: s}
}

func wish(id string, s pim.ScheduleInfo) pim.ExtensionRequest {
	return pim.ExtensionRequest{RequestedBy: pim.Principal{ID: id}, ScheduleInfo: s}
}

func forDuration(d pim.Duration) pim.ScheduleInfo {
	return pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: d}}
}

func TestAnAssignmentThatIsNotOneIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	w := refusing(t)
	put := func(adjust func(*pim.Assignment)) answer {
		return w.call(t, http.MethodPut, "assignments/"+w.prefix+"a", assignment(adjust))
	}
	ends := func(start, end time.Duration) func(*pim.Assignment) {
		from, until := time.Now().Add(start), time.Now().Add(end)
		return func(a *pim.Assignment) {
			a.ScheduleInfo = pim.ScheduleInfo{StartDateTime: &from, Expiration: pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &until}}
		}
	}
	for name, c := range map[string]struct {
		adjust func(*pim.Assignment)
		field  string
	}{
		"shorter than five minutes":        {ends(0, 4*time.Minute), endField},
		"shorter than five minutes, later": {ends(time.Hour, time.Hour+299*time.Second), endField},
		"a duration shorter than that":     {func(a *pim.Assignment) { a.ScheduleInfo = forDuration("PT299S") }, durationField},
		"over":                             {ends(-time.Hour, -time.Minute), endField},
		"ends before it starts":            {ends(2*time.Hour, time.Hour), endField},
		"a duration of months":             {func(a *pim.Assignment) { a.ScheduleInfo = forDuration("P1M") }, durationField},
		"no schedule":                      {func(a *pim.Assignment) { a.ScheduleInfo = pim.ScheduleInfo{} }, "body.scheduleInfo.expiration"},
		"another action":                   {func(a *pim.Assignment) { a.Action = pim.SelfActivate }, "body.action"},
		"no type":                          {func(a *pim.Assignment) { a.AssignmentType = "" }, "body.assignmentType"},
		"another type":                     {func(a *pim.Assignment) { a.AssignmentType = "Eligible" }, "body.assignmentType"},
		"a group without accessId":         {func(a *pim.Assignment) { a.ResourceKind = pim.GroupResource }, "body.accessId"},
		"accessId without a group":         {func(a *pim.Assignment) { a.AccessID = "member" }, "body.accessId"},
		"eligible outside of PIM":          {func(a *pim.Assignment) { a.Origin = pim.OutsidePIM }, "body.origin"},
		"nobody":                           {func(a *pim.Assignment) { a.Principal = pim.Principal{} }, "body.principal.id"},
		"an address that is none":          {func(a *pim.Assignment) { a.Principal.Mail = "alain" }, "body.principal.mail"},
		"an assigner without an id":        {func(a *pim.Assignment) { a.AssignedBy = pim.Principal{DisplayName: "Adele"} }, "body.assignedBy.id"},
		"made in the future":               {func(a *pim.Assignment) { later := time.Now().Add(time.Hour); a.CreatedDateTime = &later }, "body.createdDateTime"},
		"longer than anybody plans":        {ends(0, 20*366*24*time.Hour), endField},
	} {
		t.Run(name, func(t *testing.T) { put(c.adjust).refused(t, http.StatusUnprocessableEntity, "not valid", c.field) })
	}
	put(func(a *pim.Assignment) {
		a.ResourceKind, a.AccessID, a.AssignmentType, a.Origin = pim.GroupResource, "member", pim.Active, pim.OutsidePIM
	}).refused(t, http.StatusUnprocessableEntity, "not valid", "body.origin")
	put(func(a *pim.Assignment) { *a = pim.Assignment{} }).refused(t, http.StatusUnprocessableEntity, "not valid",
		"body.action", "body.resourceKind", "body.principal.id", "body.role.id", "body.role.displayName", "body.scope.id",
		"body.assignmentType", "body.scheduleInfo.expiration")
	w.call(t, http.MethodPut, "assignments/a~b", assignment()).refused(t, http.StatusUnprocessableEntity, "not valid", "path.id")
	w.call(t, http.MethodPut, "assignments/a", `{"assignmenttype": "active"}`).refused(t, http.StatusUnprocessableEntity, "", "body.assignmenttype")
	w.call(t, http.MethodPut, "assignments/a", `{`).refused(t, http.StatusBadRequest, "JSON", "body")
	w.of("nowhere").call(t, http.MethodPut, "assignments/a", assignment()).refused(t, http.StatusNotFound, "no such tenant")
	require.Equal(t, http.StatusNotFound, w.call(t, http.MethodGet, "assignments/"+w.prefix+"a", nil).status, "nothing of all this is kept")

	only := assignment(func(a *pim.Assignment) { a.IsValidationOnly = true })
	w.call(t, http.MethodPut, "assignments/"+w.prefix+"a", only).done(t)
	require.Equal(t, http.StatusNotFound, w.call(t, http.MethodGet, "assignments/"+w.prefix+"a", nil).status)
	only.Action, only.IsValidationOnly = "ADMINassign", false
	w.assign(t, w.prefix+"a", only)
	only.Action = pim.AdminAssign
	w.call(t, http.MethodPut, "assignments/"+w.prefix+"a", only).done(t) // the same in other words
	only.Justification = "another"
	w.call(t, http.MethodPut, "assignments/"+w.prefix+"a", only).refused(t, http.StatusConflict, "")
}

func TestWhatAnAssignmentIsSaysWhatCanBeDoneWithIt(t *testing.T) {
	t.Parallel()
	w := refusing(t)
	id := func(name string) string { return w.prefix + name }
	no := func(name, verb string, c pim.AssignmentChange, says string) {
		t.Helper()
		w.change(t, id(name), verb, c).refused(t, http.StatusConflict, says)
	}

	w.assign(t, id("permanent"), assignment(func(a *pim.Assignment) { a.ScheduleInfo = lasting(0) }))
	no("permanent", "extend", by("u2", lasting(time.Hour)), "permanent")
	no("permanent", "renew", by("u2", lasting(time.Hour)), "permanent")
	w.call(t, http.MethodPut, "assignments/"+id("permanent")+"/extendRequests/x", wish("u7", lasting(time.Hour))).refused(t, http.StatusConflict, "permanent")

	w.assign(t, id("long"), assignment(func(a *pim.Assignment) { a.ScheduleInfo = forDuration("P10D") }))
	no("long", "extend", by("u2", forDuration("P20D")), "can be extended from")
	no("long", "renew", by("u2", forDuration("P20D")), "only after that")
	w.call(t, http.MethodPut, "assignments/"+id("long")+"/renewRequests/x", wish("u7", forDuration("P20D"))).refused(t, http.StatusConflict, "only after that")

	w.assign(t, id("a"), assignment())
	w.change(t, id("a"), "extend", by("u2", lasting(40*time.Minute))).refused(t, http.StatusUnprocessableEntity, "", endField)
	w.change(t, id("a"), "extend", by("u2", forDuration("PT10M"))).refused(t, http.StatusUnprocessableEntity, "", durationField)
	w.change(t, id("a"), "extend", by("u2", pim.ScheduleInfo{})).refused(t, http.StatusUnprocessableEntity, "", "body.scheduleInfo.expiration")
	w.change(t, id("a"), "extend", by("", lasting(time.Hour))).refused(t, http.StatusUnprocessableEntity, "", "body.requestedBy.id")
	w.change(t, id("a"), "update", by("u2", pim.ScheduleInfo{})).refused(t, http.StatusUnprocessableEntity, "", "body.scheduleInfo")
	w.change(t, id("a"), "remove", by("u2", lasting(time.Hour))).refused(t, http.StatusUnprocessableEntity, "", "body.scheduleInfo")
	w.change(t, id("nothing"), "extend", by("u2", lasting(time.Hour))).refused(t, http.StatusNotFound, "")
	require.Equal(t, 1, w.read(t, "assignments/"+id("a")).Assignment.Term.Number, "nothing of all this counts")

	// Extended for good: from then on it has no end that could be told of.
	v := w.change(t, id("a"), "extend", by("u2", lasting(0))).done(t)
	require.True(t, v.Assignment.Term.Permanent())
	require.Equal(t, pim.EventCancelled, named(v, "assignment."+id("a")+".expired").Status)
	no("a", "extend", by("u2", forDuration("P20D")), "permanent")

	w.change(t, id("long"), "remove", by("u2", pim.ScheduleInfo{})).done(t)
	again := w.change(t, id("long"), "remove", by("u3", pim.ScheduleInfo{})).done(t)
	require.Len(t, again.Timeline, 2, "it was removed once")
	no("long", "extend", by("u2", forDuration("P20D")), "removed")
	no("long", "update", by("u2", forDuration("P20D")), "removed")

	outside := assignment(func(a *pim.Assignment) { a.Origin, a.AssignmentType = pim.OutsidePIM, pim.Active })
	w.assign(t, id("outside"), outside)
	no("outside", "extend", by("u2", lasting(time.Hour)), "")
}

func TestAnAssignmentCanBeRenewedForAsLongAsTheTenantSays(t *testing.T) {
	t.Parallel()
	w := refusing(t).of("fabrikam")
	ends := time.Now().Add(4 * time.Second)
	w.assign(t, w.prefix+"a", assignment(func(a *pim.Assignment) {
		a.Principal.ID, a.AssignedBy.ID, a.ScheduleInfo = "u3", "u1", lasting(time.Until(ends))
	}))
	w.awaitTold(t, "assignments/"+w.prefix+"a", "assignment."+w.prefix+"a.expired")
	<-time.After(time.Until(ends.Add(time.Second + time.Millisecond)))
	w.change(t, w.prefix+"a", "renew", by("u2", lasting(time.Hour))).refused(t, http.StatusConflict, "")
	w.call(t, http.MethodPut, "assignments/"+w.prefix+"a/renewRequests/x", wish("u3", lasting(time.Hour))).refused(t, http.StatusConflict, "")
	v := w.read(t, "assignments/"+w.prefix+"a")
	require.Equal(t, pim.Revoked, v.Status)
	require.Len(t, v.Timeline, 2)
}

func TestWhoMayAskToExtendAndWhoMayDecide(t *testing.T) {
	t.Parallel()
	w := refusing(t)
	id := w.prefix + "a"
	put := func(verb, request string, r pim.ExtensionRequest) answer {
		return w.call(t, http.MethodPut, "assignments/"+id+"/"+verb+"Requests/"+request, r)
	}
	decide := func(request, reviewer string, result pim.ReviewResult) answer {
		return w.answer(t, id, "extend", request, pim.ExtensionDecision{Decision: reviewed(result, reviewer)})
	}
	// Grady Archie may decide on others' requests.
	w.assign(t, id, assignment(func(a *pim.Assignment) { a.Principal.ID = "u5" }))
	put("extend", "x", wish("u8", lasting(time.Hour))).refused(t, http.StatusForbidden, "does not hold")
	put("extend", "x", wish("u5", lasting(-time.Minute))).refused(t, http.StatusUnprocessableEntity, "", endField)
	put("extend", "x~", wish("u5", lasting(time.Hour))).refused(t, http.StatusUnprocessableEntity, "", "path.requestId")
	decide("x", "u6", pim.Approve).refused(t, http.StatusNotFound, "")

	asked := wish("u5", lasting(time.Hour))
	require.Equal(t, pim.PendingAdminDecision, put("extend", "x", asked).created(t).Status)
	put("extend", "x", asked).done(t)
	put("extend", "x", wish("u5", lasting(2*time.Hour))).refused(t, http.StatusConflict, "another request")
	put("renew", "x", asked).refused(t, http.StatusConflict, "another request")
	put("extend", "y", asked).refused(t, http.StatusConflict, "one at a time")

	decide("y", "u6", pim.Approve).refused(t, http.StatusNotFound, "")
	decide("x", "u5", pim.Approve).refused(t, http.StatusForbidden, "own request")
	decide("x", "u7", pim.Approve).refused(t, http.StatusForbidden, "administrator")  // eligible only
	decide("x", "u24", pim.Approve).refused(t, http.StatusForbidden, "administrator") // of another kind
	decide("x", "u6", "approve").refused(t, http.StatusUnprocessableEntity, "", "body.reviewResult")
	w.answer(t, id, "renew", "x", pim.ExtensionDecision{Decision: reviewed(pim.Approve, "u6")}).refused(t, http.StatusNotFound, "")

	require.Equal(t, pim.Provisioned, decide("x", "u6", pim.Deny).done(t).Status)
	decide("x", "u6", pim.Deny).done(t)
	other := decide("x", "u2", pim.Approve).refused(t, http.StatusConflict, "decided before")
	require.Equal(t, pim.Deny, other.ReviewResult)
	require.Equal(t, "u6", other.ReviewedBy.ID)
	require.False(t, other.ReviewedDateTime.IsZero())
	put("extend", "x", asked).done(t) // is known for ever, also when it is decided
	v := w.read(t, "assignments/"+id)
	require.Equal(t, 1, v.Assignment.Term.Number)
	require.Nil(t, v.Assignment.Pending)
	require.Len(t, v.Timeline, 3, "assigned, asked, refused")
}

func TestAChangeWithAKeyIsMadeOnceUnderThatKey(t *testing.T) {
	t.Parallel()
	w := refusing(t)
	id := w.prefix + "a"
	key := func(k string) []string { return []string{"Idempotency-Key", k} }
	w.assign(t, id, assignment())
	longer := by("u2", lasting(55*time.Minute))
	first := w.change(t, id, "extend", longer, key("k1")...).done(t)
	require.Equal(t, first.Timeline, w.change(t, id, "extend", longer, key("k1")...).done(t).Timeline)
	w.change(t, id, "extend", by("u2", lasting(56*time.Minute)), key("k1")...).refused(t, http.StatusConflict, "Idempotency-Key")
	w.change(t, id, "update", longer, key("k1")...).refused(t, http.StatusConflict, "Idempotency-Key")
	w.change(t, id, "extend", longer, key(strings.Repeat("k", 256))...).refused(t, http.StatusUnprocessableEntity, "", "header.Idempotency-Key")
	w.change(t, id, "extend", longer, key("")...).refused(t, http.StatusUnprocessableEntity, "", "header.Idempotency-Key")

	// Without a key, what is so already is not done again; with another key it is meant again.
	require.Len(t, w.change(t, id, "update", longer).done(t).Timeline, 2)
	require.Len(t, w.change(t, id, "update", longer, key("k2")...).done(t).Timeline, 3)
	require.Len(t, w.change(t, id, "update", longer, key("k2")...).done(t).Timeline, 3)
}
