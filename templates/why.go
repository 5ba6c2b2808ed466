package templates

import "pimnotify/pim"

// why tells readers what made them one. It says no more than the recipient type does: behind an approver's text may stand an
// approver, an administrator or an owner, and behind each an address that the role's notification settings name.
func why(reader pim.RecipientType, w words) string {
	role := "the " + w.Role + " role " + w.Relation + " " + w.Scope
	because := map[pim.RecipientType]string{
		pim.ApproverRecipient:  "you are an approver or an administrator of " + role,
		pim.RequestorRecipient: "you asked for " + role,
		pim.AdminRecipient:     "you are an administrator who is told about " + role,
	}[reader]
	return "You receive this mail because " + because + ", or are named in its notification settings."
}
