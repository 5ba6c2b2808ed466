package templates

import (
	"fmt"
	"strings"
	"time"
)

// moment is a time as mails say it. Readers sit in many zones, so it is UTC and says so.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("Mon 2 Jan 2006, 15:04 UTC")
}

// zoneCalled is the time zone of a name, and UTC where there is none: what a mail says of it is true in any case.
func zoneCalled(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil || zone == time.Local {
		return time.UTC
	}
	return zone
}

// onTheClock is a time as the clocks of a zone show it. It has to be named beside it, and not by an abbreviation: there is a CST in
// Chicago, and one in Shanghai.
func onTheClock(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("Mon 2 Jan 2006, 15:04")
}

// inWords is a span as people say it: 8 hours, 1 day 12 hours. What is shorter than a second is left out.
func inWords(d time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		name   string
		length time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		n := int(d / unit.length)
		d %= unit.length
		switch {
		case n == 1:
			parts = append(parts, "1 "+unit.name)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", n, unit.name))
		}
	}
	return strings.Join(parts, " ")
}
