package templates

import "pimnotify/pim"

// why tells readers what made them one. It says no more than the recipient type does: behind an approver's text may stand an
// approver, an administrator or owner who is told too, or an address that the role's notification settings name.
func why(reader pim.RecipientType, w words) string {
	role := "the " + w.Role + " role " + w.Relation + " " + w.Scope
	switch reader {
	case pim.ApproverRecipient:
		return "You receive this mail because you are an approver of " + role + ", or are told of its requests as its owner, its administrator or by its notification settings."
	case pim.RequestorRecipient:
		return "You receive this mail because you asked for " + role + "."
	default:
		return "You receive this mail because you are an administrator of " + role + ", or are named in its notification settings."
	}
}
