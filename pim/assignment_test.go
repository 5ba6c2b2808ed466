package pim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// given is an assignment of the documented shape, as somebody made it a minute ago.
func given() pim.Assignment {
	return pim.Assignment{
		Action: pim.AdminAssign, ResourceKind: pim.AzureResource,
		Principal:       pim.Principal{ID: "u7", DisplayName: "Alain Charon", Type: pim.User},
		Role:            pim.Role{ID: "acdd72a7", DisplayName: "Backup Reader"},
		Scope:           pim.Scope{ID: "/subscriptions/s1", DisplayName: "Production"},
		AssignmentType:  pim.Active,
		AssignedBy:      pim.Principal{ID: "u1"},
		Origin:          pim.FromPIM,
		Justification:   "on call",
		ScheduleInfo:    pim.ScheduleInfo{StartDateTime: at(time.Hour), Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "P90D"}},
		CreatedDateTime: at(-time.Minute),
	}
}

func duration(d pim.Duration) pim.Expiration {
	return pim.Expiration{Type: pim.AfterDuration, Duration: d}
}

func until(d time.Duration) pim.Expiration {
	return pim.Expiration{Type: pim.AfterDateTime, EndDateTime: at(d)}
}

func schedule(start *time.Time, e pim.Expiration) func(*pim.Assignment) {
	return func(a *pim.Assignment) { a.ScheduleInfo = pim.ScheduleInfo{StartDateTime: start, Expiration: e} }
}

func TestGoodAssignmentsAreAccepted(t *testing.T) {
	for name, change := range map[string]func(*pim.Assignment){
		"as documented":               func(*pim.Assignment) {},
		"eligible":                    func(a *pim.Assignment) { a.AssignmentType = pim.Eligible },
		"a member of a group":         func(a *pim.Assignment) { a.ResourceKind, a.AccessID = pim.GroupResource, pim.Member },
		"to a group":                  func(a *pim.Assignment) { a.Principal = pim.Principal{ID: "g1", Type: pim.Group} },
		"by nobody known":             func(a *pim.Assignment) { a.AssignedBy = pim.Principal{} },
		"outside":                     func(a *pim.Assignment) { a.Origin = pim.OutsidePIM },
		"outside, of the whole":       func(a *pim.Assignment) { a.Origin, a.ResourceKind, a.Scope.ID = pim.OutsidePIM, pim.DirectoryRole, "/" },
		"permanent":                   schedule(nil, pim.Expiration{Type: pim.NoExpiration}),
		"permanent since long":        schedule(at(-10000*time.Hour), pim.Expiration{Type: pim.NoExpiration}),
		"five minutes":                schedule(at(time.Hour), duration("PT5M")),
		"five minutes from now":       schedule(nil, until(5*time.Minute)),
		"an end":                      schedule(at(time.Hour), until(2*time.Hour)),
		"begun, and nearly at an end": schedule(at(-4*time.Hour), until(time.Second)),
		"begun, for a time":           schedule(at(-4*time.Hour), duration("PT4H1S")),
	} {
		a := given()
		change(&a)
		require.Empty(t, a.Validate(nine), name)
	}
}

func TestBadAssignmentsAreRefusedAtTheFieldThatIsWrong(t *testing.T) {
	const expiration = "body.scheduleInfo.expiration"
	for name, c := range map[string]struct {
		change            func(*pim.Assignment)
		location, message string
	}{
		"no action":               {func(a *pim.Assignment) { a.Action = "" }, "body.action", "is required: adminAssign"},
		"another action":          {func(a *pim.Assignment) { a.Action = pim.SelfActivate }, "body.action", "must be adminAssign"},
		"no kind":                 {func(a *pim.Assignment) { a.ResourceKind = "" }, "body.resourceKind", "is required"},
		"a group without access":  {func(a *pim.Assignment) { a.ResourceKind = pim.GroupResource }, "body.accessId", "is required for a group"},
		"no principal":            {func(a *pim.Assignment) { a.Principal = pim.Principal{} }, "body.principal.id", "is required"},
		"no role":                 {func(a *pim.Assignment) { a.Role.ID = "" }, "body.role.id", "is required"},
		"no role name":            {func(a *pim.Assignment) { a.Role.DisplayName = "" }, "body.role.displayName", "is required"},
		"no scope":                {func(a *pim.Assignment) { a.Scope.ID = "" }, "body.scope.id", "is required"},
		"no type":                 {func(a *pim.Assignment) { a.AssignmentType = "" }, "body.assignmentType", "is required: eligible or active"},
		"another type":            {func(a *pim.Assignment) { a.AssignmentType = "Active" }, "body.assignmentType", "must be eligible or active"},
		"assigned by a name only": {func(a *pim.Assignment) { a.AssignedBy = pim.Principal{DisplayName: "Bo"} }, "body.assignedBy.id", "is required"},
		"assigned by a bad mail":  {func(a *pim.Assignment) { a.AssignedBy.Mail = "x" }, "body.assignedBy.mail", "must be an e-mail address"},
		"another origin":          {func(a *pim.Assignment) { a.Origin = "elsewhere" }, "body.origin", "must be pim or outside"},
		"outside and eligible":    {func(a *pim.Assignment) { a.Origin, a.AssignmentType = pim.OutsidePIM, pim.Eligible }, "body.origin", "active assignments only"},
		"outside, of a group": {func(a *pim.Assignment) {
			a.Origin, a.ResourceKind, a.AccessID = pim.OutsidePIM, pim.GroupResource, pim.Owner
		}, "body.origin", "must be pim for a group"},
		"created tomorrow": {func(a *pim.Assignment) { a.CreatedDateTime = at(5*time.Minute + 1) }, "body.createdDateTime", "5 minutes ahead"},

		"no expiration":      {schedule(nil, pim.Expiration{}), expiration, "is required: a type, and a duration or an endDateTime unless it never expires"},
		"no expiration type": {schedule(nil, pim.Expiration{Duration: "PT8H"}), expiration + ".type", "is required: afterDuration, afterDateTime or noExpiration"},
		"another expiration": {schedule(nil, pim.Expiration{Type: "never"}), expiration + ".type", "must be afterDuration, afterDateTime or noExpiration"},
		"no duration":        {schedule(nil, duration("")), expiration + ".duration", "is required"},
		"a month":            {schedule(nil, duration("P1M")), expiration + ".duration", "write days"},
		"four minutes":       {schedule(nil, duration("PT4M59S")), expiration + ".duration", "must be at least 5 minutes"},
		"four minutes, past": {schedule(at(-time.Hour), duration("PT4M")), expiration + ".duration", "must be at least 5 minutes"},
		"over already":       {schedule(at(-8*time.Hour), duration("PT8H")), expiration + ".duration", "must reach into the future, counted from scheduleInfo.startDateTime"},
		"made long ago": {func(a *pim.Assignment) {
			schedule(nil, duration("PT8H"))(a)
			a.CreatedDateTime = at(-8 * time.Hour)
		}, expiration + ".duration", "must reach into the future, counted from createdDateTime"},
		"made a moment ahead": {func(a *pim.Assignment) {
			schedule(nil, until(6*time.Minute))(a)
			a.CreatedDateTime = at(3 * time.Minute)
		}, expiration + ".endDateTime", "must be at least 5 minutes after createdDateTime"},
		"no end":             {schedule(nil, pim.Expiration{Type: pim.AfterDateTime}), expiration + ".endDateTime", "is required"},
		"an end in the past": {schedule(at(-9*time.Hour), until(-time.Hour)), expiration + ".endDateTime", "must lie in the future"},
		"an end at the start": {
			schedule(at(time.Hour), until(time.Hour)), expiration + ".endDateTime", "must be after scheduleInfo.startDateTime"},
		"an end soon after the start": {
			schedule(at(time.Hour), until(time.Hour+5*time.Minute-time.Second)), expiration + ".endDateTime", "must be at least 5 minutes after"},
		"an end soon": {func(a *pim.Assignment) {
			schedule(nil, until(4*time.Minute))(a)
			a.CreatedDateTime = nil
		}, expiration + ".endDateTime", "must be at least 5 minutes after now"},
		"permanent with an end": {
			schedule(nil, pim.Expiration{Type: pim.NoExpiration, EndDateTime: at(time.Hour)}), expiration + ".endDateTime", "must be left out where type is noExpiration"},
		"permanent for a time": {
			schedule(nil, pim.Expiration{Type: pim.NoExpiration, Duration: "PT8H"}), expiration + ".duration", "must be left out where type is noExpiration"},
		"both, by duration": {
			schedule(nil, pim.Expiration{Type: pim.AfterDuration, Duration: "PT8H", EndDateTime: at(9 * time.Hour)}), expiration + ".endDateTime", "must be left out where type is afterDuration"},
		"both, by moment": {
			schedule(nil, pim.Expiration{Type: pim.AfterDateTime, Duration: "PT8H", EndDateTime: at(9 * time.Hour)}), expiration + ".duration", "must be left out where type is afterDateTime"},
	} {
		a := given()
		c.change(&a)
		problems := a.Validate(nine)
		require.Len(t, problems, 1, "%s: one mistake, one problem: %v", name, problems)
		require.Equal(t, c.location, problems[0].Location, name)
		require.Contains(t, problems[0].Message, c.message, name)
	}
}

func TestEverythingThatAnAssignmentLacksIsNamedAtOnce(t *testing.T) {
	var locations []string
	for _, p := range (pim.Assignment{}).WithDefaults().Validate(nine) {
		locations = append(locations, p.Location)
		require.Contains(t, p.Message, "is required", p.Location)
	}
	require.Equal(t, []string{
		"body.action", "body.resourceKind", "body.principal.id", "body.role.id", "body.role.displayName", "body.scope.id",
		"body.assignmentType", "body.scheduleInfo.expiration",
	}, locations)
}

func TestAssignmentIsFilledInWithoutAskingTheClock(t *testing.T) {
	got := pim.Assignment{Action: "ADMINASSIGN"}.WithDefaults()
	require.Equal(t, pim.Assignment{Action: pim.AdminAssign, Origin: pim.FromPIM}, got)
	require.Equal(t, got, got.WithDefaults())
	require.Equal(t, pim.OutsidePIM, pim.Assignment{Origin: pim.OutsidePIM}.WithDefaults().Origin)
}

func TestAdministratorsOfAnAssignmentHoldTheirRolesAtItsScope(t *testing.T) {
	scope := pim.Scope{ID: "/administrativeUnits/a1"}
	require.Equal(t, "/", pim.Assignment{ResourceKind: pim.DirectoryRole, Scope: scope}.AdministratorsScope())
	require.Equal(t, scope.ID, pim.Assignment{ResourceKind: pim.AzureResource, Scope: scope}.AdministratorsScope())
}

func TestStrictProfileIsAlarmedByPermanentAssignmentsAlone(t *testing.T) {
	forATime := given()
	forATime.Origin = pim.OutsidePIM
	permanent := forATime
	permanent.ScheduleInfo.Expiration = pim.Expiration{Type: pim.NoExpiration}
	require.True(t, permanent.Alerts(pim.Strict))
	require.True(t, permanent.Alerts(pim.Entra))
	require.True(t, forATime.Alerts(pim.Entra))
	require.False(t, forATime.Alerts(pim.Strict))
	permanent.Origin = pim.FromPIM
	require.False(t, permanent.Alerts(pim.Entra))
}

// problem is the only thing wrong, as location and message.
func problem(t *testing.T, problems []pim.Problem) (location, message string) {
	t.Helper()
	require.Len(t, problems, 1)
	return problems[0].Location, problems[0].Message
}

func TestChangesOfAnAdministratorNeedWhatTheyChange(t *testing.T) {
	by := pim.Principal{ID: "u1"}
	later := pim.ScheduleInfo{Expiration: duration("P90D")}
	for name, c := range map[string]struct {
		action            pim.Action
		change            pim.AssignmentChange
		location, message string // empty: accepted
	}{
		"extended":               {pim.AdminExtend, pim.AssignmentChange{RequestedBy: by, ScheduleInfo: later}, "", ""},
		"extended for ever":      {pim.AdminExtend, pim.AssignmentChange{RequestedBy: by, ScheduleInfo: pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.NoExpiration}}}, "", ""},
		"renewed as another":     {pim.AdminRenew, pim.AssignmentChange{RequestedBy: by, ScheduleInfo: later, AssignmentType: pim.Active}, "", ""},
		"updated in time":        {pim.AdminUpdate, pim.AssignmentChange{RequestedBy: by, ScheduleInfo: later}, "", ""},
		"updated in type":        {pim.AdminUpdate, pim.AssignmentChange{RequestedBy: by, AssignmentType: pim.Active}, "", ""},
		"removed":                {pim.AdminRemove, pim.AssignmentChange{RequestedBy: by, Justification: "left"}, "", ""},
		"by nobody":              {pim.AdminRemove, pim.AssignmentChange{}, "body.requestedBy.id", "is required"},
		"extended to no end":     {pim.AdminExtend, pim.AssignmentChange{RequestedBy: by}, "body.scheduleInfo.expiration", "is required"},
		"renewed into the past":  {pim.AdminRenew, pim.AssignmentChange{RequestedBy: by, ScheduleInfo: pim.ScheduleInfo{Expiration: until(-1)}}, "body.scheduleInfo.expiration.endDateTime", "must lie in the future"},
		"extended by a minute":   {pim.AdminExtend, pim.AssignmentChange{RequestedBy: by, ScheduleInfo: pim.ScheduleInfo{Expiration: duration("PT1M")}}, "body.scheduleInfo.expiration.duration", "at least 5 minutes"},
		"updated in nothing":     {pim.AdminUpdate, pim.AssignmentChange{RequestedBy: by}, "body.scheduleInfo", "is required, or assignmentType"},
		"updated to nonsense":    {pim.AdminUpdate, pim.AssignmentChange{RequestedBy: by, AssignmentType: "x"}, "body.assignmentType", "must be eligible or active"},
		"removed until later":    {pim.AdminRemove, pim.AssignmentChange{RequestedBy: by, ScheduleInfo: later}, "body.scheduleInfo", "must be left out"},
		"removed as another one": {pim.AdminRemove, pim.AssignmentChange{RequestedBy: by, AssignmentType: pim.Active}, "body.assignmentType", "must be left out"},
	} {
		problems := c.change.Validate(c.action, nine)
		if c.location == "" {
			require.Empty(t, problems, name)
			continue
		}
		location, message := problem(t, problems)
		require.Equal(t, c.location, location, name)
		require.Contains(t, message, c.message, name)
	}
}

func TestRequestsToExtendNameWhoAsksAndForHowLong(t *testing.T) {
	r := pim.ExtensionRequest{RequestedBy: pim.Principal{ID: "u7"}, Justification: "late", ScheduleInfo: pim.ScheduleInfo{Expiration: duration("P30D")}}
	require.Empty(t, r.Validate(nine))
	var locations []string
	for _, p := range (pim.ExtensionRequest{}).Validate(nine) {
		locations = append(locations, p.Location)
	}
	require.Equal(t, []string{"body.requestedBy.id", "body.scheduleInfo.expiration"}, locations)
}

func TestDecisionOnAnExtensionMayChangeItsScheduleAndType(t *testing.T) {
	d := pim.ExtensionDecision{Decision: pim.Decision{ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "u1"}}}
	require.Empty(t, d.Validate(nine), "as asked for")
	d.ScheduleInfo, d.AssignmentType = pim.ScheduleInfo{Expiration: duration("P10D")}, pim.Active
	require.Empty(t, d.Validate(nine))
	d.AssignmentType = "x"
	location, _ := problem(t, d.Validate(nine))
	require.Equal(t, "body.assignmentType", location)
	d.AssignmentType, d.ScheduleInfo.Expiration.Duration = "", "PT1M"
	location, _ = problem(t, d.Validate(nine))
	require.Equal(t, "body.scheduleInfo.expiration.duration", location)
	d = pim.ExtensionDecision{Decision: pim.Decision{ReviewedBy: pim.Principal{ID: "u1"}}}
	location, _ = problem(t, d.Validate(nine))
	require.Equal(t, "body.reviewResult", location)
}

func TestAnExtensionReachesBeyondThePresentEnd(t *testing.T) {
	term := pim.Term{Number: 1, Start: nine.Add(-80 * day), End: nine.Add(10 * day)}
	for name, c := range map[string]struct {
		expiration pim.Expiration
		location   string
	}{
		"later":            {until(11 * day), ""},
		"for good":         {pim.Expiration{Type: pim.NoExpiration}, ""},
		"a long time":      {duration("P11D"), ""},
		"the same end":     {until(10 * day), "body.scheduleInfo.expiration.endDateTime"},
		"an earlier end":   {until(9 * day), "body.scheduleInfo.expiration.endDateTime"},
		"a time within it": {duration("P10D"), "body.scheduleInfo.expiration.duration"},
	} {
		problems := pim.ValidateExtension(term, pim.ScheduleInfo{Expiration: c.expiration}, nine)
		if c.location == "" {
			require.Empty(t, problems, name)
			continue
		}
		location, message := problem(t, problems)
		require.Equal(t, c.location, location, name)
		require.Equal(t, "must reach beyond the present end, 2026-12-03T09:00:00Z", message)
	}
	gap := pim.ScheduleInfo{StartDateTime: at(10*day + 1), Expiration: until(30 * day)}
	location, message := problem(t, pim.ValidateExtension(term, gap, nine))
	require.Equal(t, "body.scheduleInfo.startDateTime", location)
	require.Equal(t, "must not lie after the present end, 2026-12-03T09:00:00Z", message)
	require.Empty(t, pim.ValidateExtension(pim.Term{Start: nine}, pim.ScheduleInfo{Expiration: until(day)}, nine), "a permanent one is refused for what it is")
}

func TestSwitchingPIMNamesTheSwitchAndWhoTurnedIt(t *testing.T) {
	on := true
	require.Empty(t, pim.PIMChange{IsEnabled: &on, ChangedBy: pim.Principal{ID: "u1"}}.Validate())
	problems := pim.PIMChange{}.Validate()
	require.Len(t, problems, 2)
	require.Equal(t, "body.isEnabled", problems[0].Location)
	require.Equal(t, "body.changedBy.id", problems[1].Location)
}

func TestRulesOfAnAssignmentToAGroupAreFoundByTheRelationToIt(t *testing.T) {
	a := given()
	require.Equal(t, a.Role, a.RuledRole())
	a.ResourceKind, a.AccessID, a.Role = pim.GroupResource, pim.Member, pim.Role{ID: "x", DisplayName: "Teilnehmer"}
	require.Equal(t, pim.Role{ID: "member", DisplayName: "member"}, a.RuledRole())
}
