package ses

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
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

// signer is the key of a certificate that SNS serves in the topic's region. That it came from there, over TLS, is why it is believed.
func (t *Topic) signer(ctx context.Context, from string) (*signer, error) {
	u, err := url.Parse(from)
	if err != nil || u.Scheme != "https" || u.Host != t.host || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !certificatePath.MatchString(u.EscapedPath()) {
		return nil, &RefusedMessage{RefusedCertificate, "SigningCertURL must be https://" + t.host + "/SimpleNotificationService-….pem"}
	}
	t.mu.Lock()
	known := t.certificates[from]
	t.mu.Unlock()
	if known == nil {
		body, err := t.fetch(ctx, from)
		if errors.Is(err, errNotServed) {
			return nil, &RefusedMessage{RefusedCertificate, "SigningCertURL names a certificate that SNS does not serve"}
		}
		if err != nil {
			return nil, err
		}
		if known, err = parseSigner(body); err != nil {
			return nil, err
		}
		t.mu.Lock()
		if len(t.certificates) >= mostSigners {
			clear(t.certificates)
		}
		t.certificates[from] = known
		t.mu.Unlock()
	}
	if now := t.now(); now.Before(known.before) || now.After(known.after) {
		return nil, &RefusedMessage{RefusedCertificate, "the certificate of SigningCertURL is not valid now"}
	}
	return known, nil
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
