package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/ledger"
	"pimnotify/pim"
)

// history is one event of one request, to which anything may happen, and what is known to be true of it whatever did.
type history struct {
	l        *ledger.Ledger
	resource pim.Resource
	due      pim.Due
	key      int64
	clock    time.Time
	planned  int
	done     bool // planned
	gone     bool // withdrawn
	claims   []pim.Claim
	before   map[string]pim.Delivery
	status   pim.EventStatus
}

// Whatever happens to an event, in whatever order: as many mails as were planned are accounted for, each mail took only allowed
// steps and follows what SES tells of it, attempts only count up, no mail is claimed while somebody holds it, nothing of a withdrawn event is given out, and an event that
// was complete stays so.
func TestEveryMailIsAccountedForWhateverHappens(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			h := newHistory(rt, l, run)
			rt.Repeat(map[string]func(*rapid.T){
				"plan":     h.plan,
				"claim":    h.claim,
				"settle":   h.settle,
				"settle 2": h.settle, // more often than the others
				"lapse":    h.lapse,
				"withdraw": h.withdraw,
				"observe":  h.observe,
				"clear":    h.clear,
				"wait": func(rt *rapid.T) {
					h.clock = h.clock.Add(rapid.SampledFrom([]time.Duration{time.Second, 10 * time.Second, time.Minute}).Draw(rt, "pause"))
				},
				"": h.check,
			})
		})
	})
}

// newHistory is that of a request which has just been accepted.
func newHistory(rt *rapid.T, l *ledger.Ledger, number int) *history {
	resource := activation(fmt.Sprintf("r%d", number))
	h := &history{l: l, resource: resource, clock: noon, due: due(resource, pim.ActivationPendingApproval, pim.PartAll, noon)}
	_, _, err := l.Accept(rt.Context(), acceptance(resource))
	require.NoError(rt, err)
	h.key = h.state(rt).EventKey
	return h
}

func (h *history) state(rt *rapid.T) pim.DueState {
	states, err := h.l.DueStates(rt.Context(), tenant, h.resource, []pim.Due{h.due})
	require.NoError(rt, err)
	return states[0]
}

func (h *history) plan(rt *rapid.T) {
	recipients := people(1, rapid.IntRange(0, 6).Draw(rt, "people"))
	for i := range recipients {
		recipients[i].Status = rapid.SampledFrom([]pim.RecipientStatus{pim.StatusPlanned, pim.StatusPlanned, pim.StatusPlanned, pim.StatusSkipped, pim.StatusCapped}).Draw(rt, "status")
	}
	done, err := h.l.Plan(rt.Context(), h.key, pim.PartAll, noon, recipients, h.clock)
	require.NoError(rt, err)
	require.Equal(rt, !h.done && !h.gone, done)
	if done {
		h.done, h.planned = true, len(recipients)
	}
}

func (h *history) claim(rt *rapid.T) {
	r := request(rapid.IntRange(0, 4).Draw(rt, "limit"), h.clock, h.key)
	if rapid.Bool().Draw(rt, "resend") {
		r.ResendBefore = h.clock.Add(-rapid.SampledFrom([]time.Duration{0, 20 * time.Second}).Draw(rt, "grace"))
	}
	claims, err := h.l.Claim(rt.Context(), r)
	require.NoError(rt, err)
	require.LessOrEqual(rt, len(claims), r.Limit)
	require.False(rt, h.gone && len(claims) > 0, "a mail of a withdrawn event was given out")
	for _, c := range claims {
		was := h.before[c.MailID]
		require.Contains(rt, []pim.RecipientStatus{pim.StatusPlanned, pim.StatusUnknown}, was.Status)
		require.Equal(rt, was.Attempt+1, c.Attempt)
		still, err := h.l.StillDue(rt.Context(), c, h.clock)
		require.NoError(rt, err)
		require.True(rt, still)
	}
	h.claims = append(h.claims, claims...)
}

// settle answers any claim there ever was, also one that was answered, and one that somebody else took over.
func (h *history) settle(rt *rapid.T) {
	if len(h.claims) == 0 {
		rt.Skip("nothing was claimed")
	}
	var answers []pim.Settlement
	for range rapid.IntRange(1, 3).Draw(rt, "answers") {
		c := rapid.SampledFrom(h.claims).Draw(rt, "claim")
		answers = append(answers, pim.Settlement{
			MailID: c.MailID, Attempt: c.Attempt, At: h.clock,
			Status: rapid.SampledFrom([]pim.RecipientStatus{pim.StatusSent, pim.StatusFailed, pim.StatusUnknown, pim.StatusPlanned}).Draw(rt, "answer"),
		})
	}
	require.NoError(rt, h.l.Settle(rt.Context(), answers))
}

// observe has SES tell of any attempt there ever was, whatever became of it since.
func (h *history) observe(rt *rapid.T) {
	if len(h.claims) == 0 {
		rt.Skip("nothing was claimed")
	}
	var told []pim.Observation
	for range rapid.IntRange(1, 3).Draw(rt, "events") {
		o := observation(rapid.SampledFrom(h.claims).Draw(rt, "claim"), rapid.SampledFrom(pim.AllObservationKinds).Draw(rt, "kind"))
		o.At = noon.Add(time.Duration(rapid.IntRange(0, 1).Draw(rt, "at")) * time.Second) // or the same once more
		told = append(told, o)
	}
	all, err := h.l.Observe(rt.Context(), told, h.clock)
	require.NoError(rt, err)
	for i, o := range all {
		require.True(rt, o.Known)
		was := h.before[o.MailID]
		want := pim.Follow(was.Status, told[i])
		if o.Duplicate {
			want = was.Status
		}
		require.Equal(rt, [2]pim.RecipientStatus{was.Status, want}, [2]pim.RecipientStatus{o.From, o.To}, "%s", o.Kind)
		was.Status = want
		h.before[o.MailID] = was
	}
}

// clear lets mail go everywhere again: an address that bounced in one history would be missing in all that follow.
func (h *history) clear(rt *rapid.T) {
	list, err := h.l.Suppressions(rt.Context(), false)
	require.NoError(rt, err)
	for _, s := range list {
		_, cleared, err := h.l.Clear(rt.Context(), s.Address, clearance)
		require.NoError(rt, err)
		require.True(rt, cleared)
	}
}

func (h *history) lapse(rt *rapid.T) {
	_, err := h.l.Lapse(rt.Context(), []int64{h.key}, h.clock)
	require.NoError(rt, err)
}

func (h *history) withdraw(rt *rapid.T) {
	if !rapid.Bool().Draw(rt, "really") {
		rt.Skip("not so often")
	}
	require.NoError(rt, h.l.Record(rt.Context(), tenant, h.resource, withdrawal(1, pim.WhatDenied, h.due.Event)))
	h.gone = true
}

func (h *history) check(rt *rapid.T) {
	deliveries, err := h.l.Recipients(rt.Context(), tenant, h.due.Event.ID)
	require.NoError(rt, err)
	require.Len(rt, deliveries, h.planned)
	now := map[string]pim.Delivery{}
	counted, left := pim.Counts{}, 0
	for _, d := range deliveries {
		now[d.MailID] = d
		counted[d.Status]++
		if d.SentDateTime != nil {
			left++
			require.Contains(rt, afterSending, d.Status)
		} else {
			require.NotContains(rt, afterSending[:4], d.Status)
		}
		require.False(rt, h.gone && d.Status == pim.StatusPlanned, "a mail of a withdrawn event is still planned")
		if was, known := h.before[d.MailID]; known {
			require.GreaterOrEqual(rt, d.Attempt, was.Attempt)
			require.True(rt, reachable(was.Status, d.Status), "%s became %s", was.Status, d.Status)
		}
	}
	h.before = now
	tally, err := h.l.Tally(rt.Context(), []int64{h.key})
	require.NoError(rt, err)
	require.Equal(rt, counted, tally.Counts[h.key])
	view, err := h.l.View(rt.Context(), tenant, h.resource)
	require.NoError(rt, err)
	require.Equal(rt, counted, view.Events[0].Counts)
	status := view.Events[0].Status
	require.Equal(rt, counted.Open() > 0, status == pim.EventSending)
	withheld := h.gone && (!h.done || counted[pim.StatusCancelled] > 0)
	require.Equal(rt, withheld && counted.Open() == 0 && left == 0, status == pim.EventCancelled)
	require.True(rt, h.status != pim.EventComplete || status == pim.EventComplete, "what was complete became %s", status)
	require.Equal(rt, withheld || h.gone && counted.Open() > 0, view.Events[0].Reason != "", "the reason is that of what did not leave")
	h.status = status
}

// afterSending are the statuses of a mail that was sent. The last is also that of others.
var afterSending = []pim.RecipientStatus{
	pim.StatusSent, pim.StatusDelivered, pim.StatusBounced, pim.StatusComplained, pim.StatusSuppressed,
}

// reachable reports whether one operation can take a mail from one status to the other: in one step, or in the two of a mail
// that was not sent and whose event is withdrawn, or of several answers in one batch.
func reachable(from, to pim.RecipientStatus) bool {
	if from == to || from.CanBecome(to) {
		return true
	}
	for _, between := range pim.AllRecipientStatuses {
		if from.CanBecome(between) && between.CanBecome(to) {
			return true
		}
	}
	return false
}
