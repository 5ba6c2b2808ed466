package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

const joni = "joni@contoso.example"

func TestARefusedMailConcernsNobodyElse(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		h.inbox.SetFaults(inbox.Fault{Kind: inbox.Reject, Recipient: joni, Message: "Address is on a list"})
		in := h.accept(t, "r1", tier0)
		result := h.notify(t, in)
		require.Equal(t, pim.Counts{pim.StatusSent: 3, pim.StatusFailed: 1, pim.StatusSkipped: 1}, counts(result))
		require.True(t, result.Settled())
		require.Equal(t, "messageRejected", row(t, h.rows(t, in), joni).Reason)
		h.notify(t, in)
		require.Len(t, h.inbox.Requests(), 4, "it is not tried again")
	})
}

func TestWhereEverybodyIsRefusedNobodyCanAct(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	h.inbox.SetFaults(inbox.Fault{Kind: inbox.Reject})
	result := h.notify(t, h.accept(t, "r1", tier0))
	require.True(t, result.Settled())
	require.True(t, result.Unreachable)
}

// A lost answer is unknown, waits for the grace time, and is then sent again as the next attempt of the same mail.
func TestALostAnswerIsUnknownUntilTheGraceTimeIsOverAndThenSentAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		fault  inbox.Fault
		arrive int // mails that joni gets
		reason string
	}{
		{"accepted, then reset", inbox.Fault{Kind: inbox.Cut, AfterAccepting: true}, 2, "connectionReset"},
		{"accepted, then 500", inbox.Fault{Kind: inbox.Fail, AfterAccepting: true}, 2, "serverError"},
		{"accepted, then 503", inbox.Fault{Kind: inbox.Fail, Status: 503, AfterAccepting: true}, 2, "serverError"},
		{"accepted, then silence", inbox.Fault{Kind: inbox.Hang, AfterAccepting: true}, 2, "timeout"},
		{"accepted, then half an answer", inbox.Fault{Kind: inbox.Truncate}, 2, "unreadableAnswer"},
		{"reset before", inbox.Fault{Kind: inbox.Cut}, 1, "connectionReset"},
		{"500 before", inbox.Fault{Kind: inbox.Fail}, 1, "serverError"},
		{"silence before", inbox.Fault{Kind: inbox.Hang}, 1, "timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 0)
			h.SendTime = 500 * time.Millisecond
			c.fault.Recipient, c.fault.Next = joni, 1
			h.inbox.SetFaults(c.fault)
			in := h.accept(t, "r1", tier0)

			began := h.Now()
			result := h.notify(t, in)
			require.Equal(t, pim.Counts{pim.StatusSent: 3, pim.StatusUnknown: 1, pim.StatusSkipped: 1}, counts(result))
			require.False(t, result.Settled())
			require.WithinRange(t, result.UnknownUntil, began.Add(time.Minute), h.Now().Add(time.Minute))
			require.Empty(t, result.Held)
			first := row(t, h.rows(t, in), joni)
			require.Equal(t, c.reason, first.Reason)

			h.pass(30 * time.Second)
			require.Equal(t, result, h.notify(t, in), "half of the grace time changes nothing")
			// The inbox notes a request that it keeps waiting when its caller has gone.
			require.Eventually(t, func() bool { return len(h.inbox.Requests()) == 4 }, 10*time.Second, 5*time.Millisecond)

			h.pass(31 * time.Second)
			require.Equal(t, pim.Counts{pim.StatusSent: 4, pim.StatusSkipped: 1}, counts(h.notify(t, in)))
			second := row(t, h.rows(t, in), joni)
			require.Equal(t, 2, second.Attempt)
			require.Equal(t, first.MailID, second.MailID)
			var attempts []string
			for _, m := range h.inbox.Messages() {
				if m.To[0] == joni {
					require.Equal(t, first.MailID, m.Tags["mail"])
					attempts = append(attempts, m.Tags["attempt"])
				}
			}
			require.Equal(t, []string{"1", "2"}[2-c.arrive:], attempts)
			require.Len(t, h.inbox.Requests(), 5)
		})
	}
}

func TestOnlyAcceptedMailsWhoseAnswerWasLostCanArriveTwice(t *testing.T) {
	t.Parallel()
	size := sized(150, 80)
	onBoth(t, size, func(t *testing.T, h *house) {
		h.inbox.SetFaults(
			inbox.Fault{Kind: inbox.Cut, AfterAccepting: true, Chance: 0.05, Seed: 1},
			inbox.Fault{Kind: inbox.Fail, AfterAccepting: true, Chance: 0.05, Seed: 2},
			inbox.Fault{Kind: inbox.Cut, Chance: 0.05, Seed: 3},
			inbox.Fault{Kind: inbox.Fail, Status: 503, Chance: 0.05, Seed: 4},
			inbox.Fault{Kind: inbox.Throttle, Chance: 0.05, Seed: 5},
		)
		in := h.accept(t, "r1", crowd)
		require.Equal(t, pim.Counts{pim.StatusSent: size}, counts(h.notifyUntilSettled(t, in)))
		require.Greater(t, len(h.inbox.Messages()), size, "no answer was lost: the test proves nothing")
	})
}

func TestAMailThatCannotBePutIntoWordsFailsByItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	h.Renderer = wordless{h.Renderer, joni}
	in := h.accept(t, "r1", tier0)
	require.Equal(t, pim.Counts{pim.StatusSent: 3, pim.StatusFailed: 1, pim.StatusSkipped: 1}, counts(h.notify(t, in)))
	require.Equal(t, "render", row(t, h.rows(t, in), joni).Reason)
}

func TestAMailThatADeadWorkerHadClaimedIsSentByTheNextOne(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		in := h.accept(t, "r1", tier0)
		key := h.plan(t, in)
		claims, err := h.record.Claim(t.Context(), pim.ClaimRequest{
			EventKeys: []int64{key}, Limit: 2, Worker: "dead", Now: time.Now(), Lease: 300 * time.Millisecond,
		})
		require.NoError(t, err)
		require.Len(t, claims, 2)

		result := h.notify(t, in)
		require.Equal(t, pim.Counts{pim.StatusSent: 2, pim.StatusUnknown: 2, pim.StatusSkipped: 1}, counts(result),
			"it waited for the lease to end, and whether the two were sent nobody knows")
		require.False(t, result.UnknownUntil.IsZero())
		require.Len(t, h.inbox.Messages(), 2)

		h.pass(61 * time.Second)
		require.Equal(t, pim.Counts{pim.StatusSent: 4, pim.StatusSkipped: 1}, counts(h.notify(t, in)))
		for _, claim := range claims {
			require.Equal(t, 2, row(t, h.rows(t, in), claim.Recipient.Address).Attempt)
		}
		require.Len(t, h.inbox.Requests(), 4)
	})
}
