package starter_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/timestamppb"

	"pimnotify/directory"
	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/workflows"
)

// weekly is a town with one tenant, of the same name: schedules of all tests are on one server.
func newWeekly(t *testing.T) *town {
	t.Helper()
	h := newTown(t)
	return h.in(pim.PublicCloud)
}

func (h *town) in(cloud string) *town {
	h.t.Helper()
	text := fmt.Sprintf("tenants:\n  %s: {displayName: Contoso, cloud: %s, users: [{id: u1, displayName: Isabella, mail: isabella@contoso.example}]}\n", h.id, cloud)
	organisation, err := directory.Parse("directory.yaml", []byte(text))
	require.NoError(h.t, err)
	h.Directory = organisation
	return h
}

// set changes the settings of the digest.
func (h *town) set(change func(*pim.DigestSettings)) {
	all := h.Settings.(settings)
	change(&all.all.Digest)
	h.Settings = all
}

func (h *town) schedule() starter.DigestSchedule {
	h.t.Helper()
	plans, err := h.DigestPlans(h.t.Context())
	require.NoError(h.t, err)
	require.Len(h.t, plans, 1)
	s, err := h.ScheduleDigest(h.t.Context(), plans[0])
	require.NoError(h.t, err)
	return s
}

func (h *town) describe() *client.ScheduleDescription {
	h.t.Helper()
	d, err := h.handle().Describe(h.t.Context())
	require.NoError(h.t, err)
	return d
}

func (h *town) handle() client.ScheduleHandle {
	return h.Temporal.ScheduleClient().GetHandle(h.t.Context(), workflows.DigestScheduleID(h.id))
}

func (h *town) isEnabled(on bool) {
	h.t.Helper()
	_, err := h.PutPIM(h.t.Context(), h.id, pim.PIMChange{IsEnabled: &on, ChangedBy: pim.Principal{ID: "u1"}})
	require.NoError(h.t, err)
}

func TestEachTenantHasAScheduleThatIsAsItsSettingsWantIt(t *testing.T) {
	h := newWeekly(t)
	h.set(func(d *pim.DigestSettings) { d.TimeZone = "Europe/Oslo" })
	first := h.schedule()
	require.Equal(t, "created", first.Done)
	oslo, err := time.LoadLocation("Europe/Oslo")
	require.NoError(t, err)
	week := pim.Week{Weekday: time.Monday, Hour: 8, Zone: oslo}
	for i, slot := 0, week.Next(time.Now()); i < len(first.Next); i, slot = i+1, week.Next(slot) {
		require.WithinRange(t, first.Next[i], slot, slot.Add(10*time.Minute), "a thousand tenants are spread over ten minutes")
	}
	d := h.describe()
	require.Equal(t, enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, d.Schedule.Policy.Overlap)
	require.Equal(t, 6*24*time.Hour, d.Schedule.Policy.CatchupWindow)
	require.False(t, d.Schedule.State.Paused)

	require.Empty(t, h.schedule().Done, "it is so already")
	require.Equal(t, d.Info.LastUpdateAt, h.describe().Info.LastUpdateAt, "an update would make Temporal forget a slot that it has still to make good")

	h.set(func(d *pim.DigestSettings) { d.Weekday, d.Hour = time.Friday, 17 })
	moved := h.schedule()
	require.Equal(t, "updated", moved.Done)
	require.Equal(t, time.Friday, moved.Next[0].In(oslo).Weekday())
	require.Equal(t, 17, moved.Next[0].In(oslo).Hour())
	require.Empty(t, h.schedule().Done)
}

func TestAScheduleIsPausedWhereThereIsNoDigest(t *testing.T) {
	h := newWeekly(t)
	h.isEnabled(false)
	paused := h.schedule()
	require.Equal(t, "created", paused.Done)
	require.Equal(t, "pimnotify: paused, because Privileged Identity Management is disabled", paused.Note)
	require.Empty(t, paused.Next)
	require.True(t, h.describe().Schedule.State.Paused)
	h.isEnabled(true)
	resumed := h.schedule()
	require.Equal(t, "resumed", resumed.Done)
	require.NotEmpty(t, resumed.Next)

	h.set(func(d *pim.DigestSettings) { d.Enabled = false })
	require.Equal(t, "paused", h.schedule().Done)
	h.in("usGov")
	other := h.schedule()
	require.Equal(t, "paused", other.Done, "the note gives the reason that holds now")
	require.Equal(t, "pimnotify: paused, because there is a digest in the public cloud only", other.Note)
	require.Empty(t, h.schedule().Done)
}

func TestAScheduleThatAnOperatorPausedStaysPaused(t *testing.T) {
	h := newWeekly(t)
	h.schedule()
	require.NoError(t, h.handle().Pause(t.Context(), client.SchedulePauseOptions{Note: "until the audit is over"}))
	h.set(func(d *pim.DigestSettings) { d.Hour = 9 })
	s := h.schedule()
	require.Equal(t, "updated", s.Done)
	require.Empty(t, s.Next)
	require.Equal(t, "until the audit is over", h.describe().Schedule.State.Note)
}

// The server that starts the digests agrees with the weeks that they count, whatever the clocks do.
func TestThereIsOneSlotADateInEveryZoneWhateverTheClocksDo(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{
		"Europe/Oslo", "Europe/London", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Beirut", "Africa/Cairo", "Africa/Casablanca",
		"Pacific/Auckland", "Asia/Kolkata",
	} {
		t.Run(zone, func(t *testing.T) {
			h := newWeekly(t)
			for hour := range 4 { // on Sundays, when most clocks change; in Cairo they do on Fridays
				weekday := time.Sunday
				if zone == "Africa/Cairo" {
					weekday = time.Friday
				}
				h.set(func(d *pim.DigestSettings) { d.TimeZone, d.Weekday, d.Hour = zone, weekday, hour })
				h.agrees(t, h.schedule().Week)
			}
		})
	}
}

// agrees reports whether the server starts a run for each slot of five years, and for nothing else.
func (h *town) agrees(t *testing.T, week pim.Week) {
	t.Helper()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	until := from.AddDate(5, 0, 0)
	started := h.startsOf(t, week, from, until)
	slots := 0
	for slot := week.Next(from); slot.Before(until); slot = week.Next(slot) {
		slots++
		for _, start := range started[week.Date(slot)] {
			of, is := week.Slot(start.Truncate(30 * time.Minute)) // without the jitter
			require.True(t, is, "%s: %s", week, start)
			require.Equal(t, slot, of, "%s: %s", week, start)
		}
	}
	require.Equal(t, slots, len(started), "%s: on each of its dates, and on no other", week) //nolint:testifylint // all of them would be a page
}

// startsOf asks the server when the Schedule starts runs, by date.
func (h *town) startsOf(t *testing.T, week pim.Week, from, until time.Time) map[string][]time.Time {
	t.Helper()
	answer, err := h.Temporal.WorkflowService().ListScheduleMatchingTimes(t.Context(), &workflowservice.ListScheduleMatchingTimesRequest{
		Namespace: client.DefaultNamespace, ScheduleId: workflows.DigestScheduleID(h.id), StartTime: timestamppb.New(from), EndTime: timestamppb.New(until),
	})
	require.NoError(t, err)
	started := map[string][]time.Time{}
	for _, start := range answer.GetStartTime() {
		date := week.Date(start.AsTime())
		started[date] = append(started[date], start.AsTime())
	}
	return started
}

func TestADigestCanBeRunNowOrAsOfAMoment(t *testing.T) {
	h := newWeekly(t)
	_, err := h.RunDigest(t.Context(), "nowhere", time.Time{})
	require.ErrorIs(t, err, pim.ErrUnknownTenant)
	_, err = h.RunDigest(t.Context(), "no tenant", time.Time{})
	require.ErrorContains(t, err, "path.tenant")
	_, err = h.RunDigest(t.Context(), h.id, time.Now().Add(time.Hour))
	require.ErrorContains(t, err, "future")

	run, err := h.RunDigest(t.Context(), h.id, time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.Equal(t, "digest/"+h.id+"/week-2026-11-23T08:00:00Z", run.GetID(), "as the Schedule would name it")
	again, err := h.RunDigest(t.Context(), h.id, time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.Equal(t, run.GetRunID(), again.GetRunID(), "one run at a time for one slot")
}

// oneIsAway is a directory that knows nothing of one of its tenants just now.
type oneIsAway struct {
	starter.Directory
	away string
}

func (d oneIsAway) Tenants(context.Context) ([]string, error) {
	return []string{d.away, "contoso"}, nil
}

func (d oneIsAway) Organization(ctx context.Context, tenant string) (pim.Organization, error) {
	if tenant == d.away {
		return pim.Organization{}, errNoDirectory
	}
	return d.Directory.Organization(ctx, tenant)
}

func TestATenantOfWhichNothingIsKnownKeepsNobodyElsesDigestFromBeingScheduled(t *testing.T) {
	h := newHouse(t)
	h.Directory = oneIsAway{h.Directory, "fabrikam"}
	plans, err := h.DigestPlans(t.Context())
	require.ErrorContains(t, err, "fabrikam")
	require.Len(t, plans, 1)
	require.Equal(t, "contoso", plans[0].Tenant)
}
