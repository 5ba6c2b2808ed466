package inbox_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail"
	"pimnotify/mail/inbox"
	"pimnotify/mail/ses"
)

func crossSite(b http.Handler, method, path string) int {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w.Code
}

// pass lets time go by, which takes none of it in a synctest bubble.
func pass(d time.Duration) { <-time.After(d) }

func TestTheSendRateIsASecondsWorthAtOnceAndThenTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inbox.New(inbox.Options{Account: inbox.Account{MaxSendRate: 2}})
		require.Equal(t, []int{200, 200, 429}, outcomes(b, 3))
		pass(500 * time.Millisecond)
		require.Equal(t, []int{200, 429}, outcomes(b, 2))
		pass(time.Hour)
		require.Equal(t, []int{200, 200, 429}, outcomes(b, 3))

		b.SetAccount(inbox.Account{MaxSendRate: 0.5})
		require.Equal(t, []int{200, 429}, outcomes(b, 2))
		pass(2 * time.Second)
		require.Equal(t, []int{200, 429}, outcomes(b, 2))
	})
}

func TestTheDailyQuotaFallsAfterADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inbox.New(inbox.Options{Account: inbox.Account{Max24HourSend: 3}})
		require.Equal(t, []int{200, 200}, outcomes(b, 2))
		pass(time.Hour)
		require.Equal(t, []int{200, 429}, outcomes(b, 2))
		pass(23*time.Hour + 2*time.Minute)
		require.Equal(t, []int{200, 200, 429}, outcomes(b, 3))
	})
}

func TestTheSenderReadsTheAccount(t *testing.T) {
	b, s, _ := serve(t, inbox.Options{})
	a, err := s.Account(t.Context())
	require.NoError(t, err)
	require.Equal(t, ses.Account{MaxSendRate: 500, Max24HourSend: -1, SendingEnabled: true}, a)

	b.SetAccount(inbox.Account{MaxSendRate: 14, Max24HourSend: 2})
	require.Equal(t, mail.Sent, s.Send(t.Context(), message(isabella)).Class)
	require.Equal(t, mail.Sent, s.Send(t.Context(), message(isabella)).Class)
	require.Equal(t, ses.ReasonDailyQuota, s.Send(t.Context(), message(isabella)).Reason)
	b.SetAccount(inbox.Account{MaxSendRate: 14, Max24HourSend: 3, SendingPaused: true})
	require.Equal(t, ses.ReasonSendingPaused, s.Send(t.Context(), message(isabella)).Reason)
	a, err = s.Account(t.Context())
	require.NoError(t, err)
	require.Equal(t, ses.Account{MaxSendRate: 14, Max24HourSend: 3, SentLast24Hours: 2}, a)
}

func TestTheSenderChecksItsIdentity(t *testing.T) {
	b, s, _ := serve(t, inbox.Options{})
	warning, err := s.CheckIdentity(t.Context(), "sender@contoso.example")
	require.NoError(t, err, "unless told otherwise everything is verified")
	require.Empty(t, warning)

	for _, identities := range []map[string]bool{{}, {"sender@contoso.example": false, "contoso.example": false}, {"other@contoso.example": true}} {
		b.SetIdentities(identities)
		_, err = s.CheckIdentity(t.Context(), "sender@contoso.example")
		require.ErrorContains(t, err, "SES cannot send from sender@contoso.example")
		require.Equal(t, ses.ReasonSenderNotVerified, s.Send(t.Context(), message(isabella)).Reason)
	}
	for _, identities := range []map[string]bool{{"Sender@contoso.example": true}, {"contoso.example": true}} {
		b.SetIdentities(identities)
		_, err = s.CheckIdentity(t.Context(), "sender@contoso.example")
		require.NoError(t, err)
		require.Equal(t, mail.Sent, s.Send(t.Context(), message(isabella)).Class)
	}
}
