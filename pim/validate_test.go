package pim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func at(d time.Duration) *time.Time {
	moment := nine.Add(d)
	return &moment
}

// good is a request of the documented shape, as somebody sent it a minute ago.
func good() pim.ActivationRequest {
	return pim.ActivationRequest{
		Action: pim.SelfActivate, ResourceKind: pim.AzureResource,
		Principal:     pim.Principal{ID: "u7", DisplayName: "Alain Charon", Mail: "alain@contoso.example", Type: pim.User},
		Role:          pim.Role{ID: "acdd72a7", DisplayName: "Backup Reader"},
		Scope:         pim.Scope{ID: "/subscriptions/s1", DisplayName: "Production"},
		Justification: "restore drill",
		TicketInfo:    pim.TicketInfo{TicketNumber: "INC-42", TicketSystem: "ServiceNow"},
		ScheduleInfo: pim.ScheduleInfo{
			StartDateTime: at(time.Hour), Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "PT8H"},
		},
		Approval:        pim.Approval{IsRequired: true, Approvers: []pim.Principal{{ID: "g1", Type: pim.Group}}},
		CreatedDateTime: at(-time.Minute),
		Activation:      pim.Assumed,
	}
}

func TestGoodRequestsAreAccepted(t *testing.T) {
	for name, change := range map[string]func(*pim.ActivationRequest){
		"as documented":                   func(*pim.ActivationRequest) {},
		"a directory role":                func(r *pim.ActivationRequest) { r.ResourceKind, r.Scope.ID = pim.DirectoryRole, "/" },
		"an owner of a group":             func(r *pim.ActivationRequest) { r.ResourceKind, r.AccessID = pim.GroupResource, pim.Owner },
		"a member of a group":             func(r *pim.ActivationRequest) { r.ResourceKind, r.AccessID = pim.GroupResource, pim.Member },
		"reported":                        func(r *pim.ActivationRequest) { r.Activation = pim.Reported },
		"no mail, no name, no type":       func(r *pim.ActivationRequest) { r.Principal = pim.Principal{ID: "u7"} },
		"a service principal":             func(r *pim.ActivationRequest) { r.Principal.Type = pim.ServicePrincipal },
		"an id that is hardly one":        func(r *pim.ActivationRequest) { r.Principal.ID = "Ü / ?#" + strings.Repeat("x", 504) },
		"a name full of mischief":         func(r *pim.ActivationRequest) { r.Principal.DisplayName = "A\r\nBcc: x\u202e{{" },
		"an address with blanks":          func(r *pim.ActivationRequest) { r.Principal.Mail = " Alain@BÜCHER.example " },
		"nobody named to approve":         func(r *pim.ActivationRequest) { r.Approval.Approvers = nil },
		"no start":                        func(r *pim.ActivationRequest) { r.ScheduleInfo.StartDateTime = nil },
		"a start that is past":            func(r *pim.ActivationRequest) { r.ScheduleInfo.StartDateTime = at(-time.Hour) },
		"created when left out":           func(r *pim.ActivationRequest) { r.CreatedDateTime = nil },
		"created by a clock that is fast": func(r *pim.ActivationRequest) { r.CreatedDateTime = at(5 * time.Minute) },
		"created long ago":                func(r *pim.ActivationRequest) { r.CreatedDateTime = at(-1000 * time.Hour) },
		"an end": func(r *pim.ActivationRequest) {
			r.ScheduleInfo.Expiration = pim.Expiration{Type: pim.AfterDateTime, EndDateTime: at(time.Hour + time.Second)}
		},
		"a crowd of approvers": func(r *pim.ActivationRequest) { r.Approval.Approvers = people(10_000) },
	} {
		r := good()
		change(&r)
		require.Empty(t, r.Validate(nine), name)
	}
}

func people(n int) []pim.Principal {
	all := make([]pim.Principal, n)
	for i := range all {
		all[i] = pim.Principal{ID: fmt.Sprintf("u%d", i)}
	}
	return all
}

func TestBadRequestsAreRefusedAtTheFieldThatIsWrong(t *testing.T) {
	const expiration = "body.scheduleInfo.expiration"
	ends := func(r *pim.ActivationRequest, e pim.Expiration) { r.ScheduleInfo.Expiration = e }
	for name, c := range map[string]struct {
		change            func(*pim.ActivationRequest)
		location, message string
	}{
		"no action":             {func(r *pim.ActivationRequest) { r.Action = "" }, "body.action", "is required: selfActivate"},
		"another action":        {func(r *pim.ActivationRequest) { r.Action = pim.AdminAssign }, "body.action", "must be selfActivate"},
		"no kind":               {func(r *pim.ActivationRequest) { r.ResourceKind = "" }, "body.resourceKind", "is required: directoryRole, azureResource or group"},
		"another kind":          {func(r *pim.ActivationRequest) { r.ResourceKind = "AzureResource" }, "body.resourceKind", "must be directoryRole, azureResource or group"},
		"access without group":  {func(r *pim.ActivationRequest) { r.AccessID = pim.Owner }, "body.accessId", "must be left out unless resourceKind is group"},
		"a group, no access":    {func(r *pim.ActivationRequest) { r.ResourceKind = pim.GroupResource }, "body.accessId", "is required for a group: owner or member"},
		"a group, other access": {func(r *pim.ActivationRequest) { r.ResourceKind, r.AccessID = pim.GroupResource, "guest" }, "body.accessId", "must be owner or member"},

		"no principal":       {func(r *pim.ActivationRequest) { r.Principal = pim.Principal{} }, "body.principal.id", "is required"},
		"a long id":          {func(r *pim.ActivationRequest) { r.Principal.ID = strings.Repeat("x", 513) }, "body.principal.id", "must be at most 512 bytes"},
		"a long id in bytes": {func(r *pim.ActivationRequest) { r.Principal.ID = strings.Repeat("ü", 257) }, "body.principal.id", "must be at most 512 bytes"},
		"a newline in an id": {func(r *pim.ActivationRequest) { r.Principal.ID = "u7\n" }, "body.principal.id", "must be UTF-8 without control characters"},
		"a NUL in an id":     {func(r *pim.ActivationRequest) { r.Role.ID = "a\x00b" }, "body.role.id", "must be UTF-8 without control characters"},
		"an id in no code":   {func(r *pim.ActivationRequest) { r.Scope.ID = "\xff" }, "body.scope.id", "must be UTF-8 without control characters"},
		"another type":       {func(r *pim.ActivationRequest) { r.Principal.Type = "robot" }, "body.principal.type", "must be user, group or servicePrincipal"},
		"no role id":         {func(r *pim.ActivationRequest) { r.Role.ID = "" }, "body.role.id", "is required"},
		"no role name":       {func(r *pim.ActivationRequest) { r.Role.DisplayName = " " }, "body.role.displayName", "is required"},
		"no scope":           {func(r *pim.ActivationRequest) { r.Scope = pim.Scope{} }, "body.scope.id", "is required"},

		"too many approvers":     {func(r *pim.ActivationRequest) { r.Approval.Approvers = people(10_001) }, "body.approval.approvers", "must be at most 10,000"},
		"an approver without id": {func(r *pim.ActivationRequest) { r.Approval.Approvers[0].ID = "" }, "body.approval.approvers[0].id", "is required"},
		"a later approver without mail": {func(r *pim.ActivationRequest) {
			r.Approval.Approvers = append(people(2), pim.Principal{ID: "u", Mail: "u at home"})
		}, "body.approval.approvers[2].mail", "must be an e-mail address such as"},
		"created tomorrow": {func(r *pim.ActivationRequest) { r.CreatedDateTime = at(5*time.Minute + 1) }, "body.createdDateTime", "must not be more than 5 minutes ahead"},

		"no expiration":        {func(r *pim.ActivationRequest) { ends(r, pim.Expiration{}) }, expiration, "is required: a type, and a duration or an endDateTime"},
		"no type":              {func(r *pim.ActivationRequest) { ends(r, pim.Expiration{Duration: "PT8H"}) }, expiration + ".type", "is required: afterDuration or afterDateTime"},
		"another expiration":   {func(r *pim.ActivationRequest) { ends(r, pim.Expiration{Type: "never"}) }, expiration + ".type", "must be afterDuration or afterDateTime"},
		"no end at all":        {func(r *pim.ActivationRequest) { ends(r, pim.Expiration{Type: pim.NoExpiration}) }, expiration + ".type", "an activation always ends"},
		"no duration":          {func(r *pim.ActivationRequest) { ends(r, pim.Expiration{Type: pim.AfterDuration}) }, expiration + ".duration", "is required where type is afterDuration"},
		"a malformed duration": {func(r *pim.ActivationRequest) { ends(r, pim.Expiration{Type: pim.AfterDuration, Duration: "8h"}) }, expiration + ".duration", "ISO 8601"},
		"a negative duration":  {func(r *pim.ActivationRequest) { ends(r, pim.Expiration{Type: pim.AfterDuration, Duration: "-PT8H"}) }, expiration + ".duration", "positive"},
		"a month":              {func(r *pim.ActivationRequest) { ends(r, pim.Expiration{Type: pim.AfterDuration, Duration: "P1M"}) }, expiration + ".duration", "write days, such as P30D"},
		"no time at all":       {func(r *pim.ActivationRequest) { ends(r, pim.Expiration{Type: pim.AfterDuration, Duration: "PT0S"}) }, expiration + ".duration", "must be longer than nothing"},
		"both, by duration":    {func(r *pim.ActivationRequest) { r.ScheduleInfo.Expiration.EndDateTime = at(9 * time.Hour) }, expiration + ".endDateTime", "must be left out where type is afterDuration"},
		"both, by moment": {func(r *pim.ActivationRequest) {
			ends(r, pim.Expiration{Type: pim.AfterDateTime, EndDateTime: at(9 * time.Hour), Duration: "PT8H"})
		}, expiration + ".duration", "must be left out where type is afterDateTime"},
		"no end": {func(r *pim.ActivationRequest) { ends(r, pim.Expiration{Type: pim.AfterDateTime}) }, expiration + ".endDateTime", "is required where type is afterDateTime"},
		"an end before start": {func(r *pim.ActivationRequest) {
			ends(r, pim.Expiration{Type: pim.AfterDateTime, EndDateTime: at(time.Minute)})
		}, expiration + ".endDateTime", "must be after scheduleInfo.startDateTime"},
		"an end at the start": {func(r *pim.ActivationRequest) {
			ends(r, pim.Expiration{Type: pim.AfterDateTime, EndDateTime: at(time.Hour)})
		}, expiration + ".endDateTime", "must be after scheduleInfo.startDateTime"},
		"an end that has passed": {func(r *pim.ActivationRequest) {
			r.ScheduleInfo = pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDateTime, EndDateTime: at(0)}}
		}, expiration + ".endDateTime", "must lie in the future"},
	} {
		r := good()
		c.change(&r)
		problems := r.Validate(nine)
		require.Len(t, problems, 1, "%s: one mistake, one problem: %v", name, problems)
		require.Equal(t, c.location, problems[0].Location, name)
		require.Contains(t, problems[0].Message, c.message, name)
		_, length := problems[0].Value.(int)
		require.False(t, length, "%s: the value is what was sent, and not how long it was", name)
	}
}

func TestMalformedAddressesAreRefused(t *testing.T) {
	for _, address := range []string{
		"alain", "alain@", "@contoso.example", "alain contoso.example", "Alain <alain@contoso.example>", "<alain@contoso.example>",
		"a@x.example, b@x.example", "a@x.example\r\nBcc: b@x.example", "a@x.example\x00", strings.Repeat("a", 320) + "@x.example", " ",
	} {
		r := good()
		r.Principal.Mail = address
		problems := r.Validate(nine)
		require.Len(t, problems, 1, "%q", address)
		require.Equal(t, "body.principal.mail", problems[0].Location)
		require.Contains(t, problems[0].Message, "must be an e-mail address such as alain@contoso.example")
		require.Equal(t, address, problems[0].Value)
	}
}

func TestEverythingThatIsMissingIsNamedAtOnce(t *testing.T) {
	problems := pim.ActivationRequest{}.WithDefaults().Validate(nine)
	var locations []string
	for _, p := range problems {
		locations = append(locations, p.Location)
		require.Contains(t, p.Message, "is required", p.Location)
	}
	require.Equal(t, []string{
		"body.action", "body.resourceKind", "body.principal.id", "body.role.id", "body.role.displayName", "body.scope.id",
		"body.scheduleInfo.expiration",
	}, locations)
	text := (&pim.Invalid{Problems: problems[:2]}).Error()
	require.Equal(t, "body.action is required: selfActivate; body.resourceKind is required: directoryRole, azureResource or group", text)
}

func TestIDsThatStandInPaths(t *testing.T) {
	for _, id := range []string{"r1", "A.b-c_9", ".a", "a.", "...", "-", strings.Repeat("x", 128)} {
		require.Nil(t, pim.ValidateID("path.id", id), "%q", id)
	}
	for _, id := range []string{"", ".", "..", "r 1", "r/1", "r%2F1", "ü", "r\n", "r~1", strings.Repeat("x", 129)} {
		problem := pim.ValidateID("path.id", id)
		require.NotNil(t, problem, "%q", id)
		require.Equal(t, pim.Problem{Location: "path.id", Message: "must be 1 to 128 of A-Z a-z 0-9 . _ - and neither . nor ..", Value: id}, *problem)
	}
}

func TestBadDecisionsAreRefusedAtTheFieldThatIsWrong(t *testing.T) {
	decision := pim.Decision{ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "u2"}, ReviewedDateTime: nine.Add(5 * time.Minute)}
	require.Empty(t, decision.Validate(nine))
	decision.ReviewedDateTime, decision.ReviewResult = time.Time{}, pim.Deny
	require.Empty(t, decision.Validate(nine))
	for name, c := range map[string]struct {
		change            func(*pim.Decision)
		location, message string
	}{
		"no answer":       {func(d *pim.Decision) { d.ReviewResult = "" }, "body.reviewResult", "is required: Approve or Deny"},
		"another answer":  {func(d *pim.Decision) { d.ReviewResult = "approve" }, "body.reviewResult", "must be Approve or Deny"},
		"nobody":          {func(d *pim.Decision) { d.ReviewedBy = pim.Principal{} }, "body.reviewedBy.id", "is required"},
		"a bad address":   {func(d *pim.Decision) { d.ReviewedBy.Mail = "x" }, "body.reviewedBy.mail", "must be an e-mail address such as"},
		"decided too far": {func(d *pim.Decision) { d.ReviewedDateTime = nine.Add(5*time.Minute + 1) }, "body.reviewedDateTime", "must not be more than 5 minutes ahead"},
	} {
		d := decision
		c.change(&d)
		problems := d.Validate(nine)
		require.Len(t, problems, 1, name)
		require.Equal(t, c.location, problems[0].Location, name)
		require.Contains(t, problems[0].Message, c.message, name)
	}
}
