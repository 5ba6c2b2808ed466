package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// counter stands in for PrepareDigest: weeks end on Mondays at eight, as the one before nine did.
type counter struct {
	asked  []activities.PrepareDigestInput
	untold activities.Untold
	fails  int // so many times first
}

var monday = nine.Add(-time.Hour)

func (c *counter) PrepareDigest(_ context.Context, in activities.PrepareDigestInput) (activities.PrepareDigestResult, error) {
	c.asked = append(c.asked, in)
	if c.fails > 0 {
		c.fails--
		return activities.PrepareDigestResult{}, errors.New("the directory is away")
	}
	week := pim.Week{Weekday: time.Monday, Hour: 8, Zone: time.UTC}
	at := in.At
	if !in.AsOf.IsZero() {
		at = week.Last(in.AsOf)
	}
	return activities.PrepareDigestResult{Date: week.Date(at), From: week.Before(at), To: at, Next: week.Next(at), Untold: c.untold}, nil
}

// digestHouse is a run of a digest, started for a slot unless that is zero.
func digestHouse(t *testing.T, slot time.Time) (*house, *counter) {
	t.Helper()
	h, c := newHouse(t), &counter{}
	h.env.RegisterWorkflowWithOptions(workflows.Digest, workflow.RegisterOptions{Name: workflows.DigestWorkflow})
	h.env.RegisterActivityWithOptions(c.PrepareDigest, activity.RegisterOptions{Name: activities.PrepareDigestActivity})
	if !slot.IsZero() {
		require.NoError(t, h.env.SetTypedSearchAttributesOnStart(temporal.NewSearchAttributes(workflows.ScheduledStartTime.ValueSet(slot))))
	}
	return h, c
}

func (h *house) digest(t *testing.T, in workflows.DigestInput) workflows.DigestResult {
	t.Helper()
	h.env.ExecuteWorkflow(workflows.DigestWorkflow, in)
	require.True(t, h.env.IsWorkflowCompleted(), "every wait ends")
	require.NoError(t, h.env.GetWorkflowError())
	var result workflows.DigestResult
	require.NoError(t, h.env.GetWorkflowResult(&result))
	return result
}

func TestADigestIsOfTheSlotForWhichItWasStartedHoweverLateThatWas(t *testing.T) {
	h, c := digestHouse(t, monday)
	result := h.digest(t, workflows.DigestInput{Tenant: "contoso"})
	require.Equal(t, []activities.PrepareDigestInput{{Tenant: "contoso", At: monday}}, c.asked)
	require.Equal(t, workflows.DigestResult{
		EventID: "digest.2026-11-23", From: monday.AddDate(0, 0, -7), To: monday, Counts: pim.Counts{pim.StatusSent: 3},
	}, result)
	require.Equal(t, []string{"0s [] weekly/all@-1h0m0s"}, h.post.told())
	require.Contains(t, h.details(), "## The weekly digest of `contoso`: 2026-11-23")
	require.Contains(t, h.details(), "| digest.2026-11-23 | 3 sent |")
}

func TestADigestThatNoSlotStartedReachesUpToItsStart(t *testing.T) {
	h, _ := digestHouse(t, time.Time{})
	result := h.digest(t, workflows.DigestInput{Tenant: "contoso"})
	require.Equal(t, monday, result.From)
	require.Equal(t, nine, result.To)
}

func TestADigestCanBeAskedForAsOfAMoment(t *testing.T) {
	h, _ := digestHouse(t, time.Time{})
	result := h.digest(t, workflows.DigestInput{Tenant: "contoso", AsOf: nine.AddDate(0, 0, -20)})
	require.Equal(t, monday.AddDate(0, 0, -21), result.To, "and the run does not go on with the slots that have passed since")
}

func TestACountIsRepeatedUntilItCanBeMade(t *testing.T) {
	h, c := digestHouse(t, monday)
	c.fails = 5
	require.Equal(t, pim.Counts{pim.StatusSent: 3}, h.digest(t, workflows.DigestInput{Tenant: "contoso"}).Counts)
	require.Len(t, c.asked, 6)
}

func TestADigestThatNobodyIsToldOfSaysWhy(t *testing.T) {
	for _, why := range []activities.Untold{
		activities.UntoldUnknownTenant, activities.UntoldOtherCloud, activities.UntoldDigestOff, activities.UntoldPIMDisabled, activities.UntoldEmpty,
	} {
		h, c := digestHouse(t, monday)
		c.untold = why
		require.Equal(t, why, h.digest(t, workflows.DigestInput{Tenant: "contoso"}).Untold)
		require.Empty(t, h.post.told())
		require.Contains(t, h.details(), "**Nobody is told:** ")
	}
}

// The Schedule leaves out a slot while a run is open.
func TestADigestThatIsHeldOverTheNextSlotGoesOnWithThat(t *testing.T) {
	h, _ := digestHouse(t, monday)
	h.post.answer = func(_ int, in activities.NotifyInput) (activities.NotifyResult, error) {
		if h.env.Now().Before(nine.AddDate(0, 0, 15)) {
			return activities.NotifyResult{Held: "held:paused", Events: []activities.EventResult{{ID: in.Due[0].Event.ID, Counts: pim.Counts{pim.StatusPlanned: 3}}}}, nil
		}
		return activities.NotifyResult{Events: []activities.EventResult{{ID: in.Due[0].Event.ID, Counts: pim.Counts{pim.StatusSent: 3}}}}, nil
	}
	h.env.ExecuteWorkflow(workflows.DigestWorkflow, workflows.DigestInput{Tenant: "contoso"})
	require.True(t, h.env.IsWorkflowCompleted())
	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, h.env.GetWorkflowError(), &next)
	var in workflows.DigestInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &in))
	require.Equal(t, "contoso", in.Tenant)
	require.WithinDuration(t, nine.AddDate(0, 0, 15), in.AsOf, time.Hour)
}

func TestAnOperatorWhoCancelsADigestDoesNotUndoIt(t *testing.T) {
	h, _ := digestHouse(t, monday)
	h.post.takes = func(activities.NotifyInput) time.Duration { return time.Minute }
	h.after(time.Second, operatorCancels)
	require.Equal(t, pim.Counts{pim.StatusSent: 3}, h.digest(t, workflows.DigestInput{Tenant: "contoso"}).Counts)
}

func TestMailsWhoseOutcomeIsLeftUnknownEndTheRun(t *testing.T) {
	h, _ := digestHouse(t, monday)
	h.post.answer = func(call int, in activities.NotifyInput) (activities.NotifyResult, error) {
		result := activities.NotifyResult{Events: []activities.EventResult{{ID: in.Due[0].Event.ID, Counts: pim.Counts{pim.StatusUnknown: 1, pim.StatusSent: 2}}}}
		if call == 1 {
			result.UnknownUntil = h.env.Now().Add(time.Minute)
		} else {
			result.LeftUnknown = 1
		}
		return result, nil
	}
	require.Equal(t, pim.Counts{pim.StatusUnknown: 1, pim.StatusSent: 2}, h.digest(t, workflows.DigestInput{Tenant: "contoso"}).Counts)
	require.Len(t, h.post.told(), 2)
}
