package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
	"pimnotify/starter/api"
)

const (
	waitTime = 10 * time.Second
	pollTime = 20 * time.Millisecond
)

// serve listens for real and answers a function that stops it and gives what Serve answered.
func serve(t *testing.T, h http.Handler) (addr string, stop func() error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- api.Serve(ctx, listener, h, nil) }()
	stop = func() error {
		cancel()
		return <-served
	}
	return listener.Addr().String(), stop
}

// slow answers when it is told to, and says whether the caller's context had ended meanwhile.
type slow struct {
	fake
	begun, goOn chan struct{}
}

func (s *slow) PutActivation(ctx context.Context, _, id string, _ pim.ActivationRequest) (pim.View, bool, error) {
	close(s.begun)
	<-s.goOn
	return pim.View{ID: id}, true, ctx.Err()
}

func TestStoppingLetsWhatHasBegunFinish(t *testing.T) {
	s := &slow{begun: make(chan struct{}), goOn: make(chan struct{})}
	addr, stop := serve(t, api.New(api.Options{Starter: s}))
	status := make(chan string, 1)
	go func() {
		request, _ := http.NewRequest(http.MethodPut, "http://"+addr+r1, strings.NewReader(request))
		request.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			status <- err.Error()
			return
		}
		defer answer.Body.Close()
		_, _ = io.Copy(io.Discard, answer.Body)
		status <- answer.Status
	}()
	<-s.begun
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	require.Eventually(t, func() bool { // no new connections
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, waitTime, pollTime)
	close(s.goOn)
	require.Equal(t, "201 Created", <-status)
	require.NoError(t, <-stopped)
}

func TestACallerWhoNeverSendsTheirBodyIsSentAway(t *testing.T) {
	t.Parallel()
	addr, stop := serve(t, api.New(api.Options{Starter: &fake{}}))
	defer func() { require.NoError(t, stop()) }()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{", r1)
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(30*time.Second)))
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusRequestTimeout, answer.StatusCode)
}

func TestHugeHeadersAreRefused(t *testing.T) {
	addr, stop := serve(t, api.New(api.Options{Starter: &fake{}}))
	defer func() { require.NoError(t, stop()) }()
	request, err := http.NewRequest(http.MethodGet, "http://"+addr+r1, nil)
	require.NoError(t, err)
	request.Header.Set("X-Filler", strings.Repeat("x", 64<<10))
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, answer.StatusCode)
}

func TestAListenerThatBreaksIsAnError(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	require.ErrorContains(t, api.Serve(t.Context(), listener, http.NotFoundHandler(), nil), "serve 127.0.0.1")
}
