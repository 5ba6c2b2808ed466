package pim

// RuleID is Graph's id of a notification rule.
type RuleID string

// The nine rules.
const (
	AdminAdminEligibility      RuleID = "Notification_Admin_Admin_Eligibility"
	AdminAdminAssignment       RuleID = "Notification_Admin_Admin_Assignment"
	AdminEndUserAssignment     RuleID = "Notification_Admin_EndUser_Assignment"
	RequestorAdminEligibility  RuleID = "Notification_Requestor_Admin_Eligibility"
	RequestorAdminAssignment   RuleID = "Notification_Requestor_Admin_Assignment"
	RequestorEndUserAssignment RuleID = "Notification_Requestor_EndUser_Assignment"
	ApproverAdminEligibility   RuleID = "Notification_Approver_Admin_Eligibility"
	ApproverAdminAssignment    RuleID = "Notification_Approver_Admin_Assignment"
	ApproverEndUserAssignment  RuleID = "Notification_Approver_EndUser_Assignment"
)

// notGoverned is the rule of an event that no rule can silence.
const notGoverned RuleID = ""

// AllRuleIDs lists the nine rules in Graph's order: by recipient, then by what they are told of.
var AllRuleIDs = []RuleID{
	AdminAdminEligibility, AdminAdminAssignment, AdminEndUserAssignment,
	RequestorAdminEligibility, RequestorAdminAssignment, RequestorEndUserAssignment,
	ApproverAdminEligibility, ApproverAdminAssignment, ApproverEndUserAssignment,
}

// NotificationLevel is Graph's: how much a rule lets through.
type NotificationLevel string

// The levels.
const (
	LevelNone     NotificationLevel = "None"     // nobody is told
	LevelCritical NotificationLevel = "Critical" // only mails that require an action
	LevelAll      NotificationLevel = "All"
)

// Rule is one notification rule of a role and scope, in Graph's shape.
type Rule struct {
	ID                         RuleID            `json:"id" yaml:"id"`
	RecipientType              RecipientType     `json:"recipientType" yaml:"recipientType"`
	NotificationLevel          NotificationLevel `json:"notificationLevel" yaml:"notificationLevel"`
	IsDefaultRecipientsEnabled bool              `json:"isDefaultRecipientsEnabled" yaml:"isDefaultRecipientsEnabled"`
	NotificationRecipients     []string          `json:"notificationRecipients" yaml:"notificationRecipients"`
}

// DefaultRule is the rule as it is where nobody changed it: everything, to the default recipients, to nobody else.
func DefaultRule(id RuleID) Rule {
	return Rule{ID: id, RecipientType: id.recipientType(), NotificationLevel: LevelAll, IsDefaultRecipientsEnabled: true}
}

func (id RuleID) recipientType() RecipientType {
	switch id {
	case AdminAdminEligibility, AdminAdminAssignment, AdminEndUserAssignment:
		return AdminRecipient
	case RequestorAdminEligibility, RequestorAdminAssignment, RequestorEndUserAssignment:
		return RequestorRecipient
	default:
		return ApproverRecipient
	}
}

// Lets reports whether the rule's level lets a mail through.
func (r Rule) Lets(requiresAction bool) bool {
	switch r.NotificationLevel {
	case LevelAll:
		return true
	case LevelCritical:
		return requiresAction
	case LevelNone:
	}
	return false
}

// Rules are the effective rules of one role at one scope. A rule that is not in it has its defaults.
type Rules map[RuleID]Rule

// Rule gives the effective rule.
func (r Rules) Rule(id RuleID) Rule {
	if rule, ok := r[id]; ok {
		return rule
	}
	return DefaultRule(id)
}
