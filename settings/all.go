package settings

import "pimnotify/pim"

// All is what all tenants have set at one moment. It never changes; lists that it hands out must not be changed either.
type All struct {
	defaults pim.Settings
	tenants  map[string]*tenant
}

// tenant is what one tenant has set: whatever the file leaves out is filled in already.
type tenant struct {
	settings pim.Settings
	policies []policy
}

// Defaults are the settings where there is no file.
func Defaults(defaults pim.Settings) *All { return &All{defaults: defaults} }

// Size is how many tenants have set something.
func (a *All) Size() int { return len(a.tenants) }

// Settings are the tenant's. A tenant of which the file says nothing has the defaults.
func (a *All) Settings(id string) pim.Settings {
	if t, ok := a.tenants[id]; ok {
		return t.settings
	}
	return a.defaults
}

// Rules are the notification rules of a role at a scope that somebody changed. The others have their defaults.
func (a *All) Rules(id string, kind pim.ResourceKind, role pim.Role, scope pim.Scope) pim.Rules {
	var rules pim.Rules
	for _, ruleID := range pim.AllRuleIDs {
		if won := a.winner(id, kind, role, scope, ruleID); won != nil {
			if rules == nil {
				rules = pim.Rules{}
			}
			rules[ruleID] = won.Rule
		}
	}
	return rules
}

// Effective is one notification rule of a role at a scope, and where it comes from.
func (a *All) Effective(id string, kind pim.ResourceKind, role pim.Role, scope pim.Scope, ruleID pim.RuleID) (pim.Rule, Origin) {
	if won := a.winner(id, kind, role, scope, ruleID); won != nil {
		return won.Rule, won.origin
	}
	return pim.DefaultRule(ruleID), Origin{}
}

// winner is the rule of the most specific policy that changes it and speaks of this role and scope; nil where none does. Rule by
// rule: a policy that says nothing of this rule leaves it to a less specific one.
func (a *All) winner(id string, kind pim.ResourceKind, role pim.Role, scope pim.Scope, ruleID pim.RuleID) *rule {
	t, ok := a.tenants[id]
	if !ok {
		return nil
	}
	var won *rule
	var heaviest weight
	for i := range t.policies {
		p := &t.policies[i]
		changed, ok := p.rules[ruleID]
		if !ok {
			continue
		}
		if w := p.weigh(kind, role, scope); w > heaviest {
			won, heaviest = changed, w
		}
	}
	return won
}
