package ses

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// signer is a key with which SNS signs, for as long as its certificate says.
type signer struct {
	key           *rsa.PublicKey
	before, after time.Time // not
}

// mostSigners are kept. SNS has one at a time, and the next one for a while.
const mostSigners = 16

// fetchesAtOnce is how many certificates SNS is asked for at a time.
const fetchesAtOnce = 2

// signer is the key of a certificate that SNS serves in the topic's region. That it came from there, over TLS, is why it is believed.
func (t *Topic) signer(ctx context.Context, from string) (*signer, error) {
	u, err := url.Parse(from)
	if err != nil || u.Scheme != "https" || u.Host != t.host || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !certificatePath.MatchString(u.EscapedPath()) {
		return nil, &RefusedMessage{RefusedCertificate, "SigningCertURL must be https://" + t.host + "/SimpleNotificationService-….pem"}
	}
	known := t.knownSigner(from)
	if known == nil {
		if known, err = t.fetchSigner(ctx, from); err != nil {
			return nil, err
		}
	}
	if now := t.now(); now.Before(known.before) || now.After(known.after) {
		return nil, &RefusedMessage{RefusedCertificate, "the certificate of SigningCertURL is not valid now"}
	}
	return known, nil
}

func (t *Topic) knownSigner(from string) *signer {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.certificates[from]
}

// fetchSigner asks SNS for a certificate. Anybody can make names of certificates up, so few are asked for at a time; whoever waited may
// find theirs known by then.
func (t *Topic) fetchSigner(ctx context.Context, from string) (*signer, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	select {
	case t.fetching <- struct{}{}:
		defer func() { <-t.fetching }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to ask %s for a certificate: %w", t.host, ctx.Err())
	}
	if known := t.knownSigner(from); known != nil {
		return known, nil
	}
	body, err := t.fetch(ctx, from)
	if errors.Is(err, errNotServed) {
		return nil, &RefusedMessage{RefusedCertificate, "SigningCertURL names a certificate that SNS does not serve"}
	}
	if err != nil {
		return nil, err
	}
	fetched, err := parseSigner(body)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.certificates) >= mostSigners {
		clear(t.certificates)
	}
	t.certificates[from] = fetched
	return fetched, nil
}

func parseSigner(text []byte) (*signer, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, &RefusedMessage{RefusedCertificate, "SigningCertURL has no certificate"}
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, &RefusedMessage{RefusedCertificate, "the certificate of SigningCertURL cannot be read"}
	}
	key, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, &RefusedMessage{RefusedCertificate, "the certificate of SigningCertURL has no RSA key"}
	}
	return &signer{key: key, before: certificate.NotBefore, after: certificate.NotAfter}, nil
}
