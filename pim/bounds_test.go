package pim

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhatNobodyMeansIsRefusedAtItsField(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	moment := func(year int) *time.Time { t := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); return &t }
	valid := ActivationRequest{
		Action: SelfActivate, ResourceKind: DirectoryRole, Principal: Principal{ID: "u7"}, Role: Role{ID: "r", DisplayName: "R"},
		Scope: Scope{ID: "/"}, Approval: Approval{IsRequired: true}, Activation: Assumed,
		ScheduleInfo: ScheduleInfo{Expiration: Expiration{Type: AfterDuration, Duration: "PT8H"}},
	}
	require.Empty(t, valid.Validate(now))
	for location, change := range map[string]func(*ActivationRequest){
		"body.justification":              func(r *ActivationRequest) { r.Justification = strings.Repeat("é", 20_001) },
		"body.ticketInfo.ticketNumber":    func(r *ActivationRequest) { r.TicketInfo.TicketNumber = strings.Repeat("x", 1_001) },
		"body.ticketInfo.ticketSystem":    func(r *ActivationRequest) { r.TicketInfo.TicketSystem = strings.Repeat("x", 1_001) },
		"body.createdDateTime":            func(r *ActivationRequest) { r.CreatedDateTime = moment(1) },
		"body.scheduleInfo.startDateTime": func(r *ActivationRequest) { r.ScheduleInfo.StartDateTime = moment(9999) },
		"body.principal.type":             func(r *ActivationRequest) { r.Principal.Type = Group },
		"body.scheduleInfo.expiration":    func(r *ActivationRequest) { r.Approval.IsRequired, r.CreatedDateTime = false, moment(2026) },
		"body.scheduleInfo.expiration.endDateTime": func(r *ActivationRequest) {
			r.ScheduleInfo.Expiration = Expiration{Type: AfterDateTime, EndDateTime: moment(9999)}
		},
	} {
		t.Run(location, func(t *testing.T) {
			r := valid
			change(&r)
			problems := r.Validate(now)
			require.Len(t, problems, 1, "%v", problems)
			require.Equal(t, location, problems[0].Location)
			_, length := problems[0].Value.(int)
			require.False(t, length, "the value is what was sent, and not how long it was")
		})
	}
	longest := valid
	longest.Justification = strings.Repeat("é", 20_000)
	require.Empty(t, longest.Validate(now))
}

func TestATimeIsKeptInUTCHoweverItWasSent(t *testing.T) {
	odd := time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("", 24*60*60))
	r := ActivationRequest{CreatedDateTime: &odd}.WithDefaults()
	require.Equal(t, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), *r.CreatedDateTime)
}

func TestWhatNobodyMeansIsRefusedWhereverAnAssignmentIsSpokenOf(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	moment := func(year int) *time.Time { t := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); return &t }
	by := Principal{ID: "u1"}
	term := ScheduleInfo{Expiration: Expiration{Type: AfterDuration, Duration: "P90D"}}
	unheard := ScheduleInfo{StartDateTime: moment(1), Expiration: Expiration{Type: NoExpiration}}
	never := ScheduleInfo{Expiration: Expiration{Type: AfterDateTime, EndDateTime: moment(9999)}}
	const (
		tooMuch = "body.justification"
		start   = "body.scheduleInfo.startDateTime"
		end     = "body.scheduleInfo.expiration.endDateTime"
	)
	words := strings.Repeat("é", 20_001)
	assignment := Assignment{
		Action: AdminAssign, ResourceKind: DirectoryRole, Principal: Principal{ID: "u7"}, Role: Role{ID: "r", DisplayName: "R"},
		Scope: Scope{ID: "/"}, AssignmentType: Active, Origin: FromPIM, ScheduleInfo: term,
	}
	assign := func(change func(*Assignment)) []Problem {
		a := assignment
		change(&a)
		return a.Validate(now)
	}
	require.Empty(t, assign(func(*Assignment) {}))
	approve := Decision{ReviewResult: Approve, ReviewedBy: by}
	reasoned := approve
	reasoned.Justification = words
	for name, c := range map[string]struct {
		problems []Problem
		location string
	}{
		"assigned for too many reasons": {assign(func(a *Assignment) { a.Justification = words }), tooMuch},
		"a ticket that is a story":      {assign(func(a *Assignment) { a.TicketInfo.TicketNumber = strings.Repeat("x", 1_001) }), "body.ticketInfo.ticketNumber"},
		"a system that is a story":      {assign(func(a *Assignment) { a.TicketInfo.TicketSystem = strings.Repeat("x", 1_001) }), "body.ticketInfo.ticketSystem"},
		"assigned before computers": {assign(func(a *Assignment) {
			a.CreatedDateTime, a.ScheduleInfo = moment(1), ScheduleInfo{Expiration: Expiration{Type: NoExpiration}}
		}), "body.createdDateTime"},
		"held since before computers":   {assign(func(a *Assignment) { a.ScheduleInfo = unheard }), start},
		"held beyond all plans":         {assign(func(a *Assignment) { a.ScheduleInfo = never }), end},
		"changed for too many reasons":  {AssignmentChange{RequestedBy: by, Justification: words}.Validate(AdminRemove, now), tooMuch},
		"updated to before computers":   {AssignmentChange{RequestedBy: by, ScheduleInfo: unheard}.Validate(AdminUpdate, now), start},
		"extended beyond all plans":     {AssignmentChange{RequestedBy: by, ScheduleInfo: never}.Validate(AdminExtend, now), end},
		"asked for too many reasons":    {ExtensionRequest{RequestedBy: by, Justification: words, ScheduleInfo: term}.Validate(now), tooMuch},
		"asked for beyond all plans":    {ExtensionRequest{RequestedBy: by, ScheduleInfo: never}.Validate(now), end},
		"decided for too many reasons":  {ExtensionDecision{Decision: reasoned}.Validate(now), tooMuch},
		"decided for beyond all plans":  {ExtensionDecision{Decision: approve, ScheduleInfo: never}.Validate(now), end},
		"decided from before computers": {ExtensionDecision{Decision: approve, ScheduleInfo: unheard}.Validate(now), start},
	} {
		require.Len(t, c.problems, 1, "%s: %v", name, c.problems)
		require.Equal(t, c.location, c.problems[0].Location, name)
	}
}

func TestTheSameMomentInAnotherZoneIsTheSameAssignment(t *testing.T) {
	utc := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	oslo := utc.In(time.FixedZone("Oslo", 3600))
	schedule := func(at time.Time) ScheduleInfo {
		return ScheduleInfo{StartDateTime: &at, Expiration: Expiration{Type: AfterDateTime, EndDateTime: &at}}
	}
	assignment := func(at time.Time) Assignment {
		return Assignment{CreatedDateTime: &at, ScheduleInfo: schedule(at)}.WithDefaults()
	}
	require.Equal(t, assignment(utc), assignment(oslo))
	require.Equal(t, AssignmentChange{ScheduleInfo: schedule(utc)}, AssignmentChange{ScheduleInfo: schedule(oslo)}.WithDefaults())
	require.Equal(t, ExtensionRequest{ScheduleInfo: schedule(utc)}, ExtensionRequest{ScheduleInfo: schedule(oslo)}.WithDefaults())
	decided := func(at time.Time) ExtensionDecision {
		return ExtensionDecision{Decision: Decision{ReviewedDateTime: at}, ScheduleInfo: schedule(at)}
	}
	require.Equal(t, decided(utc), decided(oslo).WithDefaults())
	sent := schedule(oslo)
	require.Equal(t, utc, *sent.inUTC().StartDateTime)
	require.Equal(t, oslo, *sent.StartDateTime, "what the caller holds is not touched")
}
