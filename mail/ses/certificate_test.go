package ses

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestACertificateThatCannotBeUsedIsNoProof(t *testing.T) {
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	key := snsKey()
	for name, served := range map[string][]byte{
		"expired":       certificate(t, &key.PublicKey, key, noon.AddDate(0, -2, 0), noon.AddDate(0, -1, 0)),
		"not yet valid": certificate(t, &key.PublicKey, key, noon.AddDate(0, 1, 0), noon.AddDate(0, 2, 0)),
		"no RSA key":    certificate(t, &other.PublicKey, other, noon.AddDate(0, -1, 0), noon.AddDate(0, 1, 0)),
		"no PEM":        []byte("hello"),
		"broken":        pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}),
	} {
		t.Run(name, func(t *testing.T) {
			s := newSNS(t)
			s.certif = served
			var refused *RefusedMessage
			require.ErrorAs(t, s.post(t, s.sign(t, notified())), &refused)
			require.Equal(t, RefusedCertificate, refused.Reason)
			require.Empty(t, s.recorded)
		})
	}
}

func TestACertificateThatIsNotServedNowMeansLater(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"an error": func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		"a redirect": func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://evil.example/")
			w.WriteHeader(http.StatusFound)
		},
		"too much": func(w http.ResponseWriter) { _, _ = w.Write(make([]byte, maxFetched+1)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSNS(t)
			s.answer = answer
			err := s.post(t, s.sign(t, notified()))
			require.ErrorContains(t, err, "ask "+snsHost)
			require.NotErrorAs(t, err, new(*RefusedMessage), "it is not the message that is wrong")
			require.Empty(t, s.recorded)
			s.answer = nil
			require.NoError(t, s.post(t, s.sign(t, notified())))
		})
	}
}

// Whoever makes a name up must not be answered that the message is wanted later: it would not be counted as refused.
func TestACertificateThatSNSDoesNotHaveIsNoProof(t *testing.T) {
	for _, status := range []int{http.StatusForbidden, http.StatusNotFound, http.StatusGone} {
		s := newSNS(t)
		s.answer = func(w http.ResponseWriter) { w.WriteHeader(status) }
		var refused *RefusedMessage
		require.ErrorAs(t, s.post(t, s.sign(t, notified())), &refused)
		require.Equal(t, RefusedCertificate, refused.Reason)
		require.Empty(t, s.recorded)
	}
}

// Whoever can reach the API can name certificates. SNS is not asked for all of them at once.
func TestMadeUpCertificatesAreAskedForAFewAtATime(t *testing.T) {
	s := newSNS(t)
	var asked, most atomic.Int32
	release := make(chan struct{})
	s.client.Transport.(*http.Transport).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		most.Store(max(most.Load(), asked.Add(1)))
		defer asked.Add(-1)
		select {
		case <-release:
		case <-ctx.Done():
		}
		return nil, errors.New("away")
	}
	var all sync.WaitGroup
	for i := range 10 {
		p := notified()
		p["SigningCertURL"] = fmt.Sprintf("https://%s/SimpleNotificationService-%d.pem", snsHost, i)
		body, err := json.Marshal(s.sign(t, p))
		require.NoError(t, err)
		all.Go(func() {
			err := s.Take(t.Context(), body)
			assert.Error(t, err)
			assert.NotErrorAs(t, err, new(*RefusedMessage), "it may be posted again")
		})
	}
	require.Eventually(t, func() bool { return asked.Load() == fetchesAtOnce }, 5*time.Second, time.Millisecond)
	close(release)
	all.Wait()
	require.EqualValues(t, fetchesAtOnce, most.Load())
}
