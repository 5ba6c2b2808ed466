package pim

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Term is one schedule of an assignment, as it holds from the moment on at which the assignment was made or changed. All
// arithmetic is on instants, so that neither leap days nor the clocks of any zone make a difference.
type Term struct {
	Number int       `json:"number" doc:"1 for the schedule with which it was made, 2 for the next."`
	Start  time.Time `json:"startDateTime" doc:"May lie in the past."`
	End    time.Time `json:"endDateTime,omitzero" doc:"Left out where it never ends."`
}

// FirstTerm is the schedule that an assignment is made with.
func FirstTerm(s ScheduleInfo, asked time.Time) Term { return Term{}.Next(s, asked) }

// Next is the schedule that follows this one, decided at the given moment. A duration counts from the start of the new
// schedule, which is that moment unless the schedule names another.
func (t Term) Next(s ScheduleInfo, decided time.Time) Term {
	next := Term{Number: t.Number + 1}
	next.Start, next.End = s.Span(decided)
	return next
}

// Permanent reports whether the term never ends.
func (t Term) Permanent() bool { return t.End.IsZero() }

// ExpiryWindows say how long before its end people are told that an assignment expires, and when it can be extended or renewed.
type ExpiryWindows struct {
	// Notices are spans before the end, the longest first. The first one is also how long before the end it can be extended.
	Notices []time.Duration
	// Renew is how long after its end an assignment can still be renewed.
	Renew time.Duration
}

// DefaultExpiryWindows are what Microsoft documents: fourteen days and one day before, thirty days after.
func DefaultExpiryWindows() ExpiryWindows {
	const day = 24 * time.Hour
	return ExpiryWindows{Notices: []time.Duration{14 * day, day}, Renew: 30 * day}
}

// Validate says what is wrong with the windows.
func (w ExpiryWindows) Validate() error {
	if len(w.Notices) == 0 {
		return errors.New("expiry notices must be one or more spans before the end, such as 336h,24h")
	}
	for i, notice := range w.Notices {
		if notice <= 0 || (i > 0 && notice >= w.Notices[i-1]) {
			return fmt.Errorf("expiry notices must be longer than nothing and descend, such as 336h,24h: not %s at place %d", notice, i+1)
		}
	}
	if w.Renew < 0 {
		return fmt.Errorf("the renew window must not be negative, such as 720h: not %s", w.Renew)
	}
	return nil
}

// Stage is one moment of a term at which people are told something.
type Stage struct {
	Kind       EventKind     `json:"kind"`
	Occurrence string        `json:"occurrence"`
	Due        time.Time     `json:"due"`
	Before     time.Duration `json:"before,omitempty"` // of an expiry notice: how long before the end
}

// Stages are what is still to be told of a term that was set at the given moment, in order of time. What is past by then is
// skipped, and so is what would be told before the term begins. A permanent term has none.
func (t Term) Stages(w ExpiryWindows, set time.Time) []Stage {
	if t.Permanent() {
		return nil
	}
	suffix := ""
	if t.Number > 1 {
		suffix = "~" + strconv.Itoa(t.Number)
	}
	var all []Stage
	add := func(kind EventKind, occurrence string, before time.Duration) {
		due := t.End.Add(-before)
		if !due.Before(set) && !due.Before(t.Start) {
			all = append(all, Stage{Kind: kind, Occurrence: occurrence + suffix, Due: due, Before: before})
		}
	}
	for i, notice := range w.Notices {
		add(AssignmentExpiring, strconv.Itoa(i+1), notice)
	}
	if len(w.Notices) > 0 {
		add(AssignmentExtendable, "", w.Notices[0])
	}
	add(AssignmentExpired, "", 0)
	slices.SortStableFunc(all, func(a, b Stage) int { return a.Due.Compare(b.Due) })
	return all
}

// ExtendWindow is from when until when a term can be extended: the end itself is no part of it. It is closed for a permanent
// term.
func (t Term) ExtendWindow(w ExpiryWindows) (from, until time.Time) {
	if t.Permanent() || len(w.Notices) == 0 {
		return time.Time{}, time.Time{}
	}
	from = t.End.Add(-w.Notices[0])
	if from.Before(t.Start) {
		from = t.Start
	}
	return from, t.End
}

// RenewWindow is from when until when a term can be renewed, both included.
func (t Term) RenewWindow(w ExpiryWindows) (from, until time.Time) {
	if t.Permanent() {
		return time.Time{}, time.Time{}
	}
	return t.End, t.End.Add(w.Renew)
}

// MayExtend gives the reason why the term cannot be extended now, or nil.
func (t Term) MayExtend(w ExpiryWindows, now time.Time) error {
	from, until := t.ExtendWindow(w)
	switch {
	case t.Permanent():
		return errors.New("a permanent assignment has no end that could be extended")
	case now.Before(from):
		return fmt.Errorf("the assignment ends at %s and can be extended from %s on", stamp(t.End), stamp(from))
	case !now.Before(until):
		return fmt.Errorf("the assignment ended at %s: it can be renewed, and no longer extended", stamp(t.End))
	}
	return nil
}

// MayRenew gives the reason why the term cannot be renewed now, or nil.
func (t Term) MayRenew(w ExpiryWindows, now time.Time) error {
	from, until := t.RenewWindow(w)
	switch {
	case t.Permanent():
		return errors.New("a permanent assignment has no end after which it could be renewed")
	case now.Before(from):
		return fmt.Errorf("the assignment ends at %s and can be renewed only after that", stamp(t.End))
	case now.After(until):
		return fmt.Errorf("the assignment ended at %s and could be renewed until %s", stamp(t.End), stamp(until))
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
