package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// alarm is the one timer of a run that lasts: it is set anew only where it is to ring at another moment, and the old one is
// cancelled then. Waiting with a time-out would leave a timer behind each time that something else ends the wait, for years.
type alarm struct {
	at     time.Time
	timer  workflow.Future // nil where the moment had passed when it was set, or there is none
	cancel workflow.CancelFunc
}

// set makes it ring at a moment; never, where that is the zero time.
func (l *alarm) set(ctx workflow.Context, at time.Time, summary string) {
	if l.at.Equal(at) && (l.timer == nil || !l.timer.IsReady()) {
		return
	}
	if l.timer != nil && !l.timer.IsReady() {
		l.cancel()
	}
	l.at, l.timer = at, nil
	if wait := at.Sub(workflow.Now(ctx)); !at.IsZero() && wait > 0 {
		var own workflow.Context
		own, l.cancel = workflow.WithCancel(ctx)
		l.timer = workflow.NewTimerWithOptions(own, wait, workflow.TimerOptions{Summary: summary})
	}
}

// rings reports whether the moment has come.
func (l *alarm) rings() bool {
	return !l.at.IsZero() && (l.timer == nil || l.timer.IsReady())
}
