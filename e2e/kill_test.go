package e2e

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// A worker that dies in the middle of sending leaves mails of which nobody knows whether SES took them. They are sent again, so
// that none is lost: a second copy is possible for those, and for no others.
func TestAWorkerThatIsKilledLosesNothingAndRepeatsOnlyWhatNobodyAnsweredFor(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("PIMNOTIFY_TEST_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("PIMNOTIFY_TEST_SEED=%d plays this again", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	// SES takes a mail, and then takes its time to say so: a kill in between is what loses an answer.
	// And there is time: a request that runs out of it while no worker lives is asked of nobody, rightly.
	w := newWorld(t, options{noWorker: true, env: map[string]string{"PIMNOTIFY_APPROVAL_TIMEOUT": "90s"}, inbox: inbox.Options{
		Faults: []inbox.Fault{{Kind: inbox.Latency, AfterAccepting: true, Delay: inbox.Duration(150 * time.Millisecond)}},
	}})
	finished := make(chan struct{})
	kills := make(chan int)
	go func() {
		n := 0
		for {
			worker := w.startWorker()
			worker.awaitReadyWorker()
			select {
			case <-finished:
				kills <- n
				return
			case <-time.After(time.Duration(500+random.IntN(2500)) * time.Millisecond):
				if n == 6 {
					<-finished
					kills <- n
					return
				}
				worker.kill()
				n++
			}
		}
	}()
	var ids []string
	t.Run("stories", func(t *testing.T) {
		for i, s := range stories {
			id := w.prefix + string(rune('a'+i))
			ids = append(ids, id)
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				s.runBetweenKills(t, w, id)
			})
		}
	})
	close(finished)
	t.Logf("killed %d times", <-kills)
	w.accountForCopies(t, ids)
	w.auditIsWhole(t)
}

// runBetweenKills is run, for an API that answers 503 while no worker is there to take a decision.
func (s story) runBetweenKills(t *testing.T, w *world, id string) {
	r := activation()
	if s.adjust != nil {
		s.adjust(&r)
	}
	if r.ScheduleInfo.StartDateTime != nil {
		start := time.Now().Add(time.Minute) // later than any decision that has to wait for a worker
		r.ScheduleInfo.StartDateTime = &start
	}
	w.put(t, id, r)
	s.play(t, w, id)
	v := w.awaitEnd(t, id, s.ends, 4*time.Minute)
	for kind, want := range s.told {
		told := w.told(t, v, kind)
		e, ok := event(v, kind)
		require.True(t, ok, "%s never came up", kind)
		// Time can run out while nobody knows what became of a request mail: it is not sent again then, and the record says so.
		for _, d := range w.recipients(t, e.ID) {
			if strings.HasPrefix(d.Reason, pim.UnknownPrefix) {
				name := local(d.Address)
				told[d.Audience] = append(told[d.Audience], name)
				slices.Sort(told[d.Audience])
			}
		}
		require.Equal(t, want, told, "told of %s", kind)
	}
	for _, kind := range s.nobody {
		// A decision that waits for a worker can come after the mails that it would have made needless.
		e, ok := event(v, kind)
		require.True(t, ok, "%s is not in the record", kind)
		require.Contains(t, []pim.EventStatus{pim.EventCancelled, pim.EventComplete}, e.Status, "%s", kind)
	}
}

// accountForCopies checks that each mail that the record calls sent arrived, and that a second copy of one is the next attempt
// of a mail whose first answer was lost.
func (w *world) accountForCopies(t *testing.T, ids []string) {
	t.Helper()
	copies := map[string][]inbox.Received{}
	byID := map[string]bool{}
	for _, m := range w.inbox.Messages() {
		copies[m.Tags["mail"]] = append(copies[m.Tags["mail"]], m)
		byID[m.ID] = true
	}
	sent, twice, unknown := 0, 0, 0
	for _, id := range ids {
		for _, e := range w.view(t, id).Events {
			for _, d := range w.recipients(t, e.ID) {
				if d.Status == pim.StatusSent {
					sent++
					require.True(t, byID[d.MessageID], "%s to %s is lost", e.ID, d.Address)
				}
				if strings.HasPrefix(d.Reason, pim.UnknownPrefix) {
					unknown++
				}
			}
		}
	}
	for mail, received := range copies {
		attempts := map[string]bool{}
		for _, m := range received {
			attempts[m.Tags["attempt"]] = true
		}
		require.Len(t, attempts, len(received), "mail %s was sent twice in one attempt", mail)
		twice += len(received) - 1
	}
	require.GreaterOrEqual(t, len(copies), sent)
	require.LessOrEqual(t, len(copies), sent+unknown, "something arrived that the record does not know")
	t.Logf("%d mails sent, 0 lost, %d sent again after a lost answer, %d of unknown outcome not sent again", sent, twice, unknown)
}

// A request mail that is being sent when the decision comes is taken back; a worker that dies in that very moment leaves rows
// that nobody would ask for again, if the process did not.
func TestAWorkerKilledWhileTheRequestMailIsTakenBackLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	const asked = 150
	w := newWorld(t, options{noWorker: true, directory: organisation(asked), inbox: inbox.Options{
		Account: inbox.Account{MaxSendRate: 40},
		Faults:  []inbox.Fault{{Kind: inbox.Latency, AfterAccepting: true, Delay: inbox.Duration(300 * time.Millisecond)}},
	}})
	worker := w.startWorker()
	worker.awaitReadyWorker()
	id := w.prefix + "r"
	w.put(t, id, activation())
	w.awaitMails(t, "activation."+id+".pendingApproval", 20)
	w.decide(t, id, pim.Approve, "a0").done(t)
	worker.kill()
	w.startWorker().awaitReadyWorker()

	v := w.awaitEnd(t, id, pim.Provisioned, 3*time.Minute)
	e, ok := event(v, pim.ActivationPendingApproval)
	require.True(t, ok)
	require.Equal(t, asked, e.Counts[pim.StatusSent]+e.Counts[pim.StatusCancelled], "everybody is accounted for: %v", e.Counts)
	require.Positive(t, e.Counts[pim.StatusSent])
	require.Positive(t, e.Counts[pim.StatusCancelled])
	require.NoError(t, temporal.GetWorkflow(t.Context(), workflows.ActivationID(tenant, id), "").Get(t.Context(), nil))
}
