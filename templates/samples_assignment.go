package templates

import (
	"time"

	"pimnotify/pim"
)

// assignmentSamples are letters about assignments, and about PIM itself.
func assignmentSamples() []Sample {
	admin, requestor := pim.AdminRecipient, pim.RequestorRecipient
	return []Sample{
		{"assignment_assigned_admin", assign(azure()).permanent().assigned(admin)},
		{"assignment_assigned_admin_bare", assign(entra()).unexplained().assigned(admin)},
		{"assignment_assigned_admin_eligible", assign(entra()).eligible().later().assigned(admin)},
		{"assignment_assigned_admin_group", assign(group(pim.Member)).eligible().permanent().assigned(admin)},
		{"assignment_assigned_requestor", assign(azure()).assigned(requestor)},
		{"assignment_assigned_requestor_eligible", assign(azure()).eligible().permanent().assigned(requestor)},
		{"assignment_assigned_requestor_member", assign(azure()).toGroup().eligible().assigned(requestor)},
		{"assignment_expiring_admin", assign(azure()).eligible().expiring(14*day, admin)},
		{"assignment_expiring_admin_day", assign(group(pim.Owner)).expiring(day, admin)},
		{"assignment_expiring_requestor", assign(azure()).eligible().expiring(14*day, requestor)},
		{"assignment_expiring_requestor_day", assign(entra()).expiring(day, requestor)},
		{"assignment_extendable_admin", assign(azure()).eligible().extendable(admin)},
		{"assignment_extendable_requestor", assign(group(pim.Member)).eligible().extendable(requestor)},
		{"assignment_extend_requested", assign(azure()).eligible().extendRequested()},
		{"assignment_extend_requested_member", assign(entra()).toGroup().extendRequested()},
		{"assignment_extend_requested_bare", assign(group(pim.Owner)).unexplained().forGood().extendRequested()},
		{"assignment_extend_unreachable", unreached(assign(entra()).eligible().extendRequested(), pim.PrivilegedRoleAdministrator)},
		{"assignment_renew_requested", assign(azure()).eligible().renewRequested()},
		{"assignment_renew_unreachable", unreached(assign(azure()).toGroup().renewRequested(), pim.UserAccessAdministrator)},
		{"assignment_extended_admin", assign(azure()).eligible().extended(admin)},
		{"assignment_extended_admin_unasked", assign(entra()).unasked().extended(admin)},
		{"assignment_extended_requestor", assign(azure()).eligible().extended(requestor)},
		{"assignment_extended_requestor_permanent", assign(group(pim.Member)).forGood().extended(requestor)},
		{"assignment_extended_requestor_another", toAnother(assign(azure()).toGroup().eligible().extended(requestor))},
		{"assignment_renewed_admin", assign(azure()).eligible().renewed(admin)},
		{"assignment_renewed_admin_unasked", assign(group(pim.Owner)).unasked().renewed(admin)},
		{"assignment_renewed_requestor", assign(entra()).eligible().renewed(requestor)},
		{"assignment_renewed_requestor_another", toAnother(assign(azure()).toGroup().eligible().renewed(requestor))},
		{"assignment_refused_admin", assign(azure()).eligible().refused(pim.SelfExtend, admin)},
		{"assignment_refused_admin_renewal", assign(entra()).toGroup().refused(pim.SelfRenew, admin)},
		{"assignment_refused_requestor", assign(azure()).eligible().refused(pim.SelfExtend, requestor)},
		{"assignment_refused_requestor_renewal", assign(group(pim.Member)).refused(pim.SelfRenew, requestor)},
		{"assignment_refused_requestor_member", assign(azure()).toGroup().eligible().refused(pim.SelfExtend, requestor)},
		{"assignment_refused_requestor_another", toAnother(assign(azure()).toGroup().eligible().refused(pim.SelfExtend, requestor))},
		{"assignment_expired_admin", assign(azure()).eligible().expired(admin)},
		{"assignment_expired_requestor", assign(azure()).eligible().expired(requestor)},
		{"assignment_expired_requestor_group", assign(group(pim.Owner)).expired(requestor)},
		{"assignment_outside", assign(entra()).permanent().outside()},
		{"assignment_outside_azure", assign(azure()).unexplained().outside()},
		{"pim_enabled", enabledLetter()},
	}
}

const day = 24 * time.Hour

var tier1 = pim.Principal{ID: "g12", DisplayName: "Tier 1 operators", Type: pim.Group}

// tenure is a letter about an assignment in the making.
type tenure story

// assign makes a letter of somebody else's: the same people, role and scope, assigned for half a year.
func assign(from story) tenure {
	r := from.Request
	start, end := sampleAsked, sampleAsked.Add(180*day)
	from.RequestID, from.Request = "", pim.ActivationRequest{}
	from.Assignment = &pim.AssignmentLetter{
		ID: "a1",
		Assignment: pim.Assignment{
			Action: pim.AdminAssign, ResourceKind: r.ResourceKind, AccessID: r.AccessID, Principal: r.Principal, Role: r.Role, Scope: r.Scope,
			AssignmentType: pim.Active, AssignedBy: isabella, Origin: pim.FromPIM,
			Justification: "On call for backups until the move to the new site is over.",
			TicketInfo:    pim.TicketInfo{TicketNumber: "CHG-1009", TicketSystem: "ServiceNow"},
		},
		Term: pim.Term{Number: 1, Start: start, End: end},
		Extension: &pim.ExtensionLetter{Request: pim.ExtensionRequest{
			RequestedBy: r.Principal, Justification: "The move takes longer than planned.",
			ScheduleInfo: pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "P90D"}},
		}},
	}
	return tenure(from)
}

func (t tenure) eligible() tenure {
	t.Assignment.Assignment.AssignmentType = pim.Eligible
	return t
}

func (t tenure) permanent() tenure {
	t.Assignment.Term.End = time.Time{}
	return t
}

// later begins in two days.
func (t tenure) later() tenure {
	t.Assignment.Term.Start = sampleAsked.Add(2 * day)
	return t
}

// toGroup is assigned to a group, of which Alain is a member.
func (t tenure) toGroup() tenure {
	t.Assignment.Assignment.Principal = tier1
	return t
}

// toAnother is read by another member of that group.
func toAnother(l pim.Letter) pim.Letter {
	l.To = nestor
	return l
}

// unreached is read by an administrator of that column, because nobody was reached who could decide.
func unreached(l pim.Letter, column pim.Audience) pim.Letter {
	l.RecipientType, l.Audience, l.To = pim.AdminRecipient, column, nestor
	return l
}

// unexplained is without reasons, ticket and the administrator's name.
func (t tenure) unexplained() tenure {
	a := &t.Assignment.Assignment
	a.Justification, a.TicketInfo, a.AssignedBy = "", pim.TicketInfo{}, pim.Principal{}
	t.Assignment.Extension.Request.Justification = ""
	return t
}

// forGood is to be extended, or renewed, without an end.
func (t tenure) forGood() tenure {
	t.Assignment.Extension.Request.ScheduleInfo.Expiration = pim.Expiration{Type: pim.NoExpiration}
	return t
}

// unasked is extended or renewed by an administrator of their own accord.
func (t tenure) unasked() tenure {
	t.Assignment.Extension = nil
	return t
}

func (t tenure) letter(kind pim.EventKind, reader pim.RecipientType) pim.Letter {
	if t.Assignment.Extension != nil && t.Assignment.Extension.Action == "" {
		t.Assignment.Extension = nil
	}
	if t.Assignment.Extension != nil {
		t.RequestID = "x1"
	}
	l := story(t).letter(kind, reader)
	l.EventID = pim.NewEvent(pim.Resource{Collection: pim.Assignments, ID: l.Assignment.ID}, kind, t.occurrence(kind), time.Time{}).ID
	return l
}

func (t tenure) occurrence(kind pim.EventKind) string {
	switch {
	case kind == pim.AssignmentExpiring && t.Assignment.Before > day:
		return "1"
	case kind == pim.AssignmentExpiring:
		return "2"
	case t.Assignment.Extension != nil:
		return pim.OccurrenceOfRequest(t.RequestID)
	case aboutChange(kind):
		return pim.OccurrenceOfNumber(1)
	}
	return ""
}

func (t tenure) assigned(reader pim.RecipientType) pim.Letter {
	return t.letter(pim.AssignmentAssigned, reader)
}

func (t tenure) expiring(before time.Duration, reader pim.RecipientType) pim.Letter {
	t.Assignment.Before = before
	return t.letter(pim.AssignmentExpiring, reader)
}

func (t tenure) extendable(reader pim.RecipientType) pim.Letter {
	return t.letter(pim.AssignmentExtendable, reader)
}

func (t tenure) expired(reader pim.RecipientType) pim.Letter {
	t.Assignment.RenewUntil = t.Assignment.Term.End.Add(30 * day)
	return t.letter(pim.AssignmentExpired, reader)
}

// asks puts the request to extend a week before the end, and the one to renew a day after it.
func (t tenure) asks(action pim.Action) tenure {
	if t.Assignment.Extension == nil {
		return t
	}
	t.Assignment.Extension.Action = action
	t.Assignment.Extension.Asked = t.Assignment.Term.End.Add(-7 * day)
	if action == pim.SelfRenew {
		t.Assignment.Extension.Asked = t.Assignment.Term.End.Add(day)
	}
	return t
}

func (t tenure) extendRequested() pim.Letter {
	t.Deadline = t.Assignment.Term.End
	return t.asks(pim.SelfExtend).letter(pim.AssignmentExtendRequested, pim.ApproverRecipient)
}

func (t tenure) renewRequested() pim.Letter {
	t.Deadline = t.Assignment.Term.End.Add(30 * day)
	return t.asks(pim.SelfRenew).letter(pim.AssignmentRenewRequested, pim.ApproverRecipient)
}

// decided is an administrator's answer, or what one did unasked.
func (t tenure) decided(action pim.Action, result pim.ReviewResult, why string) tenure {
	t = t.asks(action)
	at := t.Assignment.Term.End.Add(-5 * day)
	if action == pim.SelfRenew {
		at = t.Assignment.Term.End.Add(2 * day)
	}
	t.Decision = &pim.Decision{ReviewResult: result, Justification: why, ReviewedBy: isabella, ReviewedDateTime: at}
	return t
}

// prolonged gives the assignment its next term.
func (t tenure) prolonged() tenure {
	s := pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "P90D"}}
	if t.Assignment.Extension != nil {
		s = t.Assignment.Extension.Request.ScheduleInfo
	}
	t.Assignment.PreviousEnd = t.Assignment.Term.End
	t.Assignment.Term = t.Assignment.Term.Next(s, t.Decision.ReviewedDateTime)
	return t
}

func (t tenure) extended(reader pim.RecipientType) pim.Letter {
	return t.decided(pim.SelfExtend, pim.Approve, "Until the move is over.").prolonged().letter(pim.AssignmentExtended, reader)
}

func (t tenure) renewed(reader pim.RecipientType) pim.Letter {
	return t.decided(pim.SelfRenew, pim.Approve, "Until the move is over.").prolonged().letter(pim.AssignmentRenewed, reader)
}

func (t tenure) refused(action pim.Action, reader pim.RecipientType) pim.Letter {
	return t.decided(action, pim.Deny, "The move is over.\nThe new site has its own operators.").letter(pim.AssignmentRefused, reader)
}

func (t tenure) outside() pim.Letter {
	t.Assignment.Assignment.Origin = pim.OutsidePIM
	return t.letter(pim.AssignmentAssignedOutsidePIM, pim.AdminRecipient)
}

func enabledLetter() pim.Letter {
	return pim.Letter{
		Kind: pim.PIMEnabled, EventID: "pim.enabled.1", RecipientType: pim.AdminRecipient, To: nestor,
		Organization: pim.Organization{ID: "contoso", DisplayName: "Contoso", Cloud: "public"}, Asked: sampleAsked, ChangedBy: isabella,
	}
}
