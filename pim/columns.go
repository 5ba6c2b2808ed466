package pim

import (
	"slices"
	"time"
)

// Part is which columns of an event are due at one moment. Most events are due all at once; an answer reaches the requestor
// at once and the approvers after the engine's delay. The word that nobody who could act was reached is a part of what asked them.
type Part string

// The parts.
const (
	PartAll         Part = "all"
	PartRequestor   Part = "requestor"
	PartOthers      Part = "others"
	PartUnreachable Part = "unreachable" // no column of the matrix: see FallbackColumns
)

func (p Part) has(a Audience) bool {
	switch p {
	case PartRequestor:
		return a == Requestor
	case PartOthers:
		return a != Requestor
	case PartUnreachable:
		return false
	case PartAll:
	}
	return true
}

// Due is one part of an event, and the moment at which its mails are due. It is what the process asks to be planned and sent.
type Due struct {
	Event EventRef `json:"event"`
	Part  Part     `json:"part"`
	// DueDateTime is this part's own moment.
	DueDateTime time.Time `json:"dueDateTime"`
	// Telling is what an event of an assignment tells; nil for all others.
	Telling *Telling `json:"telling,omitempty"`
}

// Column is one audience that is to be told, and whose names fill it: Source differs from Audience only for administrators
// who stand in for approvers that nobody specified. Of administrators only those in one of the States are meant.
type Column struct {
	Audience Audience
	Source   Audience
	States   []HolderState
}

// Columns lists who is to be told of an event, in the order in which they are told: the requestor, approvers, then each
// administrators' column of the matrix from left to right. Administrators who have to decide come in two passes: those who can
// decide now before those who would have to activate their role first. It is empty where the matrix has no such row.
func Columns(kind ResourceKind, event EventKind, profile Profile, part Part, noApprovers bool) []Column {
	t := matrix[kind]
	var columns []Column
	for _, r := range t.rows {
		if r.event != event {
			continue
		}
		for i, audience := range t.columns {
			if !r.cells[i].told(profile, noApprovers) || !part.has(audience) {
				continue
			}
			column := Column{Audience: audience, Source: audience, States: administrators[audience].states}
			if r.cells[i].isFallback() {
				column.Audience = Approver
			}
			columns = append(columns, column)
		}
	}
	slices.SortStableFunc(columns, func(a, b Column) int { return precedence(a.Audience) - precedence(b.Audience) })
	if event.RequiresAction() && (noApprovers || governed[event].administratorsDecide) {
		columns = activeFirst(columns)
	}
	return columns
}

// Cell is what the matrix says of an event to an audience's column, and whether it has such a column: yes, entra, fallback,
// "fallback, entra" or no.
func Cell(kind ResourceKind, event EventKind, audience Audience) (says string, ok bool) {
	t := matrix[kind]
	column := slices.Index(t.columns, audience)
	for _, r := range t.rows {
		if r.event == event && column >= 0 {
			return string(r.cells[column]), true
		}
	}
	return "", false
}

// activeFirst moves holders who are not active now behind all who are.
func activeFirst(columns []Column) []Column {
	var others []Column
	for i, c := range columns {
		inactive := slices.DeleteFunc(slices.Clone(c.States), HolderState.Active)
		if len(inactive) > 0 {
			columns[i].States = slices.DeleteFunc(slices.Clone(c.States), func(s HolderState) bool { return !s.Active() })
			others = append(others, Column{Audience: c.Audience, Source: c.Source, States: inactive})
		}
	}
	return append(columns, others...)
}

// precedence puts the requestor before the approvers and both before the administrators, whose order the table gives.
func precedence(a Audience) int {
	switch a {
	case Requestor:
		return 0
	case Approver:
		return 1
	default:
		return 2
	}
}
