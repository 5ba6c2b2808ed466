package e2e

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/internal/pgtest"
	"pimnotify/mail/inbox"
)

// slowAnswers leave time between accepting a mail and saying so: a kill in between is what loses an answer.
func slowAnswers(more ...inbox.Fault) []inbox.Fault {
	return append([]inbox.Fault{{Kind: inbox.Latency, AfterAccepting: true, Delay: inbox.Duration(100 * time.Millisecond)}}, more...)
}

// killed is a worker that dies so many times while the mails leave, each time another one follows. Of what was in flight nobody knows
// the outcome, and it is sent again.
func killed(times int) func(t *testing.T, c *trial) {
	return func(t *testing.T, c *trial) {
		t.Helper()
		w := c.deploy(t, options{noWorker: true, inbox: inbox.Options{Faults: slowAnswers()}})
		c.kill(t, w, times)
		c.nothingLost(t, times*inFlight)
	}
}

// kill asks everybody, and kills the worker so many times while they are told.
func (c *trial) kill(t *testing.T, w *world, times int) {
	t.Helper()
	worker := w.startWorker()
	worker.awaitReadyWorker()
	id := c.request(t, w, "r")
	var back time.Duration
	for i := range times {
		// Somewhere in the i-th part of the mails, not at its end: there has to be something left.
		w.awaitArrivals(t, asking(id), (10*i+3+c.random.IntN(5))*c.n/(10*times))
		worker.kill()
		died, arrived := time.Now(), len(w.arrivals(asking(id)))
		worker = w.startWorker()
		w.awaitArrivals(t, asking(id), min(arrived+1, c.n))
		back = max(back, time.Since(died))
	}
	c.settle(t, w, id)
	c.note("mail leaves again %.1f s after a kill", back.Seconds())
}

func stoppedInTurn(t *testing.T, c *trial) {
	w := c.deploy(t, options{noWorker: true, inbox: inbox.Options{Faults: slowAnswers()}})
	var workers []workerProcess
	for range 3 {
		workers = append(workers, w.startWorker())
	}
	for _, worker := range workers {
		worker.awaitReadyWorker()
	}
	id := c.request(t, w, "r")
	for i, worker := range workers {
		w.awaitArrivals(t, asking(id), (i+1)*c.n/5)
		worker.stop()
		w.startWorker().awaitReadyWorker()
	}
	c.settle(t, w, id)
	c.note("%d of unknown outcome", w.lostAnswers())
	require.Zero(t, w.lostAnswers(), "whatever is in flight is finished first")
	c.nothingLost(t, 0)
}

// paused stops a worker in the middle, as a machine does that is suspended, for longer than its leases. Another one takes over. On
// SQLite it has to wait where the sleeper was writing at that moment: one host shares one file, and one writes at a time.
func paused(postgres bool) func(t *testing.T, c *trial) {
	return func(t *testing.T, c *trial) {
		t.Helper()
		o := options{noWorker: true, inbox: inbox.Options{Faults: slowAnswers()}}
		if postgres {
			o.env = map[string]string{"PIMNOTIFY_LEDGER": pgtest.URL(t)}
		}
		w := c.deploy(t, o)
		sleeper := w.startWorker()
		sleeper.awaitReadyWorker()
		id := c.request(t, w, "r")
		w.awaitArrivals(t, asking(id), c.n/4)
		t.Cleanup(sleeper.wake)
		require.NoError(t, sleeper.cmd.Process.Signal(syscall.SIGSTOP))
		asleep := time.Now()
		w.startWorker().awaitReadyWorker()
		if postgres {
			w.awaitArrivals(t, asking(id), c.n)
			c.note("the other had sent the rest after %.0f s", time.Since(asleep).Seconds())
		}
		<-time.After(90*time.Second - time.Since(asleep)) // its leases are over by then, whatever the other has done
		before := len(w.inbox.Messages())
		require.NoError(t, sleeper.cmd.Process.Signal(syscall.SIGCONT))
		c.settle(t, w, id)
		if postgres { // what arrives after the waking can only be the sleeper's
			sleeper.stop() // it is awake by then: it does what it is told
			c.note("%d mails left after it woke up", len(w.inbox.Messages())-before)
			require.LessOrEqual(t, len(w.inbox.Messages())-before, inFlight)
		}
		c.nothingLost(t, inFlight)
	}
}

// away is a deployment without a worker for a while: what is due meanwhile is late by as long, and nothing else.
func away(d time.Duration) func(t *testing.T, c *trial) {
	return func(t *testing.T, c *trial) {
		t.Helper()
		w := c.deploy(t, options{noWorker: true})
		first, second := w.startWorker(), w.startWorker()
		first.awaitReadyWorker()
		second.awaitReadyWorker()
		id := c.request(t, w, "r")
		w.awaitArrivals(t, asking(id), c.n/3)
		together(t, func(testing.TB) { first.stop() }, func(testing.TB) { second.stop() })
		gone := time.Now()
		meanwhile := c.request(t, w, "meanwhile")
		<-time.After(d)
		require.Empty(t, w.arrivals(asking(meanwhile)))
		w.startWorker().awaitReadyWorker()
		outage := time.Since(gone)
		c.settle(t, w, id, meanwhile)
		c.note("away for %.0f s", outage.Seconds())
		c.nothingLost(t, 0)
	}
}

// wake lets a stopped process go on: one that sleeps cannot be told to end.
func (p *process) wake() { _ = p.cmd.Process.Signal(syscall.SIGCONT) }
