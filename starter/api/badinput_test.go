package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// change replaces one piece of the valid request.
func change(old, new string) string { return strings.Replace(request, old, new, 1) }

func TestBadInputIsToldWhichFieldAndWhatWouldBeRight(t *testing.T) {
	h := whole(t)
	for name, c := range map[string]struct {
		body     string
		status   int
		location string
		message  string
	}{
		"nothing at all":           {" ", 400, "body", "{} at least"},
		"not JSON":                 {"action=selfActivate", 400, "body", "must be JSON"},
		"cut off":                  {request[:len(request)/2], 400, "body", "before it is whole"},
		"something after it":       {request + `{"again": true}`, 400, "body", "something follows"},
		"garbage after it":         {request + `]`, 400, "body", "something follows"},
		"not UTF-8":                {change("Alain", "Al\xffain"), 400, "body", "UTF-8"},
		"a name twice":             {change(`"action"`, `"action": "selfRenew", "action"`), 400, "body", "twice"},
		"nested without end":       {change(`"g1"`, strings.Repeat("[", 100)+strings.Repeat("]", 100)), 400, "body", "nested"},
		"deep enough to overflow":  {strings.Repeat(`{"a":`, 200000), 400, "body", "nested"},
		"a list":                   {"[]", 422, "body", "object"},
		"null":                     {"null", 422, "body", "object"},
		"empty":                    {"{}", 422, "body.action", "is required: selfActivate"},
		"wrong type":               {change(`"u7"`, `7`), 422, "body.principal.id", "must be string"},
		"wrong type of a date":     {change(`"approval"`, `"createdDateTime": "yesterday", "approval"`), 422, "body.createdDateTime", "RFC 3339"},
		"unknown field":            {change(`"action"`, `"foo": 1, "action"`), 422, "body.foo", "not a field"},
		"unknown field, inside":    {change(`"type": "user"`, `"phone": "1"`), 422, "body.principal.phone", "not a field"},
		"field in another case":    {change(`"principal"`, `"Principal"`), 422, "body.Principal", "exact"},
		"unknown, deeper inside":   {change(`"isRequired": true`, `"isRequired": true, "id": "x"`), 422, "body.approval.id", "not a field"},
		"missing principal":        {change(`"id": "u7", `, ``), 422, "body.principal.id", "is required"},
		"missing role's name":      {change(`, "displayName": "Backup Reader"`, ``), 422, "body.role.displayName", "is required"},
		"missing scope":            {change(`"scope": {"id": "/"},`, ``), 422, "body.scope.id", "is required"},
		"missing expiration":       {change(`"expiration": {"type": "afterDuration", "duration": "PT8H"}`, ``), 422, "body.scheduleInfo.expiration", "is required"},
		"unknown action":           {change("selfActivate", "selfDestruct"), 422, "body.action", "must be selfActivate"},
		"unknown kind":             {change("directoryRole", "printer"), 422, "body.resourceKind", "directoryRole, azureResource or group"},
		"unknown type":             {change(`"user"`, `"robot"`), 422, "body.principal.type", "must be user, group or servicePrincipal"},
		"malformed address":        {change("alain@contoso.example", "alain"), 422, "body.principal.mail", "must be an e-mail address"},
		"approver without an id":   {change(`{"id": "g1", "type": "group"}`, `{"type": "group"}`), 422, "body.approval.approvers[0].id", "is required"},
		"approver of a wrong type": {change(`{"id": "g1", "type": "group"}`, `"g1"`), 422, "body.approval.approvers[0]", "must be object"},
		"malformed duration":       {change("PT8H", "8h"), 422, "body.scheduleInfo.expiration.duration", "ISO 8601"},
		"end before the start": {change(`{"type": "afterDuration", "duration": "PT8H"}`, `{"type": "afterDateTime", "endDateTime": "2026-11-24T00:00:00Z"}, "startDateTime": "2026-11-25T00:00:00Z"`),
			422, "body.scheduleInfo.expiration.endDateTime", "after scheduleInfo.startDateTime"},
		"an end in the past":    {change(`{"type": "afterDuration", "duration": "PT8H"}`, `{"type": "afterDateTime", "endDateTime": "2026-11-22T00:00:00Z"}`), 422, "body.scheduleInfo.expiration.endDateTime", "future"},
		"created in the future": {change(`"approval"`, `"createdDateTime": "2026-11-23T12:05:01Z", "approval"`), 422, "body.createdDateTime", "5 minutes"},
		"a side without a group": {change(`"approval": {"isRequired": true, "approvers": [{"id": "g1", "type": "group"}]}`, `"accessId": "member", "approval": {"isRequired": true}`),
			422, "body.accessId", "must be left out"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := call(h, http.MethodPut, r1, c.body)
			require.Equal(t, c.status, answer.StatusCode, string(answer.body))
			p := answer.problem(t)
			require.NotEmpty(t, p.Errors)
			require.Equal(t, c.location, p.Errors[0].Location)
			require.Contains(t, p.Errors[0].Message, c.message)
			require.Less(t, len(answer.body), 4096, "what was sent is not sent back")
		})
	}
	require.Equal(t, http.StatusNotFound, call(h, http.MethodGet, r1, "").StatusCode)
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, r1, request).StatusCode)
}

func TestANumberThatNobodyCanReadIsRefusedAtItsFieldInOurWords(t *testing.T) {
	h := whole(t)
	huge := strings.Repeat("9", 5000)
	for name, c := range map[string]struct {
		body, location string
		value          any
	}{
		"at the top":     {`1e400`, "body", "1e400"},
		"of a field":     {change(`"approval"`, `"justification": -1e400, "approval"`), "body.justification", "-1e400"},
		"deep inside":    {change(`"g1"`, huge), "body.approval.approvers[0].id", nil},
		"in a later one": {change(`{"id": "g1"`, `{"id": "g2"}, {"id": 1E999`), "body.approval.approvers[1].id", "1E999"},
		"far too deep":   {`{"` + strings.Repeat("x", 5000) + `": 1e400}`, "body." + strings.Repeat("x", 95) + "…", "1e400"},
	} {
		answer := call(h, http.MethodPut, r1, c.body)
		require.Equal(t, http.StatusBadRequest, answer.StatusCode, name)
		p := answer.problem(t)
		require.Len(t, p.Errors, 1, name)
		require.Equal(t, c.location, p.Errors[0].Location, name)
		require.Equal(t, "must not be a number this large: nobody can read it", p.Errors[0].Message, name)
		require.Equal(t, c.value, p.Errors[0].Value, name)
	}
	require.Equal(t, http.StatusUnprocessableEntity, call(h, http.MethodPut, r1, change(`"approval"`, `"justification": 1e300, "approval"`)).StatusCode)
}

func TestLittleOfWhatWasSentIsSentBack(t *testing.T) {
	h := whole(t)
	for name, body := range map[string]string{
		"a long id":         change(`"u7"`, `"`+strings.Repeat("x", 513)+`"`),
		"a long reason":     change(`"approval"`, `"justification": "`+strings.Repeat("x", 20_001)+`", "approval"`),
		"a long name":       change(`"approval"`, `"`+strings.Repeat("x", 5000)+`": 1, "approval"`),
		"a long address":    change("alain@contoso.example", strings.Repeat("x", 150)),
		"a long word":       change(`"user"`, `"`+strings.Repeat("x", 150)+`"`),
		"a long wrong type": change(`"u7"`, `[`+strings.Repeat(`"x",`, 50)+`"x"]`),
	} {
		answer := call(h, http.MethodPut, r1, body)
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, name)
		require.NotContains(t, string(answer.body), strings.Repeat("x", 101), name)
		require.NotContains(t, string(answer.body), `"value"`, name)
	}
}

func TestEveryMistakeIsNamedAtOnce(t *testing.T) {
	p := call(whole(t), http.MethodPut, r1, "{}").problem(t)
	var locations []string
	for _, wrong := range p.Errors {
		locations = append(locations, wrong.Location)
	}
	require.Equal(t, []string{"body.action", "body.resourceKind", "body.principal.id", "body.role.id", "body.role.displayName", "body.scope.id", "body.scheduleInfo.expiration"}, locations)
}

func TestApproversAreRequiredWhereNobodyStandsIn(t *testing.T) {
	body := strings.NewReplacer("directoryRole", "azureResource", `"scope": {"id": "/"}`, `"scope": {"id": "/subscriptions/none"}`, `, "approvers": [{"id": "g1", "type": "group"}]`, "").Replace(request)
	answer := call(whole(t), http.MethodPut, "/v1/tenants/fabrikam/activationRequests/r1", body)
	require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode)
	require.Equal(t, "body.approval.approvers", answer.problem(t).Errors[0].Location)
}

func TestAnActionIsReadInAnyCase(t *testing.T) {
	h := whole(t)
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, r1, change("selfActivate", "SelfACTIVATE")).StatusCode)
	require.Equal(t, http.StatusOK, call(h, http.MethodPut, r1, request).StatusCode)
	require.Equal(t, http.StatusConflict, call(h, http.MethodPut, r1, change("PT8H", "PT9H")).StatusCode)
}

func TestABadIDIsRefusedWhereItStands(t *testing.T) {
	h := whole(t)
	for target, location := range map[string]string{
		"/v1/tenants/contoso/activationRequests/a%2Fb":                       "path.id",
		"/v1/tenants/contoso/activationRequests/%2E%2E":                      "path.id",
		"/v1/tenants/contoso/activationRequests/..":                          "path.id",
		"/v1/tenants/contoso/activationRequests/.":                           "path.id",
		"/v1/tenants/contoso/activationRequests/r%201":                       "path.id",
		"/v1/tenants/contoso/activationRequests/%00":                         "path.id",
		"/v1/tenants/contoso/activationRequests/" + strings.Repeat("x", 129): "path.id",
		"/v1/tenants/../activationRequests/r1":                               "path.tenant",
		"/v1/tenants/a%2Fb/activationRequests/r1":                            "path.tenant",
		"/v1/tenants//activationRequests/r1":                                 "path.tenant",
	} {
		answer := call(h, http.MethodPut, target, request)
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, target)
		p := answer.problem(t)
		require.Equal(t, location, p.Errors[0].Location, target)
		require.Contains(t, p.Errors[0].Message, "1 to 128")
	}
	for _, id := range []string{"..", ".", "%2E%2E", ""} {
		answer := call(h, http.MethodGet, "/v1/tenants/contoso/events/"+id+"/recipients", "")
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, id)
		wrong := answer.problem(t).Errors[0]
		require.Equal(t, "path.eventId", wrong.Location)
		require.Equal(t, "must be the id of an event, such as activation.r1.completed", wrong.Message)
	}
}

func TestALargeBodyIsRefusedAndOneThatJustFitsIsNot(t *testing.T) {
	h := whole(t)
	fits := change(`"action"`, strings.Repeat(" ", 1<<20-len(request))+`"action"`)
	require.Len(t, fits, 1<<20)
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, r1, fits).StatusCode)
	for _, length := range []int64{int64(len(fits)) + 1, -1} {
		answer := call(h, http.MethodPut, r1, fits+" ", func(r *http.Request) { r.ContentLength = length })
		require.Equal(t, http.StatusRequestEntityTooLarge, answer.StatusCode)
		require.Contains(t, answer.problem(t).Detail, "1 MiB")
	}
}

func TestOnlyJSONIsTaken(t *testing.T) {
	h := whole(t)
	for contentType, status := range map[string]int{
		"": 415, "text/plain": 415, "application/x-www-form-urlencoded": 415, "application/foo+json": 415, "multipart/form-data": 415, "json": 415,
		"application/json; charset=latin1": 415, "application/json; charset=UTF-8": 201,
	} {
		answer := call(h, http.MethodPut, r1, request, with("Content-Type", contentType))
		require.Equal(t, status, answer.StatusCode, contentType)
		if status == 415 {
			require.Equal(t, "header.Content-Type", answer.problem(t).Errors[0].Location)
		}
	}
	require.Equal(t, 200, call(h, http.MethodPut, r1, request).StatusCode)
}

func TestADecisionIsCheckedFieldByField(t *testing.T) {
	h := whole(t)
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, r1, request).StatusCode)
	for body, location := range map[string]string{
		`{}`: "body.reviewResult",
		`{"reviewResult": "Perhaps", "reviewedBy": {"id": "u8"}}`:            "body.reviewResult",
		`{"reviewResult": "approve", "reviewedBy": {"id": "u8"}}`:            "body.reviewResult",
		`{"reviewResult": "Approve"}`:                                        "body.reviewedBy.id",
		`{"reviewResult": "Approve", "reviewedBy": {"id": "u8"}, "id": "x"}`: "body.id",
		`{"reviewResult": "Approve", "reviewedBy": "u8"}`:                    "body.reviewedBy",
	} {
		answer := call(h, http.MethodPost, r1+"/decision", body)
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, body)
		require.Equal(t, location, answer.problem(t).Errors[0].Location)
	}
	require.Equal(t, http.StatusNotFound, call(h, http.MethodPost, "/v1/tenants/contoso/activationRequests/r2/decision", approve).StatusCode)
	own := call(h, http.MethodPost, r1+"/decision", strings.Replace(approve, "u8", "u7", 1))
	require.Equal(t, http.StatusForbidden, own.StatusCode)
	require.Contains(t, own.problem(t).Detail, "own request")
	require.Equal(t, http.StatusForbidden, call(h, http.MethodPost, r1+"/decision", strings.Replace(approve, "u8", "u4", 1)).StatusCode)
}

func TestAQueryIsCheckedToo(t *testing.T) {
	h := whole(t)
	for query, location := range map[string]string{"": "query.resource", "?resource=users/u1": "query.resource", "?resource=activationRequests/..": "query.resource", "?resource=pim&limit=3": "query.limit"} {
		answer := call(h, http.MethodGet, "/v1/tenants/contoso/events"+query, "")
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, query)
		wrong := answer.problem(t).Errors[0]
		require.Equal(t, location, wrong.Location)
		if location == "query.limit" {
			require.Equal(t, "is not a parameter that is known here; names are exact", wrong.Message)
			require.Nil(t, wrong.Value)
		}
	}
}
