package inbox_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail"
	"pimnotify/mail/inbox"
	"pimnotify/mail/ses"
)

func TestTheSenderUnderstandsEveryFault(t *testing.T) {
	const unverified = "Email address is not verified. The following identities failed the check in region LOCAL: "
	fail := func(status int, code, message string) inbox.Fault {
		return inbox.Fault{Kind: inbox.Fail, Status: status, Code: code, Message: message}
	}
	after := func(f inbox.Fault) inbox.Fault {
		f.AfterAccepting = true
		return f
	}
	for _, c := range []struct {
		fault   inbox.Fault
		class   mail.Class
		reason  string
		arrived int
		answer  string
	}{
		{inbox.Fault{Kind: inbox.Latency, Delay: inbox.Duration(time.Millisecond)}, mail.Sent, "", 1, "200"},
		{inbox.Fault{Kind: inbox.Latency, Delay: inbox.Duration(time.Minute)}, mail.Unknown, ses.ReasonTimeout, 0, "gone"},
		{after(inbox.Fault{Kind: inbox.Latency, Delay: inbox.Duration(time.Millisecond)}), mail.Sent, "", 1, "200"},
		{after(inbox.Fault{Kind: inbox.Latency, Delay: inbox.Duration(time.Minute)}), mail.Unknown, ses.ReasonTimeout, 1, "accepted, gone"},
		{inbox.Fault{Kind: inbox.Throttle}, mail.Throttled, ses.ReasonSendingRate, 0, "429 TooManyRequestsException"},
		{fail(429, "TooManyRequestsException", "Daily message quota exceeded."), mail.Held, ses.ReasonDailyQuota, 0, "429 TooManyRequestsException"},
		{fail(403, "AccessDeniedException", "no"), mail.Held, ses.ReasonAccessDenied, 0, "403 AccessDeniedException"},
		{fail(403, "ExpiredTokenException", "expired"), mail.Held, ses.ReasonCredentials, 0, "403 ExpiredTokenException"},
		{fail(400, "AccountSuspendedException", "no"), mail.Held, ses.ReasonAccountSuspended, 0, "400 AccountSuspendedException"},
		{fail(400, "SendingPausedException", "no"), mail.Held, ses.ReasonSendingPaused, 0, "400 SendingPausedException"},
		{fail(404, "NotFoundException", "no set"), mail.Held, ses.ReasonConfigurationSetGone, 0, "404 NotFoundException"},
		{fail(400, "LimitExceededException", "no"), mail.Held, ses.ReasonLimitExceeded, 0, "400 LimitExceededException"},
		{inbox.Fault{Kind: inbox.Reject, Message: unverified + "sender@contoso.example"}, mail.Held, ses.ReasonSenderNotVerified, 0, "400 MessageRejected"},
		{inbox.Fault{Kind: inbox.Reject, Message: unverified + isabella}, mail.Refused, ses.ReasonRecipientNotVerified, 0, "400 MessageRejected"},
		{inbox.Fault{Kind: inbox.Reject, Message: "a virus", Recipient: "isabella@*"}, mail.Refused, ses.ReasonMessageRejected, 0, "400 MessageRejected"},
		{inbox.Fault{Kind: inbox.Reject, Recipient: "*@elsewhere.example"}, mail.Sent, "", 1, "200"},
		{fail(0, "", ""), mail.Unknown, ses.ReasonServerError, 0, "500 "},
		{fail(418, "Teapot", ""), mail.Unknown, ses.ReasonUnlisted, 0, "418 Teapot"},
		{inbox.Fault{Kind: inbox.Cut}, mail.Unknown, ses.ReasonConnectionReset, 0, "cut"},
		{inbox.Fault{Kind: inbox.Hang}, mail.Unknown, ses.ReasonTimeout, 0, "hang"},
		{inbox.Fault{Kind: inbox.Hang, Delay: inbox.Duration(time.Millisecond)}, mail.Unknown, ses.ReasonConnectionReset, 0, "hang"},
		{after(inbox.Fault{Kind: inbox.Cut}), mail.Unknown, ses.ReasonConnectionReset, 1, "accepted, cut"},
		{after(inbox.Fault{Kind: inbox.Hang}), mail.Unknown, ses.ReasonTimeout, 1, "accepted, hang"},
		{after(fail(503, "", "")), mail.Unknown, ses.ReasonServerError, 1, "accepted, 503 "},
		{inbox.Fault{Kind: inbox.Truncate}, mail.Unknown, ses.ReasonUnreadableAnswer, 1, "accepted, truncated"},
	} {
		t.Run(fmt.Sprintf("%s %d %s %v %s", c.fault.Kind, c.fault.Status, c.fault.Code, c.fault.AfterAccepting, c.reason), func(t *testing.T) {
			b, s, url := serve(t, inbox.Options{Faults: []inbox.Fault{c.fault}})
			if c.reason == ses.ReasonTimeout {
				s = sender(t, url, 200*time.Millisecond)
			}
			out := s.Send(t.Context(), message(isabella))
			require.Equal(t, c.class, out.Class, out)
			require.Equal(t, c.reason, out.Reason, out)
			require.Len(t, b.Messages(), c.arrived)
			require.Eventually(t, func() bool { return len(b.Requests()) == 1 }, 5*time.Second, time.Millisecond, "a hang is noted when it ends")
			require.Equal(t, c.answer, b.Requests()[0].Answer)
		})
	}
}

func TestNoMailArrivesTwiceAndNoneThatSurelyDidNot(t *testing.T) {
	const mails = 600
	kinds := []inbox.Fault{
		{Kind: inbox.Cut}, {Kind: inbox.Throttle}, {Kind: inbox.Fail, Status: 503},
		{Kind: inbox.Cut, AfterAccepting: true}, {Kind: inbox.Fail, AfterAccepting: true}, {Kind: inbox.Truncate},
	}
	for i := range kinds {
		kinds[i].Chance, kinds[i].Seed = 0.05, uint64(i)
	}
	b, s, _ := serve(t, inbox.Options{Faults: kinds})
	classes := make([]mail.Class, mails)
	var all sync.WaitGroup
	slots := make(chan struct{}, 64)
	for i := range mails {
		slots <- struct{}{}
		all.Go(func() {
			m := message(isabella)
			m.ID = strconv.Itoa(i)
			classes[i] = s.Send(context.Background(), m).Class
			<-slots
		})
	}
	all.Wait()
	arrived := make([]int, mails)
	for _, m := range b.Messages() {
		i, err := strconv.Atoi(m.Tags["mail"])
		require.NoError(t, err)
		arrived[i]++
	}
	seen := map[mail.Class]int{}
	for i, class := range classes {
		seen[class]++
		switch class {
		case mail.Sent:
			require.Equal(t, 1, arrived[i])
		case mail.Unknown:
			require.LessOrEqual(t, arrived[i], 1)
		default:
			require.Zero(t, arrived[i], class)
		}
	}
	require.Len(t, b.Requests(), mails-seen[mail.Again], "one send, one request")
	require.Greater(t, seen[mail.Unknown], mails/20)
	require.Greater(t, seen[mail.Throttled], mails/50)
	require.Greater(t, seen[mail.Sent], mails/2)
}

func outcomes(b *inbox.Inbox, n int) (codes []int) {
	for range n {
		codes = append(codes, post(b, raw(nil)).Code)
	}
	return codes
}

func TestTheNextNFailAndThenNoMore(t *testing.T) {
	b := inbox.New(inbox.Options{Faults: []inbox.Fault{{Kind: inbox.Throttle, Next: 2}, {Kind: inbox.Fail, Status: 503, Next: 1}}})
	require.Equal(t, []int{429, 429, 503, 200, 200}, outcomes(b, 5))
}

func TestChanceIsPlayedAgainWithTheSameSeed(t *testing.T) {
	play := func(seed uint64) []int {
		return outcomes(inbox.New(inbox.Options{Faults: []inbox.Fault{{Kind: inbox.Throttle, Chance: 0.3, Seed: seed}}}), 1000)
	}
	first := play(7)
	require.Equal(t, first, play(7))
	require.NotEqual(t, first, play(8))
	refused := 0
	for _, code := range first {
		if code == 429 {
			refused++
		}
	}
	require.InDelta(t, 300, refused, 60)
}

func TestAFaultAfterAcceptingWaitsForAMailThatIsAccepted(t *testing.T) {
	b := inbox.New(inbox.Options{Faults: []inbox.Fault{{Kind: inbox.Fail, AfterAccepting: true, Next: 1}}})
	require.Equal(t, 400, post(b, raw(func(m map[string]any) { delete(m, "FromEmailAddress") })).Code)
	require.Equal(t, []int{500, 200}, outcomes(b, 2))
	require.Len(t, b.Messages(), 2)
}

func TestSetFaultsReplaces(t *testing.T) {
	b := inbox.New(inbox.Options{Faults: []inbox.Fault{{Kind: inbox.Throttle}}})
	b.SetFaults(inbox.Fault{Kind: inbox.Fail, Status: 503})
	require.Equal(t, []int{503}, outcomes(b, 1))
	b.SetFaults()
	require.Equal(t, []int{200}, outcomes(b, 1))
}
