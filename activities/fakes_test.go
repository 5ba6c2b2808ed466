package activities_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/mail"
	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// plan writes down who is to be told, and lets nothing leave. It gives the key of the event.
func (h *house) plan(t *testing.T, in activities.NotifyInput) int64 {
	t.Helper()
	paused := h.worker("planner")
	paused.Ledger = &flaky{Ledger: h.record, fail: func(method string, _ bool) bool { return method == "Claim" }}
	_, err := notify(paused, in, running{})
	require.ErrorContains(t, err, errAway.Error())
	states, err := h.record.DueStates(t.Context(), tenant, in.Resource, in.Due)
	require.NoError(t, err)
	require.True(t, states[0].Planned)
	return states[0].EventKey
}

// wordless finds no words for one recipient.
type wordless struct {
	activities.Renderer
	address string
}

func (w wordless) Render(l pim.Letter) (pim.Text, error) {
	if l.To.Mail == w.address {
		return pim.Text{}, errors.New("no words")
	}
	return w.Renderer.Render(l)
}

var errAway = errors.New("the ledger is away")

// flaky is a ledger that is away now and then: before a call, or after it, when only the answer is lost.
type flaky struct {
	activities.Ledger
	fail     func(method string, after bool) bool
	stillDue func() // called before each look whether a mail is still due
	tally    func() // called before each count
	settled  func() // called after outcomes were written down
	paced    func() // called after a turn was given
}

func (f *flaky) away(method string, after bool) error {
	if f.fail != nil && f.fail(method, after) {
		return errAway
	}
	return nil
}

func (f *flaky) Claim(ctx context.Context, r pim.ClaimRequest) ([]pim.Claim, error) {
	if err := f.away("Claim", false); err != nil {
		return nil, err
	}
	claims, err := f.Ledger.Claim(ctx, r)
	if err := f.away("Claim", true); err != nil {
		return nil, err
	}
	return claims, err
}

func (f *flaky) StillDue(ctx context.Context, claim pim.Claim, now time.Time) (bool, error) {
	if f.stillDue != nil {
		f.stillDue()
	}
	if err := f.away("StillDue", false); err != nil {
		return false, err
	}
	return f.Ledger.StillDue(ctx, claim, now)
}

func (f *flaky) Settle(ctx context.Context, settlements []pim.Settlement) error {
	if err := f.away("Settle", false); err != nil {
		return err
	}
	err := f.Ledger.Settle(ctx, settlements)
	if f.settled != nil {
		f.settled()
	}
	if err := f.away("Settle", true); err != nil {
		return err
	}
	return err
}

func (f *flaky) Turn(ctx context.Context, r pim.TurnRequest) (pim.Turn, error) {
	turn, err := f.Ledger.Turn(ctx, r)
	if f.paced != nil {
		f.paced()
	}
	return turn, err
}

func (f *flaky) Tally(ctx context.Context, keys []int64) (pim.Tally, error) {
	if f.tally != nil {
		f.tally()
	}
	return f.Ledger.Tally(ctx, keys)
}

// times is a failure that happens so often, and never again.
func times(n int, method string, after bool) func(string, bool) bool {
	var left atomic.Int64
	left.Store(int64(n))
	return func(m string, a bool) bool { return m == method && a == after && left.Add(-1) >= 0 }
}

// watched is a sender that checks what holds at the moment of each send.
type watched struct {
	mail.Sender
	check func(mail.Message)
}

func (w watched) Send(ctx context.Context, m mail.Message) mail.Outcome {
	w.check(m)
	return w.Sender.Send(ctx, m)
}

// unclaimed counts sends of mails that at that moment were not claimed by the attempt that sends them.
func (h *house) unclaimed(t *testing.T, in activities.NotifyInput) *atomic.Int64 {
	t.Helper()
	var count atomic.Int64
	var one sync.Mutex
	h.Sender = watched{h.Sender, func(m mail.Message) {
		one.Lock()
		defer one.Unlock()
		rows, err := h.record.Recipients(context.Background(), tenant, in.Due[0].Event.ID)
		for _, r := range rows {
			if err == nil && r.MailID == m.ID && r.Status == pim.StatusSending && r.Attempt == m.Attempt {
				return
			}
		}
		count.Add(1)
	}}
	return &count
}

// requestsOf counts the requests of each mail.
func requestsOf(b *inbox.Inbox) map[string]int {
	n := map[string]int{}
	for _, r := range b.Requests() {
		n[r.Tags["mail"]]++
	}
	return n
}
