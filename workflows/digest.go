package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"pimnotify/activities"
	"pimnotify/pim"
)

// Digest tells a tenant's administrators of one week, once: a week that was told of already is not told of again, and what had not
// left then goes on. Where its mails take so long that the next slot has passed meanwhile, which the Schedule skips while a run is
// open, the run goes on with that.
func Digest(ctx workflow.Context, in DigestInput) (DigestResult, error) {
	d := &digest{in: in}
	d.setup(ctx)
	if err := d.count(); err != nil {
		return DigestResult{}, err
	}
	if d.week.Untold == "" {
		if err := d.tell(); err != nil {
			return DigestResult{}, err
		}
	}
	if d.missedNext() {
		return DigestResult{}, workflow.NewContinueAsNewError(d.ctx, DigestWorkflow, DigestInput{Tenant: in.Tenant, AsOf: workflow.Now(d.ctx)})
	}
	return d.result(), nil
}

// digest is the running process.
type digest struct {
	in    DigestInput
	ctx   workflow.Context // never cancelled: an operator who cancels the run does not undo a digest that is half out
	slot  time.Time        // for which Temporal started the run; zero where nobody says
	week  activities.PrepareDigestResult
	mails *mailroom
}

// countingTime is far longer than it takes to count a week and to ask a directory for the holders of all roles.
const countingTime = 2 * time.Minute

func (d *digest) setup(ctx workflow.Context) {
	d.ctx, _ = workflow.NewDisconnectedContext(ctx)
	d.slot, _ = workflow.GetTypedSearchAttributes(ctx).GetTime(ScheduledStartTime)
	about := activities.NotifyInput{Tenant: d.in.Tenant, Resource: pim.Resource{Collection: pim.Digest}}
	d.mails = newMailroom(d.ctx, about, func() []pim.Change { return nil }, d.publish)
}

// count has the week counted, for as long as it takes: numbers that are late are better than none.
func (d *digest) count() error {
	at := d.slot
	if at.IsZero() {
		at = workflow.GetInfo(d.ctx).WorkflowStartTime
	}
	ctx := workflow.WithActivityOptions(d.ctx, workflow.ActivityOptions{
		StartToCloseTimeout: countingTime,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: firstRetry, BackoffCoefficient: 2, MaximumInterval: longestRetry},
		Summary:             "count the week",
	})
	workflow.SetCurrentDetails(d.ctx, "## The weekly digest of "+code(d.in.Tenant)+"\n\nThe week is being counted.\n")
	in := activities.PrepareDigestInput{Tenant: d.in.Tenant, At: at, AsOf: d.in.AsOf}
	if err := workflow.ExecuteActivity(ctx, activities.PrepareDigestActivity, in).Get(ctx, &d.week); err != nil {
		return fmt.Errorf("count the week of %s: %w", d.in.Tenant, err)
	}
	d.publish()
	return nil
}

func (d *digest) tell() error {
	d.mails.send(d.ctx, "tell the administrators", d.week.Due())
	if err := workflow.Await(d.ctx, d.mails.settled); err != nil {
		return err
	}
	if d.mails.err != nil {
		return fmt.Errorf("mails of %s: %w", d.week.Due().Event.ID, d.mails.err)
	}
	d.publish()
	return nil
}

// missedNext reports whether the next slot has passed while the run was open.
func (d *digest) missedNext() bool {
	return d.week.Next.After(workflow.GetInfo(d.ctx).WorkflowStartTime) && !d.week.Next.After(workflow.Now(d.ctx))
}

func (d *digest) result() DigestResult {
	event := d.week.Due().Event.ID
	return DigestResult{EventID: event, From: d.week.From, To: d.week.To, Untold: d.week.Untold, Counts: d.mails.results[event].Counts}
}

func (d *digest) publish() {
	var b strings.Builder
	b.WriteString(fmt.Sprintf("## The weekly digest of %s: %s\n\n", code(d.in.Tenant), d.week.Date))
	if why := untoldSentence[d.week.Untold]; why != "" {
		b.WriteString("**Nobody is told:** " + why + ".\n\n")
	}
	d.mails.obstacles(&b)
	b.WriteString(fmt.Sprintf("It covers %s up to %s. Who was told stands in the record, under `%s`.\n",
		clock(d.week.From), clock(d.week.To), d.week.Due().Event.ID))
	d.mails.table(&b, "")
	workflow.SetCurrentDetails(d.ctx, b.String())
}

var untoldSentence = map[activities.Untold]string{
	activities.UntoldUnknownTenant: "the directory does not know this tenant",
	activities.UntoldOtherCloud:    "there is a digest in the public cloud only",
	activities.UntoldDigestOff:     "the digest is switched off in the tenant's settings",
	activities.UntoldPIMDisabled:   "Privileged Identity Management is disabled",
	activities.UntoldEmpty:         "nothing happened in the week, and the tenant's settings leave out such weeks",
}
