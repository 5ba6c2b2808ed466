package activities_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

func TestMailsAreHeldWhileSESWillNotTakeThemAndGoOnAfterwards(t *testing.T) {
	t.Parallel()
	const size, inFlight = 100, 16
	for _, c := range []struct {
		name, held string
		stop       func(*inbox.Inbox)
	}{
		{"credentials", "held:credentials", fails(http.StatusForbidden, "ExpiredTokenException", "The security token included in the request is expired")},
		{"access denied", "held:accessDenied", fails(http.StatusForbidden, "AccessDeniedException", "not authorized to perform ses:SendEmail")},
		{"suspended", "held:accountSuspended", fails(http.StatusBadRequest, "AccountSuspendedException", "suspended")},
		{"paused", "held:sendingPaused", func(b *inbox.Inbox) { b.SetAccount(inbox.Account{SendingPaused: true}) }},
		{"sender", "held:senderNotVerified", func(b *inbox.Inbox) { b.SetIdentities(map[string]bool{"contoso.example": false}) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, size)
			h.InFlight = inFlight
			c.stop(h.inbox)
			in := h.accept(t, "r1", crowd)

			result := h.notify(t, in)
			require.Equal(t, c.held, result.Held)
			require.Equal(t, pim.Counts{pim.StatusPlanned: size}, counts(result))
			require.False(t, result.Settled())
			require.False(t, result.Unreachable)
			require.Equal(t, c.held, h.rows(t, in)[0].Reason)
			probes := len(h.inbox.Requests())
			require.LessOrEqual(t, probes, inFlight, "what was on its way when the first answer came, and no more")

			for again := 1; again <= 3; again++ {
				require.Equal(t, result, h.notify(t, in))
				require.Len(t, h.inbox.Requests(), probes+again, "one mail asks whether they are taken again")
			}

			h.inbox.SetFaults()
			h.inbox.SetAccount(inbox.Account{})
			h.inbox.SetIdentities(nil)
			result = h.notify(t, in)
			require.Equal(t, pim.Counts{pim.StatusSent: size}, counts(result))
			require.Empty(t, result.Held)
			require.Len(t, h.inbox.Messages(), size)
		})
	}
}

func fails(status int, code, message string) func(*inbox.Inbox) {
	return func(b *inbox.Inbox) {
		b.SetFaults(inbox.Fault{Kind: inbox.Fail, Status: status, Code: code, Message: message})
	}
}

func TestMailsBeyondTheDailyQuotaWaitForIt(t *testing.T) {
	t.Parallel()
	onBoth(t, 100, func(t *testing.T, h *house) {
		h.inbox.SetAccount(inbox.Account{Max24HourSend: 40})
		in := h.accept(t, "r1", crowd)
		result := h.notify(t, in)
		require.Equal(t, "held:dailyQuota", result.Held)
		require.Equal(t, pim.Counts{pim.StatusSent: 40, pim.StatusPlanned: 60}, counts(result))
		h.inbox.SetAccount(inbox.Account{Max24HourSend: 400})
		require.Equal(t, pim.Counts{pim.StatusSent: 100}, counts(h.notify(t, in)))
	})
}

func TestThrottledMailsAreSentAfterAPauseHoweverOftenTheyAreThrottled(t *testing.T) {
	t.Parallel()
	const size = 60
	h := newHouse(t, size)
	h.InFlight = 32
	h.inbox.SetFaults(
		inbox.Fault{Kind: inbox.Throttle, Next: 34}, // everything for a while
		inbox.Fault{Kind: inbox.Throttle, Chance: 0.2, Seed: 7},
	)
	in := h.accept(t, "r1", crowd)
	began := time.Now()
	result := h.notify(t, in)
	require.Equal(t, pim.Counts{pim.StatusSent: size}, counts(result))
	require.Empty(t, result.Held)
	throttled := 0
	for _, r := range h.inbox.Requests() {
		if r.Answer == "429 TooManyRequestsException" {
			throttled++
		}
	}
	require.Greater(t, throttled, 34)
	require.Len(t, h.inbox.Requests(), size+throttled)
	require.Greater(t, time.Since(began), 1500*time.Millisecond, "three pauses for the first, and each longer than the one before")
}

func TestMailsThatTheRateOfTheAccountRefusesAreAllSentInTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 100)
	h.inbox.SetAccount(inbox.Account{MaxSendRate: 60}) // a burst of 60, then 60 a second, and nobody keeps to it
	in := h.accept(t, "r1", crowd)
	require.Equal(t, pim.Counts{pim.StatusSent: 100}, counts(h.notify(t, in)))
	for mail, n := range requestsOf(h.inbox) {
		require.LessOrEqual(t, n, 10, "mail %s was hammered", mail)
	}
}

func TestMailsAreHeldWhenNothingButThrottlingComesForAWhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 30)
	h.SetPatience(quick, quick)
	h.inbox.SetFaults(inbox.Fault{Kind: inbox.Throttle})
	in := h.accept(t, "r1", crowd)
	result := h.notify(t, in)
	require.Equal(t, "held:sendingRate", result.Held)
	require.Equal(t, pim.Counts{pim.StatusPlanned: 30}, counts(result))
	require.LessOrEqual(t, len(h.inbox.Requests()), 30+3, "after the first batch, one asks at a time")
}

func TestMailsAreHeldWhileSESCannotBeReachedAndGoOnAfterwards(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 30)
	h.SetPatience(quick, quick)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	h.Sender = h.sender(t, "http://"+address)
	in := h.accept(t, "r1", crowd)
	result := h.notify(t, in)
	require.Equal(t, "held:unreachable", result.Held)
	require.Equal(t, pim.Counts{pim.StatusPlanned: 30}, counts(result))
	require.Equal(t, 1, h.logs.FilterMessage("mails are held").FilterField(zap.String("reason", "unreachable")).Len())

	listener, err = net.Listen("tcp", address)
	require.NoError(t, err)
	back := &httptest.Server{Listener: listener, Config: &http.Server{Handler: h.inbox}}
	back.Start()
	t.Cleanup(back.Close)
	result = h.notify(t, in)
	require.Equal(t, pim.Counts{pim.StatusSent: 30}, counts(result))
	require.Empty(t, result.Held)
	require.Len(t, h.inbox.Requests(), 30)
}
