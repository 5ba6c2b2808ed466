package pim

import (
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Problem is one thing that is wrong with what somebody sent: the path of the field, and what would be right.
type Problem struct {
	Location string // body.principal.mail, path.id
	Message  string
	Value    any // what was sent; nil where that is nothing, or too long to be sent back
}

// Invalid is the error of a request that can be read but not accepted. It names every problem at once.
type Invalid struct{ Problems []Problem }

// Error is all problems in one line.
func (e *Invalid) Error() string {
	lines := make([]string, 0, len(e.Problems))
	for _, p := range e.Problems {
		lines = append(lines, p.Location+" "+p.Message)
	}
	return strings.Join(lines, "; ")
}

// Bounds of what a caller may send.
const (
	maxIDBytes      = 512
	maxFutureSkew   = 5 * time.Minute
	maxAddressBytes = 320
	maxApprovers    = 10_000 // each of whom may be a group
)

// ValidID reports whether an id of a tenant, request or assignment is of the form the API allows: it stands in paths, in
// workflow ids and in the ids of events.
func ValidID(id string) bool {
	if len(id) == 0 || len(id) > 128 || id == "." || id == ".." {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}

// ValidateID says what is wrong with an id of a tenant, request or assignment, at the given location.
func ValidateID(location, id string) *Problem {
	if ValidID(id) {
		return nil
	}
	return &Problem{location, "must be 1 to 128 of A-Z a-z 0-9 . _ - and neither . nor ..", id}
}

// ValidateOpaqueID says what is wrong with any other id, at the given location.
func ValidateOpaqueID(location, id string) *Problem {
	v := validator{}
	v.id(location, id)
	if len(v.problems) == 0 {
		return nil
	}
	return &v.problems[0]
}

// Validate says everything that is wrong with a request, as far as it can be told from the request and the time alone.
func (r ActivationRequest) Validate(now time.Time) []Problem { return r.validate(now, now) }

// validate takes what ends by the second moment for over.
func (r ActivationRequest) validate(now, over time.Time) []Problem {
	v := validator{}
	if r.Action == "" {
		v.add("body.action", "is required: selfActivate", nil)
	} else if r.Action != SelfActivate {
		v.add("body.action", "must be selfActivate", string(r.Action))
	}
	v.resource(r.ResourceKind, r.AccessID)
	v.principal("body.principal", r.Principal)
	if r.Principal.Type == Group {
		v.add("body.principal.type", "must be user or servicePrincipal: a group has no role to activate", string(Group))
	}
	v.role(r.Role)
	v.id("body.scope.id", r.Scope.ID)
	v.approvers(r.Approval.Approvers)
	if r.Activation != Assumed && r.Activation != Reported {
		v.add("body.activation", "must be assumed or reported", string(r.Activation))
	}
	v.created(r.CreatedDateTime, now)
	v.reason(r.Justification)
	v.ticket(r.TicketInfo)
	v.dates(r.ScheduleInfo, now)
	v.activationPattern(r.ScheduleInfo, over)
	v.over(r, over)
	return v.problems
}

type validator struct{ problems []Problem }

func (v *validator) add(location, message string, value any) {
	v.problems = append(v.problems, Problem{location, message, value})
}

func (v *validator) resource(kind ResourceKind, access AccessID) {
	switch kind {
	case DirectoryRole, AzureResource:
		if access != "" {
			v.add("body.accessId", "must be left out unless resourceKind is group", string(access))
		}
	case GroupResource:
		if access == "" {
			v.add("body.accessId", "is required for a group: owner or member", nil)
		} else if access != Owner && access != Member {
			v.add("body.accessId", "must be owner or member", string(access))
		}
	case "":
		v.add("body.resourceKind", "is required: directoryRole, azureResource or group", nil)
	default:
		v.add("body.resourceKind", "must be directoryRole, azureResource or group", string(kind))
	}
}

func (v *validator) approvers(all []Principal) {
	if len(all) > maxApprovers {
		v.add("body.approval.approvers", "must be at most 10,000: name a group in their place", nil)
		return
	}
	for i, approver := range all {
		v.principal(fmt.Sprintf("body.approval.approvers[%d]", i), approver)
	}
}

func (v *validator) role(r Role) {
	v.id("body.role.id", r.ID)
	if strings.TrimSpace(r.DisplayName) == "" {
		v.add("body.role.displayName", "is required", nil)
	}
}

func (v *validator) created(at *time.Time, now time.Time) {
	v.date("body.createdDateTime", at, now.Add(horizon)) // ahead it has a bound of its own
	if at != nil && at.After(now.Add(maxFutureSkew)) {
		v.add("body.createdDateTime", "must not be more than 5 minutes ahead", at)
	}
}

func (v *validator) principal(location string, p Principal) {
	v.id(location+".id", p.ID)
	switch p.Type {
	case "", User, Group, ServicePrincipal:
	default:
		v.add(location+".type", "must be user, group or servicePrincipal", string(p.Type))
	}
	if p.Mail != "" && !wellFormed(p.Mail) {
		v.add(location+".mail", "must be an e-mail address such as alain@contoso.example", p.Mail)
	}
}

// wellFormed reports whether text is one bare address.
func wellFormed(text string) bool {
	text = strings.TrimSpace(text)
	parsed, err := mail.ParseAddress(text)
	return err == nil && len(text) <= maxAddressBytes && parsed.Name == "" && !strings.ContainsAny(text, "<>") && !strings.ContainsFunc(text, unicode.IsControl)
}

// id checks an opaque id: any text of 1 to 512 bytes without control characters.
func (v *validator) id(location, id string) {
	switch {
	case id == "":
		v.add(location, "is required", nil)
	case len(id) > maxIDBytes:
		v.add(location, fmt.Sprintf("must be at most %d bytes", maxIDBytes), nil)
	case !utf8.ValidString(id) || strings.ContainsFunc(id, unicode.IsControl):
		v.add(location, "must be UTF-8 without control characters", id)
	}
}

func (v *validator) activationPattern(s ScheduleInfo, over time.Time) {
	const at = expirationAt
	if s.Expiration == (Expiration{}) {
		v.add(at, "is required: a type, and a duration or an endDateTime", nil)
		return
	}
	switch s.Expiration.Type {
	case "":
		v.add(at+".type", "is required: afterDuration or afterDateTime", nil)
	case AfterDuration:
		v.duration(at+".duration", s.Expiration.Duration)
		if s.Expiration.EndDateTime != nil {
			v.add(at+".endDateTime", "must be left out where type is afterDuration", s.Expiration.EndDateTime)
		}
	case AfterDateTime:
		v.endDateTime(at+".endDateTime", s, over)
		if s.Expiration.Duration != "" {
			v.add(at+".duration", "must be left out where type is afterDateTime", string(s.Expiration.Duration))
		}
	case NoExpiration:
		v.add(at+".type", "must be afterDuration or afterDateTime: an activation always ends", string(NoExpiration))
	default:
		v.add(at+".type", "must be afterDuration or afterDateTime", string(s.Expiration.Type))
	}
}

func (v *validator) duration(location string, d Duration) {
	if d == "" {
		v.add(location, "is required where type is afterDuration, such as PT8H", nil)
		return
	}
	length, err := d.Parse()
	if err != nil {
		v.add(location, err.Error(), string(d))
	} else if length <= 0 {
		v.add(location, "must be longer than nothing", string(d))
	}
}

func (v *validator) endDateTime(location string, s ScheduleInfo, over time.Time) {
	end := s.Expiration.EndDateTime
	switch {
	case end == nil:
		v.add(location, "is required where type is afterDateTime", nil)
	case s.StartDateTime != nil && !end.After(*s.StartDateTime):
		v.add(location, "must be after scheduleInfo.startDateTime", end)
	case !end.After(over):
		v.add(location, "must lie in the future", end)
	}
}

// Validate says everything that is wrong with a decision, as far as it can be told from the decision and the time alone.
func (d Decision) Validate(now time.Time) []Problem {
	v := validator{}
	switch d.ReviewResult {
	case Approve, Deny:
	case "":
		v.add("body.reviewResult", "is required: Approve or Deny", nil)
	default:
		v.add("body.reviewResult", "must be Approve or Deny", string(d.ReviewResult))
	}
	v.principal("body.reviewedBy", d.ReviewedBy)
	v.reason(d.Justification)
	if d.ReviewedDateTime.After(now.Add(maxFutureSkew)) {
		v.add("body.reviewedDateTime", "must not be more than 5 minutes ahead", d.ReviewedDateTime)
	}
	return v.problems
}
