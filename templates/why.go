package templates

import "pimnotify/pim"

// why tells readers what made them one. It says no more than the recipient type does: behind an approver's text may stand an
// approver, an administrator or an owner, and behind each an address that the role's notification settings name. No such
// setting has a say in that PIM is enabled, nor in the alert, nor in the digest, which names further readers in its own.
func why(l pim.Letter, w words) string {
	role := "the " + w.Role + " role " + w.Relation + " " + w.Scope
	if nobodyReached(l) {
		return "You receive this mail because you are an administrator of " + role + ", and nobody can be reached who could decide on this request."
	}
	switch l.Kind {
	case pim.PIMEnabled:
		return "You receive this mail because you are an administrator of " + w.Org + "."
	case pim.DigestWeekly:
		return "You receive this mail because you are an administrator of " + w.Org + ", or are named in the settings of its weekly digest."
	case pim.AssignmentAssignedOutsidePIM:
		return "You receive this mail because you are an administrator who is told about " + role + "."
	default:
		return "You receive this mail because " + because(l, role) + ", or are named in its notification settings."
	}
}

func because(l pim.Letter, role string) string {
	switch l.RecipientType {
	case pim.ApproverRecipient:
		return "you are an approver or an administrator of " + role
	case pim.RequestorRecipient:
		if l.Assignment != nil {
			return "you have or had an assignment to " + role
		}
		return "you asked for " + role
	default:
		return "you are an administrator who is told about " + role
	}
}
