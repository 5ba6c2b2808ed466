package workflows

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"pimnotify/activities"
	"pimnotify/pim"
)

// How the mails of a run are tried again. A Notify that fails is repeated by Temporal for as long as it takes; one that comes
// back with mails still held is asked again after a pause that grows.
const (
	notifyTime     = time.Hour // far longer than a thousand mails take at one a second
	heartbeatTime  = 10 * time.Second
	firstRetry     = time.Second
	longestRetry   = 30 * time.Second
	firstHeldPause = 30 * time.Second
	longestPause   = 15 * time.Minute
)

// mailroom keeps the mails of one run that are on their way, many at a time, and knows when the last one is settled.
type mailroom struct {
	about activities.NotifyInput // what every Notify begins with
	soFar func() []pim.Change    // what every Notify writes down first
	moved func()                 // called when there is something new to show
	// written is told which changes a Notify has written down; nil where nobody asks.
	written func([]pim.Change)
	// waiting is the mail that asks for what nobody has done yet, and the context that it left on; nil where nothing is ever asked.
	waiting func() (ctx workflow.Context, asked pim.Due, waits bool)

	ctx      workflow.Context
	onWay    int
	asking   []string // what a Notify is at just now
	results  map[string]activities.EventResult
	order    []string // ids of events, as they came
	underWay []*delivery
	unreach  bool
	alarmed  []string // ids of events of which the administrators were told that nobody was reached
	err      error

	closing bool      // the run hands over: what is not settled is given back
	open    []pim.Due // what was
}

func newMailroom(ctx workflow.Context, about activities.NotifyInput, soFar func() []pim.Change, moved func()) *mailroom {
	return &mailroom{about: about, soFar: soFar, moved: moved, ctx: ctx, results: map[string]activities.EventResult{}}
}

// versionHear marks the runs that take SignalUnreachable. A worker of before let it pass without a word.
const versionHear = "hear that nobody was reached"

// hear takes note, for as long as the run lasts, when it turns out later that nobody who could act was reached.
func (m *mailroom) hear() {
	workflow.Go(m.ctx, func(ctx workflow.Context) {
		for said := workflow.GetSignalChannel(ctx, SignalUnreachable); ; {
			said.Receive(ctx, nil)
			if workflow.GetVersion(ctx, versionHear, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
				continue
			}
			m.nobodyReached()
			m.moved()
		}
	})
}

// versionAlarm marks the runs that tell the administrators where nobody was reached.
const versionAlarm = "tell administrators that nobody was reached"

// nobodyReached takes note that nobody who could act was reached. While that is still waited for, the administrators are told, once an
// event, where the tenant wants it: that is for the activity to know.
func (m *mailroom) nobodyReached() {
	m.unreach = true
	if m.waiting == nil {
		return
	}
	ctx, due, waits := m.waiting()
	if !waits || slices.Contains(m.alarmed, due.Event.ID) {
		return
	}
	if workflow.GetVersion(m.ctx, versionAlarm, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return
	}
	m.alarmed = append(m.alarmed, due.Event.ID)
	due.Part, due.DueDateTime = pim.PartUnreachable, workflow.Now(m.ctx)
	m.send(ctx, "tell the administrators that nobody was reached", due)
}

// send sets mails on their way and returns. Cancelling ctx stops what has not left.
func (m *mailroom) send(ctx workflow.Context, why string, due ...pim.Due) {
	m.onWay++
	workflow.Go(ctx, func(ctx workflow.Context) {
		m.deliver(ctx, why, due)
		m.onWay--
	})
}

// sendLater is send, when the mails are due.
func (m *mailroom) sendLater(ctx workflow.Context, why string, due pim.Due) {
	m.onWay++
	workflow.Go(ctx, func(ctx workflow.Context) {
		m.pause(ctx, due.DueDateTime.Sub(workflow.Now(ctx)), "wait to "+why)
		m.deliver(ctx, why, []pim.Due{due})
		m.onWay--
	})
}

// settled reports whether every mail has come to an end, or to one that err tells of.
func (m *mailroom) settled() bool { return m.onWay == 0 }

// deliver asks for the mails until all of them are settled, after pauses that grow: while they are held, and while nobody knows
// whether some were sent, which are sent again when the grace time is over. A cancelled ctx ends the pauses, not the settling:
// what was being sent at that moment still has to be accounted for.
func (m *mailroom) deliver(ctx workflow.Context, why string, due []pim.Due) {
	d := &delivery{held: firstHeldPause, open: firstRetry}
	m.underWay = append(m.underWay, d)
	settling, _ := workflow.NewDisconnectedContext(ctx) // of this coroutine, as every context that it waits on must be
	for {
		result, err := m.notify(ctx, why, due)
		if m.closing && (err != nil || !result.Settled()) {
			m.open = append(m.open, due...)
			return
		}
		if err != nil && ctx.Err() != nil {
			// Taken back: the server does not repeat it then, whatever it died of, and its mails are still to be accounted for.
			ctx = settling
			continue
		}
		if err != nil {
			m.err = errors.Join(m.err, fmt.Errorf("%s: %w", why, err))
			m.moved()
			return
		}
		d.reason = result.Held
		m.note(result)
		if result.Settled() {
			return
		}
		length, summary := d.next(result, workflow.Now(ctx))
		m.pause(ctx, length, summary)
		if m.closing {
			m.open = append(m.open, due...)
			return
		}
		if ctx.Err() != nil {
			ctx = settling
		}
	}
}

// delivery is how long one delivery pauses before it asks again: the next pause of each kind.
type delivery struct {
	held, unknown, open time.Duration
	until               time.Time // when the latest unknown outcomes could be looked at
	reason              string    // why its mails are held; empty while they are not
}

// next is the pause that a result asks for. The same again would be longer.
func (d *delivery) next(result activities.NotifyResult, now time.Time) (pause time.Duration, summary string) {
	switch {
	case result.Held != "":
		pause, d.held = d.held, min(2*d.held, longestPause)
		return pause, "held back: " + result.Held
	case result.UnknownUntil.After(now):
		pause = result.UnknownUntil.Sub(now)
		if !result.UnknownUntil.Equal(d.until) { // sent again, and again nobody knows
			pause = max(pause, d.unknown)
			d.until, d.unknown = result.UnknownUntil, min(2*pause, longestPause)
		}
		return pause, "nobody knows yet whether some mails were sent"
	default:
		pause, d.open = d.open, min(2*d.open, longestRetry)
		return pause, "some mails are still open"
	}
}

// held is why mails wait for somebody to act; empty where none do.
func (m *mailroom) held() string {
	for _, d := range m.underWay {
		if d.reason != "" {
			return d.reason
		}
	}
	return ""
}

func (m *mailroom) notify(ctx workflow.Context, why string, due []pim.Due) (result activities.NotifyResult, err error) {
	in := m.about
	in.Changes, in.Due = m.soFar(), due
	queue := workflow.GetInfo(ctx).TaskQueueName
	if in.Urgent() {
		queue = UrgentTaskQueue(queue)
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:           queue,
		StartToCloseTimeout: notifyTime,
		HeartbeatTimeout:    heartbeatTime,
		WaitForCancellation: true,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: firstRetry, BackoffCoefficient: 2, MaximumInterval: longestRetry},
		Summary:             why + kinds(due),
		Priority:            temporal.Priority{FairnessKey: clipKey(in.Tenant)}, // where the server knows it: tenants take turns there too
	})
	m.begin(why)
	err = workflow.ExecuteActivity(ctx, activities.NotifyActivity, in).Get(ctx, &result)
	m.end(why)
	if err == nil && m.written != nil {
		m.written(in.Changes)
	}
	return result, err
}

// begin and end keep what is being asked for: a Notify that takes long waits for something, and people want to know for what.
func (m *mailroom) begin(why string) {
	m.asking = append(m.asking, why)
	m.moved()
}

func (m *mailroom) end(why string) {
	if i := slices.Index(m.asking, why); i >= 0 {
		m.asking = slices.Delete(m.asking, i, i+1)
	}
}

func (m *mailroom) note(result activities.NotifyResult) {
	if result.Unreachable {
		m.nobodyReached()
	}
	for _, event := range result.Events {
		if _, known := m.results[event.ID]; !known {
			m.order = append(m.order, event.ID)
		}
		m.results[event.ID] = event
	}
	m.moved()
}

func (m *mailroom) pause(ctx workflow.Context, d time.Duration, summary string) {
	if d <= 0 {
		return
	}
	// An error can only say that ctx was cancelled: the pause is over then.
	_ = workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: summary}).Get(ctx, nil)
}

func kinds(due []pim.Due) string {
	names := make([]string, 0, len(due))
	for _, d := range due {
		names = append(names, string(d.Event.Kind))
	}
	if len(names) == 0 {
		return ""
	}
	return ": " + strings.Join(names, ", ")
}

// clipKey is a tenant as a fairness key, of which the server takes 64 bytes. Tenants that begin alike share one, which harms nobody.
func clipKey(tenant string) string { return tenant[:min(len(tenant), 64)] }
