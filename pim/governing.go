package pim

// either is a rule that depends on what is assigned: to be eligible for a role, or to be active in it.
type either struct{ eligible, active RuleID }

func always(id RuleID) either { return either{id, id} }

func (e either) of(t AssignmentType) RuleID {
	if t == Eligible {
		return e.eligible
	}
	return e.active
}

var (
	adminAssignment     = either{AdminAdminEligibility, AdminAdminAssignment}
	requestorAssignment = either{RequestorAdminEligibility, RequestorAdminAssignment}
	approverAssignment  = either{ApproverAdminEligibility, ApproverAdminAssignment}
	adminActivation     = always(AdminEndUserAssignment)
	requestorActivation = always(RequestorEndUserAssignment)
	approverActivation  = always(ApproverEndUserAssignment)
)

// governance says which rules govern an event, by the type of recipient, and what its mails ask for.
type governance struct {
	admin, requestor, approver either
	requiresAction             bool
	administratorsDecide       bool // always, because nobody can be named to approve
}

// governed has no entry for what no rule can silence: that PIM was enabled, the digest, and the alert. The last two have a
// switch of their own.
var governed = map[EventKind]governance{
	ActivationPendingApproval: {approver: approverActivation, requiresAction: true},
	ActivationApproved:        {approver: approverActivation, requestor: requestorActivation},
	ActivationDenied:          {approver: approverActivation, requestor: requestorActivation},
	ActivationTimedOut:        {requestor: requestorActivation},
	ActivationFailed:          {requestor: requestorActivation},
	ActivationCompleted:       {admin: adminActivation, requestor: requestorActivation},
	AssignmentAssigned:        {admin: adminAssignment, requestor: requestorAssignment},
	AssignmentExpiring:        {admin: adminAssignment, requestor: requestorAssignment},
	AssignmentExtendable:      {admin: adminAssignment, requestor: requestorAssignment},
	AssignmentExtendRequested: {approver: approverAssignment, requiresAction: true, administratorsDecide: true},
	AssignmentRenewRequested:  {approver: approverAssignment, requiresAction: true, administratorsDecide: true},
	AssignmentExtended:        {admin: adminAssignment, requestor: requestorAssignment},
	AssignmentRenewed:         {admin: adminAssignment, requestor: requestorAssignment},
	AssignmentRefused:         {admin: adminAssignment, requestor: requestorAssignment},
	AssignmentExpired:         {admin: adminAssignment, requestor: requestorAssignment},
}

// RequiresAction reports whether the mails of an event ask their reader to do something. They go first.
func (k EventKind) RequiresAction() bool { return governed[k].requiresAction }

// tellsDecider reports whether the administrator who decided is told like the others. Of an extension, a renewal or a refusal
// they are not: they did it.
func (k EventKind) tellsDecider() bool {
	switch k {
	case AssignmentExtended, AssignmentRenewed, AssignmentRefused:
		return false
	default:
		return true
	}
}

// Governing gives the rule that governs what an audience is told of an event, and as which type of recipient they read it. The
// type of assignment matters to the events of assignments alone. Administrators who are asked to decide are default recipients
// of the approvers' rule, and read the approvers' text.
func Governing(event EventKind, t AssignmentType, a Audience) (RuleID, RecipientType) {
	g := governed[event]
	switch a {
	case Requestor:
		return g.requestor.of(t), RequestorRecipient
	case Approver:
		return g.approver.of(t), ApproverRecipient
	default:
		if g.admin.of(t) == notGoverned && g.approver.of(t) != notGoverned {
			return g.approver.of(t), ApproverRecipient
		}
		return g.admin.of(t), AdminRecipient
	}
}
