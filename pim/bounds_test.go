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
