package pim

import "strings"

// Why is what a plan knew of a recipient when it was made: states, groups, rules and profiles change later. Recipients of one plan
// who have it in common share one.
type Why struct {
	Column  Audience `json:"column"`         // of the matrix in which they stood: that of the stand-in, where nobody was named to approve
	Cell    string   `json:"cell,omitempty"` // what the matrix says there; empty for additional recipients
	Profile Profile  `json:"profile,omitempty"`

	Rule  RuleID            `json:"rule,omitempty"` // empty where no rule governs
	Level NotificationLevel `json:"level,omitempty"`
	// DefaultsOff: the rule tells none of its default recipients.
	DefaultsOff bool `json:"defaultsOff,omitempty"`

	State HolderState `json:"state,omitempty"` // how they held the role that makes the column
	Via   []Principal `json:"via,omitempty"`   // the groups through which they stood there, the outermost first; none where named themself
	Also  []Aside     `json:"also,omitempty"`  // the other columns in which they stood: one person has one mail
}

// Aside is another column in which somebody stood, and why it alone would have left them out; empty where it would have told them.
type Aside struct {
	Column Audience `json:"column"`
	Reason string   `json:"reason,omitempty"`
}

// Reached is how somebody came to stand in a column.
type Reached struct {
	State HolderState // of the role that makes the column; empty where none does
	Via   []Principal // groups, the outermost first
}

// whys are those of one plan, each there once, so that a thousand people who have it in common cost one.
type whys struct {
	known map[string]*Why
	also  map[*Why]map[Aside]*Why
}

func newWhys() whys { return whys{map[string]*Why{}, map[*Why]map[Aside]*Why{}} }

// common is what the people of a column have in common.
func (p *planner) common(column Audience, cell string, ruleID RuleID) Why {
	why := Why{Column: column, Cell: cell, Profile: p.in.Profile}
	if ruleID != notGoverned {
		rule := p.in.Rules.Rule(ruleID)
		why.Rule, why.Level, why.DefaultsOff = ruleID, rule.NotificationLevel, !rule.IsDefaultRecipientsEnabled
	}
	return why
}

// of is the Why of somebody who reached a column so.
func (w whys) of(common Why, how Reached) *Why {
	var key strings.Builder
	for _, part := range []string{string(common.Column), string(common.Rule), string(how.State)} {
		key.WriteString(part)
		key.WriteByte(0)
	}
	for _, group := range how.Via {
		key.WriteString(group.ID)
		key.WriteByte(0)
	}
	if known, ok := w.known[key.String()]; ok {
		return known
	}
	common.State = how.State
	for _, group := range how.Via {
		common.Via = append(common.Via, Principal{ID: group.ID, DisplayName: group.DisplayName})
	}
	w.known[key.String()] = &common
	return &common
}

// beside is a Why with one column more.
func (w whys) beside(why *Why, aside Aside) *Why {
	if known, ok := w.also[why][aside]; ok {
		return known
	}
	more := *why
	more.Also = append(append([]Aside{}, why.Also...), aside)
	if w.also[why] == nil {
		w.also[why] = map[Aside]*Why{}
	}
	w.also[why][aside] = &more
	return &more
}
