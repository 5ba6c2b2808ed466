package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// oneInTwenty goes wrong in one mail of twenty.
func (c *trial) oneInTwenty(f inbox.Fault) inbox.Fault {
	f.Chance, f.Seed = 0.05, c.random.Uint64()
	return f
}

// answersLost is a receiver that accepts mails and does not say so. Without events nobody can know, so each of them is sent again
// and nothing else is.
func answersLost(f inbox.Fault) func(t *testing.T, c *trial) {
	return func(t *testing.T, c *trial) {
		t.Helper()
		w := c.deploy(t, options{inbox: inbox.Options{Faults: []inbox.Fault{c.oneInTwenty(f)}}})
		id := c.request(t, w, "r")
		c.settle(t, w, id)
		c.note("%d answers lost; %.2f requests per accepted mail", w.lostAnswers(), w.perAccepted())
		require.Positive(t, w.lostAnswers(), "the fault has happened")
		require.InDelta(t, 1, w.perAccepted(), 0.001, "what was accepted was one request")
		require.Equal(t, w.lostAnswers(), c.twice, "each lost answer is a second mail, and there is no other")
		c.nothingLost(t, w.lostAnswers())
	}
}

func resetBefore(t *testing.T, c *trial) {
	w := c.deploy(t, options{inbox: inbox.Options{Faults: []inbox.Fault{c.oneInTwenty(inbox.Fault{Kind: inbox.Cut})}}})
	id := c.request(t, w, "r")
	c.settle(t, w, id)
	cut := len(w.inbox.Requests()) - len(w.inbox.Messages())
	c.note("%d connections cut; %.2f requests per accepted mail", cut, w.perAccepted())
	require.Positive(t, cut)
	c.nothingLost(t, 0)
}

// throttledFor refuses every mail as too fast for a while, and then one in ten for ever.
func throttledFor(d time.Duration) func(t *testing.T, c *trial) {
	return func(t *testing.T, c *trial) {
		t.Helper()
		w := c.deploy(t, options{inbox: inbox.Options{Faults: []inbox.Fault{{Kind: inbox.Throttle}}}})
		id := c.request(t, w, "r")
		await(t, patience, "the first refusal", func() bool { return len(w.inbox.Requests()) > 0 })
		<-time.After(d)
		refused := len(w.inbox.Requests())
		require.Empty(t, w.inbox.Messages())
		w.inbox.SetFaults(inbox.Fault{Kind: inbox.Throttle, Chance: 0.1, Seed: c.random.Uint64()})
		c.settle(t, w, id)
		c.note("%d requests in %.0f s of refusals", refused, d.Seconds())
		require.Less(t, refused, 60+int(d.Seconds())*10, "refusals are not hammered against")
		c.nothingLost(t, 0)
	}
}

// mostInASecond is the most requests in any second at the receiver, and how much of the rate was used over the whole.
func (w *world) mostInASecond(rate float64) (most int, used float64) {
	var at []time.Time
	for _, r := range w.inbox.Requests() {
		at = append(at, r.At)
	}
	slices.SortFunc(at, time.Time.Compare)
	first := 0
	for i := range at {
		for at[i].Sub(at[first]) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return most, float64(len(at)-1) / at[len(at)-1].Sub(at[0]).Seconds() / rate
}

func (w *world) refusedAfterTheFirstSecond() (n int) {
	requests := w.inbox.Requests()
	for _, r := range requests {
		if strings.HasPrefix(r.Answer, "429") && r.At.Sub(requests[0].At) > time.Second {
			n++
		}
	}
	return n
}

// quota fills what the account may send with the mails of several requests, on several workers.
func quota(rate float64, workers, mails int) func(t *testing.T, c *trial) {
	return func(t *testing.T, c *trial) {
		t.Helper()
		c.n = mails
		w := c.deploy(t, options{noWorker: true, env: map[string]string{"PIMNOTIFY_SEND_RATE": "1"}, inbox: inbox.Options{Account: inbox.Account{MaxSendRate: rate}}})
		for range workers {
			w.startWorker()
		}
		for _, worker := range w.workers {
			worker.awaitReadyWorker()
			worker.awaitLog("send rate")
		}
		c.settle(t, w, c.request(t, w, "r"))
		most, used := w.mostInASecond(rate)
		c.note("%.3f of the rate used, at most %d in a second, %d refused after the first second", used, most, w.refusedAfterTheFirstSecond())
		require.GreaterOrEqual(t, used, 0.97)
		require.LessOrEqual(t, most, int(rate)+max(2, int(rate/4)), "the rate, one batch, and what one may be late")
		require.Zero(t, w.refusedAfterTheFirstSecond())
		c.nothingLost(t, 0)
	}
}

// rateChanges follows what SES says that the account may send.
func rateChanges(t *testing.T, c *trial) {
	c.n = 1000
	w := c.deploy(t, options{inbox: inbox.Options{Account: inbox.Account{MaxSendRate: 14}}})
	w.workers[0].awaitLog("send rate")
	id := c.request(t, w, "r")
	w.awaitArrivals(t, asking(id), 28)
	for _, rate := range []float64{1, 50} {
		w.inbox.SetAccount(inbox.Account{MaxSendRate: rate})
		changed := time.Now()
		await(t, 2*time.Minute, "the new rate", func() bool { return strings.Contains(w.log(), rateLine(rate)) })
		c.note("%g/s followed after %.0f s", rate, time.Since(changed).Seconds())
		require.LessOrEqual(t, time.Since(changed), time.Minute)
	}
	c.settle(t, w, id)
	c.nothingLost(t, 0)
}

func rateLine(rate float64) string {
	return map[float64]string{1: `"rate":1}`, 50: `"rate":50}`}[rate]
}

// stoppedSending is an account, or a setting, that sends nothing until somebody does something about it.
func stoppedSending(reason string, stop, heal func(b *inbox.Inbox)) func(t *testing.T, c *trial) {
	return func(t *testing.T, c *trial) {
		t.Helper()
		w := c.deploy(t, options{})
		id := c.request(t, w, "r")
		w.awaitArrivals(t, asking(id), c.n/4)
		stop(w.inbox)
		held := pim.HeldPrefix + reason
		await(t, patience, "the record to say "+held+", and nothing to be on its way", func() bool {
			e := named(w.view(t, id), asking(id))
			return e.Reason == held && e.Counts[pim.StatusSending] == 0
		})
		require.Contains(t, w.log(), `"reason":"`+reason+`"`)
		require.Regexp(t, `pimnotify_held_total\{[^}]*reason="`+reason+`"`, w.workers[0].metrics(t))
		before := len(w.inbox.Requests())
		<-time.After(20 * time.Second) // nothing may happen in it: there is nothing to wait for
		probes := len(w.inbox.Requests()) - before
		heal(w.inbox)
		c.settle(t, w, id)
		c.note("%d requests in 20 s of it", probes)
		require.LessOrEqual(t, probes, 2, "what is held is not hammered against")
		c.nothingLost(t, 0)
	}
}

// noisyTenant holds how long the mail of one request takes while another tenant tells thousands against how long it takes alone.
func noisyTenant(t *testing.T, c *trial) {
	c.n = 1000
	w := c.deploy(t, options{directory: append(organisation(c.n), quietTenant...)})
	quiet, asked := w.of("quiet"), 0
	p95 := func() time.Duration {
		var took []time.Duration
		for range 20 {
			asked++
			id := fmt.Sprintf("%sq%d", w.prefix, asked)
			quiet.put(t, id, activation())
			w.awaitArrivals(t, asking(id), 1)
			took = append(took, w.arrivals(asking(id))["isabella@quiet.example"][0].At.Sub(named(quiet.view(t, id), asking(id)).DueDateTime))
		}
		slices.Sort(took)
		return took[18]
	}
	alone := p95()
	var ids []string
	for i := range 10 {
		ids = append(ids, c.request(t, w, fmt.Sprintf("n%d", i)))
	}
	w.awaitArrivals(t, asking(ids[0]), 10)
	beside := p95()
	c.note("p95 alone %.2f s, beside ten thousand mails %.2f s", alone.Seconds(), beside.Seconds())
	require.Less(t, len(w.inbox.Messages()), 9_000, "the other tenant was being told all the while")
	require.Less(t, beside, alone+500*time.Millisecond, "what is reserved already")
	for _, id := range ids {
		w.call(t, http.MethodPost, "activationRequests/"+id+"/cancel", "{}").done(t)
	}
}

var quietTenant = []byte(`  quiet:
    displayName: Quiet
    users:
      - {id: u7, displayName: Alain, mail: alain@quiet.example}
      - {id: u1, displayName: Isabella, mail: isabella@quiet.example}
    groups:
      - {id: g1, displayName: Approvers, members: [u1]}
`)

// askedBetween asks an approver while a thousand people are being told something that asks nothing of them.
func askedBetween(rate float64) func(t *testing.T, c *trial) {
	return func(t *testing.T, c *trial) {
		t.Helper()
		c.n = 1000
		w := c.deploy(t, options{noWorker: true, inbox: inbox.Options{Account: inbox.Account{MaxSendRate: rate}}})
		for range 2 {
			w.startWorker()
		}
		for _, worker := range w.workers {
			worker.awaitReadyWorker()
			worker.awaitLog("send rate")
		}
		news := w.prefix + "news"
		w.assign(t, news, assignment(func(a *pim.Assignment) { a.Principal = pim.Principal{ID: "g1", Type: pim.Group} }))
		told := "assignment." + news + ".assigned"
		w.awaitArrivals(t, told, 30)
		id := w.prefix + "asked"
		w.put(t, id, activation(func(r *pim.ActivationRequest) { r.Approval.Approvers = []pim.Principal{{ID: "u2"}} }))
		w.awaitArrivals(t, asking(id), 1)
		late := w.arrivals(asking(id))["canary-adele@contoso.example"][0].At.Sub(named(w.view(t, id), asking(id)).DueDateTime)
		c.note("%.2f s after it was due; the others had %d of %d by then", late.Seconds(), len(w.arrivals(told)), c.n)
		require.Less(t, len(w.arrivals(told)), c.n, "it came in between")
		require.Less(t, late, 2*time.Second)
		w.call(t, http.MethodPost, "assignments/"+news+"/remove", pim.AssignmentChange{RequestedBy: pim.Principal{ID: "u2"}}).done(t) // nobody waits for the rest
	}
}
