package imports_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/imports"
)

func TestEachFieldThatIsWrongIsNamedWithWhatWouldBeRight(t *testing.T) {
	h := newHouse(t)
	long := strings.Repeat("x", 1<<20)
	for text, want := range map[string]string{
		// What is no record at all.
		`nonsense`:                   ": must be JSON: invalid character 'o' in literal null (expecting 'u')",
		`{"id": "a1"`:                ": must be JSON: it ends at byte 11, before it is whole",
		`[]`:                         ": must be a JSON object",
		`"a1"`:                       ": must be a JSON object",
		`{} {}`:                      ": must be one JSON value, and something follows it at byte 4",
		`{"id": "a1", "id": "a2"}`:   ": must be JSON: a name stands twice in one object, before byte 17",
		"{\"id\": \"\xff\"}":         ": must be UTF-8",
		"{\"id\": \"a\x001\"}":       `: must be JSON: invalid character '\x00' in string literal`,
		`{"value": [{"id": "a1"}]}`:  "value: must be left out: this is a whole page of Graph's, and its records belong on a line each (jq -c '.value[]')",
		`{"justification": "` + long: ": must be at most 1 MiB",

		// The API's own shape.
		ours(fields{"action": nil}):                             "action: is required: adminAssign or selfActivate",
		ours(fields{"action": "adminExtend"}):                   "action: must be adminAssign or selfActivate: what became of it later belongs into history",
		ours(fields{"action": 7}):                               "action: must be adminAssign or selfActivate: what became of it later belongs into history",
		ours(fields{"id": nil}):                                 "id: is required",
		ours(fields{"id": "a/1"}):                               "id: must be 1 to 128 of A-Z a-z 0-9 . _ - and neither . nor ..",
		ours(fields{"createdDateTime": nil}):                    "createdDateTime: is required: when it happened",
		ours(fields{"createdDateTime": "yesterday"}):            "createdDateTime: must be an RFC 3339 date-time such as 2026-11-23T09:00:00Z",
		ours(fields{"createdDateTime": 1}):                      "createdDateTime: must be an RFC 3339 date-time such as 2026-11-23T09:00:00Z",
		ours(fields{"createdDateTime": "2026-12-24T09:00:00Z"}): "createdDateTime: must not lie in the future",
		ours(fields{"colour": "red"}):                           "colour: is not a field that is known here; names are exact",
		ours(fields{"Justification": "x"}):                      "Justification: is not a field that is known here; names are exact",
		ours(fields{"bad\x1b[31m name": 1}):                     `"bad\x1b[31m name": is not a field that is known here; names are exact`,
		ours(fields{strings.Repeat("n", 100): 1}):               `"` + strings.Repeat("n", 64) + `\u2026": is not a field that is known here; names are exact`,
		ours(fields{"@note": "x"}):                              "@note: is not a field that is known here; names are exact",
		ours(fields{"principal": "u7"}):                         "principal: must be object",
		ours(fields{"principal": fields{"id": 7, "x": 1}}):      "principal.id: must be string; principal.x: is not a field that is known here; names are exact",
		ours(fields{"isValidationOnly": "no"}):                  "isValidationOnly: must be boolean",
		ours(fields{"isValidationOnly": true}):                  "isValidationOnly: must be false: what was only validated never happened",
		ours(fields{"history": "none"}):                         "history: must be array",
		ours(fields{"history": []any{"removed"}}):               "history[0]: must be object",
		ours(fields{"history": []fields{{"at": "2026-09-02T09:00:00Z", "what": "removed", "Ref": "p1"}}}):   "history[0].Ref: is not a field that is known here; names are exact",
		ours(fields{"history": []fields{{"what": "removed"}}}):                                              "history[0].at: is required: when it happened",
		ours(fields{"status": "Revoked"}):                                                                   "status: must be Provisioned, which is what schedule and history lead to, or be left out",
		ours(fields{"scheduleInfo": fields{"expiration": fields{"type": "never"}}}):                         "scheduleInfo.expiration.type: must be afterDuration, afterDateTime or noExpiration",
		oursToActivate(fields{"approval": fields{"isRequired": true}}):                                      "history: must say how the request ended: one that is still open comes in through the API",
		oursToActivate(fields{"assignmentType": "eligible"}):                                                "assignmentType: is not a field that is known here; names are exact",
		oursToActivate(fields{"approval": fields{"approvers": []any{fields{"id": "g1", "kind": "group"}}}}): "approval.approvers[0].kind: is not a field that is known here; names are exact",

		// Graph's.
		line(graph(), fields{"id": nil}):                                                                        "id: is required",
		line(graph(), fields{"action": nil}):                                                                    "action: is required",
		line(graph(), fields{"action": "adminGive"}):                                                            "action: must be one of Graph's, such as adminAssign or selfActivate",
		line(graph(), fields{"status": nil}):                                                                    "status: is required: Provisioned, Revoked, Denied, Canceled, Failed or TimedOut",
		line(graph(), fields{"status": "Done"}):                                                                 "status: must be one of Graph's, such as Provisioned, Revoked, Denied, Canceled or Failed",
		line(graph(), fields{"status": "Failed"}):                                                               "status: must be Provisioned: an assignment that never came about is no part of the record",
		line(graph(), fields{"status": "Revoked"}):                                                              "status: must come with the adminRemove that revoked it, in the same file: it has ended, and nobody says when",
		line(graph(), fields{"createdDateTime": nil}):                                                           "createdDateTime: is required: when it was asked",
		line(graph(), fields{"principalId": nil}):                                                               "principalId: is required",
		line(graph(), fields{"roleDefinitionId": nil}):                                                          "roleDefinitionId: is required",
		line(graph(), fields{"directoryScopeId": nil}):                                                          "directoryScopeId: is required",
		line(graph(), fields{"roleDefinition": nil}):                                                            "roleDefinition.displayName: is required: export with $expand=principal,roleDefinition",
		line(graph(), fields{"roleDefinition": "r1"}):                                                           "roleDefinition: must be an object as Graph expands it",
		line(graph(), fields{"createdBy": []string{}}):                                                          "createdBy: must be an object as Graph has it",
		line(graph(), fields{"isValidationOnly": true}):                                                         "isValidationOnly: must be false: what was only validated never happened",
		line(graph(), fields{"colour": "red"}):                                                                  "colour: is not a field that is known here; names are exact",
		line(graph(), fields{"ticketInfo": "INC-42"}):                                                           "ticketInfo: must be object",
		line(graph(), fields{"@odata.type": nil}):                                                               "assignmentType: is required where neither @odata.type nor @odata.context says it: eligible for a roleEligibilityScheduleRequest, active for a roleAssignmentScheduleRequest",
		line(graph(), fields{"@odata.type": 7}):                                                                 "@odata.type: must be string",
		line(graph(), fields{"@odata.type": "#microsoft.graph.privilegedAccessGroupAssignmentScheduleRequest"}): "@odata.type: must be #microsoft.graph.unifiedRoleEligibilityScheduleRequest or #microsoft.graph.unifiedRoleAssignmentScheduleRequest: bring everything else in as the API takes it",
		line(graph(), fields{"assignmentType": "active"}):                                                       "assignmentType: must be eligible, as @odata.type or @odata.context says",
		line(graph(), fields{"@odata.type": nil, "assignmentType": "temporary"}):                                "assignmentType: must be eligible or active",
		line(graph(), fields{"scheduleInfo": fields{"recurrence": fields{}, "expiration": fields{"type": "noExpiration"}}}): "scheduleInfo.recurrence: must be null: an assignment has one schedule at a time",
		line(graph(), fields{"scheduleInfo": nil}): "scheduleInfo.expiration: is required: a type, and a duration or an endDateTime unless it never expires",
		line(graph(), fields{"scheduleInfo": fields{"expiration": fields{"type": "afterDuration", "duration": "P1Y"}}}):                                        "scheduleInfo.expiration.duration: must not use years or months, whose length varies: write days, such as P30D",
		line(graph(), fields{"principal": fields{"mail": "nobody"}}):                                                                                           "principal.mail: must be an e-mail address such as alain@contoso.example",
		line(graph(), fields{"principalId": strings.Repeat("x", 513)}):                                                                                         "principalId: must be at most 512 bytes",
		line(graph(), fields{"status": "PendingApproval"}):                                                                                                     "status: must not be still open: what comes of it is told to the API, and what has ended can be brought in",
		activation(fields{"scheduleInfo": fields{"startDateTime": "2026-12-24T09:00:00Z", "expiration": fields{"type": "afterDuration", "duration": "PT5H"}}}): "status: must not lie ahead: the role is not active yet, and the request comes in through the API",
		activation(fields{"scheduleInfo": fields{"expiration": fields{"type": "noExpiration"}}}):                                                               "scheduleInfo.expiration.type: must be afterDuration or afterDateTime: an activation always ends",
		later("x1", "adminExtend", 5):                                 "action: must follow what it is about: no adminAssign of this principal, role and scope comes before it in this file",
		later("x1", "selfDeactivate", 5, fields{"status": "Revoked"}): "action: must follow what it is about: no selfActivate of this principal, role and scope comes before it in this file",
		later("x1", "adminExtend", 5, fields{"status": "Denied"}):     "status: must be Provisioned: a change that had no effect is no part of the record",
		later("x1", "selfExtend", 5, fields{"status": "Failed"}):      "status: must be Provisioned, Denied, Canceled or TimedOut: a request that failed had no effect and is no part of the record",
	} {
		h.dry = true
		s := h.run(text)
		require.Equal(t, []string{"1 " + want}, h.refused, text[:min(len(text), 200)])
		require.Equal(t, imports.Summary{Lines: 1, Refused: 1}, s)
	}
}
