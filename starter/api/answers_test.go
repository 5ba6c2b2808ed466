package api_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/starter/api"
)

func TestTheWholeLifeOfARequestOverHTTP(t *testing.T) {
	h := whole(t)
	created := call(h, http.MethodPut, r1, request)
	require.Equal(t, http.StatusCreated, created.StatusCode)
	view := created.json(t)
	require.Equal(t, "r1", view["id"])
	require.Equal(t, "PendingApproval", view["status"])
	again := call(h, http.MethodPut, r1, request)
	require.Equal(t, http.StatusOK, again.StatusCode)
	require.JSONEq(t, string(created.body), string(again.body))
	require.JSONEq(t, string(created.body), string(call(h, http.MethodGet, r1, "").body))

	events := call(h, http.MethodGet, "/v1/tenants/contoso/events?resource=activationRequests/r1", "")
	require.Equal(t, http.StatusOK, events.StatusCode)
	value := events.json(t)["value"].([]any)
	require.Equal(t, "activation.r1.pendingApproval", value[0].(map[string]any)["id"])
	recipients := call(h, http.MethodGet, "/v1/tenants/contoso/events/activation.r1.pendingApproval/recipients", "")
	require.Equal(t, http.StatusOK, recipients.StatusCode)
	require.Equal(t, []any{}, recipients.json(t)["value"])
}

func TestValidatingAnswers200AndRecordsNothing(t *testing.T) {
	h := whole(t)
	require.Equal(t, http.StatusOK, call(h, http.MethodPut, r1, change(`"action"`, `"isValidationOnly": true, "action"`)).StatusCode)
	require.Equal(t, http.StatusNotFound, call(h, http.MethodGet, r1, "").StatusCode)
}

func TestEveryCallReachesTheStarter(t *testing.T) {
	f := &fake{}
	h := api.New(api.Options{Starter: f})
	require.Equal(t, 200, call(h, http.MethodPut, r1, request).StatusCode)
	require.Equal(t, 200, call(h, http.MethodGet, r1, "").StatusCode)
	require.Equal(t, 200, call(h, http.MethodPost, r1+"/decision", `{"reviewResult": "Deny", "reviewedBy": {"id": "u8"}, "justification": "no", "reviewedDateTime": "2026-11-23T13:00:00+01:00"}`).StatusCode)
	for _, what := range []string{"cancel", "activated", "failed", "deactivated"} {
		require.Equal(t, 200, call(h, http.MethodPost, r1+"/"+what, `{}`).StatusCode)
		require.Equal(t, 200, call(h, http.MethodPost, r1+"/"+what, `{"justification": "so"}`).StatusCode)
		require.Equal(t, 400, call(h, http.MethodPost, r1+"/"+what, ``, with("Content-Type", "application/json")).StatusCode)
		require.Equal(t, 422, call(h, http.MethodPost, r1+"/"+what, `{"reason": "so"}`).StatusCode)
	}
	require.Equal(t, 200, call(h, http.MethodGet, "/v1/tenants/contoso/events?resource=pim", "").StatusCode)
	require.Equal(t, 200, call(h, http.MethodGet, "/v1/tenants/contoso/events/e.1~2/recipients", "").StatusCode)
	require.Equal(t, []string{
		"put contoso r1 ", "get contoso r1 ", "decide contoso r1 no", "cancel contoso r1 ", "cancel contoso r1 so",
		"activated contoso r1 ", "activated contoso r1 so", "failed contoso r1 ", "failed contoso r1 so",
		"deactivated contoso r1 ", "deactivated contoso r1 so", "events contoso pim", "recipients contoso e.1~2",
	}, f.calls)
	require.Equal(t, pim.Deny, f.decision.ReviewResult)
	require.True(t, f.decision.ReviewedDateTime.Equal(noon))
}

func TestEveryErrorOfTheStarterHasItsStatus(t *testing.T) {
	decided := pim.Decision{ReviewResult: pim.Deny, ReviewedBy: pim.Principal{ID: "u8", DisplayName: "Johanna Lorenz"}, ReviewedDateTime: noon}
	for name, c := range map[string]struct {
		err    error
		status int
		detail string
	}{
		"not valid":       {&pim.Invalid{Problems: []pim.Problem{{Location: "body.x", Message: "must be y", Value: "z"}}}, 422, "not valid"},
		"unknown tenant":  {errors.Join(errors.New("look up"), pim.ErrUnknownTenant), 404, "no such tenant"},
		"unknown id":      {pim.ErrNotFound, 404, "nothing under this id"},
		"forbidden":       {&starter.Forbidden{Reason: "u4 is not an approver"}, 403, "u4 is not an approver"},
		"decided":         {&starter.Conflict{Reason: "decided before", Status: pim.Denied, Decision: &decided}, 409, "decided before"},
		"Temporal away":   {&starter.Unavailable{What: starter.AwayTemporal, RetryAfter: 1500 * time.Millisecond}, 503, "Temporal did not answer"},
		"ledger away":     {&starter.Unavailable{What: starter.AwayLedger, RetryAfter: time.Second}, 503, "the ledger did not answer"},
		"no worker":       {&starter.Unavailable{What: starter.AwayWorker, RetryAfter: time.Second}, 503, "no worker"},
		"something of us": {errors.New("secret plumbing"), 500, "went wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := call(api.New(api.Options{Starter: &fake{err: c.err}}), http.MethodPost, r1+"/decision", approve)
			require.Equal(t, c.status, answer.StatusCode)
			p := answer.problem(t)
			require.Contains(t, p.Detail, c.detail)
			require.NotContains(t, string(answer.body), "plumbing")
			require.Equal(t, c.status == 503, answer.Header.Get("Retry-After") != "")
		})
	}
}

func TestASecondDecisionIsToldWhoDecidedHowAndWhen(t *testing.T) {
	decided := pim.Decision{ReviewResult: pim.Deny, Justification: "private", ReviewedBy: pim.Principal{ID: "u8", DisplayName: "Johanna Lorenz"}, ReviewedDateTime: noon}
	h := api.New(api.Options{Starter: &fake{err: &starter.Conflict{Reason: "decided before", Status: pim.Denied, Decision: &decided}}})
	body := call(h, http.MethodPost, r1+"/decision", approve).json(t)
	require.Equal(t, "Deny", body["reviewResult"])
	require.Equal(t, map[string]any{"id": "u8", "displayName": "Johanna Lorenz"}, body["reviewedBy"])
	require.Equal(t, "2026-11-23T12:00:00Z", body["reviewedDateTime"])
	require.Equal(t, "Denied", body["requestStatus"])
}

func TestWhatIsAwayIsNamedAndWhenToAskAgain(t *testing.T) {
	h := api.New(api.Options{Starter: &fake{err: &starter.Unavailable{What: starter.AwayWorker, RetryAfter: 4500 * time.Millisecond}}})
	answer := call(h, http.MethodPut, r1, request)
	require.Equal(t, "5", answer.Header.Get("Retry-After"))
	require.Equal(t, starter.AwayWorker, answer.problem(t).Unavailable)
}

func TestListsAreListsAlsoWhereThereIsNothing(t *testing.T) {
	h := api.New(api.Options{Starter: &fake{}})
	require.JSONEq(t, `{"id": "", "status": "", "timeline": [], "events": []}`, string(call(h, http.MethodGet, r1, "").body))
	require.JSONEq(t, `{"value": []}`, string(call(h, http.MethodGet, "/v1/tenants/contoso/events?resource=pim", "").body))
	require.JSONEq(t, `{"value": []}`, string(call(h, http.MethodGet, "/v1/tenants/contoso/events/e/recipients", "").body))
}

func TestWhatNoRouteTakesIsAProblemToo(t *testing.T) {
	h := api.New(api.Options{Starter: &fake{}})
	for _, c := range []struct {
		method, target string
		status         int
	}{
		{http.MethodGet, "/", 404}, {http.MethodGet, "/v1/tenants/contoso", 404}, {http.MethodPost, r1 + "/approve", 404}, {http.MethodGet, "//docs", 404},
		{http.MethodPut, a1 + "/extend", 405}, {http.MethodPost, a1 + "/extendRequests/x1", 405}, {http.MethodPost, a1 + "/extendRequests", 404},
		{http.MethodGet, a1 + "/extendRequests/x1/decision", 405}, {http.MethodPut, a1 + "/shortenRequests/x1", 404}, {http.MethodDelete, setting, 405},
		{http.MethodDelete, r1, 405}, {http.MethodGet, r1 + "/decision", 405}, {http.MethodPost, "/healthz", 405}, {http.MethodGet, "/metrics", 404},
	} {
		answer := call(h, c.method, c.target, "")
		require.Equal(t, c.status, answer.StatusCode, c.target)
		answer.problem(t)
		require.Equal(t, c.status == 405, answer.Header.Get("Allow") != "")
	}
}

func TestTheLogNamesTheCallAndNeverWhatWasInIt(t *testing.T) {
	core, lines := observer.New(zapcore.DebugLevel)
	h := api.New(api.Options{Starter: &fake{err: &starter.Unavailable{What: starter.AwayLedger, Err: errors.New("disk full")}}, Log: zap.New(core)})
	call(h, http.MethodPut, r1, request, with("Authorization", "Bearer token-of-somebody"))
	require.Equal(t, 1, lines.Len())
	line := lines.All()[0]
	require.Equal(t, zapcore.WarnLevel, line.Level)
	fields := line.ContextMap()
	require.Equal(t, "PUT /v1/tenants/{tenant}/activationRequests/{id}", fields["route"])
	require.Equal(t, "contoso", fields["tenant"])
	require.Equal(t, "r1", fields["request"])
	require.EqualValues(t, 503, fields["status"])
	require.Contains(t, fields["cause"], "disk full")
	for _, value := range fields {
		text, _ := value.(string)
		require.NotContains(t, text, "@")
		require.NotContains(t, text, "token-of")
	}
}

func TestAHandlerThatBreaksIsAProblemAndALine(t *testing.T) {
	core, lines := observer.New(zapcore.ErrorLevel)
	h := api.New(api.Options{Starter: &starter.Client{}, Log: zap.New(core)}) // its ledger is not there
	answer := call(h, http.MethodGet, r1, "")
	require.Equal(t, http.StatusInternalServerError, answer.StatusCode)
	answer.problem(t)
	require.Equal(t, 1, lines.Len())
}
