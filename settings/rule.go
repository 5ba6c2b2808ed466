package settings

import (
	"strings"

	"pimnotify/internal/yamlfile"
	"pimnotify/pim"
)

// readRule reads one rule in Graph's shape. What it leaves out has the defaults, and not what a less specific policy says.
func readRule(n yamlfile.Node) *rule {
	keys := n.Record("id", "recipientType", "notificationLevel", "isDefaultRecipientsEnabled", "notificationRecipients")
	r := &rule{Rule: pim.DefaultRule(ruleID(keys["id"]))}
	if given := keys["recipientType"]; !given.Empty() && r.ID != "" {
		if text, ok := given.Text(); ok && text != string(r.RecipientType) {
			given.Wrong("must be %s, as the id says, or be left out", r.RecipientType)
		}
	}
	if level := keys["notificationLevel"]; !level.Empty() {
		r.NotificationLevel = pim.NotificationLevel(level.OneOf(string(pim.LevelNone), string(pim.LevelCritical), string(pim.LevelAll)))
	}
	r.IsDefaultRecipientsEnabled = keys["isDefaultRecipientsEnabled"].Bool(r.IsDefaultRecipientsEnabled)
	r.NotificationRecipients = addresses(keys["notificationRecipients"])
	return r
}

// ruleID is one of the nine; empty where it is none.
func ruleID(n yamlfile.Node) pim.RuleID {
	var all []string
	for _, id := range pim.AllRuleIDs {
		all = append(all, string(id))
	}
	before := n.Mistakes()
	id := n.OneOf(all...)
	if n.Mistakes() > before {
		return ""
	}
	return pim.RuleID(id)
}

// checkRole refuses roles that no request could ever have.
func checkRole(n yamlfile.Node, p policy) {
	switch {
	case p.role == "" || p.role == everything:
	case p.kind == pim.GroupResource:
		if p.role != string(pim.Owner) && p.role != string(pim.Member) {
			n.Wrong(`must be owner, member or "*" for a group; the group's id is the scope`)
		}
	default:
		for name := range pim.RoleIDs {
			if p.role != name && strings.EqualFold(p.role, name) {
				n.Wrong("must be written %s", name)
			}
		}
	}
}
