package pim

import (
	"strings"
	"time"
)

// Action is what a request asks for, in Graph's words. It is parsed case-insensitively; everything else in a request is exact.
type Action string

// The actions.
const (
	SelfActivate   Action = "selfActivate"
	SelfDeactivate Action = "selfDeactivate"
	SelfExtend     Action = "selfExtend"
	SelfRenew      Action = "selfRenew"
	AdminAssign    Action = "adminAssign"
	AdminUpdate    Action = "adminUpdate"
	AdminExtend    Action = "adminExtend"
	AdminRenew     Action = "adminRenew"
	AdminRemove    Action = "adminRemove"
)

var actions = []Action{SelfActivate, SelfDeactivate, SelfExtend, SelfRenew, AdminAssign, AdminUpdate, AdminExtend, AdminRenew, AdminRemove}

// ParseAction finds the action whatever its case, and says whether there is one.
func ParseAction(text string) (Action, bool) {
	for _, a := range actions {
		if strings.EqualFold(string(a), text) {
			return a, true
		}
	}
	return "", false
}

// ActivationMode says how the engine learns that an approved role became active.
type ActivationMode string

// The two ways. Assumed: active at its start once approved. Reported: when PIM says so, with /activated.
const (
	Assumed  ActivationMode = "assumed"
	Reported ActivationMode = "reported"
)

// TicketInfo is the ticket that a requestor names.
type TicketInfo struct {
	TicketNumber string `json:"ticketNumber,omitempty" example:"INC-42"`
	TicketSystem string `json:"ticketSystem,omitempty" example:"ServiceNow"`
}

// Approval says whether somebody has to approve, and who may. No approvers while approval is required means the fallback: the
// administrators of the matrix.
type Approval struct {
	IsRequired bool        `json:"isRequired,omitempty" doc:"Whether an approver has to decide."`
	Approvers  []Principal `json:"approvers,omitempty" doc:"Users and groups who may approve, at most 10,000; left out, the role's administrators."`
}

// Fallback reports whether nobody was named to approve although approval is required. Being named is what counts: approvers
// who come to nobody do not bring the fallback in.
func (a Approval) Fallback() bool { return a.IsRequired && len(a.Approvers) == 0 }

// Named reports whether approval is required of those who were named for it: nobody else decides then, whoever else is told.
func (a Approval) Named() bool { return a.IsRequired && len(a.Approvers) > 0 }

// ActivationRequest is what PIM received from somebody who wants an eligible role to be active.
type ActivationRequest struct {
	Action           Action         `json:"action,omitempty" doc:"selfActivate, in any case." example:"selfActivate"`
	ResourceKind     ResourceKind   `json:"resourceKind,omitempty" doc:"directoryRole, azureResource or group." example:"directoryRole"`
	AccessID         AccessID       `json:"accessId,omitempty" doc:"owner or member; for groups, and only there."`
	Principal        Principal      `json:"principal,omitzero" doc:"Who wants the role."`
	Role             Role           `json:"role,omitzero" doc:"Which role."`
	Scope            Scope          `json:"scope,omitzero" doc:"Where it applies."`
	Justification    string         `json:"justification,omitempty" doc:"The requestor's reason, free text." example:"restore drill"`
	TicketInfo       TicketInfo     `json:"ticketInfo,omitzero"`
	ScheduleInfo     ScheduleInfo   `json:"scheduleInfo,omitzero" doc:"When the role is to be active."`
	Approval         Approval       `json:"approval,omitzero"`
	CreatedDateTime  *time.Time     `json:"createdDateTime,omitempty" doc:"When it was asked; now where left out."`
	Activation       ActivationMode `json:"activation,omitempty" doc:"assumed (default): active at its start once approved. reported: when /activated says so."`
	IsValidationOnly bool           `json:"isValidationOnly,omitempty" doc:"Validate in full, then record, start and send nothing."`
}

// WithDefaults fills in what never depends on clock, directory or settings, so that two bodies that mean the same are equal.
func (r ActivationRequest) WithDefaults() ActivationRequest {
	if a, ok := ParseAction(string(r.Action)); ok {
		r.Action = a
	}
	if r.Activation == "" {
		r.Activation = Assumed
	}
	r.CreatedDateTime = inUTC(r.CreatedDateTime)
	r.ScheduleInfo = r.ScheduleInfo.inUTC()
	return r
}

// AdministratorsScope is where the request's administrators hold their roles: the whole tenant for Entra roles, the scope of
// the request otherwise.
func (r ActivationRequest) AdministratorsScope() string {
	return administratorsScope(r.ResourceKind, r.Scope)
}

func administratorsScope(kind ResourceKind, scope Scope) string {
	if kind == DirectoryRole {
		return "/"
	}
	return scope.ID
}

// RuledRole is the role by which the request's notification rules are found: for groups the relation to the group, whatever the
// request calls it.
func (r ActivationRequest) RuledRole() Role { return ruledRole(r.ResourceKind, r.AccessID, r.Role) }

func ruledRole(kind ResourceKind, access AccessID, role Role) Role {
	if kind == GroupResource {
		return Role{ID: string(access), DisplayName: string(access)}
	}
	return role
}
