package ses

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

const accountJSON = `{"SendingEnabled":true,"SendQuota":{"MaxSendRate":14,"Max24HourSend":50000,"SentLast24Hours":123}}`

func TestAccountTellsTheLimits(t *testing.T) {
	s := newStub(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, accountJSON) })
	a, err := s.sender(t, Options{}).Account(t.Context())
	require.NoError(t, err)
	require.Equal(t, Account{MaxSendRate: 14, Max24HourSend: 50000, SentLast24Hours: 123, SendingEnabled: true}, a)
}

func TestReadingIsRepeatedAFewTimes(t *testing.T) {
	n := 0
	s := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 1 {
			says(http.StatusInternalServerError, "", "oops")(w, r)
			return
		}
		_, _ = io.WriteString(w, accountJSON)
	})
	_, err := s.sender(t, Options{}).Account(t.Context())
	require.NoError(t, err)
	require.Len(t, s.requests(), 2)
}

func TestReadingGivesUp(t *testing.T) {
	s := newStub(t, says(http.StatusInternalServerError, "", "oops"))
	_, err := s.sender(t, Options{}).Account(t.Context())
	require.ErrorContains(t, err, "sending limits")
	require.Len(t, s.requests(), readAttempts)
}

func TestAnAccountWithoutAQuotaIsNoAnswer(t *testing.T) {
	s := newStub(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	_, err := s.sender(t, Options{}).Account(t.Context())
	require.ErrorContains(t, err, "SendQuota")
}
