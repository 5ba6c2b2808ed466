package pim

import (
	"fmt"
	"strings"
	"time"
)

// withheld explains an event that was withdrawn before anybody was planned.
func (e *explainer) withheld(part *PartTrace, column Audience) {
	at := e.in.Trace.Event.DueDateTime
	if part != nil {
		at = part.DueDateTime
	}
	e.due(at, column)
	e.say("%s", e.step(e.in.Trace.Withdrawn))
	e.say("That was before the first mail of %s left, so it was withheld from everybody and recipients were never planned.", e.in.Trace.Event.ID)
}

// notPlanned explains an event whose moment has not come, or has only just come.
func (e *explainer) notPlanned(part *PartTrace, column Audience) {
	at := e.in.Trace.Event.DueDateTime
	if part != nil {
		at = part.DueDateTime
	}
	e.due(at, column)
	e.say("At %s its recipients were still to be planned: who is told is decided when the mail is due.", stamp(e.in.Now))
}

// nowStands says where somebody stands now, where nobody was planned.
func (e *explainer) nowStands(s *Stand) {
	now, who := stamp(e.in.Now), called(e.in.Who)
	switch {
	case s == nil && e.in.Judged.Would != nil:
		e.say("Now, at %s, %s is an additional recipient, and %s.", now, who, e.would())
	case s == nil:
		e.say("Now, at %s, %s stands in none of the event's columns.", now, who)
	default:
		e.say("Now, at %s, %s stands in the column %s%s, and %s.", now, who, s.Column, how(s.State, s.Via), e.would())
	}
}

// would is what a plan of now would do with somebody.
func (e *explainer) would() string {
	switch w := e.in.Judged.Would; {
	case w == nil:
		return "would be left out (" + string(e.in.Judged.condition(e.in.Trace.Event.Kind, e.in.Who, false)) + ")"
	case w.Reason != "":
		return "would be left out (" + w.Reason + ")"
	default:
		return "would be told"
	}
}

// absent says which condition kept somebody out.
func (e *explainer) absent(condition Condition, s *Stand) {
	if say, ok := conditionSays[condition]; ok {
		e.say("%s", say(e, s))
		return
	}
	e.say("The condition %s kept %s out.", condition, called(e.in.Who))
}

// conditionSays are the words of each condition that keeps somebody out of a record. Who they are is judged now, and they say so.
var conditionSays = map[Condition]func(e *explainer, s *Stand) string{
	ConditionNoRole: func(e *explainer, _ *Stand) string {
		var columns []string
		for _, column := range MatrixColumns(e.in.Judged.Kind) {
			columns = append(columns, string(column))
		}
		scope := ""
		if e.in.Judged.Scope != "" {
			scope = " at the scope " + e.in.Judged.Scope
		}
		return fmt.Sprintf("%s stands in none of the columns %s%s now, so the event is none of theirs.", called(e.in.Who), strings.Join(columns, ", "), scope)
	},
	ConditionMatrix: func(e *explainer, s *Stand) string {
		return fmt.Sprintf("%s stands in the column %s now%s, and the matrix says no for %s of %s.",
			called(e.in.Who), s.Column, how(s.State, s.Via), s.Column, e.in.Trace.Event.Kind)
	},
	ConditionProfile: func(e *explainer, s *Stand) string {
		return fmt.Sprintf("%s stands in the column %s now%s. The matrix says %q there, which is for profile entra only, and the tenant's profile is %s now.",
			called(e.in.Who), s.Column, how(s.State, s.Via), s.Cell, e.in.Judged.Profile)
	},
	ConditionApproversNamed: func(e *explainer, s *Stand) string {
		return fmt.Sprintf("%s stands in the column %s now%s. The matrix says %q there: they are told only where nobody is named to approve, and this request names its approvers or needs none.",
			called(e.in.Who), s.Column, how(s.State, s.Via), s.Cell)
	},
	ConditionNeverAsked: func(e *explainer, _ *Stand) string {
		return fmt.Sprintf("%s is the requestor, and the requestor is never asked to decide.", called(e.in.Who))
	},
	ConditionState: func(e *explainer, s *Stand) string {
		_, states, _ := HoldersOf(s.Column)
		var count []string
		for _, state := range states {
			count = append(count, string(state))
		}
		return fmt.Sprintf("%s holds the role of the column %s %s now, and only these states count there: %s.",
			called(e.in.Who), s.Column, stateWords[s.State], strings.Join(count, ", "))
	},
	ConditionRuleNames: func(e *explainer, _ *Stand) string {
		var rules []string
		for _, id := range e.in.Judged.Named {
			rules = append(rules, string(id))
		}
		return fmt.Sprintf("The address is named now by %s, which governs other events or keeps mails of this one back.", strings.Join(rules, ", "))
	},
	ConditionGroup: func(e *explainer, _ *Stand) string {
		return fmt.Sprintf("%s is a group: its members are told, each for themself. Ask about one of them.", called(e.in.Who))
	},
	ConditionOutcome: func(e *explainer, _ *Stand) string {
		return fmt.Sprintf("%s is the requestor, who was told what came of the approval in the same moment, and got that mail alone: see the event %s or %s.",
			called(e.in.Who), siblingOf(e.in.Trace, ActivationCompleted), siblingOf(e.in.Trace, ActivationFailed))
	},
	ConditionNothingToTell: func(e *explainer, _ *Stand) string {
		return fmt.Sprintf("With the tenant's settings of now, in profile %s, %s is told to nobody for this assignment or week.", e.in.Judged.Profile, e.in.Trace.Event.Kind)
	},
	ConditionCameLater: func(e *explainer, s *Stand) string {
		where := "is an additional recipient now"
		if s != nil {
			where = fmt.Sprintf("stands in the column %s now%s", s.Column, how(s.State, s.Via))
		}
		return fmt.Sprintf("%s %s, and %s. When the recipients were planned they stood elsewhere, or the settings were others.",
			called(e.in.Who), where, e.would())
	},
}

func siblingOf(t EventTrace, kind EventKind) string {
	return NewEvent(t.Resource, kind, "", time.Time{}).ID
}
