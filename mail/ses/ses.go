// Package ses takes mail away through Amazon SES v2, and reads what SES says of it afterwards. It is the only importer of the AWS SDK.
//
// It decides what an answer of SES means (classify.go), how a mail.Message looks on SES's wire (message.go), what an event of SES says of a
// mail (event.go), and whether it is to be believed: one from the queue is (queue.go), one that somebody posts is where SNS has signed it
// (topic.go). It refuses to repeat a send: SES has no idempotency key, so each Send is at most one HTTP request, and whether there may be
// another one is for the owner of the mail's record to say. Reading calls (Account, CheckIdentity) do repeat, a few times: reading is safe.
package ses

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"pimnotify/mail"
)

// Options are what the AWS SDK's standard chain (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL_SESV2, …) does not say.
type Options struct {
	// ConfigurationSet names SES's configuration set, whose event stream tells what becomes of a mail. Empty: none.
	ConfigurationSet string
	// Timeout bounds one attempt, credentials and connection included. Zero: 10 seconds. A shorter one makes more unknown
	// outcomes, each of which waits for its proof; a longer one keeps a slot of the sender busy.
	Timeout time.Duration
	// Endpoint is the base URL of a local server that speaks SES, "http://127.0.0.1:8082". With it nothing of the standard
	// chain is read: region and credentials are placeholders, so that no real signature ever reaches such a server.
	// Empty: the standard chain, AWS_ENDPOINT_URL_SESV2 included.
	Endpoint string
}

const (
	defaultTimeout = 10 * time.Second
	readAttempts   = 3
	readBackoff    = time.Second // at most, between two attempts to read
)

// Sender sends through one SES account in one region. It is safe for concurrent use.
type Sender struct {
	send             *sesv2.Client // never repeats
	read             *sesv2.Client // repeats
	configurationSet string
	timeout          time.Duration
	transport        *http.Transport
}

var _ mail.Sender = (*Sender)(nil)

// New reads the SDK's configuration. It does not call SES: CheckIdentity and Account do.
func New(ctx context.Context, o Options) (*Sender, error) {
	if o.Timeout < 0 {
		return nil, fmt.Errorf("SES time-out is %s: it must be positive, or zero for %s", o.Timeout, defaultTimeout)
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	cfg, err := configure(ctx, o.Endpoint)
	if err != nil {
		return nil, err
	}
	return newSender(cfg, newTransport(cfg.HTTPClient, o.Timeout), o), nil
}

func newSender(cfg aws.Config, transport *http.Transport, o Options) *Sender {
	cfg.Credentials = marked{cfg.Credentials}
	return &Sender{
		send: sesv2.NewFromConfig(cfg, func(so *sesv2.Options) {
			so.Retryer = aws.NopRetryer{}
			so.HTTPClient = &once{client: newClient(transport, 0)} // Send's context has the time-out
		}),
		read: sesv2.NewFromConfig(cfg, func(so *sesv2.Options) {
			so.Retryer = retry.NewStandard(func(ro *retry.StandardOptions) {
				ro.MaxAttempts, ro.MaxBackoff = readAttempts, readBackoff
			})
			so.HTTPClient = newClient(transport, o.Timeout)
		}),
		configurationSet: o.ConfigurationSet,
		timeout:          o.Timeout,
		transport:        transport,
	}
}

// Close lets go of the connections that are kept warm. Sends under way are not disturbed, and later ones still work.
func (s *Sender) Close() { s.transport.CloseIdleConnections() }

func configure(ctx context.Context, endpoint string) (aws.Config, error) {
	if endpoint != "" {
		return aws.Config{
			Region:       "local",
			BaseEndpoint: aws.String(endpoint),
			Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		}, nil
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return aws.Config{}, fmt.Errorf("read the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return aws.Config{}, errors.New("no AWS region is configured: set AWS_REGION to the region of the SES account, such as eu-north-1")
	}
	return cfg, nil
}

// Send makes one attempt: one HTTP request, or none where it is clear before that the mail cannot leave.
func (s *Sender) Send(ctx context.Context, m mail.Message) mail.Outcome {
	if o, ok := refuseUnasked(m); ok {
		return o
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	if ctx.Err() != nil {
		return unanswered(ctx, &flight{}, ctx.Err())
	}
	ctx, f := withFlight(ctx)
	out, err := s.send.SendEmail(ctx, input(m, s.configurationSet))
	return classify(ctx, f, m.From.Address, out, err)
}

// refuseUnasked refuses what SES has no way to take: a local part outside ASCII needs SMTPUTF8, which SES does not speak.
func refuseUnasked(m mail.Message) (mail.Outcome, bool) {
	local := m.To.Address
	if at := strings.LastIndexByte(local, '@'); at >= 0 {
		local = local[:at]
	}
	for i := 0; i < len(local); i++ {
		if local[i] >= utf8.RuneSelf {
			return mail.Outcome{
				Class:  mail.Refused,
				Reason: ReasonNonASCIILocalPart,
				Detail: "SES takes only ASCII before the @ of an address",
			}, true
		}
	}
	return mail.Outcome{}, false
}

// marked makes an error of the credentials recognisable, whatever the SDK wraps around it.
type marked struct{ aws.CredentialsProvider }

type credentialsError struct{ error }

func (e credentialsError) Unwrap() error { return e.error }

func (m marked) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := m.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return c, credentialsError{err}
	}
	return c, nil
}

func newClient(t *http.Transport, timeout time.Duration) *http.Client {
	return &http.Client{
		Transport: t,
		Timeout:   timeout,
		// A redirect followed would be a second request.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
