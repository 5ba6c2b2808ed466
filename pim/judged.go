package pim

import "slices"

// Judged is where somebody stands towards an event at this moment.
type Judged struct {
	Kind     ResourceKind
	Scope    string // where administrators hold their roles
	Profile  Profile
	Told     bool     // whether the event is something to tell of, for a tenant with these settings
	Fallback bool     // approval is required, and nobody was named to approve
	Stands   []Stand  // in the order of the matrix; columns of which the matrix says no are among them
	Named    []RuleID // the rules that name the address beside their default recipients
	// Would is what a plan of this moment would make of them; nil where they would not be in it.
	Would *Recipient
}

// Stand is a column of the matrix in which somebody stands, or would, were their state another one.
type Stand struct {
	Column   Audience
	Audience Audience  // as whom they would be told: approver, where they stand in for approvers
	Person   Principal // as the directory knows them
	State    HolderState
	Via      []Principal
	Cell     string
	Told     bool // matrix, profile and approvers have this column told
	Counts   bool // so is somebody in this state
	Rule     RuleID
	Level    NotificationLevel
}

// NamingRules are those of the rules, in Graph's order, that name an address beside their default recipients.
func NamingRules(rules Rules, address string) (named []RuleID) {
	for _, id := range AllRuleIDs {
		if address != "" && slices.Contains(rules.Rule(id).NotificationRecipients, address) {
			named = append(named, id)
		}
	}
	return named
}

// Condition is what keeps somebody out of an event who is not in its record.
type Condition string

// The conditions.
const (
	ConditionNotPlanned     Condition = "notPlannedYet"       // nobody has been planned yet
	ConditionNoRole         Condition = "noRole"              // they stand in no column
	ConditionMatrix         Condition = "matrixSaysNo"        // nobody in their column is told
	ConditionProfile        Condition = "profileStrict"       // their column is told in profile entra only
	ConditionApproversNamed Condition = "approversNamed"      // they would have stood in for approvers, and some were named
	ConditionNeverAsked     Condition = "requestorNeverAsked" // nobody is asked about their own request
	ConditionState          Condition = "stateDoesNotCount"   // they hold the role, and not in a state that counts
	ConditionRuleNames      Condition = "ruleLetsNothing"     // a rule names their address, and does not govern this, or lets nothing through
	ConditionGroup          Condition = "groupItself"         // members are told, each by themself
	ConditionOutcome        Condition = "toldOfTheOutcome"    // the requestor was told what came of the approval at once, and only that
	ConditionNothingToTell  Condition = "nothingToTell"       // an alert or a digest that the tenant does not have
	ConditionCameLater      Condition = "cameLater"           // they stand in a told column now, and did not then
)

// stand is the column that says most about somebody: one that would tell them now, else the first in which only their state is
// in the way, else that of the requestor, who is never asked, else the first that tells somebody, else the first.
func (j Judged) stand(event EventKind) *Stand {
	for _, ok := range []func(Stand) bool{
		func(s Stand) bool { return s.Told && s.Counts },
		func(s Stand) bool { return s.Told },
		func(s Stand) bool { return s.Column == Requestor && event.RequiresAction() },
		func(s Stand) bool { return s.Cell != string(no) },
		func(Stand) bool { return true },
	} {
		if i := slices.IndexFunc(j.Stands, ok); i >= 0 {
			return &j.Stands[i]
		}
	}
	return nil
}

// others are the columns in which somebody stands beside that one.
func (j Judged) others(event EventKind) []Stand {
	main := j.stand(event)
	return slices.DeleteFunc(slices.Clone(j.Stands), func(s Stand) bool { return s.Column == main.Column })
}

// condition is what keeps somebody out of an event whose plan is made.
func (j Judged) condition(event EventKind, who Principal, outcome bool) Condition {
	s := j.stand(event)
	requestor := slices.ContainsFunc(j.Stands, func(s Stand) bool { return s.Column == Requestor })
	switch {
	case who.Type == Group:
		return ConditionGroup
	case !j.Told:
		return ConditionNothingToTell
	case outcome && requestor:
		return ConditionOutcome
	case s == nil && j.Would != nil:
		return ConditionCameLater
	case s == nil && len(j.Named) > 0:
		return ConditionRuleNames
	case s == nil:
		return ConditionNoRole
	default:
		return j.of(*s, event)
	}
}

// of is what keeps somebody out who stands in a column.
func (j Judged) of(s Stand, event EventKind) Condition {
	switch {
	case s.Told && s.Counts:
		return ConditionCameLater
	case s.Told:
		return ConditionState
	case s.Column == Requestor && event.RequiresAction():
		return ConditionNeverAsked
	case s.Cell == string(no):
		return ConditionMatrix
	case cell(s.Cell).isFallback() && !j.Fallback:
		return ConditionApproversNamed
	default:
		return ConditionProfile
	}
}
