package pim_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/pim"
)

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	got, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return got
}

// stages writes what is to be told as one would read it aloud.
func stages(term pim.Term, w pim.ExpiryWindows, set time.Time) []string {
	var all []string
	for _, s := range term.Stages(w, set) {
		id := pim.NewEvent(pim.Resource{Collection: pim.Assignments, ID: "a1"}, s.Kind, s.Occurrence, s.Due).ID
		all = append(all, s.Due.UTC().Format(time.RFC3339)+" "+id)
	}
	return all
}

func TestPeopleAreToldTwoWeeksAndADayBeforeTheEndAndAtIt(t *testing.T) {
	made := moment(t, "2026-11-23T09:00:00Z")
	term := pim.FirstTerm(pim.ScheduleInfo{Expiration: duration("P90D")}, made)
	require.Equal(t, pim.Term{Number: 1, Start: made, End: moment(t, "2027-02-21T09:00:00Z")}, term)
	require.Equal(t, []string{
		"2027-02-07T09:00:00Z assignment.a1.expiring.1",
		"2027-02-07T09:00:00Z assignment.a1.extendable",
		"2027-02-20T09:00:00Z assignment.a1.expiring.2",
		"2027-02-21T09:00:00Z assignment.a1.expired",
	}, stages(term, pim.DefaultExpiryWindows(), made))
	require.Equal(t, 14*day, term.Stages(pim.DefaultExpiryWindows(), made)[0].Before)
	require.Zero(t, term.Stages(pim.DefaultExpiryWindows(), made)[3].Before)
}

func TestASecondScheduleHasEventsOfItsOwn(t *testing.T) {
	made := moment(t, "2026-11-23T09:00:00Z")
	first := pim.FirstTerm(pim.ScheduleInfo{Expiration: duration("P30D")}, made)
	decided := made.Add(20 * day)
	second := first.Next(pim.ScheduleInfo{Expiration: duration("P30D")}, decided)
	require.Equal(t, decided, second.Start)
	require.Equal(t, []string{
		"2026-12-29T09:00:00Z assignment.a1.expiring.1~2",
		"2026-12-29T09:00:00Z assignment.a1.extendable~2",
		"2027-01-11T09:00:00Z assignment.a1.expiring.2~2",
		"2027-01-12T09:00:00Z assignment.a1.expired~2",
	}, stages(second, pim.DefaultExpiryWindows(), decided))
	require.Equal(t, 3, second.Next(pim.ScheduleInfo{Expiration: duration("P30D")}, decided).Number)
}

func TestStagesThatArePastWhenTheScheduleIsSetAreSkipped(t *testing.T) {
	w := pim.DefaultExpiryWindows()
	end := moment(t, "2027-01-01T00:00:00Z")
	term := pim.Term{Number: 1, Start: end.Add(-365 * day), End: end}
	for _, c := range []struct {
		before time.Duration // the end, when it was set
		want   int
	}{
		{14*day + time.Second, 4}, {14 * day, 4}, {14*day - 1, 2}, {day, 2}, {day - 1, 1}, {0, 1}, {-1, 0}, {-100 * day, 0},
	} {
		got := stages(term, w, end.Add(-c.before))
		require.Len(t, got, c.want, c.before)
		if c.want > 0 {
			require.Equal(t, "2027-01-01T00:00:00Z assignment.a1.expired", got[len(got)-1])
		}
	}
}

func TestNothingExpiresBeforeItHasBegun(t *testing.T) {
	made := moment(t, "2026-11-23T09:00:00Z")
	week := pim.Term{Number: 1, Start: made.Add(30 * day), End: made.Add(37 * day)} // shorter than the first notice
	require.Equal(t, []string{
		"2026-12-29T09:00:00Z assignment.a1.expiring.2",
		"2026-12-30T09:00:00Z assignment.a1.expired",
	}, stages(week, pim.DefaultExpiryWindows(), made))
	from, until := week.ExtendWindow(pim.DefaultExpiryWindows())
	require.Equal(t, week.Start, from, "it can be extended from its beginning")
	require.Equal(t, week.End, until)
	require.Error(t, week.MayExtend(pim.DefaultExpiryWindows(), made))
	require.NoError(t, week.MayExtend(pim.DefaultExpiryWindows(), week.Start))
}

func TestLeapDaysAndClocksMakeNoDifference(t *testing.T) {
	w := pim.DefaultExpiryWindows()
	leap := pim.Term{Number: 1, Start: moment(t, "2028-01-01T00:00:00Z"), End: moment(t, "2028-03-10T12:00:00Z")}
	require.Equal(t, []string{
		"2028-02-25T12:00:00Z assignment.a1.expiring.1", // fourteen days, of which one is 29 February
		"2028-02-25T12:00:00Z assignment.a1.extendable",
		"2028-03-09T12:00:00Z assignment.a1.expiring.2",
		"2028-03-10T12:00:00Z assignment.a1.expired",
	}, stages(leap, w, leap.Start))
	onTheDay := pim.FirstTerm(pim.ScheduleInfo{Expiration: duration("P366D")}, moment(t, "2028-02-29T00:00:00Z"))
	require.Equal(t, moment(t, "2029-03-01T00:00:00Z"), onTheDay.End)

	oslo, err := time.LoadLocation("Europe/Oslo")
	require.NoError(t, err)
	for _, end := range []time.Time{
		time.Date(2027, time.March, 28, 12, 0, 0, 0, oslo),   // the day the clocks go forward
		time.Date(2027, time.October, 31, 12, 0, 0, 0, oslo), // and back
	} {
		local := pim.Term{Number: 1, Start: end.Add(-90 * day), End: end}
		utc := pim.Term{Number: 1, Start: local.Start.UTC(), End: end.UTC()}
		require.Equal(t, stages(utc, w, utc.Start), stages(local, w, local.Start))
		require.Equal(t, 24*time.Hour, end.Sub(local.Stages(w, local.Start)[2].Due), "a day is 24 hours")
	}
}

func TestPermanentAssignmentsNeitherExpireNorCanBeExtendedOrRenewed(t *testing.T) {
	w := pim.DefaultExpiryWindows()
	term := pim.FirstTerm(pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.NoExpiration}}, nine)
	require.True(t, term.Permanent())
	require.Empty(t, term.Stages(w, nine))
	require.ErrorContains(t, term.MayExtend(w, nine), "permanent")
	require.ErrorContains(t, term.MayRenew(w, nine), "permanent")
	from, until := term.ExtendWindow(w)
	require.Zero(t, from)
	require.Zero(t, until)
	from, until = term.RenewWindow(w)
	require.Zero(t, from)
	require.Zero(t, until)
}

func TestExtendedBeforeTheEndAndRenewedAfterIt(t *testing.T) {
	w := pim.DefaultExpiryWindows()
	end := moment(t, "2027-01-01T00:00:00Z")
	term := pim.Term{Number: 1, Start: end.Add(-90 * day), End: end}
	for _, c := range []struct {
		at            time.Duration // after the end
		extend, renew string        // why not
	}{
		{-14*day - 1, "can be extended from 2026-12-18T00:00:00Z on", "can be renewed only after that"},
		{-14 * day, "", "can be renewed only after that"},
		{-1, "", "can be renewed only after that"},
		{0, "can be renewed, and no longer extended", ""},
		{30 * day, "can be renewed, and no longer extended", ""},
		{30*day + 1, "no longer extended", "could be renewed until 2027-01-31T00:00:00Z"},
	} {
		for what, pair := range map[string]struct {
			got  error
			want string
		}{"extend": {term.MayExtend(w, end.Add(c.at)), c.extend}, "renew": {term.MayRenew(w, end.Add(c.at)), c.renew}} {
			if pair.want == "" {
				require.NoError(t, pair.got, "%s at %s", what, c.at)
			} else {
				require.ErrorContains(t, pair.got, pair.want, "%s at %s", what, c.at)
			}
		}
	}
}

func TestExpiryWindowsThatMakeNoSenseAreRefused(t *testing.T) {
	require.NoError(t, pim.DefaultExpiryWindows().Validate())
	require.NoError(t, pim.ExpiryWindows{Notices: []time.Duration{time.Hour}}.Validate())
	for want, w := range map[string]pim.ExpiryWindows{
		"one or more":       {},
		"at place 2":        {Notices: []time.Duration{day, 14 * day}},
		"not 24h0m0s":       {Notices: []time.Duration{day, day}},
		"at place 1":        {Notices: []time.Duration{0}},
		"must not be negat": {Notices: []time.Duration{day}, Renew: -1},
	} {
		require.ErrorContains(t, w.Validate(), want)
	}
}

// Whatever the windows and the term: each stage once, in order, none before it was set or outside of the term, the end last.
func TestStagesOfAnyTerm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hours := func(name string, min, max int) time.Duration {
			return time.Duration(rapid.IntRange(min, max).Draw(t, name)) * time.Hour
		}
		var w pim.ExpiryWindows
		for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(1, 2000), 1, 5, rapid.ID[int]).Draw(t, "notices") {
			w.Notices = append(w.Notices, time.Duration(n)*time.Hour)
		}
		slices.Sort(w.Notices)
		slices.Reverse(w.Notices)
		if err := w.Validate(); err != nil {
			t.Fatal(err)
		}
		term := pim.Term{Number: rapid.IntRange(1, 3).Draw(t, "number"), Start: nine.Add(hours("start", -5000, 5000))}
		term.End = term.Start.Add(hours("length", 1, 5000))
		set := nine.Add(hours("set", -6000, 12000))
		got := term.Stages(w, set)
		seen := map[string]bool{}
		for i, s := range got {
			id := fmt.Sprint(s.Kind, s.Occurrence)
			if seen[id] || s.Due.Before(set) || s.Due.Before(term.Start) || s.Due.After(term.End) || (i > 0 && s.Due.Before(got[i-1].Due)) {
				t.Fatalf("stage %d of %v", i, got)
			}
			seen[id] = true
		}
		if last := len(got) - 1; set.After(term.End) != (last < 0) || (last >= 0 && got[last].Kind != pim.AssignmentExpired) {
			t.Fatalf("set %s before the end: %v", term.End.Sub(set), got)
		}
	})
}
