package ses

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

const (
	// inFlight is how many sends a worker usually has in the air: so many connections are kept warm.
	inFlight = 64
	// maxConns is where a send waits for a connection rather than open one more.
	maxConns = 2 * inFlight
	// idleTimeout is short on purpose: a connection that the other side closes while a request is being written to it makes an
	// unknown outcome, which costs far more than a new handshake.
	idleTimeout = 15 * time.Second
)

// newTransport starts from the SDK's own transport (proxy, AWS_CA_BUNDLE) and makes it one that cannot repeat a request:
//
//   - HTTP/1.1 only. An HTTP/2 connection that breaks takes all the sends on it along; here it takes one.
//   - net/http repeats a POST by itself on a reused connection only when no byte was written and the request has a GetBody, or
//     when it carries an Idempotency-Key header. The SDK's requests have no GetBody, and nothing here may set that header.
func newTransport(configured aws.HTTPClient, dialTimeout time.Duration) *http.Transport {
	buildable, ok := configured.(*awshttp.BuildableClient)
	if !ok {
		buildable = awshttp.NewBuildableClient()
	}
	t := buildable.GetTransport()
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &meteredConn{Conn: c}, nil
	}
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	t.ForceAttemptHTTP2 = false
	t.MaxIdleConns, t.MaxIdleConnsPerHost, t.MaxConnsPerHost = inFlight, inFlight, maxConns
	t.IdleConnTimeout = idleTimeout
	t.ResponseHeaderTimeout = 0 // the attempt's own time-out rules, so that there is one way to time out
	return t
}

// meteredConn counts the bytes that the operating system took.
type meteredConn struct {
	net.Conn
	written atomic.Int64
}

func (c *meteredConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n))
	return n, err
}

// flight is what is known about one send: whether it came as far as HTTP, and whether any byte of it left.
type flight struct {
	mu     sync.Mutex
	asked  bool
	conn   *meteredConn
	before int64 // bytes written to conn, TLS handshake and earlier requests, before this request had it
	wrote  bool
}

type flightKey struct{}

func withFlight(ctx context.Context) (context.Context, *flight) {
	f := &flight{}
	return context.WithValue(ctx, flightKey{}, f), f
}

// gotConn is called with the connection that the request is about to be written to.
func (f *flight) gotConn(info httptrace.GotConnInfo) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := info.Conn
	if t, ok := c.(interface{ NetConn() net.Conn }); ok { // *tls.Conn
		c = t.NetConn()
	}
	metered, ok := c.(*meteredConn)
	if !ok {
		f.wrote = true // not one of ours, so nobody counts: take the worse for true
		return
	}
	f.conn, f.before = metered, metered.written.Load()
}

// landed notes what left. net/http gives an error only after the connection's writer has ended, so the count is final.
func (f *flight) landed(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil || f.conn != nil && f.conn.written.Load() != f.before {
		f.wrote = true
	}
}

func (f *flight) state() (asked, gotConn, wrote bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked, f.conn != nil, f.wrote
}

// once is the HTTP client of sends. The trace is put on here and not in Send, so that requests which fetch credentials in
// the same context are not taken for the mail's.
type once struct{ client *http.Client }

func (o *once) Do(req *http.Request) (*http.Response, error) {
	f, ok := req.Context().Value(flightKey{}).(*flight)
	if !ok {
		f = &flight{}
	}
	f.mu.Lock()
	f.asked = true
	f.mu.Unlock()
	req, err := single(req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: f.gotConn})))
	if err != nil {
		return nil, err
	}
	resp, err := o.client.Do(req)
	f.landed(err)
	return resp, err
}

// single makes it a request that net/http will not repeat, and whose body it holds in memory. The SDK's own body is closed by
// the SDK as soon as the answer's head is there, which can be before net/http has noticed that the whole body was written; it
// then takes the connection for broken and drops the rest of the answer, and a mail that was sent becomes an unknown one.
func single(req *http.Request) (*http.Request, error) {
	req.GetBody = nil
	req.Header.Del("Idempotency-Key")
	req.Header.Del("X-Idempotency-Key")
	if req.Body == nil {
		return req, nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return req, nil
}
