package imports_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/imports"
	"pimnotify/pim"
)

func TestAssignmentOfGraphsIsKeptWithAllThatItSays(t *testing.T) {
	h := newHouse(t)
	require.Equal(t, imports.Summary{Lines: 1, BroughtIn: 1}, h.run(line(graph(), fields{"ticketInfo": fields{"ticketNumber": "INC-42", "ticketSystem": "ServiceNow"}})))
	accepted, err := h.ledger.Accepted(t.Context(), h.tenant, pim.Resource{Collection: pim.Assignments, ID: "g1"})
	require.NoError(t, err)
	require.JSONEq(t, `{
		"action": "adminAssign", "resourceKind": "directoryRole",
		"principal": {"id": "u7", "displayName": "Alain Charon", "mail": "alain@contoso.example", "type": "user"},
		"role": {"id": "r1", "displayName": "Backup Reader"}, "scope": {"id": "/"}, "assignmentType": "eligible", "assignedBy": {"id": "u1"},
		"origin": "pim", "justification": "on call", "ticketInfo": {"ticketNumber": "INC-42", "ticketSystem": "ServiceNow"},
		"scheduleInfo": {"startDateTime": "2026-09-01T10:00:00Z", "expiration": {"type": "afterDateTime", "endDateTime": "2027-09-01T00:00:00Z"}},
		"createdDateTime": "2026-09-01T09:00:00.1299669Z"
	}`, string(accepted.Body))
	require.Equal(t, []string{"assigned 0 Granted", "started 1 Provisioned"}, h.whole("assignments/g1"), "it began when Graph had worked it off")
}

func TestEveryRequestOfGraphsMeansWhatItsActionAndStatusSay(t *testing.T) {
	soon := fields{"scheduleInfo": fields{"startDateTime": "2026-09-02T09:00:00Z", "expiration": fields{"type": "afterDuration", "duration": "PT5H"}}}
	approved := fields{"approvalId": "p1"}
	for name, c := range map[string]struct {
		lines []string
		of    string
		want  []string
	}{
		"assigned, in the beta's spelling": {[]string{line(graph(), fields{"action": "AdminAssign"})}, "assignments/g1", []string{"assigned 0 Granted", "started 1 Provisioned"}},
		"assigned, not worked off yet": {
			[]string{line(graph(), fields{"scheduleInfo": fields{"startDateTime": "2026-12-24T09:00:00Z", "expiration": fields{"type": "noExpiration"}}, "status": "ScheduleCreated"})},
			"assignments/g1", []string{"assigned 0 Granted"},
		},
		"activated":                   {[]string{activation(fields{"completedDateTime": nil})}, "activationRequests/r1", []string{"requested 0 Granted", "activated 0 Provisioned"}},
		"activated when worked off":   {[]string{activation()}, "activationRequests/r1", []string{"requested 0 Granted", "activated 1 Provisioned"}},
		"activated at its start":      {[]string{activation(soon)}, "activationRequests/r1", []string{"requested 0 Granted", "activated 24 Provisioned"}},
		"approved":                    {[]string{activation(approved)}, "activationRequests/r1", []string{"requested 0 PendingApproval", "approved 1 Granted", "activated 1 Provisioned"}},
		"approved before its start":   {[]string{activation(approved, soon)}, "activationRequests/r1", []string{"requested 0 PendingApproval", "approved 1 Granted", "activated 24 Provisioned"}},
		"granted":                     {[]string{activation(fields{"status": "Granted"})}, "activationRequests/r1", []string{"requested 0 Granted", "activated 1 Provisioned"}},
		"revoked, nobody knows when":  {[]string{activation(fields{"status": "Revoked"})}, "activationRequests/r1", []string{"requested 0 Granted", "activated 1 Provisioned"}},
		"denied":                      {[]string{activation(approved, fields{"status": "Denied"})}, "activationRequests/r1", []string{"requested 0 PendingApproval", "denied 1 Denied"}},
		"nobody answered":             {[]string{activation(fields{"status": "TimedOut"})}, "activationRequests/r1", []string{"requested 0 PendingApproval", "timedOut 1 TimedOut"}},
		"canceled":                    {[]string{activation(fields{"status": "Canceled"})}, "activationRequests/r1", []string{"requested 0 Granted", "canceled 1 Canceled"}},
		"canceled while it waited":    {[]string{activation(approved, fields{"status": "Canceled"})}, "activationRequests/r1", []string{"requested 0 PendingApproval", "canceled 1 Canceled"}},
		"failed":                      {[]string{activation(fields{"status": "Failed"})}, "activationRequests/r1", []string{"requested 0 Granted", "failed 1 Failed"}},
		"given back":                  {[]string{activation(), activation(fields{"id": "x1", "action": "selfDeactivate", "status": "Revoked", "completedDateTime": "2026-09-01T12:00:00Z", "scheduleInfo": nil, "targetScheduleId": nil})}, "activationRequests/r1", []string{"requested 0 Granted", "activated 1 Provisioned", "deactivated 3 Revoked"}},
		"updated":                     {[]string{line(graph()), later("x1", "adminUpdate", 50, fields{"scheduleInfo": fields{"expiration": fields{"type": "noExpiration"}}})}, "assignments/g1", []string{"assigned 0 Granted", "started 1 Provisioned", "updated 50 Provisioned"}},
		"extended":                    {[]string{line(graph()), later("x1", "adminExtend", 50)}, "assignments/g1", []string{"assigned 0 Granted", "started 1 Provisioned", "extended 50 Provisioned"}},
		"removed, as Graph does":      {[]string{line(graph()), later("x1", "adminRemove", 50, fields{"status": "Revoked", "targetScheduleId": nil, "scheduleInfo": nil})}, "assignments/g1", []string{"assigned 0 Granted", "started 1 Provisioned", "removed 50 Revoked"}},
		"revoked by its removal":      {[]string{line(graph(), fields{"status": "Revoked"}), later("x1", "adminRemove", 50)}, "assignments/g1", []string{"assigned 0 Granted", "started 1 Provisioned", "removed 50 Revoked"}},
		"asked for, and extended":     {[]string{line(graph()), later("x1", "selfExtend", 50, fields{"completedDateTime": "2026-09-03T12:00:00Z"})}, "assignments/g1", []string{"assigned 0 Granted", "started 1 Provisioned", "extendRequested 50 PendingAdminDecision", "extended 51 Provisioned"}},
		"asked for, and refused":      {[]string{line(graph()), later("x1", "selfExtend", 50, fields{"status": "Denied"})}, "assignments/g1", []string{"assigned 0 Granted", "started 1 Provisioned", "extendRequested 50 PendingAdminDecision", "refused 50 Provisioned"}},
		"asked for, and taken back":   {[]string{line(graph()), later("x1", "selfExtend", 50, fields{"status": "Canceled"})}, "assignments/g1", []string{"assigned 0 Granted", "started 1 Provisioned", "extendRequested 50 PendingAdminDecision", "canceled 50 Provisioned"}},
		"renewed by an administrator": {[]string{short(), later("x1", "adminRenew", 100)}, "assignments/g1", []string{"assigned 0 Granted", "started 1 Provisioned", "expired 49 Revoked", "renewed 100 Provisioned"}},
		"asked for, and renewed":      {[]string{short(), later("x1", "selfRenew", 100)}, "assignments/g1", []string{"assigned 0 Granted", "started 1 Provisioned", "expired 49 Revoked", "renewRequested 100 PendingAdminDecision", "renewed 100 Provisioned"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			require.Equal(t, imports.Summary{Lines: len(c.lines), BroughtIn: len(c.lines)}, h.run(c.lines...), "%v", h.refused)
			require.Equal(t, c.want, h.whole(c.of))
		})
	}
}

// short is an assignment of two days, from ten o'clock on.
func short() string {
	return line(graph(), fields{"scheduleInfo": fields{"startDateTime": "2026-09-01T10:00:00Z", "expiration": fields{"type": "afterDuration", "duration": "P2D"}}})
}

func TestWhoDidWhatIsAsGraphSays(t *testing.T) {
	h := newHouse(t)
	h.run(line(graph()),
		later("x1", "adminUpdate", 50, fields{"justification": "leads the team", "createdBy": fields{"user": fields{"id": "u2", "displayName": "Johanna Lorenz"}}}),
		later("x2", "selfExtend", 60, fields{"justification": "not done yet"}),
		later("x3", "adminRemove", 70, fields{"createdBy": fields{"application": fields{"id": "app1", "displayName": "Lifecycle"}}, "status": "Revoked"}))
	view := h.view("assignments/g1")
	view.Timeline = slices.DeleteFunc(view.Timeline, func(e pim.TimelineEntry) bool { return e.What == pim.WhatStarted })
	require.Equal(t, []*pim.Principal{
		{ID: "u1"}, {ID: "u2", DisplayName: "Johanna Lorenz"}, {ID: "u7", DisplayName: "Alain Charon"}, nil, {ID: "app1", DisplayName: "Lifecycle"},
	}, []*pim.Principal{view.Timeline[0].By, view.Timeline[1].By, view.Timeline[2].By, view.Timeline[3].By, view.Timeline[4].By})
	require.Equal(t, []string{"on call", "leads the team", "not done yet", "", "on call"}, []string{
		view.Timeline[0].Justification, view.Timeline[1].Justification, view.Timeline[2].Justification, view.Timeline[3].Justification, view.Timeline[4].Justification,
	})
	require.Equal(t, "x2", view.Timeline[3].RequestID)
}

// tale is one role of one person, as Graph's requests about it: two assignments, one after the other, and two activations.
func tale() []string {
	return []string{
		line(graph()),
		later("x1", "adminUpdate", 50),
		later("x2", "selfExtend", 60, fields{"status": "Denied"}),
		later("x3", "adminRemove", 100, fields{"status": "Revoked", "targetScheduleId": nil, "scheduleInfo": nil}),
		later("g2", "adminAssign", 200),
		later("x4", "adminExtend", 300),
		later("x5", "adminUpdate", 310, fields{"targetScheduleId": "g2"}),
		activation(),
		activation(fields{"id": "r2", "createdDateTime": "2026-10-01T09:00:00Z", "completedDateTime": nil, "targetScheduleId": nil, "scheduleInfo": fields{"expiration": fields{"type": "afterDuration", "duration": "PT5H"}}}),
		activation(fields{"id": "x6", "action": "selfDeactivate", "status": "Revoked", "createdDateTime": "2026-10-01T10:00:00Z", "completedDateTime": nil, "targetScheduleId": nil, "scheduleInfo": nil}),
		line(graph(), fields{"id": "g3", "principalId": "u8", "targetScheduleId": "g3"}),
		line(graph(), fields{"id": "g4", "@odata.type": "#microsoft.graph.unifiedRoleAssignmentScheduleRequest", "targetScheduleId": "g4"}),
	}
}

func TestLinesAboutOneRoleOfOnePersonBelongTogetherInWhateverOrder(t *testing.T) {
	want := map[string][]string{
		"assignments/g1":        {"assigned 0 Granted", "started 1 Provisioned", "updated 50 Provisioned", "extendRequested 60 PendingAdminDecision", "refused 60 Provisioned", "removed 100 Revoked"},
		"assignments/g2":        {"assigned 0 Provisioned", "extended 100 Provisioned", "updated 110 Provisioned"},
		"assignments/g3":        {"assigned 0 Granted", "started 1 Provisioned"},
		"assignments/g4":        {"assigned 0 Granted", "started 1 Provisioned"},
		"activationRequests/r1": {"requested 0 Granted", "activated 1 Provisioned"},
		"activationRequests/r2": {"requested 0 Granted", "activated 0 Provisioned", "deactivated 1 Revoked"},
	}
	town := newHouse(t)
	rapid.Check(t, func(r *rapid.T) {
		h := town.another()
		h.batch = rapid.IntRange(1, 8).Draw(r, "batch")
		lines := rapid.Permutation(tale()).Draw(r, "lines")
		require.Equal(r, imports.Summary{Lines: 12, BroughtIn: 12}, h.run(lines...), "%v", h.refused)
		for of, steps := range want {
			require.Equal(r, steps, h.whole(of), of)
		}
		watched := h.watched()
		slices.Sort(watched)
		require.Equal(r, []string{"g2", "g3", "g4"}, watched, "those that go on")

		again := rapid.Permutation(lines).Draw(r, "again")
		require.Equal(r, imports.Summary{Lines: 12, Known: 12}, h.run(again...))
	})
}

func TestChangeWithoutWhatItIsAboutIsRefusedAlone(t *testing.T) {
	h := newHouse(t)
	require.Equal(t, imports.Summary{Lines: 3, BroughtIn: 2, Refused: 1}, h.run(
		later("x0", "adminUpdate", -50), // of an assignment that is older than the file
		line(graph()), later("x1", "adminExtend", 50)))
	require.Equal(t, []string{"1 action: must follow what it is about: no adminAssign of this principal, role and scope comes before it in this file"}, h.refused)
	require.Len(t, h.whole("assignments/g1"), 3)
}

func TestWhatHasHadNoEffectIsLeftOutAlone(t *testing.T) {
	h := newHouse(t)
	require.Equal(t, imports.Summary{Lines: 5, BroughtIn: 2, Refused: 3}, h.run(line(graph()), later("x1", "adminExtend", 50),
		later("x2", "adminExtend", 60, fields{"status": "Failed"}), later("x3", "selfExtend", 70, fields{"status": "PendingAdminDecision"}),
		later("x4", "adminRemove", 80, fields{"isValidationOnly": true})))
	require.Equal(t, []string{"g1"}, h.watched())
}

func TestAssignmentIsLeftOutWithALineAboutItThatIsWrong(t *testing.T) {
	left := ": is left out with line %s, which is about the same"
	for name, c := range map[string]struct{ wrong, says string }{
		"a field":    {later("x1", "adminExtend", 50, fields{"colour": "red"}), "colour: is not a field that is known here; names are exact"},
		"a schedule": {later("x1", "adminExtend", 50, fields{"scheduleInfo": fields{"expiration": fields{"type": "never"}}}), "scheduleInfo.expiration.type: must be afterDuration, afterDateTime or noExpiration"},
		"a moment":   {later("x1", "adminExtend", 50, fields{"completedDateTime": "2026-12-24T00:00:00Z"}), "completedDateTime: must not lie in the future: what is still to come is told to the API when it comes"},
		"a step":     {later("x1", "selfRenew", 70, fields{"id": "x 1"}), "id: must be 1 to 128 of A-Z a-z 0-9 . _ - and neither . nor .."},
		"a person":   {later("x1", "adminExtend", 50, fields{"createdBy": fields{"user": fields{"id": "\t"}}}), "createdBy.user.id: must be UTF-8 without control characters"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			require.Equal(t, imports.Summary{Lines: 4, BroughtIn: 1, Refused: 3}, h.run(line(graph()), c.wrong, later("x2", "adminUpdate", 60), ours()))
			require.Equal(t, []string{"1 " + sprintf(left, "2"), "2 " + c.says, "3 " + sprintf(left, "2")}, h.refused)
			require.Equal(t, []string{"a1"}, h.watched())

			// Corrected, all of it comes in.
			require.Equal(t, imports.Summary{Lines: 4, BroughtIn: 3, Known: 1}, h.run(line(graph()), later("x1", "adminExtend", 50), later("x2", "adminUpdate", 60), ours()))
		})
	}
	h := newHouse(t)
	h.run(line(graph(), fields{"roleDefinition": nil}), later("x1", "adminExtend", 50))
	require.Equal(t, []string{"1 roleDefinition.displayName: is required: export with $expand=principal,roleDefinition", "2 " + sprintf(left, "1")}, h.refused)
}

func TestSameRequestTwiceIsKnownAndAnotherOneUnderItsIDIsNot(t *testing.T) {
	h := newHouse(t)
	require.Equal(t, imports.Summary{Lines: 6, BroughtIn: 2, Known: 2, Different: 2}, h.run(
		line(graph()), later("x1", "adminExtend", 50), line(graph()), later("x1", "adminExtend", 50),
		line(graph(), fields{"justification": "something else"}), later("x1", "adminExtend", 50, fields{"justification": "something else"})))
	require.Equal(t, []string{"5 id: is the one of line 1, which says something else", "6 id: is the one of line 2, which says something else"}, h.refused)
	require.Len(t, h.whole("assignments/g1"), 3)

	// What is in the record stays, also where Graph has learned something since.
	require.Equal(t, imports.Summary{Lines: 3, Different: 3}, h.run(line(graph()), later("x1", "adminExtend", 50), later("x2", "adminUpdate", 60)))
	require.Equal(t, "1 id: is taken: another record is there under it, and stays as it is", h.refused[0])
	require.Len(t, h.whole("assignments/g1"), 3)
}
