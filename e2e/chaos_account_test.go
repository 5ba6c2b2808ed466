package e2e

import (
	"fmt"
	"maps"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// inFlight is the most that one Notify has on its way at a time: of so many mails nobody knows the outcome where its worker dies.
const inFlight = 64

// deploy is a world whose group of approvers has the trial's number of people, who are asked at once. Its account sends that many in
// five seconds, unless the receiver is to be another one: long enough for something to go wrong in the middle.
func (c *trial) deploy(t *testing.T, o options) *world {
	t.Helper()
	if o.directory == nil {
		o.directory = organisation(c.n)
	}
	if o.inbox.Account.MaxSendRate == 0 {
		o.inbox.Account.MaxSendRate = float64(c.n) / 5
	}
	env := map[string]string{"PIMNOTIFY_ENGINE_DELAY": "0"}
	maps.Copy(env, o.env)
	o.env = env
	return newWorld(t, o)
}

// request asks everybody in the group to approve.
func (c *trial) request(t testing.TB, w *world, name string) (id string) {
	t.Helper()
	id = w.prefix + name
	w.put(t, id, activation())
	return id
}

func asking(id string) string { return "activation." + id + ".pendingApproval" }

// arrivals are the mails of one event that the receiver has accepted, by recipient.
func (w *world) arrivals(event string) map[string][]inbox.Received {
	all := map[string][]inbox.Received{}
	for _, m := range w.inbox.Messages() {
		if m.Header("X-PIM-Event-Id") == event {
			all[m.To[0]] = append(all[m.To[0]], m)
		}
	}
	return all
}

// awaitArrivals waits until so many people have got a mail of an event.
func (w *world) awaitArrivals(t testing.TB, event string, n int) {
	t.Helper()
	await(t, 3*time.Minute, fmt.Sprintf("%d mails of %s", n, event), func() bool { return len(w.arrivals(event)) >= n })
}

// settle waits until everybody's mail of these requests has an outcome, and then counts them against who was to be asked.
func (c *trial) settle(t *testing.T, w *world, ids ...string) {
	t.Helper()
	for _, id := range ids {
		await(t, 6*time.Minute, "everybody's outcome of "+id, func() bool {
			return named(w.view(t, id), asking(id)).Status == pim.EventComplete
		})
		c.count(t, w, id)
	}
}

// count holds what arrived against who was to be told, and the record against both. What arrived is what the receiver says, and who
// was to be told is what the directory says: neither is asked of the record.
func (c *trial) count(t *testing.T, w *world, id string) {
	t.Helper()
	// What SES tells goes on meanwhile: the counts and the rows are to be of one moment.
	var e pim.Event
	var rows []pim.Delivery
	statuses := pim.Counts{}
	await(t, patience, "counts of "+asking(id)+" that are those of its rows", func() bool {
		rows, e = w.recipients(t, asking(id)), named(w.view(t, id), asking(id))
		clear(statuses)
		for _, d := range rows {
			statuses[d.Status]++
		}
		return maps.Equal(statuses, e.Counts)
	})
	arrived := w.arrivals(e.ID)
	c.tally(arrived, c.n, e.DueDateTime)
	for address, copies := range arrived {
		attempts := map[string]bool{}
		for _, m := range copies {
			attempts[m.Tags["attempt"]] = true
		}
		require.Len(t, attempts, len(copies), "%s got two mails of one attempt", address)
	}

	require.Len(t, rows, c.n)
	for _, d := range rows {
		if d.Status == pim.StatusSent || d.Status == pim.StatusDelivered {
			require.NotEmpty(t, arrived[d.Address], "%s is recorded as %s, and nothing arrived", d.Address, d.Status)
		}
	}
	sum := 0
	for _, n := range e.Counts {
		sum += n
	}
	require.Equal(t, c.n, sum, "planned = %s", e.Counts)
	require.Zero(t, e.Counts.Open(), "nothing is left open: %s", e.Counts)
	w.auditIsWhole(t)
}

// tally counts what arrived of one event to the people of organisation(n).
func (c *trial) tally(arrived map[string][]inbox.Received, n int, due time.Time) {
	c.told = true
	expected := 0
	for i := range n {
		copies := arrived["canary-"+strconv.Itoa(i)+"@contoso.example"]
		if len(copies) == 0 {
			c.lost++
			continue
		}
		expected++
		c.twice += len(copies) - 1
		c.late = append(c.late, max(0, copies[0].At.Sub(due)))
	}
	c.lost += len(arrived) - expected // mail to strangers is a loss of another kind, and never expected
}

// nothingLost is what every row expects, and that no more than so many people were told twice.
func (c *trial) nothingLost(t *testing.T, mayRepeat int) {
	t.Helper()
	require.Zero(t, c.lost, "lost")
	require.LessOrEqual(t, c.twice, mayRepeat, "told twice")
}

// lostAnswers is how many mails the receiver accepted without its answer arriving, as far as it knows.
func (w *world) lostAnswers() (n int) {
	for _, r := range w.inbox.Requests() {
		if len(r.Answer) > 8 && r.Answer[:8] == "accepted" {
			n++
		}
	}
	return n
}

// perAccepted is how many requests the receiver got for each mail that it accepted.
func (w *world) perAccepted() float64 {
	return float64(len(w.inbox.Requests())) / float64(len(w.inbox.Messages()))
}
