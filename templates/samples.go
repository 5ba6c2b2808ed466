package templates

import (
	"time"

	"pimnotify/pim"
)

// Sample is a letter to look at: the templates are tried with it, its mails are the golden files, and a gallery can show it.
type Sample struct {
	Name   string
	Letter pim.Letter
}

// Samples are letters of a fictional organisation: each text, and each resource kind and variant that reads differently.
func Samples() []Sample {
	return append([]Sample{
		{"activation_pending", entra().pending()},
		{"activation_pending_azure", azure().pending()},
		{"activation_pending_azure_owner", azure().administrator(pim.ResourceOwner).pending()},
		{"activation_pending_group", group(pim.Member).pending()},
		{"activation_pending_bare", entra().bare().pending()},
		{"activation_pending_future", azure().future().pending()},
		{"activation_unreachable", entra().administrator(pim.PrivilegedRoleAdministrator).unreachable()},
		{"activation_unreachable_azure", azure().future().administrator(pim.ResourceOwner).unreachable()},
		{"activation_unreachable_unnamed", group(pim.Member).bare().unnamed().administrator(pim.GroupOwner).unreachable()},
		{"activation_approved_approver", entra().approved(pim.ApproverRecipient)},
		{"activation_approved_approver_group", group(pim.Owner).approved(pim.ApproverRecipient)},
		{"activation_approved_requestor", entra().future().approved(pim.RequestorRecipient)},
		{"activation_approved_requestor_azure", azure().future().approved(pim.RequestorRecipient)},
		{"activation_denied_approver", entra().denied(pim.ApproverRecipient)},
		{"activation_denied_requestor", entra().denied(pim.RequestorRecipient)},
		{"activation_denied_requestor_bare", group(pim.Member).bare().denied(pim.RequestorRecipient)},
		{"activation_timed_out", entra().timedOut()},
		{"activation_timed_out_group", group(pim.Owner).timedOut()},
		{"activation_failed", entra().failed()},
		{"activation_failed_late", entra().future().late()},
		{"activation_failed_azure", azure().failed()},
		{"activation_completed_admin", entra().completed(pim.AdminRecipient)},
		{"activation_completed_admin_azure", azure().completed(pim.AdminRecipient)},
		{"activation_completed_admin_bare", entra().bare().unasked().completed(pim.AdminRecipient)},
		{"activation_completed_requestor", entra().completed(pim.RequestorRecipient)},
		{"activation_completed_requestor_group", group(pim.Owner).unasked().completed(pim.RequestorRecipient)},
	}, append(assignmentSamples(), digestSamples()...)...)
}

var (
	sampleAsked = time.Date(2026, time.November, 23, 8, 59, 0, 0, time.UTC)

	alain    = pim.Principal{ID: "u7", DisplayName: "Alain Charon", Mail: "alain@contoso.example", Type: pim.User}
	isabella = pim.Principal{ID: "u1", DisplayName: "Isabella Simonsen", Mail: "isabella@contoso.example", Type: pim.User}
	nestor   = pim.Principal{ID: "u3", DisplayName: "Nestor Wilke", Mail: "nestor@contoso.example", Type: pim.User}
)

// story is a letter in the making: first what was asked for, then what became of it.
type story pim.Letter

func asked(kind pim.ResourceKind, role pim.Role, scope pim.Scope) story {
	return story{
		RequestID:    "r1",
		Organization: pim.Organization{ID: "contoso", DisplayName: "Contoso", Cloud: "public"},
		Asked:        sampleAsked,
		Request: pim.ActivationRequest{
			Action: pim.SelfActivate, ResourceKind: kind, Principal: alain, Role: role, Scope: scope,
			Justification: "Restore drill: bring back last night's backup of the finance share and compare it.",
			TicketInfo:    pim.TicketInfo{TicketNumber: "INC-42", TicketSystem: "ServiceNow"},
			ScheduleInfo:  pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "PT8H"}},
			Approval:      pim.Approval{IsRequired: true, Approvers: []pim.Principal{{ID: "g1", Type: pim.Group}}},
			Activation:    pim.Assumed,
		},
	}
}

func entra() story {
	return asked(pim.DirectoryRole, pim.Role{ID: "7be44c8a", DisplayName: "Exchange Administrator"}, pim.Scope{ID: "/"})
}

func azure() story {
	return asked(pim.AzureResource, pim.Role{ID: "acdd72a7", DisplayName: "Backup Reader"}, pim.Scope{ID: "/subscriptions/s1", DisplayName: "Production"})
}

func group(access pim.AccessID) story {
	names := map[pim.AccessID]string{pim.Owner: "Owner", pim.Member: "Member"}
	s := asked(pim.GroupResource, pim.Role{ID: string(access), DisplayName: names[access]}, pim.Scope{ID: "g7", DisplayName: "Tier 0"})
	s.Request.AccessID = access
	return s
}

// bare is without reason and ticket.
func (s story) bare() story {
	s.Request.Justification, s.Request.TicketInfo = "", pim.TicketInfo{}
	return s
}

// future begins two days later, and ends at a moment rather than after a time.
func (s story) future() story {
	start, end := sampleAsked.Add(48*time.Hour), sampleAsked.Add(60*time.Hour)
	s.Request.ScheduleInfo = pim.ScheduleInfo{StartDateTime: &start, Expiration: pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}}
	return s
}

// unasked needs no approval.
func (s story) unasked() story {
	s.Request.Approval = pim.Approval{}
	return s
}

// unnamed needs an approval and names nobody to give it.
func (s story) unnamed() story {
	s.Request.Approval.Approvers = nil
	return s
}

// administrator is read by somebody of that column.
func (s story) administrator(column pim.Audience) story {
	s.Audience = column
	return s
}

func (s story) letter(kind pim.EventKind, reader pim.RecipientType) pim.Letter {
	s.Kind, s.RecipientType = kind, reader
	s.EventID = "activation." + s.RequestID + "." + kind.Short()
	s.To = map[pim.RecipientType]pim.Principal{
		pim.ApproverRecipient: isabella, pim.RequestorRecipient: alain, pim.AdminRecipient: nestor,
	}[reader]
	return pim.Letter(s)
}

func (s story) decided(result pim.ReviewResult, why string) story {
	if s.Request.Justification == "" {
		why = ""
	}
	s.Decision = &pim.Decision{ReviewResult: result, Justification: why, ReviewedBy: isabella, ReviewedDateTime: sampleAsked.Add(12 * time.Minute)}
	return s
}

// started fills in when the role is active.
func (s story) started() story {
	s.ActiveFrom = s.Request.ScheduleInfo.Start(sampleAsked.Add(12 * time.Minute))
	s.ActiveUntil = s.Request.ScheduleInfo.End(s.ActiveFrom)
	return s
}

func (s story) pending() pim.Letter {
	s.Deadline = sampleAsked.Add(pim.DefaultApprovalTimeout)
	return s.letter(pim.ActivationPendingApproval, pim.ApproverRecipient)
}

func (s story) unreachable() pim.Letter {
	s.Deadline = sampleAsked.Add(pim.DefaultApprovalTimeout)
	return s.letter(pim.ActivationPendingApproval, pim.AdminRecipient)
}

func (s story) approved(reader pim.RecipientType) pim.Letter {
	return s.decided(pim.Approve, "As agreed in the change board.").started().letter(pim.ActivationApproved, reader)
}

func (s story) denied(reader pim.RecipientType) pim.Letter {
	return s.decided(pim.Deny, "Please use the reader role for this.\nIt shows the same share.").letter(pim.ActivationDenied, reader)
}

func (s story) timedOut() pim.Letter {
	s.Deadline = sampleAsked.Add(pim.DefaultApprovalTimeout)
	return s.letter(pim.ActivationTimedOut, pim.RequestorRecipient)
}

func (s story) failed() pim.Letter { return s.letter(pim.ActivationFailed, pim.RequestorRecipient) }

// late is approved when the time for which the role was asked was over.
func (s story) late() pim.Letter {
	s = s.decided(pim.Approve, "Sorry, I was away.")
	s.Decision.ReviewedDateTime = s.Request.ScheduleInfo.Expiration.EndDateTime.Add(time.Hour)
	s.TooLate = true
	return s.failed()
}

func (s story) completed(reader pim.RecipientType) pim.Letter {
	if s.Request.Approval.IsRequired {
		s = s.decided(pim.Approve, "As agreed in the change board.")
	}
	return s.started().letter(pim.ActivationCompleted, reader)
}
