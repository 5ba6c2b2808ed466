package directory

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	// callTimeout is how long one call may take, its whole answer read.
	callTimeout = 10 * time.Second
	// maxAnswer is more than a group of 100,000 members needs.
	maxAnswer = 16 << 20
	// maxHeader bounds the headers of an answer.
	maxHeader = 64 << 10
)

// statusError is an answer that is none of those that the contract knows.
type statusError struct{ status int }

func (e statusError) Error() string { return fmt.Sprintf("the directory answered %d", e.status) }

// caller calls one service. It never calls twice: whoever asks decides whether and when to ask again.
type caller struct {
	base    *url.URL
	token   func() bearer // nil: none
	client  *http.Client
	known   *answers
	timeout time.Duration
}

func newCaller(base *url.URL) *caller {
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
		DialContext:         (&net.Dialer{Timeout: callTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: callTimeout, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		MaxIdleConns: 16, MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: maxHeader,
	}
	// A redirect would carry questions, and perhaps the token, to where nobody configured them to go.
	refuse := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &caller{
		base: base, known: newAnswers(maxKnown), timeout: callTimeout,
		client: &http.Client{Transport: transport, CheckRedirect: refuse},
	}
}

// get asks for what lies below the base and reads the answer. Errors name the path and never the query, which holds ids.
func get[T any](ctx context.Context, c *caller, query url.Values, read func([]byte) (T, error), path ...string) (T, error) {
	u := c.base.JoinPath(path...)
	u.RawQuery = query.Encode()
	answer, err := ask(ctx, c, u.String(), read)
	if err != nil {
		return answer, fmt.Errorf("GET %s: %w", u.Path, err)
	}
	return answer, nil
}

func ask[T any](ctx context.Context, c *caller, address string, read func([]byte) (T, error)) (none T, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return none, errors.New("no request can be made of this")
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "pimnotify")
	if c.token != nil {
		request.Header.Set("Authorization", "Bearer "+string(c.token()))
	}
	before, seen := c.known.get(address)
	if seen {
		request.Header.Set("If-None-Match", before.tag)
	}
	response, err := c.client.Do(request)
	if err != nil {
		return none, quiet(err)
	}
	defer func() { _ = response.Body.Close() }() // what matters of it has been read
	tag := entityTag(response.Header)
	switch {
	case response.StatusCode == http.StatusNotModified:
		answer, ok := before.content.(T)
		if !seen || !ok || (tag != "" && opaqueTag(tag) != opaqueTag(before.tag)) {
			return none, errors.New("the directory says that an answer still holds which it never gave")
		}
		return answer, nil
	case response.StatusCode != http.StatusOK:
		return none, statusError{response.StatusCode}
	}
	data, err := body(response)
	if err != nil {
		return none, err
	}
	answer, err := read(data)
	if err != nil {
		return none, fmt.Errorf("the answer is not what the contract says: %w", err)
	}
	c.known.put(address, tag, answer, len(data))
	return answer, nil
}

// body is an answer's text, where it is JSON by its own account: a page that tells of a fault, or asks to sign in, often comes with
// status 200.
func body(response *http.Response) ([]byte, error) {
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, errors.New("the answer must be application/json")
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", quiet(err))
	}
	if len(data) > maxAnswer {
		return nil, fmt.Errorf("the answer must be at most %d bytes", maxAnswer)
	}
	return data, nil
}

// quiet is an error of the network without the URL, whose query holds ids, and without what the other side may have written.
func quiet(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var network *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.As(err, &network), errors.As(err, &certificate):
		return err
	default:
		return errors.New("no HTTP answer came")
	}
}
