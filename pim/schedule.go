package pim

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sosodev/duration"
)

// Duration is a span of time in ISO 8601: PT8H, P14D. A day is 24 hours. Months and years are refused, because they have no
// fixed length.
type Duration string

// written is the form of a duration: at least one number with its unit, units in their order, each once. The library that
// reads it would also take P1T2H for twelve hours.
var written = regexp.MustCompile(`^P(\d+(?:\.\d+)?Y)?(\d+(?:\.\d+)?M)?(\d+(?:\.\d+)?W)?(\d+(?:\.\d+)?D)?(T(\d+(?:\.\d+)?H)?(\d+(?:\.\d+)?M)?(\d+(?:\.\d+)?S)?)?$`)

// Parse gives the span, or an error that says what would be right.
func (d Duration) Parse() (time.Duration, error) {
	wrong := fmt.Errorf("must be a positive ISO 8601 duration of weeks, days and time, such as PT8H or P14D")
	text := string(d)
	if !written.MatchString(text) || strings.HasSuffix(text, "P") || strings.HasSuffix(text, "T") {
		return 0, wrong
	}
	parsed, err := duration.Parse(text)
	if err != nil {
		return 0, wrong
	}
	if parsed.Years != 0 || parsed.Months != 0 {
		return 0, fmt.Errorf("must not use years or months, whose length varies: write days, such as P30D")
	}
	hours := (parsed.Weeks*7+parsed.Days)*24 + parsed.Hours + parsed.Minutes/60 + parsed.Seconds/3600
	if hours > (100 * 366 * 24 * time.Hour).Hours() {
		return 0, fmt.Errorf("must not be longer than 100 years")
	}
	return parsed.ToTimeDuration(), nil
}

// DurationOf writes a span as ISO 8601, in hours, minutes and seconds: what Parse reads back to the nanosecond. A negative span
// is none.
func DurationOf(d time.Duration) Duration {
	d = max(d, 0)
	text := "PT"
	if hours := d / time.Hour; hours > 0 {
		text += fmt.Sprintf("%dH", hours)
	}
	if minutes := d % time.Hour / time.Minute; minutes > 0 {
		text += fmt.Sprintf("%dM", minutes)
	}
	if seconds := (d % time.Minute).Seconds(); seconds > 0 || text == "PT" {
		text += strconv.FormatFloat(seconds, 'f', -1, 64) + "S"
	}
	return Duration(text)
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

// Span is from when until when a schedule holds that was asked for at the given moment. Unlike the start of an activation, one
// that lies in the past is kept: an assignment may have begun before it was told of. The end of a permanent one is the zero
// time.
func (s ScheduleInfo) Span(asked time.Time) (start, end time.Time) {
	start = asked
	if s.StartDateTime != nil {
		start = *s.StartDateTime
	}
	return start, s.End(start)
}
