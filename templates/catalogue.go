package templates

import (
	htmltemplate "html/template"
	"io/fs"
	texttemplate "text/template"

	"pimnotify/pim"
)

// key is what tells texts apart: what happened, and who reads of it.
type key struct {
	kind   pim.EventKind
	reader pim.RecipientType
}

// entry is one text of the catalogue.
type entry struct {
	kind   pim.EventKind
	reader pim.RecipientType
	name   string // of its files
	mood   mood
	task   task
}

// mood is the colour of a mail and the word that says the same to those who do not see it.
type mood struct {
	Word   string
	Colour string // white on it has a contrast above 4.5
}

var (
	waiting  = mood{"Approval needed", "#0f6cbd"}
	approved = mood{"Approved", "#0e700e"}
	active   = mood{"Active", "#0e700e"}
	unheard  = mood{"Nobody reached", "#b10e1c"}
	denied   = mood{"Denied", "#b10e1c"}
	failed   = mood{"Failed", "#b10e1c"}
	timedOut = mood{"Timed out", "#616161"}

	assigned   = mood{"Assigned", "#0e700e"}
	eligible   = mood{"Eligible", "#0f6cbd"}
	expiring   = mood{"Expires soon", "#8f4e00"}
	extendable = mood{"Can be extended", "#0f6cbd"}
	expired    = mood{"Expired", "#616161"}
	extended   = mood{"Extended", "#0e700e"}
	renewed    = mood{"Renewed", "#0e700e"}
	outside    = mood{"Outside of PIM", "#b10e1c"}
	enabled    = mood{"Enabled", "#0e700e"}
	weekly     = mood{"Weekly digest", "#0f6cbd"}
)

// catalogue lists every text. Approvers are led to the request also when it is decided: the page of roles would show them
// their own roles, and not what they are told of. What administrators read of a request that waits is that nobody can be reached
// who could decide it.
var catalogue = []entry{
	{pim.ActivationPendingApproval, pim.ApproverRecipient, "activation_pending", waiting, task{"Approve or deny", requestPage}},
	{pim.ActivationPendingApproval, pim.AdminRecipient, "activation_unreachable", unheard, task{"Approve or deny", requestPage}},
	{pim.ActivationApproved, pim.ApproverRecipient, "activation_approved_approver", approved, task{"View request", requestPage}},
	{pim.ActivationApproved, pim.RequestorRecipient, "activation_approved_requestor", approved, task{"View your roles", rolesPage}},
	{pim.ActivationDenied, pim.ApproverRecipient, "activation_denied_approver", denied, task{"View request", requestPage}},
	{pim.ActivationDenied, pim.RequestorRecipient, "activation_denied_requestor", denied, task{"View your roles", rolesPage}},
	{pim.ActivationTimedOut, pim.RequestorRecipient, "activation_timed_out", timedOut, task{"View your roles", rolesPage}},
	{pim.ActivationFailed, pim.RequestorRecipient, "activation_failed", failed, task{"View your roles", rolesPage}},
	{pim.ActivationCompleted, pim.AdminRecipient, "activation_completed_admin", active, task{"View roles", rolesPage}},
	{pim.ActivationCompleted, pim.RequestorRecipient, "activation_completed_requestor", active, task{"View your roles", rolesPage}},

	{pim.AssignmentAssigned, pim.AdminRecipient, "assignment_assigned_admin", assigned, task{"View roles", rolesPage}},
	{pim.AssignmentAssigned, pim.RequestorRecipient, "assignment_assigned_requestor", assigned, task{"View or activate", rolesPage}},
	{pim.AssignmentExpiring, pim.AdminRecipient, "assignment_expiring_admin", expiring, task{"Extend", assignmentPage}},
	{pim.AssignmentExpiring, pim.RequestorRecipient, "assignment_expiring_requestor", expiring, task{"Ask to extend", assignmentPage}},
	{pim.AssignmentExtendable, pim.AdminRecipient, "assignment_extendable_admin", extendable, task{"Extend", assignmentPage}},
	{pim.AssignmentExtendable, pim.RequestorRecipient, "assignment_extendable_requestor", extendable, task{"Ask to extend", assignmentPage}},
	{pim.AssignmentExtendRequested, pim.ApproverRecipient, "assignment_extend_requested", waiting, task{"Approve or deny", requestPage}},
	{pim.AssignmentExtendRequested, pim.AdminRecipient, "assignment_extend_unreachable", unheard, task{"Approve or deny", requestPage}},
	{pim.AssignmentRenewRequested, pim.ApproverRecipient, "assignment_renew_requested", waiting, task{"Approve or deny", requestPage}},
	{pim.AssignmentRenewRequested, pim.AdminRecipient, "assignment_renew_unreachable", unheard, task{"Approve or deny", requestPage}},
	{pim.AssignmentExtended, pim.AdminRecipient, "assignment_extended_admin", extended, task{"View roles", rolesPage}},
	{pim.AssignmentExtended, pim.RequestorRecipient, "assignment_extended_requestor", extended, task{"View your roles", rolesPage}},
	{pim.AssignmentRenewed, pim.AdminRecipient, "assignment_renewed_admin", renewed, task{"View roles", rolesPage}},
	{pim.AssignmentRenewed, pim.RequestorRecipient, "assignment_renewed_requestor", renewed, task{"View your roles", rolesPage}},
	{pim.AssignmentRefused, pim.AdminRecipient, "assignment_refused_admin", denied, task{"View request", requestPage}},
	{pim.AssignmentRefused, pim.RequestorRecipient, "assignment_refused_requestor", denied, task{"View your roles", rolesPage}},
	{pim.AssignmentExpired, pim.AdminRecipient, "assignment_expired_admin", expired, task{"Renew", assignmentPage}},
	{pim.AssignmentExpired, pim.RequestorRecipient, "assignment_expired_requestor", expired, task{"Ask to renew", assignmentPage}},
	{pim.AssignmentAssignedOutsidePIM, pim.AdminRecipient, "assignment_outside", outside, task{"Take action", insightsPage}},

	{pim.PIMEnabled, pim.AdminRecipient, "pim_enabled", enabled, task{"Take action", insightsPage}},
	{pim.DigestWeekly, pim.AdminRecipient, "digest_weekly", weekly, task{"Take action", insightsPage}},
}

// mail is an entry with its templates.
type mail struct {
	entry entry
	html  *htmltemplate.Template
	plain *texttemplate.Template
}

// parse reads an entry's files over the layout that all share.
func parse(from fs.FS, e entry) (mail, error) {
	html, err := htmltemplate.ParseFS(from, "layout.html.tmpl", e.name+".html.tmpl")
	if err != nil {
		return mail{}, err
	}
	plain, err := texttemplate.ParseFS(from, "layout.txt.tmpl", e.name+".txt.tmpl")
	if err != nil {
		return mail{}, err
	}
	return mail{entry: e, html: html, plain: plain}, nil
}
