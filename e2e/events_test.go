package e2e

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// toldWithin is how long it may take until the record has what SES told of a mail.
const toldWithin = time.Minute

// became is what has become of the mails of an event, by the person's number in organisation, with the reason where there is one.
func (w *world) became(t testing.TB, eventID string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, d := range w.recipients(t, eventID) {
		all[local(d.Address)] = string(d.Status)
		if d.Reason != "" {
			all[local(d.Address)] += " " + d.Reason
		}
	}
	return all
}

// awaitBecame waits until the mails of an event have become what they are to become.
func (w *world) awaitBecame(t testing.TB, eventID string, want map[string]string) {
	t.Helper()
	var is map[string]string
	for end := time.Now().Add(toldWithin); time.Now().Before(end); <-time.After(100 * time.Millisecond) {
		if is = w.became(t, eventID); fmt.Sprint(is) == fmt.Sprint(want) {
			return
		}
	}
	require.Equal(t, want, is, "%s, after %s", eventID, toldWithin)
}

func TestWhatBecomesOfAMailIsInTheRecordWithinAMinute(t *testing.T) {
	t.Parallel()
	fates := []inbox.Outcome{
		inbox.Delivered, inbox.Bounced, inbox.BouncedForNow, inbox.Suppressed, inbox.Complained, inbox.Rejected, inbox.RenderingFailure, inbox.Delayed, inbox.Accepted,
	}
	var stream inbox.Stream
	for i, ends := range fates {
		stream.Fates = append(stream.Fates, inbox.Fate{Recipient: fmt.Sprintf("canary-%d@*", i), Ends: ends})
	}
	w := newWorld(t, options{events: true, directory: organisation(len(fates)), inbox: inbox.Options{Stream: stream}})
	id := w.prefix + "r"
	w.put(t, id, activation())
	w.awaitBecame(t, "activation."+id+".pendingApproval", map[string]string{
		"canary-0": "delivered", "canary-1": "bounced bounce:General", "canary-2": "bounced transientBounce:MailboxFull",
		"canary-3": "suppressed suppressed:OnAccountSuppressionList", "canary-4": "complained complaint:abuse", "canary-5": "bounced reject",
		"canary-6": "bounced renderingFailure", "canary-7": "delivered", "canary-8": "sent",
	})

	w.decide(t, id, pim.Approve, "a0").done(t)
	w.awaitBecame(t, "activation."+id+".approved", map[string]string{
		"canary-0": "delivered", "canary-1": "suppressed suppressed:bounce", "canary-2": "bounced transientBounce:MailboxFull",
		"canary-3": "suppressed suppressed:OnAccountSuppressionList", "canary-4": "suppressed suppressed:complaint", "canary-5": "bounced reject",
		"canary-6": "bounced renderingFailure", "canary-7": "delivered", "canary-8": "sent",
	})
	w.awaitEnd(t, id, pim.Provisioned, patience)
}

// SES takes mails whose answer is lost, and tells of them: none is lost, and none is sent again.
func TestAMailWhoseAnswerIsLostIsProvenSentAndNotSentAgain(t *testing.T) {
	t.Parallel()
	const asked = 40
	w := newWorld(t, options{
		events: true, directory: organisation(asked), env: map[string]string{"PIMNOTIFY_GRACE": "20s"},
		inbox: inbox.Options{
			Faults: []inbox.Fault{{Kind: inbox.Cut, AfterAccepting: true, Recipient: "canary-[0-9]*", Chance: 0.5, Seed: 1}},
			Stream: inbox.Stream{Delay: inbox.Duration(time.Second)},
		},
	})
	id := w.prefix + "r"
	begun := time.Now()
	w.put(t, id, activation())
	eventID := "activation." + id + ".pendingApproval"
	want := map[string]string{}
	for i := range asked {
		want[fmt.Sprintf("canary-%d", i)] = "delivered"
	}
	w.awaitBecame(t, eventID, want)
	require.Less(t, time.Since(begun), 19*time.Second, "the proof was there before the grace time was over, or it would prove nothing")
	cut := 0
	for _, r := range w.inbox.Requests() {
		if r.Answer == "accepted, cut" {
			cut++
		}
	}
	require.Greater(t, cut, asked/4)
	require.Contains(t, w.log(), "a mail whose outcome was unknown is proven sent")
	w.decide(t, id, pim.Deny, "a0").done(t) // and the run goes on and ends by it
	w.awaitEnd(t, id, pim.Denied, patience)
	copies := map[string]int{}
	for _, m := range w.inbox.Messages() {
		copies[m.Tags["mail"]]++
	}
	for mail, n := range copies {
		require.Equal(t, 1, n, "mail %s", mail)
	}
	for _, d := range w.recipients(t, eventID) {
		require.NotEmpty(t, d.Subject, d.Address)
		require.NotEmpty(t, d.MessageID, d.Address)
	}
}

func TestEventsThatComeTwiceAndOutOfOrderEndTheSame(t *testing.T) {
	t.Parallel()
	const asked = 60
	w := newWorld(t, options{events: true, directory: organisation(asked), inbox: inbox.Options{Stream: inbox.Stream{
		Duplicate: 0.5, Delay: inbox.Duration(2 * time.Second), Shuffle: true, Seed: 3,
		Fates: []inbox.Fate{{Recipient: "canary-?@*", Ends: inbox.Bounced}},
	}}})
	id := w.prefix + "r"
	w.put(t, id, activation())
	want := map[string]string{}
	for i := range asked {
		want[fmt.Sprintf("canary-%d", i)] = "delivered"
		if i < 10 {
			want[fmt.Sprintf("canary-%d", i)] = "bounced bounce:General"
		}
	}
	w.awaitBecame(t, "activation."+id+".pendingApproval", want)
	await(t, patience, "every event to be taken", func() bool { s := w.inbox.Queue(); return s.Waiting+s.InFlight == 0 && s.Deleted >= 2*asked })
	require.Equal(t, want, w.became(t, "activation."+id+".pendingApproval"))
}

func TestARequestWhoseLastApproverBouncesIsAnAlarm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{events: true, directory: organisation(2), noWorker: true, inbox: inbox.Options{Stream: inbox.Stream{
		Fates: []inbox.Fate{{Recipient: "*", Ends: inbox.Bounced}},
	}}})
	worker := w.startWorker()
	worker.awaitReadyWorker()
	require.Contains(t, worker.metrics(t), "\npimnotify_unreachable_total 0\n")
	id := w.prefix + "r"
	w.put(t, id, activation())
	await(t, patience, "the alarm", func() bool { return strings.Contains(w.log(), "nobody who could act on it can be reached any more") })
	page := worker.metrics(t)
	// Notify finds the same where it counts the mails after they have bounced.
	require.Regexp(t, `(?m)^pimnotify_unreachable_total [12]$`, page)
	require.Contains(t, page, "\npimnotify_ses_proof_seconds_count 2\n")
	await(t, patience, "the run to know", func() bool {
		run, err := temporal.DescribeWorkflow(t.Context(), workflows.ActivationID(tenant, id), "")
		require.NoError(t, err)
		known, ok := run.TypedSearchAttributes.GetBool(workflows.PimUnreachable)
		return ok && known
	})
	w.decide(t, id, pim.Approve, "a0").done(t) // it can still be decided
	w.awaitEnd(t, id, pim.Provisioned, patience)
}

// Where there is no queue, SNS posts to the API. What is not signed by SNS changes nothing, and whoever posts it needs no token.
func TestTheAPIBelievesNobodyButSNS(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{noWorker: true, env: map[string]string{
		"PIMNOTIFY_SES_CONFIGURATION_SET": "pimnotify", "PIMNOTIFY_SES_EVENTS_TOPIC": "arn:aws:sns:eu-north-1:123456789012:pimnotify-events",
	}})
	post := func(body string) (int, string) {
		response, err := http.Post(w.apiURL+"/v1/ses/events", "text/plain; charset=UTF-8", strings.NewReader(body))
		require.NoError(t, err)
		defer func() { _ = response.Body.Close() }()
		answer, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(answer)
	}
	status, answer := post(`{"Type": "Notification", "MessageId": "1", "Message": "{}", "TopicArn": "arn:aws:sns:eu-north-1:123456789012:another"}`)
	require.Equal(t, http.StatusForbidden, status)
	require.Contains(t, answer, "TopicArn is not that of the topic that is configured")
	status, _ = post("hello")
	require.Equal(t, http.StatusForbidden, status)
	page := get(t, w.apiURL+"/metrics")
	require.Contains(t, page, "pimnotify_ses_events_refused_total{reason=\"topic\"} 1\n")
	require.Contains(t, page, "pimnotify_ses_events_refused_total{reason=\"malformed\"} 1\n")

	without := newWorld(t, options{noWorker: true})
	w.apiURL = without.apiURL
	status, _ = post("hello")
	require.Equal(t, http.StatusNotFound, status)
}
