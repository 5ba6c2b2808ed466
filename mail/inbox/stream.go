package inbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// Stream is what SES's event stream does: what becomes of mails, and how reliably it is told. The zero value delivers every mail
// and tells so at once, once, in order. Only mails with a configuration set are told of.
type Stream struct {
	// Fates are what becomes of mails; the first whose recipient matches counts. Without one a mail is delivered.
	Fates []Fate `json:"fates,omitempty"`
	// Lose and Duplicate are the probabilities that an event is never told, and told twice.
	Lose      float64 `json:"lose,omitempty"`
	Duplicate float64 `json:"duplicate,omitempty"`
	// Delay is how late each event is told. With Shuffle it is the latest: each takes its own time, and they overtake each other.
	Delay   Duration `json:"delay,omitempty"`
	Shuffle bool     `json:"shuffle,omitempty"`
	Seed    uint64   `json:"seed,omitempty"`
}

// Fate is what becomes of mails to some recipients.
type Fate struct {
	Recipient string  `json:"recipient"` // with * and ? as in file names
	Ends      Outcome `json:"ends"`
}

// Outcome is how a mail ends, as its events tell.
type Outcome string

// How a mail can end.
const (
	Delivered        Outcome = "delivered"
	Accepted         Outcome = "accepted" // sent, and nothing is ever heard of it
	Delayed          Outcome = "delayed"  // delivered, after SES had said that it takes longer
	Bounced          Outcome = "bounced"  // for good
	BouncedForNow    Outcome = "bouncedForNow"
	Suppressed       Outcome = "suppressed" // SES's own list has the address
	Complained       Outcome = "complained" // delivered first
	Rejected         Outcome = "rejected"
	RenderingFailure Outcome = "renderingFailure"
)

// tales are the events that each outcome is told in.
var tales = map[Outcome][]string{
	Delivered:        {"Send", "Delivery"},
	Accepted:         {"Send"},
	Delayed:          {"Send", "DeliveryDelay", "Delivery"},
	Bounced:          {"Send", "Bounce"},
	BouncedForNow:    {"Send", "Bounce"},
	Suppressed:       {"Send", "Bounce"},
	Complained:       {"Send", "Delivery", "Complaint"},
	Rejected:         {"Send", "Reject"},
	RenderingFailure: {"Rendering Failure"},
}

// stream tells of mails through a queue.
type stream struct {
	mu     sync.Mutex
	how    Stream
	random *rand.Rand
	queue  *queue
}

// SetStream changes what becomes of mails from now on, and how that is told.
func (b *Inbox) SetStream(s Stream) {
	b.stream.mu.Lock()
	defer b.stream.mu.Unlock()
	b.stream.how, b.stream.random = s, rand.New(rand.NewPCG(s.Seed, 0))
}

// tell tells what becomes of a mail that was just taken.
func (s *stream) tell(m Received) {
	if m.ConfigurationSet == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ends := s.how.ends(m.To)
	for _, eventType := range tales[ends] {
		s.publish(m, eventType, ends)
	}
}

func (s Stream) ends(to []string) Outcome {
	for _, f := range s.Fates {
		if (Fault{Recipient: f.Recipient}).meant(to) {
			return f.Ends
		}
	}
	return Delivered
}

// publish puts an event on its way, as reliably as the stream is. The caller holds the lock.
func (s *stream) publish(m Received, eventType string, ends Outcome) {
	if s.how.Lose > 0 && s.random.Float64() < s.how.Lose {
		return
	}
	copies := 1
	if s.how.Duplicate > 0 && s.random.Float64() < s.how.Duplicate {
		copies = 2
	}
	body := notification(sesEvent(m, eventType, ends))
	for range copies {
		delay := time.Duration(s.how.Delay)
		if s.how.Shuffle {
			delay = time.Duration(s.random.Int64N(int64(delay) + 1))
		}
		s.queue.put(body, delay)
	}
}

// Tell tells of a mail that was taken before that it ends so, without what was told of it already. It is false where there is no
// such mail.
func (b *Inbox) Tell(messageID string, ends Outcome) bool {
	b.mu.Lock()
	i := b.store.find(messageID)
	var m Received
	if i >= 0 {
		m = b.store.messages[i]
	}
	b.mu.Unlock()
	if i < 0 {
		return false
	}
	b.stream.mu.Lock()
	defer b.stream.mu.Unlock()
	told := tales[ends]
	b.stream.publish(m, told[len(told)-1], ends)
	return true
}

// Publish puts a message into the queue as it is, whatever it says.
func (b *Inbox) Publish(body string) { b.stream.queue.put(body, 0) }

// notification is the envelope that SNS puts around an event.
func notification(event any) string {
	message, _ := json.Marshal(event)
	body, _ := json.Marshal(map[string]string{
		"Type": "Notification", "MessageId": randomID(), "TopicArn": "arn:aws:sns:local:000000000000:ses-events", "Message": string(message),
		"Timestamp": now().UTC().Format(time.RFC3339Nano),
	})
	return string(body)
}

// sesEvent is what SES publishes of a mail.
func sesEvent(m Received, eventType string, ends Outcome) map[string]any {
	at := now().UTC().Format("2006-01-02T15:04:05.000Z")
	tags := map[string][]string{"ses:configuration-set": {m.ConfigurationSet}}
	for name, value := range m.Tags {
		tags[name] = []string{value}
	}
	event := map[string]any{
		"eventType": eventType,
		"mail": map[string]any{
			"timestamp": m.At.UTC().Format("2006-01-02T15:04:05.000Z"), "messageId": m.ID, "source": m.From, "destination": m.To,
			"headersTruncated": false, "headers": m.Headers, "tags": tags,
			"commonHeaders": map[string]any{"from": []string{m.From}, "to": m.To, "messageId": m.ID, "subject": m.Subject},
		},
	}
	recipients := func(status, code string) []map[string]string {
		var all []map[string]string
		for _, to := range m.To {
			all = append(all, map[string]string{"emailAddress": to, "action": "failed", "status": status, "diagnosticCode": code})
		}
		return all
	}
	switch eventType {
	case "Send":
		event["send"] = map[string]any{}
	case "Delivery":
		event["delivery"] = map[string]any{"timestamp": at, "processingTimeMillis": 1, "recipients": m.To, "smtpResponse": "250 2.0.0 Ok"}
	case "DeliveryDelay":
		event["deliveryDelay"] = map[string]any{"timestamp": at, "delayType": "TransientCommunicationFailure",
			"delayedRecipients": recipients("4.4.1", "smtp; 421 4.4.1 Unable to connect to remote host")}
	case "Bounce":
		bounce := map[string]any{"timestamp": at, "feedbackId": randomID()}
		switch ends {
		case BouncedForNow:
			bounce["bounceType"], bounce["bounceSubType"] = "Transient", "MailboxFull"
			bounce["bouncedRecipients"] = recipients("4.2.2", "smtp; 452 4.2.2 mailbox full")
		case Suppressed:
			bounce["bounceType"], bounce["bounceSubType"] = "Permanent", "OnAccountSuppressionList"
			bounce["bouncedRecipients"] = recipients("5.1.1", "the address is on the suppression list of the account")
		default:
			bounce["bounceType"], bounce["bounceSubType"] = "Permanent", "General"
			bounce["bouncedRecipients"] = recipients("5.1.1", "smtp; 550 5.1.1 user unknown")
		}
		event["bounce"] = bounce
	case "Complaint":
		event["complaint"] = map[string]any{"timestamp": at, "feedbackId": randomID(), "complaintFeedbackType": "abuse", "complaintSubType": nil}
	case "Reject":
		event["reject"] = map[string]any{"reason": "Bad content"}
	case "Rendering Failure":
		event["failure"] = map[string]any{"errorMessage": "Attribute 'name' is not present in the rendering data.", "templateName": "none"}
	}
	return event
}

func (b *Inbox) getStream(w http.ResponseWriter, _ *http.Request) {
	b.stream.mu.Lock()
	how := b.stream.how
	b.stream.mu.Unlock()
	writeJSON(w, http.StatusOK, how)
}

func (b *Inbox) putStream(w http.ResponseWriter, r *http.Request) {
	var s Stream
	if !readStrictly(w, r, &s) {
		return
	}
	if err := s.check(); err != nil {
		writeError(w, apiError{Status: http.StatusUnprocessableEntity, Message: err.Error()})
		return
	}
	b.SetStream(s)
	b.getStream(w, r)
}

// check says which field is wrong and what would be right.
func (s Stream) check() error {
	for i, f := range s.Fates {
		if _, err := path.Match(f.Recipient, ""); err != nil || f.Recipient == "" {
			return fmt.Errorf("fates[%d].recipient: %q is no pattern: use * and ?, as in *@contoso.example", i, f.Recipient)
		}
		if err := f.Ends.check(); err != nil {
			return fmt.Errorf("fates[%d].ends: %w", i, err)
		}
	}
	if s.Lose < 0 || s.Lose > 1 {
		return errors.New("lose: must be from 0 to 1")
	}
	if s.Duplicate < 0 || s.Duplicate > 1 {
		return errors.New("duplicate: must be from 0 to 1")
	}
	if s.Shuffle && s.Delay == 0 {
		return errors.New("delay: a shuffled stream needs one, such as 250ms")
	}
	return nil
}

func (o Outcome) check() error {
	if _, known := tales[o]; known {
		return nil
	}
	var all []string
	for name := range tales {
		all = append(all, string(name))
	}
	slices.Sort(all)
	return fmt.Errorf("%q is none of %s", o, strings.Join(all, ", "))
}

// postEvent tells of one mail that was taken before: {"ends": "bounced"}.
func (b *Inbox) postEvent(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Ends Outcome `json:"ends"`
	}
	if !readStrictly(w, r, &in) {
		return
	}
	if err := in.Ends.check(); err != nil {
		writeError(w, apiError{Status: http.StatusUnprocessableEntity, Message: "ends: " + err.Error()})
		return
	}
	if !b.Tell(r.PathValue("id"), in.Ends) {
		writeError(w, apiError{Status: http.StatusNotFound, Message: "there is no such mail"})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
