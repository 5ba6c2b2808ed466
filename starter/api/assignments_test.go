package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"pimnotify/pim"
	"pimnotify/starter/api"
)

func TestTheWholeLifeOfAnAssignmentOverHTTP(t *testing.T) {
	h := whole(t)
	created := call(h, http.MethodPut, a1, assignment)
	require.Equal(t, http.StatusCreated, created.StatusCode, string(created.body))
	view := created.json(t)
	require.Equal(t, "a1", view["id"])
	require.Equal(t, "Provisioned", view["status"])
	require.Equal(t, map[string]any{
		"assignmentType": "eligible", "term": map[string]any{"number": 1., "startDateTime": "2026-11-23T12:00:00Z", "endDateTime": "2026-12-03T12:00:00Z"},
	}, view["assignment"])
	reordered := strings.Replace(assignment, `"action": "adminAssign", `, "", 1)
	reordered = strings.TrimSuffix(strings.TrimSpace(reordered), "}") + `, "action": "AdminAssign", "origin": "pim"}`
	again := call(h, http.MethodPut, a1, reordered)
	require.Equal(t, http.StatusOK, again.StatusCode)
	require.JSONEq(t, string(created.body), string(again.body))
	require.JSONEq(t, string(created.body), string(call(h, http.MethodGet, a1, "").body))

	events := call(h, http.MethodGet, "/v1/tenants/contoso/events?resource=assignments/a1", "")
	require.Equal(t, http.StatusOK, events.StatusCode)
	require.Equal(t, "assignment.a1.assigned", events.json(t)["value"].([]any)[0].(map[string]any)["id"])
	require.Equal(t, http.StatusNotFound, call(h, http.MethodGet, "/v1/tenants/contoso/events?resource=assignments/a2", "").StatusCode)

	asked := call(h, http.MethodPut, a1+"/extendRequests/x1", longer)
	require.Equal(t, http.StatusCreated, asked.StatusCode, string(asked.body))
	require.Equal(t, "PendingAdminDecision", asked.json(t)["status"])
	require.Equal(t, http.StatusOK, call(h, http.MethodPut, a1+"/extendRequests/x1", longer).StatusCode)
}

func TestAnAssignmentInAnotherZoneIsTheSame(t *testing.T) {
	h := whole(t)
	in := func(moment string) string {
		return strings.Replace(assignment, `"scheduleInfo": {`, `"createdDateTime": "`+moment+`", "scheduleInfo": {"startDateTime": "`+moment+`", `, 1)
	}
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, a1, in("2026-11-23T12:00:00Z")).StatusCode)
	require.Equal(t, http.StatusOK, call(h, http.MethodPut, a1, in("2026-11-23T13:00:00+01:00")).StatusCode)
	require.Equal(t, http.StatusConflict, call(h, http.MethodPut, a1, in("2026-11-23T12:00:00+01:00")).StatusCode)
}

func TestEveryCallOnAnAssignmentReachesTheStarter(t *testing.T) {
	f := &fake{created: true}
	h := api.New(api.Options{Starter: f})
	require.Equal(t, 201, call(h, http.MethodPut, a1, assignment).StatusCode)
	require.Equal(t, 200, call(h, http.MethodGet, a1, "").StatusCode)
	for _, what := range []string{"extend", "renew", "update", "remove"} {
		require.Equal(t, 200, call(h, http.MethodPost, a1+"/"+what, leave, with("Idempotency-Key", `"k 1"`)).StatusCode)
		require.Equal(t, 200, call(h, http.MethodPost, a1+"/"+what, leave).StatusCode)
	}
	for _, what := range []string{"extend", "renew"} {
		require.Equal(t, 201, call(h, http.MethodPut, a1+"/"+what+"Requests/x1", longer).StatusCode)
		require.Equal(t, 200, call(h, http.MethodPost, a1+"/"+what+"Requests/x1/decision",
			`{"reviewResult": "Deny", "reviewedBy": {"id": "u8"}, "justification": "no", "reviewedDateTime": "2026-11-23T13:00:00+01:00",
			"assignmentType": "active", "scheduleInfo": {"expiration": {"type": "noExpiration"}}}`).StatusCode)
		require.Equal(t, pim.Deny, f.decision.ReviewResult)
		require.True(t, f.decision.ReviewedDateTime.Equal(noon))
		f.decision = pim.Decision{}
	}
	require.Equal(t, 200, call(h, http.MethodPut, setting, enable).StatusCode)
	require.Equal(t, 200, call(h, http.MethodGet, setting, "").StatusCode)
	require.Equal(t, []string{
		"assign contoso a1 ", "get assignment contoso a1 ",
		`extend "k 1" contoso a1 so`, "extend  contoso a1 so", `renew "k 1" contoso a1 so`, "renew  contoso a1 so",
		`update "k 1" contoso a1 so`, "update  contoso a1 so", `remove "k 1" contoso a1 so`, "remove  contoso a1 so",
		"ask to extend x1 contoso a1 so", "decide to extend x1 contoso a1 active",
		"ask to renew x1 contoso a1 so", "decide to renew x1 contoso a1 noExpiration",
		"pim contoso true by u2", "get pim contoso",
	}, f.calls)
}

func TestBadAssignmentsAreToldWhichFieldAndWhatWouldBeRight(t *testing.T) {
	h := whole(t)
	change := func(old, new string) string { return strings.Replace(assignment, old, new, 1) }
	for name, c := range map[string]struct{ body, location, message string }{
		"empty":               {"{}", "body.action", "is required: adminAssign"},
		"unknown field":       {change(`"action"`, `"approval": {}, "action"`), "body.approval", "not a field"},
		"another action":      {change("adminAssign", "selfActivate"), "body.action", "must be adminAssign"},
		"no type":             {change(`"assignmentType": "eligible", `, ""), "body.assignmentType", "is required: eligible or active"},
		"another type":        {change(`"eligible"`, `"permanent"`), "body.assignmentType", "must be eligible or active"},
		"shorter than can be": {change("P10D", "PT4M59S"), "body.scheduleInfo.expiration.duration", "at least 5 minutes"},
		"over already":        {change(`"expiration"`, `"startDateTime": "2026-11-01T00:00:00Z", "expiration"`), "body.scheduleInfo.expiration.duration", "must reach into the future"},
		"a year mistyped":     {change(`"expiration"`, `"startDateTime": "2206-11-01T00:00:00Z", "expiration"`), "body.scheduleInfo.startDateTime", "not be more than 10 years ahead"},
		"eligible outside":    {change(`"action"`, `"origin": "outside", "action"`), "body.origin", "active assignments only"},
		"assigned by no id":   {change(`{"id": "u11"}`, `{"displayName": "Lidia"}`), "body.assignedBy.id", "is required"},
		"malformed address":   {change("alain@contoso.example", "alain"), "body.principal.mail", "must be an e-mail address"},
		"a side":              {change(`"action"`, `"accessId": "member", "action"`), "body.accessId", "must be left out"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := call(h, http.MethodPut, a1, c.body)
			require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, string(answer.body))
			p := answer.problem(t)
			require.Equal(t, c.location, p.Errors[0].Location)
			require.Contains(t, p.Errors[0].Message, c.message)
		})
	}
	require.Equal(t, http.StatusNotFound, call(h, http.MethodGet, a1, "").StatusCode)
	require.Equal(t, http.StatusNotFound, call(h, http.MethodPut, "/v1/tenants/nobody/assignments/a1", assignment).StatusCode)
}

// asked is the whole API, and in it an assignment with a request to extend that waits.
func asked(t *testing.T) http.Handler {
	t.Helper()
	h := whole(t)
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, a1, assignment).StatusCode)
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, a1+"/extendRequests/x1", longer).StatusCode)
	return h
}

func TestEveryRefusalOfACallOnAnAssignmentHasItsStatusAndItsField(t *testing.T) {
	h := asked(t)
	other := strings.Replace(longer, "P30D", "P31D", 1)
	shortest := strings.Replace(longer, "P30D", "PT1M", 1)
	decide := func(by string) string { return strings.Replace(approve, "u8", by, 1) }
	for name, c := range map[string]struct {
		method, target, body string
		status               int
		location             string // empty: the message is the detail
		message              string
	}{
		"a change of nothing":                {http.MethodPost, a1 + "/update", leave, 422, "body.scheduleInfo", "is required, or assignmentType"},
		"a change by nobody":                 {http.MethodPost, a1 + "/remove", `{}`, 422, "body.requestedBy.id", "is required"},
		"a change with an unknown field":     {http.MethodPost, a1 + "/remove", `{"requestedBy": {"id": "u1"}, "why": "so"}`, 422, "body.why", "not a field"},
		"too short an extension":             {http.MethodPost, a1 + "/extend", shortest, 422, "body.scheduleInfo.expiration.duration", "at least 5 minutes"},
		"an extension that does not fit":     {http.MethodPost, a1 + "/extend", longer, 422, "body.scheduleInfo.expiration.duration", "must reach beyond the present end"},
		"a change in the wrong state":        {http.MethodPost, a1 + "/renew", longer, 409, "", "a permanent assignment has no end"},
		"a change of what is not there":      {http.MethodPost, "/v1/tenants/contoso/assignments/a2/remove", leave, 404, "", "nothing under this id"},
		"a request under another's id":       {http.MethodPut, a1 + "/extendRequests/x1", other, 409, "", "another request was accepted under this id"},
		"a request to renew under its id":    {http.MethodPut, a1 + "/renewRequests/x1", longer, 409, "", "another request was accepted under this id"},
		"a second request":                   {http.MethodPut, a1 + "/extendRequests/x2", longer, 409, "", "the request x1 waits for its decision"},
		"a request by somebody else":         {http.MethodPut, a1 + "/extendRequests/x2", strings.Replace(longer, "u7", "u8", 1), 403, "", "u8 does not hold this assignment"},
		"a request without an end":           {http.MethodPut, a1 + "/extendRequests/x2", `{"requestedBy": {"id": "u7"}}`, 422, "body.scheduleInfo.expiration", "is required"},
		"a request with an unknown field":    {http.MethodPut, a1 + "/extendRequests/x2", `{"id": "x2"}`, 422, "body.id", "not a field"},
		"a request on what is not there":     {http.MethodPut, "/v1/tenants/contoso/assignments/a2/extendRequests/x1", longer, 404, "", "nothing under this id"},
		"a decision by no administrator":     {http.MethodPost, a1 + "/extendRequests/x1/decision", decide("u8"), 403, "", "u8 is not an administrator who decides on this"},
		"a decision by the assignee":         {http.MethodPost, a1 + "/extendRequests/x1/decision", decide("u7"), 403, "", "nobody decides their own request"},
		"a decision on another request":      {http.MethodPost, a1 + "/extendRequests/x2/decision", decide("u11"), 404, "", "nothing under this id"},
		"a decision on a request to renew":   {http.MethodPost, a1 + "/renewRequests/x1/decision", decide("u11"), 404, "", "nothing under this id"},
		"a decision without a result":        {http.MethodPost, a1 + "/extendRequests/x1/decision", `{"reviewedBy": {"id": "u11"}}`, 422, "body.reviewResult", "is required"},
		"a decision with an id":              {http.MethodPost, a1 + "/extendRequests/x1/decision", `{"id": "x", "reviewResult": "Deny", "reviewedBy": {"id": "u11"}}`, 422, "body.id", "not a field"},
		"a setting without a value":          {http.MethodPut, setting, `{"changedBy": {"id": "u2"}}`, 422, "body.isEnabled", "is required"},
		"a setting that is no value":         {http.MethodPut, setting, `{"isEnabled": "yes", "changedBy": {"id": "u2"}}`, 422, "body.isEnabled", "must be boolean"},
		"a setting by nobody":                {http.MethodPut, setting, `{"isEnabled": true}`, 422, "body.changedBy.id", "is required"},
		"a setting of a tenant nobody knows": {http.MethodPut, "/v1/tenants/nobody/pim", enable, 404, "", "no such tenant"},
		"reading one":                        {http.MethodGet, "/v1/tenants/nobody/pim", "", 404, "", "no such tenant"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := call(h, c.method, c.target, c.body)
			require.Equal(t, c.status, answer.StatusCode, string(answer.body))
			p := answer.problem(t)
			if c.location == "" {
				require.Contains(t, p.Detail, c.message)
				return
			}
			require.Equal(t, c.location, p.Errors[0].Location)
			require.Contains(t, p.Errors[0].Message, c.message)
		})
	}
	require.Equal(t, pim.Provisioned, call(h, http.MethodPost, a1+"/renew", longer).problem(t).RequestStatus)
}

func TestABadIDOfARequestIsRefusedWhereItStands(t *testing.T) {
	h := asked(t)
	for target, location := range map[string]string{
		a1 + "/extendRequests/..":                                 "path.requestId",
		a1 + "/renewRequests/%2E":                                 "path.requestId",
		a1 + "/extendRequests/a%2Fb":                              "path.requestId",
		a1 + "/extendRequests/" + strings.Repeat("x", 129):        "path.requestId",
		"/v1/tenants/contoso/assignments/../extendRequests/x1":    "path.id",
		"/v1/tenants/contoso/assignments/r%201/extendRequests/x1": "path.id",
		"/v1/tenants/%2E%2E/pim":                                  "path.tenant",
		"/v1/tenants/a%20b/pim":                                   "path.tenant",
		"/v1/tenants/a%20b/assignments/a1/renewRequests/x1":       "path.tenant",
	} {
		body := longer
		if strings.HasSuffix(target, "/pim") {
			body = enable
		}
		answer := call(h, http.MethodPut, target, body)
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, target)
		p := answer.problem(t)
		require.Equal(t, location, p.Errors[0].Location, target)
		require.Contains(t, p.Errors[0].Message, "1 to 128")
	}
	require.Equal(t, http.StatusUnprocessableEntity, call(h, http.MethodPost, a1+"/extendRequests/../decision", approve).StatusCode)
	require.Equal(t, http.StatusNotFound, call(h, http.MethodPut, a1+"/other/../x", longer).StatusCode)
}

func TestAKeyThatIsNoneIsRefused(t *testing.T) {
	h := asked(t)
	twice := func(r *http.Request) { r.Header["Idempotency-Key"] = []string{"k1", "k2"} }
	for name, set := range map[string]header{
		"empty":         with("Idempotency-Key", ""),
		"a space in it": with("Idempotency-Key", "k 1"),
		"not ASCII":     with("Idempotency-Key", "nøkkel"),
		"too long":      with("Idempotency-Key", strings.Repeat("k", 256)),
		"two of them":   twice,
	} {
		answer := call(h, http.MethodPost, a1+"/remove", leave, set)
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, name)
		p := answer.problem(t)
		require.Len(t, p.Errors, 1)
		require.Equal(t, "header.Idempotency-Key", p.Errors[0].Location, name)
		require.Contains(t, p.Errors[0].Message, "1 to 255 visible ASCII characters")
	}
}

func TestWhatChangesAnAssignmentIsJSONOfABoundedSize(t *testing.T) {
	h := asked(t)
	for _, c := range []struct{ method, target, body string }{
		{http.MethodPut, a1, assignment}, {http.MethodPost, a1 + "/remove", leave}, {http.MethodPut, a1 + "/extendRequests/x1", longer},
		{http.MethodPost, a1 + "/extendRequests/x1/decision", approve}, {http.MethodPut, setting, enable},
	} {
		require.Equal(t, http.StatusUnsupportedMediaType, call(h, c.method, c.target, c.body, with("Content-Type", "text/plain")).StatusCode, c.target)
		require.Equal(t, http.StatusRequestEntityTooLarge, call(h, c.method, c.target, c.body+strings.Repeat(" ", 1<<20)).StatusCode, c.target)
		require.Equal(t, http.StatusBadRequest, call(h, c.method, c.target, c.body[:len(c.body)-2]).StatusCode, c.target)
	}
}

func TestThePIMSettingIsSwitchedAndRead(t *testing.T) {
	h := whole(t)
	require.JSONEq(t, `{"isEnabled": true, "timeline": [], "events": []}`, string(call(h, http.MethodGet, setting, "").body))
	on := call(h, http.MethodPut, setting, enable)
	require.Equal(t, http.StatusOK, on.StatusCode, string(on.body))
	view := on.json(t)
	require.Equal(t, true, view["isEnabled"])
	require.Equal(t, map[string]any{"id": "u2", "displayName": "Adele Vance"}, view["changedBy"])
	require.JSONEq(t, string(on.body), string(call(h, http.MethodPut, setting, enable).body))
	require.JSONEq(t, string(on.body), string(call(h, http.MethodGet, setting, "").body))
	events := call(h, http.MethodGet, "/v1/tenants/contoso/events?resource=pim", "")
	require.Equal(t, "pim.enabled.1", events.json(t)["value"].([]any)[0].(map[string]any)["id"])
	off := call(h, http.MethodPut, setting, strings.Replace(enable, "true", "false", 1)).json(t)
	require.Equal(t, false, off["isEnabled"])
	require.Equal(t, "cancelled", off["events"].([]any)[0].(map[string]any)["status"])
}

func TestTheLogTellsAnAssignmentFromARequestOnIt(t *testing.T) {
	core, lines := observer.New(zap.InfoLevel)
	h := api.New(api.Options{Starter: &fake{}, Log: zap.New(core)})
	call(h, http.MethodPut, a1+"/extendRequests/x1", longer)
	call(h, http.MethodGet, a1, "")
	fields := lines.All()[0].ContextMap()
	require.Equal(t, "a1", fields["assignment"])
	require.Equal(t, "x1", fields["request"])
	require.NotContains(t, lines.All()[1].ContextMap(), "request")
}
