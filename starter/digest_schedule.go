package starter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// How digests are scheduled.
const (
	// digestJitter spreads the tenants whose digests are due at the same hour.
	digestJitter = 10 * time.Minute
	// digestCatchUp is how late a slot may be made good that passed while Temporal was away: before the next one comes.
	digestCatchUp = 6 * 24 * time.Hour
)

// DigestPlan is how a tenant's digests are to be started.
type DigestPlan struct {
	Tenant string
	Week   pim.Week
	Paused string // why they are not started; empty where they are
}

// DigestSchedule is a tenant's Schedule after it was brought in line with its plan.
type DigestSchedule struct {
	DigestPlan
	Done string      // what had to be done: created, updated, paused, resumed; empty where it was so already
	Note string      // what the Schedule itself says: why it is paused, by whomever
	Next []time.Time // when the next runs are due, without the jitter; empty while it is paused
}

// DigestPlans are those of all tenants, or of the ones that are named. Where something is not known of one of them, the others come
// back with the error.
func (c *Client) DigestPlans(ctx context.Context, tenants ...string) ([]DigestPlan, error) {
	if len(tenants) == 0 {
		all, err := c.Directory.Tenants(ctx)
		if err != nil {
			return nil, away(AwayDirectory, "list the tenants", err)
		}
		tenants = all
	}
	disabled, err := c.Ledger.PIMDisabled(ctx, tenants)
	if err != nil {
		return nil, away(AwayLedger, "look up who uses PIM", err)
	}
	plans := make([]DigestPlan, 0, len(tenants))
	var failures []error
	for _, tenant := range tenants {
		plan, err := c.digestPlan(ctx, tenant, slices.Contains(disabled, tenant))
		if err != nil {
			failures = append(failures, err)
			continue
		}
		plans = append(plans, plan)
	}
	return plans, errors.Join(failures...)
}

func (c *Client) digestPlan(ctx context.Context, tenant string, disabled bool) (DigestPlan, error) {
	organization, err := c.Directory.Organization(ctx, tenant)
	if err != nil {
		return DigestPlan{}, away(AwayDirectory, "look up tenant "+tenant, err)
	}
	settings := c.Settings.Settings(tenant).Digest
	week, err := settings.Week()
	if err != nil {
		return DigestPlan{}, err
	}
	plan := DigestPlan{Tenant: tenant, Week: week}
	switch {
	case organization.Cloud != pim.PublicCloud:
		plan.Paused = "there is a digest in the public cloud only"
	case !settings.Enabled:
		plan.Paused = "the digest is switched off in the settings"
	case disabled:
		plan.Paused = "Privileged Identity Management is disabled"
	}
	return plan, nil
}

// ScheduleDigest brings a tenant's Schedule in line with its plan. It changes nothing that is so already: Temporal forgets a slot
// that it had still to make good when a Schedule is updated. A Schedule that somebody else has paused stays paused.
func (c *Client) ScheduleDigest(ctx context.Context, plan DigestPlan) (DigestSchedule, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience())
	defer cancel()
	done, err := c.schedule(ctx, plan)
	if err != nil {
		return DigestSchedule{}, away(AwayTemporal, "schedule the digest of "+plan.Tenant, err)
	}
	description, err := c.digestHandle(ctx, plan.Tenant).Describe(ctx)
	if err != nil {
		return DigestSchedule{}, away(AwayTemporal, "look up the schedule of "+plan.Tenant, err)
	}
	s := DigestSchedule{DigestPlan: plan, Done: done, Note: description.Schedule.State.Note}
	if !description.Schedule.State.Paused {
		s.Next = description.Info.NextActionTimes
	}
	return s, nil
}

func (c *Client) digestHandle(ctx context.Context, tenant string) client.ScheduleHandle {
	return c.Temporal.ScheduleClient().GetHandle(ctx, workflows.DigestScheduleID(tenant))
}

func (c *Client) schedule(ctx context.Context, plan DigestPlan) (done string, err error) {
	_, err = c.Temporal.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID: workflows.DigestScheduleID(plan.Tenant), Spec: digestSpec(plan.Week, c.now()), Action: c.digestAction(plan.Tenant),
		Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: digestCatchUp,
		Paused: plan.Paused != "", Note: note(plan.Paused), TypedSearchAttributes: digestAttributes(plan.Tenant),
	})
	switch {
	case err == nil:
		return "created", nil
	case !errors.Is(err, temporal.ErrScheduleAlreadyRunning):
		return "", err
	}
	handle := c.digestHandle(ctx, plan.Tenant)
	description, err := handle.Describe(ctx)
	if err != nil {
		return "", err
	}
	if !c.asPlanned(description.Schedule, plan) {
		done = "updated"
		if err := handle.Update(ctx, client.ScheduleUpdateOptions{DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			changed := in.Description.Schedule
			spec := digestSpec(plan.Week, c.now())
			changed.Spec, changed.Action = &spec, c.digestAction(plan.Tenant)
			changed.Policy = &client.SchedulePolicies{Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: digestCatchUp}
			return &client.ScheduleUpdate{Schedule: &changed}, nil
		}}); err != nil {
			return "", err
		}
	}
	paused, err := pause(ctx, handle, description.Schedule.State, plan.Paused)
	return strings.Trim(done+", "+paused, ", "), err
}

// noteMark begins the notes that are ours: what somebody else has paused is not resumed.
const noteMark = "pimnotify: "

func note(paused string) string {
	if paused == "" {
		return noteMark + "every week"
	}
	return noteMark + "paused, because " + paused
}

// pause pauses and resumes.
func pause(ctx context.Context, handle client.ScheduleHandle, state *client.ScheduleState, why string) (done string, err error) {
	ours := strings.HasPrefix(state.Note, noteMark)
	switch {
	case why != "" && !state.Paused, why != "" && ours && state.Note != note(why):
		return "paused", handle.Pause(ctx, client.SchedulePauseOptions{Note: note(why)})
	case why == "" && state.Paused && ours:
		return "resumed", handle.Unpause(ctx, client.ScheduleUnpauseOptions{Note: note("")})
	}
	return "", nil
}

func (c *Client) digestAction(tenant string) *client.ScheduleWorkflowAction {
	return &client.ScheduleWorkflowAction{
		ID: workflows.DigestID(tenant), Workflow: workflows.DigestWorkflow, Args: []any{workflows.DigestInput{Tenant: tenant}},
		TaskQueue: c.taskQueue(), StaticSummary: digestSummary(tenant), TypedSearchAttributes: digestAttributes(tenant),
	}
}

// asPlanned reports whether a Schedule is what the plan would make of it, but for being paused.
func (c *Client) asPlanned(s client.Schedule, plan DigestPlan) bool {
	wanted := digestSpec(plan.Week, c.now())
	action, ok := s.Action.(*client.ScheduleWorkflowAction)
	return ok && action.ID == workflows.DigestID(plan.Tenant) && action.TaskQueue == c.taskQueue() &&
		fmt.Sprint(action.Workflow) == workflows.DigestWorkflow &&
		s.Policy.Overlap == enumspb.SCHEDULE_OVERLAP_POLICY_SKIP && s.Policy.CatchupWindow == digestCatchUp &&
		s.Spec.TimeZoneName == wanted.TimeZoneName && s.Spec.Jitter == wanted.Jitter &&
		len(s.Spec.Intervals) == 0 && len(s.Spec.CronExpressions) == 0 && len(s.Spec.Skip) == 0 &&
		slices.EqualFunc(s.Spec.Calendars, wanted.Calendars, sameCalendar)
}

// digestSpec is when a week's digest is due: at its hour of its weekday, and by name on each date that Temporal would leave out. When
// clocks change is known years ahead, as far as anybody knows.
func digestSpec(week pim.Week, now time.Time) client.ScheduleSpec {
	weekly := calendar(week.Hour, 0, "every week")
	weekly.DayOfWeek = one(int(week.Weekday))
	spec := client.ScheduleSpec{Calendars: []client.ScheduleCalendarSpec{weekly}, Jitter: digestJitter, TimeZoneName: week.Zone.String()}
	first := now.Year() / aheadYears * aheadYears
	end := time.Date(first+2*aheadYears, 1, 1, 0, 0, 0, 0, time.UTC)
	for slot := week.Next(time.Date(first, 1, 1, 0, 0, 0, 0, time.UTC)); slot.Before(end); slot = week.Next(slot) {
		local := slot.In(week.Zone)
		if !leftOut(week, local) {
			continue
		}
		day := calendar(local.Hour(), local.Minute(), "the clocks are put forward on this date")
		day.Year, day.Month, day.DayOfMonth = one(local.Year()), one(int(local.Month())), one(local.Day())
		spec.Calendars = append(spec.Calendars, day)
	}
	return spec
}

// leftOut reports whether Temporal's calendar misses a slot: an hour that the clocks skip never comes, and where they skip midnight,
// the server takes the date for the day before, which is another weekday.
func leftOut(week pim.Week, local time.Time) bool {
	year, month, day := local.Date()
	return week.Skips(local) || time.Date(year, month, day, 0, 0, 0, 0, week.Zone).Weekday() != local.Weekday()
}

// aheadYears is how far ahead at least such dates are looked up. What is looked up changes once in so many years, and so what the
// Schedule has to be.
const aheadYears = 5

// calendar says everything that Temporal would fill in, so that it comes back as it was sent.
func calendar(hour, minute int, comment string) client.ScheduleCalendarSpec {
	return client.ScheduleCalendarSpec{
		Second: one(0), Minute: one(minute), Hour: one(hour), Comment: comment,
		DayOfMonth: []client.ScheduleRange{{Start: 1, End: 31, Step: 1}}, Month: []client.ScheduleRange{{Start: 1, End: 12, Step: 1}},
		DayOfWeek: []client.ScheduleRange{{Start: 0, End: 6, Step: 1}},
	}
}

func one(n int) []client.ScheduleRange { return []client.ScheduleRange{{Start: n, End: n, Step: 1}} }

func sameCalendar(a, b client.ScheduleCalendarSpec) bool {
	return a.Comment == b.Comment && slices.Equal(a.Second, b.Second) && slices.Equal(a.Minute, b.Minute) && slices.Equal(a.Hour, b.Hour) &&
		slices.Equal(a.DayOfMonth, b.DayOfMonth) && slices.Equal(a.Month, b.Month) && slices.Equal(a.Year, b.Year) &&
		slices.Equal(a.DayOfWeek, b.DayOfWeek)
}
