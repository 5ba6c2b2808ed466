package inbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// sendEmail is SES's SendEmail: what goes wrong before, the rules, what goes wrong after.
func (b *Inbox) sendEmail(w http.ResponseWriter, r *http.Request) {
	var in sendRequest
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		b.refuse(w, in, unreadable(err))
		return
	}
	before := b.faults.draw(in.Destination.ToAddresses, false)
	if !before.wait(r.Context()) {
		b.note(in, "gone")
		return
	}
	if before.fires() {
		b.note(in, before.perform(w, r, ""))
		return
	}
	id, refusal := b.accept(in)
	if refusal != nil {
		b.refuse(w, in, *refusal)
		return
	}
	after := b.faults.draw(in.Destination.ToAddresses, true)
	if !after.wait(r.Context()) {
		b.note(in, "accepted, gone")
		return
	}
	if after.fires() {
		b.note(in, "accepted, "+after.perform(w, r, id))
		return
	}
	b.note(in, "200")
	writeJSON(w, http.StatusOK, map[string]string{"MessageId": id})
}

func unreadable(err error) apiError {
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return apiError{http.StatusRequestEntityTooLarge, "BadRequestException", fmt.Sprintf("the request has more than %d bytes", tooLarge.Limit)}
	}
	return apiError{http.StatusBadRequest, "SerializationException", "the body is not the JSON of SendEmail: " + err.Error()}
}

func (b *Inbox) refuse(w http.ResponseWriter, in sendRequest, e apiError) {
	b.note(in, fmt.Sprintf("%d %s", e.Status, e.Code))
	writeError(w, e)
}

func (b *Inbox) note(in sendRequest, answer string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.store.note(Request{At: now(), To: in.Destination.ToAddresses, Tags: tagMap(in.EmailTags), Answer: answer})
}

// accept stores the mail, or says why SES would not take it. What the account allows is looked at last, so that only mails
// that are right use it up, and together with the storing, so that senders at once get no more than there is.
func (b *Inbox) accept(in sendRequest) (id string, refusal *apiError) {
	if refusal := validate(in); refusal != nil {
		return "", refusal
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if refusal := b.unverified(in.FromEmailAddress); refusal != nil {
		return "", refusal
	}
	at := now()
	if refusal := b.spend(at, len(in.recipients())); refusal != nil {
		return "", refusal
	}
	simple := in.Content.Simple
	m := Received{
		At: at, From: in.FromEmailAddress, To: in.recipients(),
		Subject: simple.Subject.data(), HTML: simple.Body.Html.data(), Text: simple.Body.Text.data(),
		Tags: tagMap(in.EmailTags), ConfigurationSet: in.ConfigurationSetName,
	}
	for _, h := range simple.Headers {
		m.Headers = append(m.Headers, Header(h))
	}
	m.ID = b.store.add(m)
	b.stream.tell(m)
	return m.ID, nil
}

func (in sendRequest) recipients() []string {
	return slices.Concat(in.Destination.ToAddresses, in.Destination.CcAddresses, in.Destination.BccAddresses)
}

func tagMap(tags []tag) map[string]string {
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[t.Name] = t.Value
	}
	return m
}

func normal(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
