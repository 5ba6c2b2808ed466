package ses

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/stretchr/testify/require"

	"pimnotify/mail"
)

// rawServer reads whole requests off each connection and lets answer do what it likes with the n-th of all. It goes on with
// the connection as long as answer says so.
func rawServer(t *testing.T, answer func(c net.Conn, n int) (goOn bool)) (url string, requests func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var mu sync.Mutex
	n := 0
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer func() { _ = c.Close() }()
				r := bufio.NewReader(c)
				for {
					req, err := http.ReadRequest(r)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, req.Body)
					mu.Lock()
					n++
					k := n
					mu.Unlock()
					if !answer(c, k) {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	return "http://" + l.Addr().String(), func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

func reset(c net.Conn, _ int) bool {
	_ = c.(*net.TCPConn).SetLinger(0)
	return false
}

func goodbye(net.Conn, int) bool { return false }

func writes(s string) func(net.Conn, int) bool {
	return func(c net.Conn, _ int) bool {
		_, _ = io.WriteString(c, s)
		return false
	}
}

// hang is silent until the other side goes.
func hang(c net.Conn, _ int) bool {
	_, _ = io.Copy(io.Discard, c)
	return false
}

func TestWhatTheConnectionDoesAfterTheRequestLeftIsUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(net.Conn, int) bool
		reason string
	}{
		"reset":           {reset, ReasonConnectionReset},
		"end of file":     {goodbye, ReasonConnectionClosed},
		"half a head":     {writes("HTTP/1.1 200 O"), ReasonConnectionClosed},
		"silence":         {hang, ReasonTimeout},
		"half a body":     {writes("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{\"MessageId\":\"0100"), ReasonUnreadableAnswer},
		"a body not JSON": {writes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<p>ok"), ReasonUnreadableAnswer},
		"no message id":   {writes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), ReasonNoMessageID},
		"an empty body":   {writes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), ReasonNoMessageID},
		"no HTTP":         {writes("SSH-2.0-OpenSSH\r\n\r\n"), ReasonUnlisted},
		"half an error":   {writes("HTTP/1.1 400 Bad\r\nContent-Length: 99\r\n\r\n{\"mess"), ReasonUnlisted},
		"500 and a reset": {writes("HTTP/1.1 500 Oops\r\nContent-Length: 99\r\n\r\n"), ReasonServerError},
		"a body that stops": {func(c net.Conn, n int) bool {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{\"Mess")
			return hang(c, n)
		}, ReasonTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			url, requests := rawServer(t, c.answer)
			timeout := soon
			if c.reason == ReasonTimeout {
				timeout = 200 * time.Millisecond
			}
			s, err := New(t.Context(), Options{Endpoint: url, Timeout: timeout})
			require.NoError(t, err)
			out := s.Send(t.Context(), message())
			require.Equal(t, mail.Unknown, out.Class, out)
			require.Equal(t, c.reason, out.Reason, out)
			require.NotEmpty(t, out.Detail)
			require.Equal(t, 1, requests(), "one send, one request")
		})
	}
}

// senderOver is a Sender whose connections are made by dial.
func senderOver(url string, dial func(ctx context.Context, network, address string) (net.Conn, error)) *Sender {
	tr := newTransport(nil, soon)
	tr.DialContext = dial
	return newSender(aws.Config{
		Region: "local", BaseEndpoint: aws.String(url), Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	}, tr, Options{Timeout: 200 * time.Millisecond})
}

func TestWhatNeverLeftMayBeSentAgain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	refusing := "http://" + l.Addr().String()
	require.NoError(t, l.Close())

	stranger := httptest.NewUnstartedServer(http.HandlerFunc(accepts)) // nobody trusts its certificate
	stranger.Config.ErrorLog = log.New(io.Discard, "", 0)
	stranger.StartTLS()
	defer stranger.Close()

	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes the connection and says nothing, so TLS never comes about
	require.NoError(t, err)
	defer func() { _ = silent.Close() }()

	over := make(chan struct{})
	defer close(over)
	for name, c := range map[string]struct {
		sender *Sender
		reason string
	}{
		"connection refused": {at(t, refusing, soon), ReasonUnreachable},
		"certificate":        {at(t, stranger.URL, soon), ReasonTLS},
		"TLS never comes":    {at(t, "https://"+silent.Addr().String(), 200*time.Millisecond), ReasonTimeout},
		"no such name": {senderOver("http://ses.invalid", func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "ses.invalid", IsNotFound: true}}
		}), ReasonNameNotResolved},
		"connecting takes too long": {senderOver("http://ses.invalid", func(context.Context, string, string) (net.Conn, error) {
			<-over // net/http lets a dial go on for others when the request that asked for it has given up
			return nil, io.EOF
		}), ReasonTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			out := c.sender.Send(t.Context(), message())
			require.Equal(t, mail.Again, out.Class, out)
			require.Equal(t, c.reason, out.Reason, out)
		})
	}
}

func at(t *testing.T, url string, timeout time.Duration) *Sender {
	t.Helper()
	s, err := New(t.Context(), Options{Endpoint: url, Timeout: timeout})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func TestCancelledBeforeItLeftIsAgainAndAfterwardsUnknown(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url, requests := rawServer(t, func(c net.Conn, n int) bool {
		cancel() // the request is here
		return hang(c, n)
	})
	s := at(t, url, soon)
	out := s.Send(ctx, message())
	require.Equal(t, mail.Unknown, out.Class, out)
	require.Equal(t, ReasonCancelled, out.Reason, out)

	out = s.Send(ctx, message())
	require.Equal(t, mail.Again, out.Class, out)
	require.Equal(t, ReasonCancelled, out.Reason, out)
	require.Equal(t, 1, requests())
}

const keepAlive = "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{\"MessageId\":\"m-1\"}"

// dyingAtSecond answers the first request and keeps the connection; later ones it reads and ends without a word.
func dyingAtSecond(c net.Conn, n int) bool {
	if n > 1 {
		return false
	}
	_, _ = io.WriteString(c, keepAlive)
	return true
}

func TestNetHTTPNeverRepeatsASendOnAReusedConnection(t *testing.T) {
	url, requests := rawServer(t, dyingAtSecond)
	s := at(t, url, soon)
	require.Equal(t, mail.Sent, s.Send(t.Context(), message()).Class)
	out := s.Send(t.Context(), message())
	require.Equal(t, mail.Unknown, out.Class, out)
	require.Equal(t, ReasonConnectionClosed, out.Reason, out)
	require.Equal(t, 2, requests(), "two sends, two requests")

	// The control: the same server, and a request that net/http takes for repeatable. It arrives once more than it was made.
	url, requests = rawServer(t, dyingAtSecond)
	client := &http.Client{Transport: newTransport(nil, soon)}
	for range 2 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
		require.NoError(t, err)
		req.Header.Set("Idempotency-Key", "1")
		if resp, err := client.Do(req); err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	}
	require.Greater(t, requests(), 2, "net/http does repeat, if it is let")
}

// deaf is a connection that the operating system takes nothing for from the second request on.
type deaf struct {
	net.Conn
	writes int
}

func (d *deaf) Write(p []byte) (int, error) {
	if d.writes++; d.writes > 1 {
		return 0, &net.OpError{Op: "write", Err: errors.New("broken pipe")}
	}
	return d.Conn.Write(p)
}

func TestAConnectionThatDiedBeforeAByteWasWrittenIsAgain(t *testing.T) {
	url, requests := rawServer(t, func(c net.Conn, _ int) bool {
		_, _ = io.WriteString(c, keepAlive)
		return true
	})
	dials := 0
	s := senderOver(url, func(ctx context.Context, network, address string) (net.Conn, error) {
		dials++
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		return &meteredConn{Conn: &deaf{Conn: c}}, err
	})
	require.Equal(t, mail.Sent, s.Send(t.Context(), message()).Class)
	out := s.Send(t.Context(), message())
	require.Equal(t, mail.Again, out.Class, out)
	require.Equal(t, ReasonConnectionStale, out.Reason, out)
	require.Equal(t, 1, requests())
	require.Equal(t, 1, dials, "and net/http did not try another connection by itself")
}

func TestARedirectIsNotFollowed(t *testing.T) {
	for _, status := range []int{302, 307, 308} {
		s := newStub(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", status)
		})
		out := s.sender(t, Options{}).Send(t.Context(), message())
		require.Equal(t, mail.Unknown, out.Class, out)
		require.Len(t, s.requests(), 1)
	}
}

func TestSixtyFourSendsAreInTheAirAtOnceAndKeepTheirConnections(t *testing.T) {
	var mu sync.Mutex
	waiting, all := 0, make(chan struct{})
	remotes := map[string]bool{}
	s := newStub(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		remotes[r.RemoteAddr] = true
		if waiting++; waiting == inFlight {
			close(all)
		}
		mu.Unlock()
		select {
		case <-all: // answers come only when all of them are here
			accepts(w, r)
		case <-r.Context().Done():
		}
	})
	sender := s.sender(t, Options{})
	var sends sync.WaitGroup
	for range 2 {
		for range inFlight {
			sends.Go(func() {
				if out := sender.Send(context.Background(), message()); out.Class != mail.Sent {
					t.Errorf("%+v", out)
				}
			})
		}
		sends.Wait()
	}
	require.Len(t, s.requests(), 2*inFlight)
	require.LessOrEqual(t, len(remotes), inFlight+inFlight/4, "the second wave went over the first one's connections")
}
