package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/starter/api"
)

// The whole way: a request is put, nobody has been asked yet, and somebody wonders.
func TestExplainAnswersDataAndSentences(t *testing.T) {
	h := whole(t)
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, r1, request).StatusCode)
	answer := call(h, http.MethodGet, "/v1/tenants/contoso/events/activation.r1.pendingApproval/explain?recipient=joni@contoso.example", "")
	require.Equal(t, http.StatusOK, answer.StatusCode, string(answer.body))
	body := answer.json(t)
	require.Equal(t, "scheduled", body["status"])
	require.Equal(t, "notPlannedYet", body["reason"])
	require.Equal(t, "u9", body["principalId"])
	require.Equal(t, map[string]any{
		"resourceKind": "directoryRole", "event": "activation.pendingApproval", "column": "approver", "says": "yes", "profile": "entra",
	}, body["cell"])
	require.Equal(t, "Notification_Approver_EndUser_Assignment", body["rule"])
	require.Equal(t, "All", body["level"])
	require.Len(t, body["via"], 2)
	require.NotEmpty(t, body["engineDelay"])
	require.NotEmpty(t, body["dueDateTime"])
	require.Contains(t, strings.Join(texts(body["sentences"]), " "), "through the group Tier-0 approvers (g1) and in it Night-shift approvers (g2), and would be told.")
}

func texts(list any) (all []string) {
	for _, one := range list.([]any) {
		all = append(all, one.(string))
	}
	return all
}

func TestExplainRefusesWithAProblemThatNamesWhatIsMissing(t *testing.T) {
	h := whole(t)
	require.Equal(t, http.StatusCreated, call(h, http.MethodPut, r1, request).StatusCode)
	for target, c := range map[string]struct {
		status           int
		detail, location string
	}{
		"contoso/events/activation.r9.completed/explain?recipient=u1":                                {http.StatusNotFound, "there is no event activation.r9.completed of this tenant", ""},
		"contoso/events/activation.r1.pendingApproval/explain?recipient=u99":                         {http.StatusNotFound, "has nothing on u99, and the directory knows nobody of that id now", ""},
		"nowhere/events/activation.r1.pendingApproval/explain?recipient=u1":                          {http.StatusNotFound, "there is no such tenant", ""},
		"contoso/events/activation.r1.pendingApproval/explain":                                       {http.StatusUnprocessableEntity, "", "query.recipient"},
		"contoso/events/activation.r1.pendingApproval/explain?receiver=u1":                           {http.StatusUnprocessableEntity, "", "query.receiver"},
		"contoso/events/activation.r1.pendingApproval/explain?recipient=%00x":                        {http.StatusUnprocessableEntity, "", "query.recipient"},
		"contoso/events/activation.r1.pendingApproval/explain?recipient=" + strings.Repeat("x", 513): {http.StatusUnprocessableEntity, "", "query.recipient"},
		"contoso/events/%1b%5B31m/explain?recipient=u1":                                              {http.StatusUnprocessableEntity, "", "path.eventId"},
		"contoso/events/" + strings.Repeat("x", 513) + "/explain?recipient=u1":                       {http.StatusUnprocessableEntity, "", "path.eventId"},
	} {
		answer := call(h, http.MethodGet, "/v1/tenants/"+target, "")
		require.Equal(t, c.status, answer.StatusCode, target+string(answer.body))
		problem := answer.problem(t)
		require.Contains(t, problem.Detail, c.detail, target)
		if c.location != "" {
			require.Equal(t, c.location, problem.Errors[0].Location, target)
		}
	}
}

const preview = "/v1/tenants/contoso/preview"

func TestPreviewAnswersEventsAndMailsAndKeepsNothing(t *testing.T) {
	h := whole(t)
	answer := call(h, http.MethodPost, preview, `{"id": "r1", "activationRequest": `+request+`}`)
	require.Equal(t, http.StatusOK, answer.StatusCode, string(answer.body))
	events := answer.json(t)["events"].([]any)
	require.Len(t, events, 3)
	first := events[0].(map[string]any)
	require.Equal(t, "activation.r1.pendingApproval", first["id"])
	require.Equal(t, "activation.pendingApproval", first["kind"])
	due, err := time.Parse(time.RFC3339, first["dueDateTime"].(string))
	require.NoError(t, err)
	require.WithinDuration(t, noon.Add(pim.DefaultEngineDelay.Draw("contoso", "r1", pim.ActivationPendingApproval)), due, time.Second)
	require.Len(t, first["recipients"], 5)
	mail := first["mails"].([]any)[0].(map[string]any)
	require.Equal(t, "approver", mail["audience"])
	require.Equal(t, "PIM: Review Alain Charon's request to activate the Backup Reader role", mail["subject"])
	require.Contains(t, mail["html"], "<html")
	require.Contains(t, mail["text"], "https://portal.contoso.example/requests/r1")
	require.Equal(t, http.StatusNotFound, call(h, http.MethodGet, r1, "").StatusCode)

	answer = call(h, http.MethodPost, preview, `{"id": "a1", "assignment": `+assignment+`}`)
	require.Equal(t, http.StatusOK, answer.StatusCode, string(answer.body))
	require.Len(t, answer.json(t)["events"], 3)
	require.Equal(t, http.StatusNotFound, call(h, http.MethodGet, a1, "").StatusCode)
}

func TestPreviewNamesTheFieldAsThePathThatItHas(t *testing.T) {
	h := whole(t)
	for body, location := range map[string]string{
		`{"id": "r1"}`: "body.activationRequest",
		`{"id": "r 1", "activationRequest": ` + request + `}`:                                       "body.id",
		`{"activationRequest": ` + request + `}`:                                                    "body.id",
		`{"id": "r1", "activationRequest": {"colour": "red"}}`:                                      "body.activationRequest.colour",
		`{"id": "r1", "assignment": ` + strings.Replace(assignment, "adminAssign", "x", 1) + `}`:    "body.assignment.action",
		`{"id": "r1", "activationRequest": ` + strings.Replace(request, `"PT8H"`, `"P1M"`, 1) + `}`: "body.activationRequest.scheduleInfo.expiration.duration",
	} {
		answer := call(h, http.MethodPost, preview, body)
		require.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, body+string(answer.body))
		require.Equal(t, location, answer.problem(t).Errors[0].Location, body)
	}
	require.Equal(t, http.StatusBadRequest, call(h, http.MethodPost, preview, `{`).StatusCode)
	require.Equal(t, http.StatusNotFound, call(h, http.MethodPost, "/v1/tenants/nowhere/preview", `{"id": "r1", "activationRequest": `+request+`}`).StatusCode)
}

func TestPreviewSaysWhichSettingIsMissing(t *testing.T) {
	f := &fake{err: &starter.NotSet{Setting: "PIMNOTIFY_PORTAL_URL", Reason: "is not set for this process"}}
	answer := call(api.New(api.Options{Starter: f}), http.MethodPost, preview, `{"id": "r1", "activationRequest": {}}`)
	require.Equal(t, http.StatusNotImplemented, answer.StatusCode)
	require.Equal(t, "PIMNOTIFY_PORTAL_URL is not set for this process", answer.problem(t).Detail)
}
