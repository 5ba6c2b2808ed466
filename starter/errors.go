package starter

import (
	"errors"
	"fmt"
	"time"

	"pimnotify/pim"
)

// Away names what did not answer.
type Away string

// What can be away.
const (
	AwayTemporal  Away = "Temporal"
	AwayWorker    Away = "no worker"
	AwayLedger    Away = "ledger"
	AwayDirectory Away = "directory"
)

// retryAfter is when asking again may help: an outage of seconds is over by then, and a longer one is not hammered.
const retryAfter = 5 * time.Second

// Unavailable says that the outcome of a call is not known, because something did not answer. The same call may be repeated, and
// is answered as the first would have been.
type Unavailable struct {
	What       Away
	RetryAfter time.Duration
	Err        error // for the log; nil where nothing more is known
}

func (e *Unavailable) Error() string {
	if e.Err == nil {
		return string(e.What) + ": no answer"
	}
	return fmt.Sprintf("%s: no answer: %v", e.What, e.Err)
}

// Unwrap gives the cause.
func (e *Unavailable) Unwrap() error { return e.Err }

// Conflict says that a call contradicts what was said before, or comes too late or too early.
type Conflict struct {
	Reason   string            // one sentence
	Status   pim.RequestStatus // what the request is; empty where that is not the point
	Decision *pim.Decision     // who decided, how and when, where somebody has
}

func (e *Conflict) Error() string { return e.Reason }

// Forbidden says that a person may not decide on a request, or not make it.
type Forbidden struct{ Reason string }

func (e *Forbidden) Error() string { return e.Reason }

func invalid(problems []pim.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return &pim.Invalid{Problems: problems}
}

// away turns an error of a port into Unavailable, unless it is an answer: there is no such tenant or request.
func away(what Away, doing string, err error) error {
	if errors.Is(err, pim.ErrNotFound) || errors.Is(err, pim.ErrUnknownTenant) {
		return err
	}
	return &Unavailable{What: what, RetryAfter: retryAfter, Err: fmt.Errorf("%s: %w", doing, err)}
}
