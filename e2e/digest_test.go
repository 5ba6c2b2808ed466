package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"pimnotify/internal/devserver"
	"pimnotify/mail/inbox"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// weekDirectory is an organisation whose top roles can be counted by hand, with so many Global Administrators more.
func weekDirectory(tenant string, more int) []byte {
	var users, members strings.Builder
	for _, name := range []string{"ann", "ben", "cat", "dan", "eve", "fay", "gus", "hal", "ida", "jon"} {
		fmt.Fprintf(&users, "      - {id: %s, displayName: %s, mail: %s@%s.example}\n", name, name, name, tenant)
	}
	for i := range more {
		fmt.Fprintf(&users, "      - {id: more%03d, displayName: more, mail: more%03d@%s.example}\n", i, i, tenant)
		fmt.Fprintf(&members, ", more%03d", i)
	}
	return []byte("tenants:\n  " + tenant + `:
    displayName: The golden organisation
    cloud: public
    users:
` + users.String() + `    groups:
      - {id: more, displayName: More, members: [ann` + members.String() + `]}
      - {id: readers, displayName: Readers, members: [ann, ben, cat, inner]}
      - {id: inner, displayName: Inner readers, members: [cat, dan, readers]}
    holders:
      - {role: Global Administrator, scope: /, principal: ann, state: permanent}
      - {role: Global Administrator, scope: /, principal: more, state: active}
      - {role: Privileged Role Administrator, scope: /, principal: ben, state: activated}
      - {role: Privileged Role Administrator, scope: /, principal: cat, state: permanent}
      - {role: Security Administrator, scope: /, principal: cat, state: permanent}
      - {role: Security Administrator, scope: /, principal: dan, state: eligible}
      - {role: Reports Reader, scope: /, principal: readers, state: eligible}
      - {role: Reports Reader, scope: /, principal: ben, state: permanent}
      - {role: Backup Reader, scope: /, principal: eve, state: eligible}
      - {role: Attack Reader, scope: /, principal: eve, state: eligible}
      - {role: Zoo Keeper, scope: /, principal: eve, state: eligible}
      - {role: Time Keeper, scope: /, principal: eve, state: active}
      - {role: Owner, scope: /, principal: readers, state: permanent}
`)
}

// inThreeDays is a weekday on which no slot comes while a test runs.
func inThreeDays() string { return time.Now().UTC().AddDate(0, 0, 3).Weekday().String() }

var goldens atomic.Int64

// golden is a world of one tenant, with a digest in three days.
func golden(t *testing.T, more int, digest string, o options) *world {
	t.Helper()
	tenant := fmt.Sprintf("golden%d-%d", os.Getpid(), goldens.Add(1))
	settings := filepath.Join(t.TempDir(), "settings.yaml")
	writeDigestSettings(t, settings, tenant, "weekday: "+inThreeDays()+digest)
	o.directory = weekDirectory(tenant, more)
	if o.env == nil {
		o.env = map[string]string{}
	}
	o.env["PIMNOTIFY_SETTINGS"] = settings
	return newWorld(t, o).of(tenant)
}

func writeDigestSettings(t *testing.T, file, tenant, digest string) {
	t.Helper()
	require.NoError(t, os.WriteFile(file, []byte("tenants:\n  "+tenant+": {digest: {"+digest+"}}\n"), 0o600))
}

// digest runs the command of that name and answers what it says.
func (w *world) digest(t testing.TB, args ...string) string {
	t.Helper()
	if args[0] == "run" && !slices.Contains(args, "--dry-run") {
		args = append(args, "--wait", patience.String()) // other tests keep the same Temporal busy
	}
	p := start(w.t, w.env, append([]string{"digest"}, args...)...)
	select {
	case <-p.done:
	case <-time.After(2 * patience):
		t.Fatal("it does not end")
	}
	return p.log.String()
}

// digests are the mails of the week's digest that have come, each with whom it came to.
func (w *world) digests() (mails []inbox.Received) {
	for _, m := range w.inbox.Messages() {
		if m.Header("X-PIM-Event") == string(pim.DigestWeekly) {
			mails = append(mails, m)
		}
	}
	return mails
}

// What happens here was counted by hand: two activations, two people made permanent, four made eligible, one assigned outside.
func (w *world) liveAWeek(t *testing.T) {
	t.Helper()
	free := func(r *pim.ActivationRequest) { r.Principal.ID, r.Approval = "eve", pim.Approval{} }
	w.put(t, w.prefix+"one", activation(free))
	w.put(t, w.prefix+"two", activation(free, func(r *pim.ActivationRequest) { r.Principal.ID = "fay" }))
	w.put(t, w.prefix+"azure", activation(free, func(r *pim.ActivationRequest) { r.ResourceKind, r.Scope.ID = pim.AzureResource, "/subscriptions/s1" }))
	w.put(t, w.prefix+"later", activation(free, func(r *pim.ActivationRequest) {
		start := time.Now().Add(time.Hour)
		r.ScheduleInfo.StartDateTime = &start
	}))
	w.put(t, w.prefix+"denied", activation(free, func(r *pim.ActivationRequest) {
		r.Approval = pim.Approval{IsRequired: true, Approvers: []pim.Principal{{ID: "hal"}}}
	}))
	w.decide(t, w.prefix+"denied", pim.Deny, "hal").done(t)

	give := func(id, who string, adjust func(*pim.Assignment)) {
		w.assign(t, w.prefix+id, assignment(func(a *pim.Assignment) {
			a.ResourceKind, a.Scope.ID, a.Principal.ID, a.AssignedBy.ID, a.ScheduleInfo = pim.DirectoryRole, "/", who, "ann", lasting(0)
			adjust(a)
		}))
	}
	eligible := func(a *pim.Assignment) { a.AssignmentType = pim.Eligible }
	active := func(a *pim.Assignment) { a.AssignmentType = pim.Active }
	give("e1", "eve", eligible)
	give("e2", "fay", func(a *pim.Assignment) { eligible(a); a.ScheduleInfo = lasting(30 * time.Minute) })
	give("e3", "gus", eligible)
	give("e4", "hal", eligible)
	give("group-e", "ida", func(a *pim.Assignment) {
		eligible(a)
		a.ResourceKind, a.AccessID, a.Scope.ID = pim.GroupResource, "member", "readers"
	})
	give("azure-e", "ida", func(a *pim.Assignment) {
		eligible(a)
		a.ResourceKind, a.Scope.ID = pim.AzureResource, "/subscriptions/s1"
	})
	give("active", "ida", active) // permanent, and eligible for nothing

	w.change(t, w.prefix+"e1", "update", pim.AssignmentChange{RequestedBy: pim.Principal{ID: "ann"}, AssignmentType: pim.Active}).done(t) // made permanent
	w.change(t, w.prefix+"e4", "update", pim.AssignmentChange{RequestedBy: pim.Principal{ID: "ann"}, AssignmentType: pim.Active, ScheduleInfo: lasting(30 * time.Minute)}).done(t)
	give("beside", "gus", active) // made permanent: eligible for the same by e3

	outside := func(a *pim.Assignment) { active(a); a.Origin = pim.OutsidePIM }
	give("o1", "jon", outside)
	give("o2", "jon", func(a *pim.Assignment) { outside(a); a.ScheduleInfo = lasting(30 * time.Minute) })
	give("o3", "jon", func(a *pim.Assignment) {
		outside(a)
		a.ResourceKind, a.Scope.ID = pim.AzureResource, "/subscriptions/s1"
	})
	await(t, patience, "both to be active", func() bool {
		return w.view(t, w.prefix+"one").Status == pim.Provisioned && w.view(t, w.prefix+"two").Status == pim.Provisioned
	})
	lived := time.Now() // a digest that is run now reaches up to the beginning of this second
	await(t, patience, "the second to be over", func() bool { return time.Now().Truncate(time.Second).After(lived) })
}

func TestAGoldenWeekIsToldAsItWasCountedByHand(t *testing.T) {
	t.Parallel()
	w := golden(t, 0, ", additionalRecipients: [audit@golden.example, cat@elsewhere.example]", options{})
	w.liveAWeek(t)
	preview := w.digest(t, "run", "--tenant", w.tenant, "--dry-run")
	require.Contains(t, preview, "Nothing is kept, and nothing is sent.")
	require.Contains(t, preview, "2  Users made permanent")
	require.Empty(t, w.digests())

	require.Contains(t, w.digest(t, "run", "--tenant", w.tenant), "recipients: 5 sent")
	again := w.digest(t, "run", "--tenant", w.tenant) // and late
	require.Contains(t, again, "recipients: 5 sent")
	mails := w.digests()
	require.Len(t, mails, 5, "told once, however often it is run")
	var to []string
	for _, m := range mails {
		to = append(to, m.To[0])
		require.Equal(t, "PIM: Your weekly PIM digest for The golden organisation", m.Subject)
		for _, says := range []string{
			"2  Users activated\n", "2  Users made permanent\n", "4  Role assignments in Privileged Identity Management\n", "1  Role assignments outside of PIM\n",
			`
Permanent  Eligible  Role
        1         3  Reports Reader
        1         1  Privileged Role Administrator
        1         1  Security Administrator
        0         1  Attack Reader
        0         1  Backup Reader
`,
		} {
			require.Contains(t, m.Text, says)
		}
		require.NotContains(t, m.Text, "Zoo Keeper", "the sixth")
		require.Contains(t, m.Text, "https://portal.contoso.example/pim/insights\n")
	}
	require.ElementsMatch(t, []string{
		"ben@" + w.tenant + ".example", "cat@" + w.tenant + ".example", "ann@" + w.tenant + ".example", "audit@golden.example", "cat@elsewhere.example",
	}, to)
	var events struct{ Value []pim.Event }
	w.call(t, http.MethodGet, "events?resource=digest", nil).into(t, http.StatusOK, &events)
	require.Len(t, events.Value, 1)
	require.Equal(t, pim.EventComplete, events.Value[0].Status)
	require.Equal(t, "digest."+time.Now().UTC().Format(time.DateOnly), events.Value[0].ID)
	deliveries := w.recipients(t, events.Value[0].ID)
	require.Equal(t, pim.PrivilegedRoleAdministrator, deliveries[0].Audience)
	require.Equal(t, pim.Additional, deliveries[4].Audience)
}

func TestAWorkerKilledInTheMiddleOfADigestMakesNobodyReadItTwice(t *testing.T) {
	t.Parallel()
	for outcome, atLeast := range map[string]int{"hold": 0, "resend": 1} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			w := golden(t, 300, ", unknownOutcome: "+outcome, options{noWorker: true})
			w.inbox.SetFaults(inbox.Fault{Kind: inbox.Latency, Delay: inbox.Duration(50 * time.Millisecond)})
			first := w.startWorker()
			first.awaitReadyWorker()
			command := start(t, w.env, "digest", "run", "--tenant", w.tenant, "--wait", "1s")
			await(t, patience, "some of them", func() bool { return len(w.digests()) > 40 })
			first.kill()
			<-command.done
			require.Less(t, len(w.digests()), 302)
			w.startWorker().awaitReadyWorker()
			id := "digest." + time.Now().UTC().Format(time.DateOnly)
			var deliveries []pim.Delivery
			await(t, 3*patience, "the rest", func() bool {
				deliveries = w.recipients(t, id)
				for _, d := range deliveries {
					if d.Status == pim.StatusPlanned || d.Status == pim.StatusSending || d.Status == pim.StatusUnknown && outcome == "resend" {
						return false
					}
				}
				return true
			})
			require.Len(t, deliveries, 303, "nobody is lost from the plan")
			copies := map[string]int{}
			for _, m := range w.digests() {
				copies[m.To[0]]++
			}
			unknown := 0
			for _, d := range deliveries {
				require.GreaterOrEqual(t, copies[d.Address], atLeast, d.Address)
				if d.Status == pim.StatusUnknown {
					unknown++
					continue
				}
				require.Equal(t, pim.StatusSent, d.Status)
				if d.Attempt <= 1 && outcome == "hold" {
					require.Equal(t, 1, copies[d.Address], d.Address)
				}
			}
			if outcome == "hold" {
				for address, n := range copies {
					require.Equal(t, 1, n, address)
				}
				require.LessOrEqual(t, unknown, 64, "those that were in flight")
			}
		})
	}
}

func TestASchedulesStateFollowsTheSettingsAndWhetherPIMIsEnabled(t *testing.T) {
	t.Parallel()
	w := golden(t, 0, "", options{})
	schedule := temporal.ScheduleClient().GetHandle(t.Context(), workflows.DigestScheduleID(w.tenant))
	state := func() (s *client.ScheduleDescription) {
		s, err := schedule.Describe(t.Context())
		if err != nil {
			return nil
		}
		return s
	}
	await(t, patience, "the schedule", func() bool { return state() != nil && len(state().Info.NextActionTimes) > 0 })
	w.setPIM(t, false, "ann")
	await(t, patience, "it to be paused", func() bool { return state().Schedule.State.Paused })
	require.Equal(t, "pimnotify: paused, because Privileged Identity Management is disabled", state().Schedule.State.Note)
	require.Contains(t, w.digest(t, "run", "--tenant", w.tenant), "nobody was told: pimDisabled")
	w.setPIM(t, true, "ann")
	await(t, patience, "it to go on", func() bool { return !state().Schedule.State.Paused })

	writeDigestSettings(t, w.env["PIMNOTIFY_SETTINGS"], w.tenant, "weekday: Friday, hour: 17, timeZone: Asia/Tokyo")
	await(t, patience, "it to move", func() bool { return state().Schedule.Spec.TimeZoneName == "Asia/Tokyo" })
	require.Regexp(t, w.tenant+` +Friday 17:00, Asia/Tokyo +Fri .* 17:0\d JST +–`, w.digest(t, "schedule"))
	require.Empty(t, w.digests())
}

// Temporal was down when a week's digest was due. The slot is a moment of today here, and all else as it was scheduled.
func TestAWeekThatWasMissedIsCaughtUpOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	own, err := devserver.Start(ctx, devserver.Options{DBFile: filepath.Join(t.TempDir(), "temporal.db")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = own.Stop() })
	w := golden(t, 0, "", options{env: map[string]string{"TEMPORAL_ADDRESS": own.Address}})
	c, err := client.DialContext(ctx, client.Options{HostPort: own.Address})
	require.NoError(t, err)
	defer c.Close()
	schedule := c.ScheduleClient().GetHandle(ctx, workflows.DigestScheduleID(w.tenant))
	await(t, patience, "the schedule", func() bool { _, err := schedule.Describe(ctx); return err == nil })

	slot := time.Now().UTC().Add(8 * time.Second).Truncate(time.Second)
	require.NoError(t, schedule.Update(ctx, client.ScheduleUpdateOptions{DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
		changed := in.Description.Schedule
		one := func(n int) []client.ScheduleRange { return []client.ScheduleRange{{Start: n}} }
		changed.Spec = &client.ScheduleSpec{TimeZoneName: "UTC", Calendars: []client.ScheduleCalendarSpec{{
			Second: one(slot.Second()), Minute: one(slot.Minute()), Hour: one(slot.Hour()), DayOfWeek: one(int(slot.Weekday())),
			DayOfMonth: []client.ScheduleRange{{Start: 1, End: 31}}, Month: []client.ScheduleRange{{Start: 1, End: 12}},
		}}}
		return &client.ScheduleUpdate{Schedule: &changed}, nil
	}}))
	await(t, patience, "the next run to be planned", func() bool {
		d, err := schedule.Describe(ctx)
		return err == nil && len(d.Info.NextActionTimes) > 0 && d.Info.NextActionTimes[0].Equal(slot)
	})
	require.NoError(t, own.Kill())
	<-time.After(time.Until(slot.Add(2 * time.Second)))
	require.Empty(t, w.digests())

	own, err = devserver.Start(ctx, own.Options)
	require.NoError(t, err)
	await(t, 2*patience, "the digest of the missed slot", func() bool { return len(w.digests()) == 3 })
	await(t, patience, "the only run to be listed", func() bool {
		runs, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: "WorkflowType = 'Digest'"})
		return err == nil && len(runs.GetExecutions()) == 1 &&
			runs.GetExecutions()[0].GetExecution().GetWorkflowId() == workflows.DigestIDAt(w.tenant, slot)
	})
	w.digest(t, "run", "--tenant", w.tenant)
	require.Len(t, w.digests(), 3, "there is one a date, whoever asks for it")
}
