package pim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/pim"
)

// weekly is a digest in a zone.
func weekly(t require.TestingT, weekday time.Weekday, hour int, zone string) pim.Week {
	w, err := pim.DigestSettings{Weekday: weekday, Hour: hour, TimeZone: zone}.Week()
	require.NoError(t, err)
	return w
}

func TestDigestIsDueAtItsHourWhateverTheClocksDo(t *testing.T) {
	for _, c := range []struct {
		zone    string
		weekday time.Weekday
		hour    int
		at      string
		want    string
	}{
		{"UTC", time.Monday, 8, "2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"},
		{"UTC", time.Monday, 8, "2026-11-23T07:59:59Z", "2026-11-16T08:00:00Z"},
		// Oslo: clocks go forward on 29 March 2026 at 02:00 and back on 25 October at 03:00.
		{"Europe/Oslo", time.Monday, 8, "2026-03-24T00:00:00Z", "2026-03-23T07:00:00Z"},
		{"Europe/Oslo", time.Monday, 8, "2026-03-31T00:00:00Z", "2026-03-30T06:00:00Z"},
		{"Europe/Oslo", time.Sunday, 2, "2026-03-29T12:00:00Z", "2026-03-29T01:00:00Z"}, // 02:00 is skipped: 03:00
		{"Europe/Oslo", time.Sunday, 2, "2026-10-25T12:00:00Z", "2026-10-25T00:00:00Z"}, // 02:00 comes twice: the first
		// New York: forward on 8 March 2026, back on 1 November.
		{"America/New_York", time.Sunday, 2, "2026-03-08T12:00:00Z", "2026-03-08T07:00:00Z"},
		{"America/New_York", time.Sunday, 1, "2026-11-01T12:00:00Z", "2026-11-01T05:00:00Z"},
		// Lord Howe moves by half an hour, on 5 April and 4 October 2026.
		{"Australia/Lord_Howe", time.Sunday, 2, "2026-10-04T12:00:00Z", "2026-10-03T15:30:00Z"},
		// Santiago skips midnight, on 6 September 2026.
		{"America/Santiago", time.Sunday, 0, "2026-09-06T12:00:00Z", "2026-09-06T04:00:00Z"},
		{"Asia/Kolkata", time.Monday, 8, "2026-11-23T12:00:00Z", "2026-11-23T02:30:00Z"},
		{"Pacific/Kiritimati", time.Monday, 0, "2026-11-23T12:00:00Z", "2026-11-22T10:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		require.NoError(t, err)
		require.Equal(t, c.want, weekly(t, c.weekday, c.hour, c.zone).Last(at).Format(time.RFC3339), "%+v", c)
	}
}

func TestSlotsFollowEachOtherAWeekApartInEveryZone(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		zone := rapid.SampledFrom([]string{
			"UTC", "Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata", "Africa/Casablanca", "Pacific/Auckland",
		}).Draw(r, "zone")
		w := weekly(r, time.Weekday(rapid.IntRange(0, 6).Draw(r, "weekday")), rapid.IntRange(0, 23).Draw(r, "hour"), zone)
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, int64(5*366*24*time.Hour)).Draw(r, "at")))
		last, next := w.Last(at), w.Next(at)
		require.False(r, last.After(at))
		require.True(r, next.After(at))
		require.Equal(r, last, w.Before(next))
		require.Equal(r, next, w.Next(last))
		require.Equal(r, last, w.Last(last), "a slot is its own latest one")
		require.InDelta(r, (7 * 24 * time.Hour).Hours(), next.Sub(last).Hours(), 2)
		if !w.Skips(next) {
			require.Equal(r, w.Weekday, next.In(w.Zone).Weekday())
		}
	})
}

func TestTimeZoneThatNobodyKnowsIsNamed(t *testing.T) {
	_, err := pim.DigestSettings{TimeZone: "Europe/Atlantis"}.Week()
	require.ErrorContains(t, err, "Europe/Atlantis")
}

// Temporal starts what is due at an hour that the clocks strike twice at the second stroke, and what is due an hour before that twice.
func TestARunThatTheClocksBroughtLaterOnTheSameDateIsOfTheSlot(t *testing.T) {
	for _, c := range []struct {
		hour int
		at   string
		slot string // none: it is of no slot
	}{
		{2, "2026-10-25T00:00:00Z", "2026-10-25T00:00:00Z"},
		{2, "2026-10-25T01:00:00Z", "2026-10-25T00:00:00Z"},
		{1, "2026-10-24T23:00:00Z", "2026-10-24T23:00:00Z"},
		{1, "2026-10-25T00:00:00Z", "2026-10-24T23:00:00Z"},
		{2, "2026-10-25T00:00:01Z", ""},
		{2, "2026-10-25T00:59:59Z", ""},
		{2, "2026-10-25T03:00:00Z", ""},
		{23, "2026-10-25T23:00:00Z", ""}, // an hour later, and on the next date
		{2, "2026-10-24T23:00:00Z", ""},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		require.NoError(t, err)
		slot, is := weekly(t, time.Sunday, c.hour, "Europe/Oslo").Slot(at)
		require.Equal(t, c.slot != "", is, "%+v", c)
		if is {
			require.Equal(t, c.slot, slot.Format(time.RFC3339), "%+v", c)
		}
	}
}
