package pim_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// read reads a body as the API does: a field that is not known is refused.
func read[T any](t *testing.T, text string) T {
	t.Helper()
	var into T
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&into))
	return into
}

func TestAssignmentIsReadInGraphsShape(t *testing.T) {
	a := read[pim.Assignment](t, `{
		"action": "AdminAssign", "resourceKind": "group", "accessId": "member",
		"principal": {"id": "u7", "displayName": "Alain Charon", "mail": "alain@contoso.example", "type": "user"},
		"role": {"id": "member", "displayName": "Member"}, "scope": {"id": "g7", "displayName": "Tier 0"},
		"assignmentType": "eligible", "assignedBy": {"id": "u1"}, "origin": "pim",
		"justification": "on call", "ticketInfo": {"ticketNumber": "INC-42", "ticketSystem": "ServiceNow"},
		"scheduleInfo": {"startDateTime": "2026-11-23T09:00:00Z", "expiration": {"type": "afterDuration", "duration": "P90D"}},
		"createdDateTime": "2026-11-23T08:59:00Z", "isValidationOnly": false
	}`).WithDefaults()
	require.Empty(t, a.Validate(nine))
	require.Equal(t, pim.Eligible, a.AssignmentType)
	require.Equal(t, "u1", a.AssignedBy.ID)

	text, err := json.Marshal(a)
	require.NoError(t, err)
	require.Equal(t, a, read[pim.Assignment](t, string(text)))
	text, err = json.Marshal(pim.Assignment{})
	require.NoError(t, err)
	require.Equal(t, "{}", string(text), "what is left out stays out")
}

func TestDecisionOnAnExtensionIsOneObject(t *testing.T) {
	d := read[pim.ExtensionDecision](t, `{
		"reviewResult": "Approve", "reviewedBy": {"id": "u2"}, "justification": "ok",
		"scheduleInfo": {"expiration": {"type": "noExpiration"}}, "assignmentType": "active"
	}`)
	require.Equal(t, pim.Approve, d.ReviewResult)
	require.Equal(t, "u2", d.ReviewedBy.ID)
	require.True(t, d.ScheduleInfo.Permanent())
	text, err := json.Marshal(d)
	require.NoError(t, err)
	require.Equal(t, d, read[pim.ExtensionDecision](t, string(text)))
}

func TestChangesAndRequestsAreReadAsDocumented(t *testing.T) {
	schedule := `"scheduleInfo": {"expiration": {"type": "afterDateTime", "endDateTime": "2027-05-01T00:00:00Z"}}`
	c := read[pim.AssignmentChange](t, `{"requestedBy": {"id": "u1"}, `+schedule+`, "assignmentType": "active", "justification": "x"}`)
	require.Empty(t, c.Validate(pim.AdminUpdate, nine))
	r := read[pim.ExtensionRequest](t, `{"requestedBy": {"id": "u7"}, `+schedule+`, "justification": "x"}`)
	require.Empty(t, r.Validate(nine))
	p := read[pim.PIMChange](t, `{"isEnabled": false, "changedBy": {"id": "u1"}}`)
	require.Empty(t, p.Validate())
	require.False(t, *p.IsEnabled)
}
