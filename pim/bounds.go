package pim

import (
	"fmt"
	"time"
	"unicode/utf8"
)

// How much of free text a request may bring: every mail about it carries all of it. Names have no bound; mails shorten them.
const (
	maxReasonRunes = 20_000
	maxTicketRunes = 1_000
)

// horizon is how far ahead a schedule may lie. Whoever plans further has mistyped a year.
const horizon = 10 * 366 * 24 * time.Hour

func (v *validator) text(location, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		v.add(location, fmt.Sprintf("must be at most %d characters", most), nil)
	}
}

func (v *validator) reason(text string) { v.text("body.justification", text, maxReasonRunes) }

func (v *validator) ticket(t TicketInfo) {
	v.text("body.ticketInfo.ticketNumber", t.TicketNumber, maxTicketRunes)
	v.text("body.ticketInfo.ticketSystem", t.TicketSystem, maxTicketRunes)
}

func (v *validator) dates(s ScheduleInfo, now time.Time) {
	v.date("body.scheduleInfo.startDateTime", s.StartDateTime, now)
	v.date(expirationAt+".endDateTime", s.Expiration.EndDateTime, now)
}

// date checks a moment that somebody names: within a time in which people live.
func (v *validator) date(location string, t *time.Time, now time.Time) {
	if t == nil {
		return
	}
	if t.Year() < 1970 {
		v.add(location, "must not be before 1970", t)
	} else if t.After(now.Add(horizon)) {
		v.add(location, "must not be more than 10 years ahead", t)
	}
}

// over says that an activation which nobody has to approve, and which is active from when it was asked, is over already.
func (v *validator) over(r ActivationRequest, by time.Time) {
	if r.Approval.IsRequired || r.CreatedDateTime == nil || len(v.problems) > 0 {
		return
	}
	if end := r.ScheduleInfo.End(r.ScheduleInfo.Start(*r.CreatedDateTime)); !end.After(by) {
		v.add("body.scheduleInfo.expiration", "must lie in the future, counted from createdDateTime", end)
	}
}

// inUTC is the same schedule, its moments in UTC.
func (s ScheduleInfo) inUTC() ScheduleInfo {
	s.StartDateTime = inUTC(s.StartDateTime)
	s.Expiration.EndDateTime = inUTC(s.Expiration.EndDateTime)
	return s
}

// inUTC gives a moment in the one zone in which everything is compared and kept. Whatever was sent stays the same moment.
func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	utc := t.UTC()
	return &utc
}
