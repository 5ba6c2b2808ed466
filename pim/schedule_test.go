package pim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/pim"
)

const day = 24 * time.Hour

func TestDurationsInISO8601(t *testing.T) {
	for text, want := range map[pim.Duration]time.Duration{
		"PT8H":                  8 * time.Hour,
		"PT30M":                 30 * time.Minute,
		"PT45S":                 45 * time.Second,
		"P14D":                  14 * day,
		"P1W":                   7 * day,
		"P2W3D":                 17 * day,
		"P1DT12H":               36 * time.Hour,
		"P1DT2H3M4S":            26*time.Hour + 3*time.Minute + 4*time.Second,
		"PT1.5H":                90 * time.Minute,
		"P0.5D":                 12 * time.Hour,
		"PT0.001S":              time.Millisecond,
		"PT0S":                  0,
		"P36600D":               36600 * day, // a hundred years is as long as it gets
		"PT000000000000000008H": 8 * time.Hour,
	} {
		got, err := text.Parse()
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestDurationsThatAreNoneAreRefused(t *testing.T) {
	const form = "ISO 8601"
	for text, says := range map[pim.Duration]string{
		"":                         form,
		"8h":                       form,
		"8 hours":                  form,
		"P":                        form,
		"PT":                       form,
		"P1DT":                     form,
		"T8H":                      form,
		"pt8h":                     form,
		"PT8":                      form,
		"P8H":                      form, // hours are time: PT8H
		"PT8D":                     form,
		"P1T2H":                    form,
		"PT8H8H":                   form,
		"PT1S1H":                   form,
		"P1D2W":                    form,
		"PPT8H":                    form,
		"PT.5H":                    form,
		"PT1.H":                    form,
		"PT1,5H":                   form,
		"PT1e3S":                   form,
		"PTInfH":                   form,
		"PTNaNS":                   form,
		"P٣D":                      form,
		"-PT8H":                    form,
		"PT-8H":                    form,
		"+PT8H":                    form,
		" PT8H":                    form,
		"PT8H ":                    form,
		"PT8H\n":                   form,
		"PT8H/PT9H":                form,
		"P1Y":                      "write days",
		"P1M":                      "write days",
		"P1Y2M3DT4H":               "write days",
		"P0.5M":                    "write days",
		"P36601D":                  "100 years",
		"PT999999999999999999999H": "100 years",
		pim.Duration("PT" + strings.Repeat("9", 400) + "S"): form,
	} {
		got, err := text.Parse()
		require.ErrorContains(t, err, says, "%q", string(text))
		require.Zero(t, got)
	}
}

func TestDurationIsReadBackAsItWasWritten(t *testing.T) {
	for span, want := range map[time.Duration]pim.Duration{
		0:                            "PT0S",
		8 * time.Hour:                "PT8H",
		90 * time.Second:             "PT1M30S",
		time.Hour + time.Millisecond: "PT1H0.001S",
		400 * day:                    "PT9600H",
		1500 * time.Millisecond:      "PT1.5S",
		time.Nanosecond:              "PT0.000000001S",
		-time.Hour:                   "PT0S",
	} {
		require.Equal(t, want, pim.DurationOf(span))
	}
	rapid.Check(t, func(t *rapid.T) {
		span := time.Duration(rapid.Int64Range(0, int64(36600*day)).Draw(t, "span"))
		got, err := pim.DurationOf(span).Parse()
		if err != nil || got != span {
			t.Fatalf("%s was written %s and read %s, %v", span, pim.DurationOf(span), got, err)
		}
	})
}

func TestNoTextMakesTheParserPanicOrAnswerANegativeSpan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := pim.Duration(rapid.StringMatching(`-?P?[0-9.,YMWDTHSPe-]{0,24}`).Draw(t, "text"))
		got, err := text.Parse()
		if got < 0 || got > 36600*day || (err != nil && got != 0) {
			t.Fatalf("%q: %s, %v", string(text), got, err)
		}
	})
}

func TestWhenARoleStarts(t *testing.T) {
	asked := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	before, after := asked.Add(-time.Hour), asked.Add(time.Hour)
	require.Equal(t, asked, pim.ScheduleInfo{}.Start(asked), "no start: as soon as it may")
	require.Equal(t, asked, pim.ScheduleInfo{StartDateTime: &before}.Start(asked), "a start that is past")
	require.Equal(t, after, pim.ScheduleInfo{StartDateTime: &after}.Start(asked))
}

func TestWhenARoleEnds(t *testing.T) {
	active := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	end := active.Add(3 * time.Hour)
	for name, c := range map[string]struct {
		expiration pim.Expiration
		want       time.Time
	}{
		"after a duration":                {pim.Expiration{Type: pim.AfterDuration, Duration: "PT8H"}, active.Add(8 * time.Hour)},
		"at a moment":                     {pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}, end},
		"never":                           {pim.Expiration{Type: pim.NoExpiration}, time.Time{}},
		"a duration that cannot be read":  {pim.Expiration{Type: pim.AfterDuration, Duration: "8h"}, time.Time{}},
		"at a moment that nobody named":   {pim.Expiration{Type: pim.AfterDateTime}, time.Time{}},
		"in a way that nobody thought of": {pim.Expiration{Type: "afterTheStorm"}, time.Time{}},
	} {
		require.Equal(t, c.want, pim.ScheduleInfo{Expiration: c.expiration}.End(active), name)
	}
	require.True(t, pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.NoExpiration}}.Permanent())
	require.False(t, pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration}}.Permanent())
}
