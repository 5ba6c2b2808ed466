package ses

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"pimnotify/pim"
)

// ErrNothingObserved says that an event of SES is about no mail's fate: that somebody opened one, or that SES has begun to publish.
var ErrNothingObserved = errors.New("nothing that becomes of a mail")

// maxName is how long, in bytes, an id or a word of an event can be.
const maxName = 256

// maxEvent bounds an event: what a message of SNS or SQS holds.
const maxEvent = 256 << 10

// event is what SES publishes, as far as it is known here.
type event struct {
	EventType string `json:"eventType"`
	// NotificationType is the same of what an identity, rather than a configuration set, has published.
	NotificationType string `json:"notificationType"`
	Mail             struct {
		Timestamp     time.Time           `json:"timestamp"`
		MessageID     string              `json:"messageId"`
		Tags          map[string][]string `json:"tags"`
		CommonHeaders struct {
			Subject string `json:"subject"`
		} `json:"commonHeaders"`
	} `json:"mail"`
	Delivery struct {
		Timestamp    time.Time `json:"timestamp"`
		SMTPResponse string    `json:"smtpResponse"`
	} `json:"delivery"`
	DeliveryDelay struct {
		Timestamp         time.Time   `json:"timestamp"`
		DelayType         string      `json:"delayType"`
		DelayedRecipients []recipient `json:"delayedRecipients"`
	} `json:"deliveryDelay"`
	Bounce struct {
		Timestamp         time.Time   `json:"timestamp"`
		BounceType        string      `json:"bounceType"`
		BounceSubType     string      `json:"bounceSubType"`
		BouncedRecipients []recipient `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		Timestamp             time.Time `json:"timestamp"`
		ComplaintSubType      string    `json:"complaintSubType"`
		ComplaintFeedbackType string    `json:"complaintFeedbackType"`
		UserAgent             string    `json:"userAgent"`
	} `json:"complaint"`
	Reject struct {
		Reason string `json:"reason"`
	} `json:"reject"`
	Failure struct {
		ErrorMessage string `json:"errorMessage"`
	} `json:"failure"`
}

type recipient struct {
	Status         string `json:"status"`
	DiagnosticCode string `json:"diagnosticCode"`
}

// envelope is what SNS puts around a message, unless its subscription asks for raw delivery.
type envelope struct {
	Type     string `json:"Type"`
	TopicArn string `json:"TopicArn"`
	Message  string `json:"Message"`
}

// ParseEvent reads what SES says of a mail, as it is or in the envelope of SNS. ErrNothingObserved is for what says nothing of a mail;
// any other error for what is no event of SES. Errors quote nothing of the text, which has addresses in it.
func ParseEvent(body []byte) (pim.Observation, error) {
	if len(body) > 2*maxEvent { // the envelope escapes what is in it
		return pim.Observation{}, fmt.Errorf("an event of %d bytes is too long: at most %d", len(body), maxEvent)
	}
	var outer envelope
	if err := json.Unmarshal(body, &outer); err != nil {
		return pim.Observation{}, errors.New("not an event of SES: no JSON object")
	}
	if outer.Message != "" {
		body = []byte(outer.Message)
	}
	return parseEvent(body)
}

// validated is how SES tries a topic that it is to publish to.
const validated = "Successfully validated SNS topic"

func parseEvent(body []byte) (pim.Observation, error) {
	if strings.HasPrefix(string(body), validated) {
		return pim.Observation{}, ErrNothingObserved
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		return pim.Observation{}, errors.New("not an event of SES: a field is not of the kind that SES gives it")
	}
	if e.EventType == "" {
		e.EventType = e.NotificationType
	}
	switch {
	case e.EventType == "":
		return pim.Observation{}, errors.New("not an event of SES: eventType is missing")
	case e.Mail.MessageID == "":
		return pim.Observation{}, errors.New("not an event of SES: mail.messageId is missing")
	case len(e.Mail.MessageID) > maxName:
		return pim.Observation{}, fmt.Errorf("not an event of SES: mail.messageId is longer than %d bytes", maxName)
	case e.Mail.Timestamp.IsZero():
		return pim.Observation{}, errors.New("not an event of SES: mail.timestamp is missing")
	}
	o, err := e.observation()
	if err != nil {
		return o, err
	}
	o.MessageID, o.Subject, o.SentAt = e.Mail.MessageID, brief(e.Mail.CommonHeaders.Subject), e.Mail.Timestamp.UTC()
	o.Detail = brief(o.Detail)
	if o.At = o.At.UTC(); o.At.IsZero() {
		o.At = o.SentAt
	}
	o.MailID, o.Attempt = e.tags()
	return o, nil
}

// tags are the mail and the attempt that the event is about; none where SES does not repeat them, or they are not ours.
func (e event) tags() (mailID string, attempt int) {
	mails, attempts := e.Mail.Tags["mail"], e.Mail.Tags["attempt"]
	if len(mails) != 1 || len(attempts) != 1 {
		return "", 0
	}
	n, err := strconv.Atoi(attempts[0])
	if err != nil || n < 1 || len(mails[0]) > maxName {
		return "", 0
	}
	return mails[0], n
}

// observation puts SES's words into ours.
func (e event) observation() (pim.Observation, error) {
	switch e.EventType {
	case "Send":
		return pim.Observation{Kind: pim.ObservedSend}, nil
	case "Delivery":
		return pim.Observation{Kind: pim.ObservedDelivery, Detail: e.Delivery.SMTPResponse, At: e.Delivery.Timestamp}, nil
	case "DeliveryDelay":
		return pim.Observation{Kind: pim.ObservedDeliveryDelay, At: e.DeliveryDelay.Timestamp,
			Detail: join(e.DeliveryDelay.DelayType, diagnosis(e.DeliveryDelay.DelayedRecipients))}, nil
	case "Bounce":
		return e.bounce(), nil
	case "Complaint":
		return e.complaint(), nil
	case "Reject":
		return pim.Observation{Kind: pim.ObservedReject, Reason: string(pim.ObservedReject), Detail: e.Reject.Reason}, nil
	case "Rendering Failure", "RenderingFailure":
		return pim.Observation{Kind: pim.ObservedRenderingFailure, Reason: string(pim.ObservedRenderingFailure), Detail: e.Failure.ErrorMessage}, nil
	default:
		return pim.Observation{}, ErrNothingObserved
	}
}

// bounce tells what is for good from what is for now: of an outcome that SES cannot determine nothing follows for the next mail.
func (e event) bounce() pim.Observation {
	o := pim.Observation{At: e.Bounce.Timestamp, Detail: diagnosis(e.Bounce.BouncedRecipients)}
	sub := orUnknown(e.Bounce.BounceSubType)
	switch {
	case sub == "OnAccountSuppressionList", sub == "Suppressed":
		o.Kind, o.Reason = pim.ObservedSuppression, pim.SuppressedPrefix+sub
	case e.Bounce.BounceType == "Permanent":
		o.Kind, o.Reason = pim.ObservedBounce, "bounce:"+sub
	default:
		o.Kind, o.Reason = pim.ObservedTransientBounce, "transientBounce:"+sub
	}
	return o
}

func (e event) complaint() pim.Observation {
	if sub := e.Complaint.ComplaintSubType; sub == "OnAccountSuppressionList" {
		return pim.Observation{Kind: pim.ObservedSuppression, Reason: pim.SuppressedPrefix + sub, At: e.Complaint.Timestamp}
	}
	return pim.Observation{
		Kind: pim.ObservedComplaint, Reason: "complaint:" + orUnknown(e.Complaint.ComplaintFeedbackType), Detail: e.Complaint.UserAgent,
		At: e.Complaint.Timestamp,
	}
}

// sesWord is what SES's words look like. What does not is no word: a reason is logged and shown in Temporal, where nobody's address may be.
var sesWord = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func orUnknown(word string) string {
	if !sesWord.MatchString(word) {
		return "unknown"
	}
	return word
}

// diagnosis is what the recipient's server said: our mails have one recipient.
func diagnosis(recipients []recipient) string {
	if len(recipients) == 0 {
		return ""
	}
	return join(recipients[0].Status, recipients[0].DiagnosticCode)
}

func join(words ...string) string { return strings.TrimSpace(strings.Join(words, " ")) }
