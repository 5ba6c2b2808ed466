package ses

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// published is an event as SES publishes it, about a mail of ours.
func published(eventType, about string) string {
	if about != "" {
		about = "," + about
	}
	return `{"eventType":"` + eventType + `","mail":{"timestamp":"2026-11-23T12:00:01.000Z","source":"\"Microsoft Security\" <sender@contoso.example>",
		"messageId":"0100-m1","destination":["isabella@contoso.example"],"headersTruncated":false,
		"headers":[{"name":"Subject","value":"PIM: Review a request"}],
		"commonHeaders":{"to":["isabella@contoso.example"],"subject":"PIM: Review a request"},
		"tags":{"ses:configuration-set":["pimnotify"],"mail":["kJowcOTdN9kXwszXyzusMQ"],"attempt":["2"],"event":["activation_pendingApproval"]}}` + about + `}`
}

// inEnvelope is the same as SNS hands it to SQS.
func inEnvelope(t *testing.T, message string) string {
	t.Helper()
	text, err := json.Marshal(map[string]string{
		"Type": "Notification", "MessageId": "2b7c", "TopicArn": "arn:aws:sns:eu-north-1:123456789012:pimnotify", "Message": message,
		"Timestamp": "2026-11-23T12:00:02.000Z", "SignatureVersion": "1", "Signature": "…",
	})
	require.NoError(t, err)
	return string(text)
}

func TestEachEventOfSESIsUnderstood(t *testing.T) {
	sent, later := time.Date(2026, 11, 23, 12, 0, 1, 0, time.UTC), time.Date(2026, 11, 23, 12, 0, 5, 669e6, time.UTC)
	for name, c := range map[string]struct {
		eventType, about string
		kind             pim.ObservationKind
		reason, detail   string
		at               time.Time
	}{
		"send": {"Send", `"send":{}`, pim.ObservedSend, "", "", sent},
		"delivery": {"Delivery", `"delivery":{"timestamp":"2026-11-23T12:00:05.669Z","processingTimeMillis":4669,
			"recipients":["isabella@contoso.example"],"smtpResponse":"250 2.6.0 Message received"}`,
			pim.ObservedDelivery, "", "250 2.6.0 Message received", later},
		"delay": {"DeliveryDelay", `"deliveryDelay":{"timestamp":"2026-11-23T12:00:05.669Z","delayType":"TransientCommunicationFailure",
			"delayedRecipients":[{"emailAddress":"isabella@contoso.example","status":"4.4.1","diagnosticCode":"smtp; 421 4.4.1 Unable to connect"}]}`,
			pim.ObservedDeliveryDelay, "", "TransientCommunicationFailure 4.4.1 smtp; 421 4.4.1 Unable to connect", later},
		"hard bounce": {"Bounce", `"bounce":{"timestamp":"2026-11-23T12:00:05.669Z","bounceType":"Permanent","bounceSubType":"General",
			"bouncedRecipients":[{"emailAddress":"isabella@contoso.example","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 user unknown"}]}`,
			pim.ObservedBounce, "bounce:General", "5.1.1 smtp; 550 user unknown", later},
		"full mailbox": {"Bounce", `"bounce":{"timestamp":"2026-11-23T12:00:05.669Z","bounceType":"Transient","bounceSubType":"MailboxFull","bouncedRecipients":[]}`,
			pim.ObservedTransientBounce, "transientBounce:MailboxFull", "", later},
		"undetermined bounce": {"Bounce", `"bounce":{"timestamp":"2026-11-23T12:00:05.669Z","bounceType":"Undetermined","bounceSubType":"Undetermined"}`,
			pim.ObservedTransientBounce, "transientBounce:Undetermined", "", later},
		"on the account's list": {"Bounce", `"bounce":{"timestamp":"2026-11-23T12:00:05.669Z","bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList",
			"bouncedRecipients":[{"emailAddress":"isabella@contoso.example","status":"5.1.1","diagnosticCode":"Amazon SES did not send the message"}]}`,
			pim.ObservedSuppression, "suppressed:OnAccountSuppressionList", "5.1.1 Amazon SES did not send the message", later},
		"on the global list": {"Bounce", `"bounce":{"timestamp":"2026-11-23T12:00:05.669Z","bounceType":"Permanent","bounceSubType":"Suppressed"}`,
			pim.ObservedSuppression, "suppressed:Suppressed", "", later},
		"complaint": {"Complaint", `"complaint":{"timestamp":"2026-11-23T12:00:05.669Z","complaintFeedbackType":"abuse","complaintSubType":null,"userAgent":"ExampleCorp Loop"}`,
			pim.ObservedComplaint, "complaint:abuse", "ExampleCorp Loop", later},
		"complaint without a type": {"Complaint", `"complaint":{"timestamp":"2026-11-23T12:00:05.669Z"}`,
			pim.ObservedComplaint, "complaint:unknown", "", later},
		"complained before": {"Complaint", `"complaint":{"timestamp":"2026-11-23T12:00:05.669Z","complaintSubType":"OnAccountSuppressionList"}`,
			pim.ObservedSuppression, "suppressed:OnAccountSuppressionList", "", later},
		"reject": {"Reject", `"reject":{"reason":"Bad content"}`, pim.ObservedReject, "reject", "Bad content", sent},
		"rendering failure": {"Rendering Failure", `"failure":{"errorMessage":"Attribute 'x' is not present","templateName":"t"}`,
			pim.ObservedRenderingFailure, "renderingFailure", "Attribute 'x' is not present", sent},
	} {
		t.Run(name, func(t *testing.T) {
			want := pim.Observation{
				MailID: "kJowcOTdN9kXwszXyzusMQ", Attempt: 2, MessageID: "0100-m1", Kind: c.kind, Reason: c.reason, Detail: c.detail,
				Subject: "PIM: Review a request", SentAt: sent, At: c.at,
			}
			raw := published(c.eventType, c.about)
			for _, body := range []string{raw, inEnvelope(t, raw)} {
				got, err := ParseEvent([]byte(body))
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
		})
	}
}

func TestWhatIsAboutNoMailsFateIsTold(t *testing.T) {
	for _, body := range []string{
		published("Open", `"open":{}`), published("Click", ""), published("Subscription", ""), published("SomethingNew", ""),
		inEnvelope(t, "Successfully validated SNS topic for Amazon SES event publishing."),
	} {
		_, err := ParseEvent([]byte(body))
		require.ErrorIs(t, err, ErrNothingObserved)
	}
}

func TestWhatIsNoEventOfSESIsRefusedWithoutQuotingIt(t *testing.T) {
	for body, want := range map[string]string{
		"": "no JSON object", "isabella@contoso.example": "no JSON object", "[]": "no JSON object",
		`{"mail":{"messageId":"isabella@contoso.example"}}`:                                                               "eventType is missing",
		`{"eventType":"Send","mail":{"timestamp":"2026-11-23T12:00:01Z"}}`:                                                "mail.messageId is missing",
		`{"eventType":"Send","mail":{"messageId":"m"}}`:                                                                   "mail.timestamp is missing",
		`{"eventType":"Send","mail":{"timestamp":"2026-11-23T12:00:01Z","messageId":"` + strings.Repeat("m", 257) + `"}}`: "longer than 256",
		`{"eventType":"Send","mail":{"messageId":7}}`:                                                                     "not of the kind",
		`{"eventType":"Send","mail":{"timestamp":"isabella","messageId":"m"}}`:                                            "not of the kind",
		`{"Type":"Notification","Message":"hello isabella@contoso.example"}`:                                              "not of the kind",
		`{"Type":"Notification","Message":"{\"eventType\":\"Send\",\"mail\":{}}"}`:                                        "mail.messageId is missing",
		string(make([]byte, 600<<10)):                                                                                     "too long",
	} {
		_, err := ParseEvent([]byte(body))
		require.ErrorContains(t, err, want)
		require.NotErrorIs(t, err, ErrNothingObserved)
		require.NotContains(t, err.Error(), "isabella")
	}
}

func TestAnEventWithoutOurTagsIsOneOfAMessageID(t *testing.T) {
	for _, tags := range []string{`{}`, `{"mail":["x"]}`, `{"mail":["x","y"],"attempt":["1"]}`, `{"mail":["x"],"attempt":["first"]}`, `{"mail":["x"],"attempt":["0"]}`} {
		o, err := ParseEvent([]byte(`{"notificationType":"Bounce","mail":{"timestamp":"2026-11-23T12:00:01Z","messageId":"m","tags":` + tags + `},
			"bounce":{"bounceType":"Permanent","bounceSubType":"NoEmail"}}`))
		require.NoError(t, err)
		require.Empty(t, o.MailID)
		require.Zero(t, o.Attempt)
		require.Equal(t, "m", o.MessageID)
		require.Equal(t, pim.ObservedBounce, o.Kind)
	}
}

func TestLongTextsOfAnEventAreCut(t *testing.T) {
	o, err := ParseEvent([]byte(published("Bounce", `"bounce":{"bounceType":"Permanent","bounceSubType":"`+strings.Repeat("G", 5000)+`",
		"bouncedRecipients":[{"diagnosticCode":"`+strings.Repeat("ø", 5000)+`"}]}`)))
	require.NoError(t, err)
	require.Equal(t, "bounce:unknown", o.Reason)
	require.Len(t, o.Detail, 1000)
	require.Equal(t, pim.ObservedBounce, o.Kind)
}

// A reason is logged and shown in Temporal. What a mail's provider says of a complaint is its own text.
func TestAReasonIsOneWordAndNeverAnAddress(t *testing.T) {
	for _, text := range []string{"isabella@contoso.example", "abuse by isabella", `abuse\u000a`, `ab\u202euse`, "missbräuchlich"} {
		o, err := ParseEvent([]byte(published("Complaint", `"complaint":{"complaintFeedbackType":"`+text+`"}`)))
		require.NoError(t, err)
		require.Equal(t, "complaint:unknown", o.Reason)
		o, err = ParseEvent([]byte(published("Bounce", `"bounce":{"bounceType":"Transient","bounceSubType":"`+text+`"}`)))
		require.NoError(t, err)
		require.Equal(t, "transientBounce:unknown", o.Reason)
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add([]byte(published("Send", "")))
	f.Add([]byte(`{"Type":"Notification","Message":"{}"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if o, err := ParseEvent(body); err == nil && (o.Kind == "" || o.MessageID == "" || o.At.IsZero()) {
			t.Fatalf("half an observation: %+v", o)
		}
	})
}
