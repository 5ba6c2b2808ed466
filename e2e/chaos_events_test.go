package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// proofTime is a grace time that leaves SES's events room to come.
const proofTime = "10s"

// killedWithEvents is a worker that is killed three times while one answer in twenty is lost and one connection in twenty breaks
// before anything is accepted. SES tells of what it took, so nothing has to be sent twice. The grace time is longer than the half minute
// after which an event comes again that a worker had taken when it died.
func killedWithEvents(t *testing.T, c *trial) {
	w := c.deploy(t, options{
		noWorker: true, events: true, env: map[string]string{"PIMNOTIFY_GRACE": "40s"},
		inbox: inbox.Options{Faults: slowAnswers(
			c.oneInTwenty(inbox.Fault{Kind: inbox.Cut, AfterAccepting: true}),
			c.oneInTwenty(inbox.Fault{Kind: inbox.Cut, Next: c.n / 20}), // what is sent again is spared: each time takes the grace time
		)},
	})
	c.kill(t, w, 3)
	c.note("%d answers lost", w.lostAnswers())
	require.Positive(t, w.lostAnswers())
	c.nothingLost(t, 0)
}

// provenSent is a receiver that accepts mails, does not say so, and tells of them.
func provenSent(f inbox.Fault) func(t *testing.T, c *trial) {
	return func(t *testing.T, c *trial) {
		t.Helper()
		w := c.deploy(t, options{
			events: true, env: map[string]string{"PIMNOTIFY_GRACE": proofTime}, inbox: inbox.Options{Faults: []inbox.Fault{c.oneInTwenty(f)}},
		})
		c.settle(t, w, c.request(t, w, "r"))
		await(t, patience, "each answer to be over", func() bool { return len(w.inbox.Requests()) >= len(w.inbox.Messages()) }) // also those that nobody waits for
		c.note("%d answers lost; %.2f requests per accepted mail", w.lostAnswers(), w.perAccepted())
		require.Positive(t, w.lostAnswers())
		require.InDelta(t, 1, w.perAccepted(), 0.001)
		c.nothingLost(t, 0)
	}
}

// eventsLost is a stream that loses one event in ten. A mail is sent again only where both its answer and its Send event are lost.
func eventsLost(t *testing.T, c *trial) {
	w := c.deploy(t, options{events: true, env: map[string]string{"PIMNOTIFY_GRACE": proofTime}, inbox: inbox.Options{
		Faults: []inbox.Fault{c.oneInTwenty(inbox.Fault{Kind: inbox.Cut, AfterAccepting: true})},
		Stream: inbox.Stream{Lose: 0.1, Seed: c.random.Uint64()},
	}})
	c.settle(t, w, c.request(t, w, "r"))
	c.note("%d answers lost", w.lostAnswers())
	c.nothingLost(t, w.lostAnswers()/2) // of one in twenty, one in ten
}

// eventsLate is a stream that takes longer than the grace time: it is as if there were none, and a metric says so.
func eventsLate(t *testing.T, c *trial) {
	w := c.deploy(t, options{events: true, env: map[string]string{"PIMNOTIFY_GRACE": "2s"}, inbox: inbox.Options{
		Faults: []inbox.Fault{c.oneInTwenty(inbox.Fault{Kind: inbox.Cut, AfterAccepting: true})},
		Stream: inbox.Stream{Delay: inbox.Duration(6 * time.Second)},
	}})
	c.settle(t, w, c.request(t, w, "r"))
	await(t, patience, "the alarm", func() bool {
		return metric(w.workers[0].metrics(t), "pimnotify_ses_proof_late") == "1"
	})
	c.note("%d answers lost; the metric says that events are late", w.lostAnswers())
	require.Positive(t, c.twice, "a proof that comes too late proves nothing")
	c.nothingLost(t, w.lostAnswers())
}

// eventsOutOfOrder tells half of the events twice, in any order, and mostly before the answer of the mail is there.
func eventsOutOfOrder(t *testing.T, c *trial) {
	w := c.deploy(t, options{events: true, env: map[string]string{"PIMNOTIFY_GRACE": proofTime}, inbox: inbox.Options{
		Faults: []inbox.Fault{{Kind: inbox.Latency, AfterAccepting: true, Delay: inbox.Duration(500 * time.Millisecond)}},
		Stream: inbox.Stream{
			Duplicate: 0.5, Delay: inbox.Duration(time.Second), Shuffle: true, Seed: c.random.Uint64(),
			Fates: []inbox.Fate{{Recipient: "canary-??@*", Ends: inbox.Bounced}},
		},
	}})
	id := c.request(t, w, "r")
	c.settle(t, w, id)
	want := pim.Counts{pim.StatusBounced: 90, pim.StatusDelivered: c.n - 90}
	await(t, patience, "what SES tells of everybody", func() bool {
		return fmt.Sprint(named(w.view(t, id), asking(id)).Counts) == fmt.Sprint(want)
	})
	await(t, patience, "every event to be taken", func() bool { q := w.inbox.Queue(); return q.Waiting+q.InFlight == 0 })
	require.Equal(t, want, named(w.view(t, id), asking(id)).Counts, "what comes later changes nothing")
	c.note("%d events, twice and in any order: %s", w.inbox.Queue().Deleted, want)
	c.nothingLost(t, 0)
}

// fates are mails that do not end well, and how long it takes until the record says so.
func fates(t *testing.T, c *trial) {
	all := []inbox.Outcome{inbox.Bounced, inbox.BouncedForNow, inbox.Suppressed, inbox.Complained, inbox.Rejected, inbox.RenderingFailure}
	c.n = len(all)
	var stream inbox.Stream
	for i, ends := range all {
		stream.Fates = append(stream.Fates, inbox.Fate{Recipient: fmt.Sprintf("canary-%d@*", i), Ends: ends})
	}
	w := c.deploy(t, options{events: true, inbox: inbox.Options{Stream: stream, Account: inbox.Account{MaxSendRate: 100}}})
	id := c.request(t, w, "r")
	w.awaitArrivals(t, asking(id), c.n)
	began := time.Now()
	w.awaitBecame(t, asking(id), map[string]string{
		"canary-0": "bounced bounce:General", "canary-1": "bounced transientBounce:MailboxFull", "canary-2": "suppressed suppressed:OnAccountSuppressionList",
		"canary-3": "complained complaint:abuse", "canary-4": "bounced reject", "canary-5": "bounced renderingFailure",
	})
	c.note("in the record %.1f s after the last mail arrived", time.Since(began).Seconds())
	require.Less(t, time.Since(began), time.Minute)
	c.settle(t, w, id)
	c.nothingLost(t, 0)
}
