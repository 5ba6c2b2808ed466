package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

// observe has the record learn what SES says of a mail that the inbox took.
func (h *house) observe(t *testing.T, m inbox.Received, kind pim.ObservationKind) pim.Observed {
	t.Helper()
	all, err := h.record.Observe(t.Context(), []pim.Observation{{
		MailID: m.Tags["mail"], Attempt: 1, MessageID: m.ID, Kind: kind, Reason: string(kind), Subject: m.Subject, SentAt: m.At, At: m.At,
	}}, time.Now())
	require.NoError(t, err)
	return all[0]
}

// The process waits for the grace time and asks again: what was proven meanwhile is not sent a second time.
func TestWhatWasProvenDuringTheGraceTimeIsNotSentAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		h.inbox.SetFaults(inbox.Fault{Kind: inbox.Cut, AfterAccepting: true})
		in := h.accept(t, "r1", tier0)
		result := h.notify(t, in)
		require.Equal(t, pim.Counts{pim.StatusUnknown: 4, pim.StatusSkipped: 1}, counts(result))
		require.False(t, result.UnknownUntil.IsZero())
		h.inbox.SetFaults()
		for _, m := range h.inbox.Messages()[:3] {
			require.Equal(t, pim.StatusDelivered, h.observe(t, m, pim.ObservedDelivery).To)
		}
		h.pass(2 * time.Minute)
		result = h.notify(t, in)
		require.True(t, result.Settled())
		require.Equal(t, pim.Counts{pim.StatusDelivered: 3, pim.StatusSent: 1, pim.StatusSkipped: 1}, counts(result))
		require.Len(t, h.inbox.Messages(), 5, "one was not proven")
	})
}

func TestWhereEveryApproverIsSuppressedNobodyCanAct(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	alarms := 0
	h.Unreachable = func() { alarms++ }
	in := h.accept(t, "r1", tier0)
	h.notify(t, in)
	require.Zero(t, alarms)
	lost := 0
	for _, m := range h.inbox.Messages() {
		if h.observe(t, m, pim.ObservedBounce).Unreachable {
			lost++
		}
	}
	require.Equal(t, 1, lost, "with the last of them")

	later := h.accept(t, "r2", tier0)
	result := h.notify(t, later)
	require.True(t, result.Settled())
	require.True(t, result.Unreachable)
	require.Equal(t, 1, alarms)
	require.Equal(t, pim.Counts{pim.StatusSuppressed: 4, pim.StatusSkipped: 1}, counts(result))
	require.Len(t, h.inbox.Requests(), 4, "nothing was sent to them")
	require.Equal(t, "suppressed:bounce", row(t, h.rows(t, later), joni).Reason)
}
