package ses

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // SNS's signature version 1
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"pimnotify/pim"
)

const (
	topicARN       = "arn:aws:sns:eu-north-1:123456789012:pimnotify-events"
	snsHost        = "sns.eu-north-1.amazonaws.com"
	certificateURL = "https://" + snsHost + "/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// post is a message as SNS posts it, by the names of its fields.
type post map[string]string

// sns is SNS: an HTTPS server under SNS's name, and a key to sign with.
type sns struct {
	*Topic
	key      *rsa.PrivateKey
	logs     *observer.ObservedLogs
	recorded []pim.Observation
	ignored  int
	fail     error // of recording

	mu     sync.Mutex
	asked  []string                    // paths of SNS that were asked for
	answer func(w http.ResponseWriter) // nil: the certificate, or nothing for a confirmation
	certif []byte
}

var snsKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func newSNS(t *testing.T) *sns {
	t.Helper()
	s := &sns{key: snsKey()}
	s.certif = certificate(t, &s.key.PublicKey, s.key, noon.AddDate(0, -1, 0), noon.AddDate(0, 1, 0))
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked = append(s.asked, r.URL.Path)
		switch {
		case s.answer != nil:
			s.answer(w)
		case r.URL.Path != "/":
			_, _ = w.Write(s.certif)
		}
	}))
	t.Cleanup(server.Close)
	core, logs := observer.New(zap.DebugLevel)
	s.logs = logs
	topic, err := NewTopic(TopicOptions{
		ARN: topicARN, Log: zap.New(core), Ignored: func() { s.ignored++ },
		Record: func(_ context.Context, observations []pim.Observation) error {
			if s.fail == nil {
				s.recorded = append(s.recorded, observations...)
			}
			return s.fail
		},
	})
	require.NoError(t, err)
	transport := topic.client.Transport.(*http.Transport)
	transport.Proxy = nil
	transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // it stands in for a host that has another name
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		require.Equal(t, snsHost+":443", address, "nobody else is asked")
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}
	t.Cleanup(transport.CloseIdleConnections)
	topic.now = func() time.Time { return noon }
	s.Topic = topic
	return s
}

func certificate(t *testing.T, public, private any, from, until time.Time) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns.amazonaws.com"}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// notified is a notification that is right, but for its signature.
func notified() post {
	return post{
		"Type": "Notification", "MessageId": "22b80b92-fdea", "TopicArn": topicARN, "Message": published("Send", `"send":{}`),
		"Timestamp": noon.Add(-time.Second).Format("2006-01-02T15:04:05.000Z"), "SignatureVersion": "2", "SigningCertURL": certificateURL,
	}
}

func confirmation(kind string) post {
	p := notified()
	p["Type"], p["Message"], p["Token"] = kind, "You have chosen to subscribe to the topic", "2336412f37"
	p["SubscribeURL"] = "https://" + snsHost + "/?Action=ConfirmSubscription&TopicArn=" + topicARN + "&Token=2336412f37"
	return p
}

// sign signs a message the way SNS documents it, field by field and not by the code that checks it.
func (s *sns) sign(t *testing.T, p post) post {
	t.Helper()
	fields := []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	if p["Type"] != "Notification" {
		fields = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	}
	var text string
	for _, name := range fields {
		if value, there := p[name]; there {
			text += name + "\n" + value + "\n"
		}
	}
	var signature []byte
	var err error
	if p["SignatureVersion"] == "1" {
		sum := sha1.Sum([]byte(text)) //nolint:gosec // as SNS does
		signature, err = rsa.SignPKCS1v15(nil, s.key, crypto.SHA1, sum[:])
	} else {
		sum := sha256.Sum256([]byte(text))
		signature, err = rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
	}
	require.NoError(t, err)
	p["Signature"] = base64.StdEncoding.EncodeToString(signature)
	return p
}

func (s *sns) post(t *testing.T, p post) error {
	t.Helper()
	body, err := json.Marshal(p)
	require.NoError(t, err)
	return s.Take(t.Context(), body)
}

func TestWhatSNSHasSignedIsTaken(t *testing.T) {
	for _, version := range []string{"1", "2"} {
		s := newSNS(t)
		plain, titled := notified(), notified()
		plain["SignatureVersion"], titled["SignatureVersion"] = version, version
		titled["MessageId"], titled["Subject"] = "another", "Amazon SES Email Event Notification"
		require.NoError(t, s.post(t, s.sign(t, plain)))
		require.NoError(t, s.post(t, s.sign(t, titled)))
		require.Len(t, s.recorded, 2)
		require.Equal(t, pim.ObservedSend, s.recorded[0].Kind)
		require.Equal(t, "kJowcOTdN9kXwszXyzusMQ", s.recorded[0].MailID)
		require.Len(t, s.asked, 1, "the certificate is fetched once")
	}
}

func TestWhatIsNotSNSsOrNotOursIsRefusedAndNothingChanges(t *testing.T) {
	for name, c := range map[string]struct {
		before, after func(post) // signing
		reason        string
	}{
		"forged":                 {after: func(p post) { p["Message"] = published("Bounce", "") }, reason: RefusedSignature},
		"subject added":          {after: func(p post) { p["Subject"] = "x" }, reason: RefusedSignature},
		"signature missing":      {after: func(p post) { delete(p, "Signature") }, reason: RefusedSignature},
		"signature no Base64":    {after: func(p post) { p["Signature"] = "***" }, reason: RefusedSignature},
		"signature of version 1": {after: func(p post) { p["SignatureVersion"] = "1" }, reason: RefusedSignature},
		"unknown version":        {after: func(p post) { p["SignatureVersion"] = "3" }, reason: RefusedSignature},
		"another topic":          {before: func(p post) { p["TopicArn"] = topicARN + "2" }, reason: RefusedTopic},
		"old":                    {before: func(p post) { p["Timestamp"] = noon.Add(-61 * time.Minute).Format(time.RFC3339) }, reason: RefusedTimestamp},
		"from the future":        {before: func(p post) { p["Timestamp"] = noon.Add(6 * time.Minute).Format(time.RFC3339) }, reason: RefusedTimestamp},
		"no timestamp":           {before: func(p post) { delete(p, "Timestamp") }, reason: RefusedTimestamp},
		"no type":                {before: func(p post) { delete(p, "Type") }, reason: RefusedMalformed},
		"no id":                  {before: func(p post) { delete(p, "MessageId") }, reason: RefusedMalformed},
		"too long":               {before: func(p post) { p["Message"] = strings.Repeat("x", 257<<10) }, reason: RefusedTooLarge},
		"no event":               {before: func(p post) { p["Message"] = "{}" }, reason: RefusedUnreadable},
		"foreign certificate host": {after: func(p post) {
			p["SigningCertURL"] = "https://sns.eu-north-1.amazonaws.com.evil.example/SimpleNotificationService-1.pem"
		}, reason: RefusedCertificate},
		"host in front of it": {after: func(p post) {
			p["SigningCertURL"] = "https://sns.eu-north-1.amazonaws.com@evil.example/SimpleNotificationService-1.pem"
		}, reason: RefusedCertificate},
		"another region": {after: func(p post) {
			p["SigningCertURL"] = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem"
		}, reason: RefusedCertificate},
		"a bucket of AWS": {after: func(p post) {
			p["SigningCertURL"] = "https://s3.eu-north-1.amazonaws.com/SimpleNotificationService-1.pem"
		}, reason: RefusedCertificate},
		"plain http":         {after: func(p post) { p["SigningCertURL"] = strings.Replace(certificateURL, "https", "http", 1) }, reason: RefusedCertificate},
		"another file":       {after: func(p post) { p["SigningCertURL"] = "https://" + snsHost + "/evil.pem" }, reason: RefusedCertificate},
		"a query":            {after: func(p post) { p["SigningCertURL"] += "?x=1" }, reason: RefusedCertificate},
		"a port":             {after: func(p post) { p["SigningCertURL"] = strings.Replace(certificateURL, ".com/", ".com:8443/", 1) }, reason: RefusedCertificate},
		"a path that climbs": {after: func(p post) { p["SigningCertURL"] = "https://" + snsHost + "/x/../SimpleNotificationService-1.pem" }, reason: RefusedCertificate},
		"no certificate":     {after: func(p post) { delete(p, "SigningCertURL") }, reason: RefusedCertificate},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSNS(t)
			p := notified()
			if c.before != nil {
				c.before(p)
			}
			s.sign(t, p)
			if c.after != nil {
				c.after(p)
			}
			var refused *RefusedMessage
			require.ErrorAs(t, s.post(t, p), &refused)
			require.Equal(t, c.reason, refused.Reason, refused.Detail)
			require.Empty(t, s.recorded)
			require.NotContains(t, refused.Detail, "isabella")
			require.NoError(t, s.post(t, s.sign(t, notified())), "and the next one is taken")
		})
	}
}

func TestWhatIsNoJSONOfSNSIsRefused(t *testing.T) {
	s := newSNS(t)
	for _, body := range []string{"", "x", "[]", `{"Type":7}`, strings.Repeat("x", MaxTopicBody+1)} {
		require.ErrorAs(t, s.Take(t.Context(), []byte(body)), new(*RefusedMessage))
	}
}

func TestAMessageIsTakenOnce(t *testing.T) {
	s := newSNS(t)
	s.fail = errors.New("the ledger is away")
	require.ErrorIs(t, s.post(t, s.sign(t, notified())), s.fail, "SNS posts it again")
	s.fail = nil
	require.NoError(t, s.post(t, s.sign(t, notified())))
	var refused *RefusedMessage
	require.ErrorAs(t, s.post(t, s.sign(t, notified())), &refused)
	require.Equal(t, RefusedReplayed, refused.Reason)
	require.Len(t, s.recorded, 1)
}

func TestMessagesAreRememberedForAsLongAsTheyCouldComeAgain(t *testing.T) {
	m := memory{mostOfEither: 3, lasts: time.Hour}
	m.add("a", noon)
	m.add("b", noon.Add(61*time.Minute))
	require.True(t, m.knows("a"), "its generation has not been replaced twice")
	m.add("c", noon.Add(3*time.Hour))
	require.False(t, m.knows("a"))
	for _, id := range []string{"d", "e", "f", "g", "h", "i"} {
		m.add(id, noon.Add(3*time.Hour))
	}
	require.LessOrEqual(t, len(m.young)+len(m.old), 6, "however many come")
	require.True(t, m.knows("i"))
}

func TestASubscriptionIsConfirmedAtSNSAlone(t *testing.T) {
	s := newSNS(t)
	require.NoError(t, s.post(t, s.sign(t, confirmation(typeSubscribe))))
	require.Equal(t, "/", s.asked[len(s.asked)-1])
	require.Equal(t, 1, s.logs.FilterMessageSnippet("posts to this API").Len())
	for _, foreign := range []string{
		"https://evil.example/?Action=ConfirmSubscription", "http://" + snsHost + "/?Action=ConfirmSubscription",
		"https://" + snsHost + ".evil.example/?Action=ConfirmSubscription", "https://" + snsHost + "/?Action=DeleteTopic", "https://169.254.169.254/",
	} {
		p := confirmation(typeSubscribe)
		p["MessageId"], p["SubscribeURL"] = foreign, foreign
		asked := len(s.asked)
		var refused *RefusedMessage
		require.ErrorAs(t, s.post(t, s.sign(t, p)), &refused, foreign)
		require.Equal(t, RefusedSubscribeURL, refused.Reason)
		require.Len(t, s.asked, asked, "nobody is asked")
	}
}

func TestTheEndOfASubscriptionIsAnAlarm(t *testing.T) {
	s := newSNS(t)
	require.NoError(t, s.post(t, s.sign(t, confirmation(typeUnsubscribe))))
	require.Equal(t, 1, s.logs.FilterLevelExact(zap.ErrorLevel).FilterMessageSnippet("ended the subscription").Len())
	require.NotContains(t, s.asked, "/", "and nothing else happens")
}

func TestWhatSESSaysToTryTheTopicIsNothing(t *testing.T) {
	s := newSNS(t)
	p := notified()
	p["Message"] = "Successfully validated SNS topic for Amazon SES event publishing."
	require.NoError(t, s.post(t, s.sign(t, p)))
	require.Equal(t, 1, s.ignored)
	require.Empty(t, s.recorded)
}

func TestATopicThatIsNoneIsRefused(t *testing.T) {
	for _, arn := range []string{"", "pimnotify", "arn:aws:sqs:eu-north-1:123456789012:queue"} {
		_, err := NewTopic(TopicOptions{ARN: arn})
		require.ErrorContains(t, err, "must be the ARN of an SNS topic")
	}
	china, err := NewTopic(TopicOptions{ARN: "arn:aws-cn:sns:cn-north-1:123456789012:pimnotify"})
	require.NoError(t, err)
	require.Equal(t, "sns.cn-north-1.amazonaws.com.cn", china.host)
}
