package pim

import (
	"fmt"
	"time"
)

// Week says when a tenant's digest is due: at one hour of one weekday, in the tenant's time zone. A moment at which it is due is a
// slot, and its date names it.
type Week struct {
	Weekday time.Weekday
	Hour    int // 0 to 23
	Zone    *time.Location
}

// Week is when the digest is due. The error names a time zone that this machine does not know.
func (d DigestSettings) Week() (Week, error) {
	zone, err := time.LoadLocation(d.TimeZone)
	if err != nil {
		return Week{}, fmt.Errorf("time zone %s of the digest: %w", d.TimeZone, err)
	}
	return Week{Weekday: d.Weekday, Hour: d.Hour, Zone: zone}, nil
}

// Date names a slot, or any other moment, by its local date: 2026-11-23.
func (w Week) Date(at time.Time) string { return at.In(w.Zone).Format(time.DateOnly) }

// Last is the latest slot that is not after a moment.
func (w Week) Last(at time.Time) time.Time {
	local := at.In(w.Zone)
	year, month, day := local.Date()
	back := (int(local.Weekday()) - int(w.Weekday) + 7) % 7
	if slot := w.on(year, month, day-back); !slot.After(at) {
		return slot
	}
	return w.on(year, month, day-back-7)
}

// Before is the slot before a moment: of a slot, the one a week earlier.
func (w Week) Before(at time.Time) time.Time { return w.Last(at.Add(-1)) }

// Next is the first slot after a moment.
func (w Week) Next(at time.Time) time.Time {
	local := at.In(w.Zone)
	year, month, day := local.Date()
	ahead := (int(w.Weekday) - int(local.Weekday()) + 7) % 7
	if slot := w.on(year, month, day+ahead); slot.After(at) {
		return slot
	}
	return w.on(year, month, day+ahead+7)
}

// Slot is the slot for which something was started at a moment: that moment, or an earlier one of the same date, by as much as clocks
// are put back. Where they are, Temporal starts what is due at the hour that is struck twice at the second stroke, and what is due
// an hour before that twice. It is false for any other moment.
func (w Week) Slot(at time.Time) (time.Time, bool) {
	last := w.Last(at)
	late := at.Sub(last)
	return last, late == 0 || late <= mostBack && late%leastBack == 0 && w.Date(last) == w.Date(at)
}

// How far clocks are put back: by half an hour on Lord Howe, by two hours at Troll.
const (
	leastBack = 30 * time.Minute
	mostBack  = 2 * time.Hour
)

// Skips reports whether the clocks skip the hour on the date of a slot, which is then at the next one there is.
func (w Week) Skips(slot time.Time) bool { return slot.In(w.Zone).Hour() != w.Hour }

// on is the slot so many days from a local date. Where the clocks skip the hour, it is the first moment after that; where they
// strike it twice, the first of the two.
func (w Week) on(year int, month time.Month, day int) time.Time {
	// Some hours before, whatever the zone does that day, and from there on until the clock shows the hour or a later one.
	at := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Add(-15 * time.Hour)
	wanted := time.Date(year, month, day, w.Hour, 0, 0, 0, time.UTC)
	for {
		shown := at.In(w.Zone)
		wall := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), shown.Second(), 0, time.UTC)
		left := wanted.Sub(wall)
		if left <= 0 {
			return at.UTC()
		}
		at = at.Add(min(left, step))
	}
}

// step is short enough that no zone's clocks change twice within it, and divides every change that there ever was to a minute.
const step = time.Minute

// String is the week as people say it: Monday 08:00, Europe/Oslo.
func (w Week) String() string { return fmt.Sprintf("%s %02d:00, %s", w.Weekday, w.Hour, w.Zone) }
