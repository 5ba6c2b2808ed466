package ses

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // SNS's signature version 1
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"pimnotify/pim"
)

// RefusedMessage is a message that is not believed. Nothing follows from it.
type RefusedMessage struct {
	Reason string // for a metric: one of those below
	Detail string // what is wrong, in a sentence that quotes nothing of the message
}

func (r *RefusedMessage) Error() string { return r.Detail }

// Why a message of SNS is not believed.
const (
	RefusedTooLarge     = "tooLarge"
	RefusedMalformed    = "malformed"
	RefusedTopic        = "topic"        // another topic's
	RefusedTimestamp    = "timestamp"    // too old, or from the future
	RefusedCertificate  = "certificate"  // of another host, out of date, or none
	RefusedSignature    = "signature"    // not SNS's
	RefusedReplayed     = "replayed"     // taken before
	RefusedSubscribeURL = "subscribeUrl" // of another host
	RefusedUnreadable   = "unreadable"   // SNS's, but no event of SES
)

// What is expected of a message.
const (
	// MaxTopicBody bounds what is read of a post: an event, all of its quotes escaped, and what SNS puts around it.
	MaxTopicBody = 2*maxEvent + 16<<10
	oldest       = time.Hour // SNS gives up to deliver a message long before
	furthest     = 5 * time.Minute
	mostSeen     = 65536 // messages that are remembered; one that was forgotten changes nothing either, since the record knows it
	fetchTime    = 10 * time.Second
	maxFetched   = 64 << 10
)

// TopicOptions say which topic is believed, and who takes its events.
type TopicOptions struct {
	ARN string // arn:aws:sns:eu-north-1:123456789012:pimnotify-events
	// Record writes observations down. What it refuses with an error is posted again.
	Record  func(context.Context, []pim.Observation) error
	Ignored func() // told of an event that says nothing of a mail
	Log     *zap.Logger
}

// Topic takes SES's events as SNS posts them. Whoever can reach it can post: SNS's signature is what makes a message one of SNS's, and
// the topic's ARN what makes it one of ours.
type Topic struct {
	TopicOptions
	host   string // of SNS, in the topic's region
	client *http.Client
	now    func() time.Time

	taken memory

	fetching     chan struct{} // holds one for each certificate that is asked for
	mu           sync.Mutex
	certificates map[string]*signer // by URL
}

// NewTopic takes the ARN as it is configured. It calls nobody.
func NewTopic(o TopicOptions) (*Topic, error) {
	parts := strings.Split(o.ARN, ":")
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "sns" {
		return nil, errors.New("must be the ARN of an SNS topic, such as arn:aws:sns:eu-north-1:123456789012:pimnotify-events")
	}
	host := "sns." + parts[3] + ".amazonaws.com"
	if parts[1] == "aws-cn" {
		host += ".cn"
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	return &Topic{
		TopicOptions: o, host: host, client: newClient(transport, fetchTime), now: time.Now,
		certificates: map[string]*signer{}, fetching: make(chan struct{}, fetchesAtOnce), taken: memory{mostOfEither: mostSeen, lasts: oldest + furthest},
	}, nil
}

// snsMessage is what SNS posts.
type snsMessage struct {
	Type, MessageID, TopicArn, Message, Timestamp, Token, SubscribeURL string
	Subject                                                            *string
	SignatureVersion, Signature, SigningCertURL                        string
}

// The types of messages.
const (
	typeNotification = "Notification"
	typeSubscribe    = "SubscriptionConfirmation"
	typeUnsubscribe  = "UnsubscribeConfirmation"
)

// Take takes one post. A RefusedMessage says that it is not believed; any other error that it cannot be taken now, and may be posted
// again.
func (t *Topic) Take(ctx context.Context, body []byte) error {
	m, err := t.read(body)
	if err != nil {
		return err
	}
	if err := t.verify(ctx, m); err != nil {
		return err
	}
	switch m.Type {
	case typeSubscribe:
		err = t.confirm(ctx, m)
	case typeUnsubscribe:
		t.Log.Error("SNS has ended the subscription of this API: no event of SES arrives any more until it is subscribed again",
			zap.String("topic", t.ARN), zap.String("message", m.MessageID))
	default:
		err = t.record(ctx, m)
	}
	if err == nil {
		t.taken.add(m.MessageID, t.now())
	}
	return err
}

// read checks what can be checked without a certificate.
func (t *Topic) read(body []byte) (snsMessage, error) {
	var m snsMessage
	switch {
	case len(body) > MaxTopicBody:
		return m, &RefusedMessage{RefusedTooLarge, fmt.Sprintf("the message is longer than %d bytes", MaxTopicBody)}
	case json.Unmarshal(body, &m) != nil:
		return m, &RefusedMessage{RefusedMalformed, "the body is not the JSON that SNS posts"}
	case m.Type != typeNotification && m.Type != typeSubscribe && m.Type != typeUnsubscribe:
		return m, &RefusedMessage{RefusedMalformed, "Type is none that SNS posts"}
	case m.MessageID == "" || m.Message == "":
		return m, &RefusedMessage{RefusedMalformed, "MessageId and Message are required"}
	case len(m.Message) > maxEvent:
		return m, &RefusedMessage{RefusedTooLarge, fmt.Sprintf("Message is longer than %d bytes", maxEvent)}
	case m.TopicArn != t.ARN:
		return m, &RefusedMessage{RefusedTopic, "TopicArn is not that of the topic that is configured"}
	}
	at, err := time.Parse(time.RFC3339, m.Timestamp)
	if age := t.now().Sub(at); err != nil || age > oldest || age < -furthest {
		return m, &RefusedMessage{RefusedTimestamp, "Timestamp must be of the last hour"}
	}
	if t.taken.knows(m.MessageID) {
		return m, &RefusedMessage{RefusedReplayed, "this message was taken before"}
	}
	return m, nil
}

// verify checks that SNS has signed the message.
func (t *Topic) verify(ctx context.Context, m snsMessage) error {
	signature, err := base64.StdEncoding.DecodeString(m.Signature)
	if err != nil || len(signature) == 0 {
		return &RefusedMessage{RefusedSignature, "Signature must be Base64"}
	}
	var hash crypto.Hash
	var digest []byte
	switch text := []byte(m.signed()); m.SignatureVersion {
	case "1":
		sum := sha1.Sum(text) //nolint:gosec // as SNS does, unless the topic asks for version 2
		hash, digest = crypto.SHA1, sum[:]
	case "2":
		sum := sha256.Sum256(text)
		hash, digest = crypto.SHA256, sum[:]
	default:
		return &RefusedMessage{RefusedSignature, "SignatureVersion must be 1 or 2"}
	}
	signer, err := t.signer(ctx, m.SigningCertURL)
	if err != nil {
		return err
	}
	if rsa.VerifyPKCS1v15(signer.key, hash, digest, signature) != nil {
		return &RefusedMessage{RefusedSignature, "Signature is not SNS's for this message"}
	}
	return nil
}

// signed is the text that SNS signs: names and values of some fields, by name.
func (m snsMessage) signed() string {
	var b strings.Builder
	add := func(name, value string) { b.WriteString(name + "\n" + value + "\n") }
	add("Message", m.Message)
	add("MessageId", m.MessageID)
	if m.Type == typeNotification {
		if m.Subject != nil {
			add("Subject", *m.Subject)
		}
	} else {
		add("SubscribeURL", m.SubscribeURL)
	}
	add("Timestamp", m.Timestamp)
	if m.Type != typeNotification {
		add("Token", m.Token)
	}
	add("TopicArn", m.TopicArn)
	add("Type", m.Type)
	return b.String()
}

// record writes down what a notification says.
func (t *Topic) record(ctx context.Context, m snsMessage) error {
	o, err := parseEvent([]byte(m.Message))
	switch {
	case errors.Is(err, ErrNothingObserved):
		t.Ignored()
		return nil
	case err != nil:
		t.Log.Warn("an event cannot be read, and is left to SNS", zap.String("message", m.MessageID), zap.Error(err))
		return &RefusedMessage{RefusedUnreadable, "Message is no event of SES"}
	}
	return t.Record(ctx, []pim.Observation{o})
}

// confirm tells SNS that the topic may post here, where SNS itself says how.
func (t *Topic) confirm(ctx context.Context, m snsMessage) error {
	u, err := url.Parse(m.SubscribeURL)
	if err != nil || u.Scheme != "https" || u.Host != t.host || u.User != nil || u.Query().Get("Action") != "ConfirmSubscription" {
		return &RefusedMessage{RefusedSubscribeURL, "SubscribeURL must be https://" + t.host + "/?Action=ConfirmSubscription…"}
	}
	if _, err := t.fetch(ctx, m.SubscribeURL); err != nil {
		return fmt.Errorf("confirm the subscription: %w", err)
	}
	t.Log.Info("the topic of SES's events posts to this API from now on", zap.String("topic", t.ARN))
	return nil
}

var certificatePath = regexp.MustCompile(`^/SimpleNotificationService-[A-Za-z0-9]{1,64}\.pem$`)

// errNotServed says that SNS has nothing under a URL, and will not have it later.
var errNotServed = errors.New("it serves nothing there")

// fetch gets what SNS serves: no redirect, not for long, not much.
func (t *Topic) fetch(ctx context.Context, from string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	response, err := t.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", t.host, errors.Unwrap(err)) // without the URL, which can hold a token
	}
	defer func() { _ = response.Body.Close() }()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return nil, fmt.Errorf("ask %s: %w", t.host, errNotServed)
	default:
		return nil, fmt.Errorf("ask %s: it answers %s", t.host, response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxFetched+1))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", t.host, err)
	}
	if len(body) > maxFetched {
		return nil, fmt.Errorf("ask %s: the answer is longer than %d bytes", t.host, maxFetched)
	}
	return body, nil
}

// memory knows the messages that were taken, for as long as their timestamps would let them in again: at least as long as one
// generation lasts, at most two.
type memory struct {
	mu           sync.Mutex
	young, old   map[string]bool
	since        time.Time // the young ones are there
	mostOfEither int
	lasts        time.Duration
}

func (m *memory) knows(id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.young[id] || m.old[id]
}

func (m *memory) add(id string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.young == nil || now.Sub(m.since) > m.lasts || len(m.young) >= m.mostOfEither {
		m.old, m.young, m.since = m.young, map[string]bool{}, now
	}
	m.young[id] = true
}
