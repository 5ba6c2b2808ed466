package pim

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/sosodev/duration"
)

// Duration is a span of time in ISO 8601: PT8H, P14D. A day is 24 hours. Months and years are refused, because they have no
// fixed length.
type Duration string

// Parse gives the span, or an error that says what would be right.
func (d Duration) Parse() (time.Duration, error) {
	wrong := fmt.Errorf("must be a positive ISO 8601 duration of weeks, days and time, such as PT8H or P14D")
	if strings.HasPrefix(string(d), "-") || strings.ContainsAny(string(d), " \t") {
		return 0, wrong
	}
	parsed, err := duration.Parse(string(d))
	if err != nil || parsed.Negative {
		return 0, wrong
	}
	if parsed.Years != 0 || parsed.Months != 0 {
		return 0, fmt.Errorf("must not use years or months, whose length varies: write days, such as P30D")
	}
	hours := (parsed.Weeks*7+parsed.Days)*24 + parsed.Hours
	seconds := hours*3600 + parsed.Minutes*60 + parsed.Seconds
	if seconds > (100 * 366 * 24 * time.Hour).Seconds() {
		return 0, fmt.Errorf("must not be longer than 100 years")
	}
	return time.Duration(math.Round(seconds * float64(time.Second))), nil
}

// DurationOf writes a span as ISO 8601, in hours, minutes and seconds.
func DurationOf(d time.Duration) Duration {
	if d == 0 {
		return "PT0S"
	}
	return Duration(duration.Format(d))
}

// ExpirationType is Graph's expirationPattern type.
type ExpirationType string

// The ways a schedule can end.
const (
	AfterDuration ExpirationType = "afterDuration"
	AfterDateTime ExpirationType = "afterDateTime"
	NoExpiration  ExpirationType = "noExpiration" // permanent
)

// Expiration says when a schedule ends.
type Expiration struct {
	Type        ExpirationType `json:"type,omitempty" doc:"afterDuration, afterDateTime or noExpiration." example:"afterDuration"`
	Duration    Duration       `json:"duration,omitempty" doc:"ISO 8601, where type is afterDuration." example:"PT8H"`
	EndDateTime *time.Time     `json:"endDateTime,omitempty" doc:"Where type is afterDateTime."`
}

// ScheduleInfo says when a role is held. Without a start it begins as soon as it may.
type ScheduleInfo struct {
	StartDateTime *time.Time `json:"startDateTime,omitempty" doc:"When the role becomes active; as soon as possible where left out."`
	Expiration    Expiration `json:"expiration,omitzero" doc:"When the role ends."`
}

// Permanent reports whether the schedule never ends.
func (s ScheduleInfo) Permanent() bool { return s.Expiration.Type == NoExpiration }

// Start is when the schedule begins for somebody who gets the role at the moment asked.
func (s ScheduleInfo) Start(asked time.Time) time.Time {
	if s.StartDateTime != nil && s.StartDateTime.After(asked) {
		return *s.StartDateTime
	}
	return asked
}

// End is when a role that became active at the given moment ends: the zero time for a permanent one, or one whose duration
// cannot be read.
func (s ScheduleInfo) End(active time.Time) time.Time {
	switch s.Expiration.Type {
	case AfterDateTime:
		if s.Expiration.EndDateTime != nil {
			return *s.Expiration.EndDateTime
		}
	case AfterDuration:
		if d, err := s.Expiration.Duration.Parse(); err == nil {
			return active.Add(d)
		}
	case NoExpiration:
	}
	return time.Time{}
}
