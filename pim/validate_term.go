package pim

import "time"

// MinAssignment is the shortest assignment there is, counted from its start.
const MinAssignment = 5 * time.Minute

const expirationAt = "body.scheduleInfo.expiration"

// assignmentSchedule checks when a role is assigned. The start may lie in the past, the end may not.
func (v *validator) assignmentSchedule(s ScheduleInfo, asked, now time.Time) {
	v.dates(s, now)
	v.assignmentPattern(s, asked, now)
}

func (v *validator) assignmentPattern(s ScheduleInfo, asked, over time.Time) {
	e := s.Expiration
	if e == (Expiration{}) {
		v.add(expirationAt, "is required: a type, and a duration or an endDateTime unless it never expires", nil)
		return
	}
	switch e.Type {
	case "":
		v.add(expirationAt+".type", "is required: afterDuration, afterDateTime or noExpiration", nil)
	case AfterDuration:
		v.assignmentDuration(s, asked, over)
	case AfterDateTime:
		v.assignmentEnd(s, asked, over)
	case NoExpiration:
	default:
		v.add(expirationAt+".type", "must be afterDuration, afterDateTime or noExpiration", string(e.Type))
		return
	}
	if e.Type != "" && e.Type != AfterDuration && e.Duration != "" {
		v.add(expirationAt+".duration", "must be left out where type is "+string(e.Type), string(e.Duration))
	}
	if e.Type != "" && e.Type != AfterDateTime && e.EndDateTime != nil {
		v.add(expirationAt+".endDateTime", "must be left out where type is "+string(e.Type), e.EndDateTime)
	}
}

func (v *validator) assignmentDuration(s ScheduleInfo, asked, over time.Time) {
	const at = expirationAt + ".duration"
	d := s.Expiration.Duration
	before := len(v.problems)
	v.duration(at, d)
	if len(v.problems) > before {
		return
	}
	length, _ := d.Parse()
	_, end := s.Span(asked)
	switch {
	case length < MinAssignment:
		v.add(at, "must be at least 5 minutes", string(d))
	case !end.After(over):
		v.add(at, "must reach into the future, counted from "+countedFrom(s, asked, over), string(d))
	}
}

func (v *validator) assignmentEnd(s ScheduleInfo, asked, over time.Time) {
	const at = expirationAt + ".endDateTime"
	before := len(v.problems)
	v.endDateTime(at, s, over)
	if len(v.problems) > before {
		return
	}
	start, end := s.Span(asked)
	if end.Sub(start) < MinAssignment {
		v.add(at, "must be at least 5 minutes after "+countedFrom(s, asked, over), s.Expiration.EndDateTime)
	}
}

// countedFrom names what a schedule begins with: what was said, or else when it was asked for.
func countedFrom(s ScheduleInfo, asked, now time.Time) string {
	switch {
	case s.StartDateTime != nil:
		return "scheduleInfo.startDateTime"
	case asked.Equal(now):
		return "now"
	default:
		return "createdDateTime"
	}
}
