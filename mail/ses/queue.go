package ses

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"go.uber.org/zap"

	"pimnotify/pim"
)

// How a queue is read.
const (
	pollers     = 4                // calls that wait for events at one time
	batch       = 10               // events one call brings, which is SQS's most
	longPoll    = 20 * time.Second // SQS's longest: an idle queue costs little
	visibility  = 30 * time.Second // how long an event is nobody else's: a worker that dies with it keeps it well below lease and grace time
	recordTime  = 20 * time.Second // bounds the recording of one batch
	queueTime   = longPoll + 10*time.Second
	firstPause  = time.Second // after a call that failed
	longestWait = 30 * time.Second
)

// QueueOptions say where SES's events arrive, and who takes them.
type QueueOptions struct {
	URL      string // https://sqs.eu-north-1.amazonaws.com/123456789012/pimnotify-events
	Endpoint string // as Options.Endpoint
	// Record writes observations down. What it refuses with an error comes again.
	Record func(context.Context, []pim.Observation) error
	// Refused is told of an event that cannot be read, and Ignored of one that says nothing of a mail.
	Refused, Ignored func()
	Log              *zap.Logger
}

// Queue takes SES's events from an SQS queue. An event is deleted once it is recorded. One that cannot be read stays, so that the
// queue's redrive policy brings it to the dead-letter queue, where somebody can look at it.
type Queue struct {
	QueueOptions
	client    *sqs.Client
	transport *http.Transport
	away      atomic.Bool
}

// NewQueue reads the SDK's configuration. It does not call SQS: Check and Run do.
func NewQueue(ctx context.Context, o QueueOptions) (*Queue, error) {
	cfg, err := configure(ctx, o.Endpoint)
	if err != nil {
		return nil, err
	}
	if region := regionOf(o.URL); region != "" && o.Endpoint == "" {
		cfg.Region = region // the queue need not be where SES is
	}
	q := &Queue{QueueOptions: o, transport: newTransport(cfg.HTTPClient, defaultTimeout)}
	q.client = sqs.NewFromConfig(cfg, func(so *sqs.Options) {
		so.Retryer = aws.NopRetryer{} // the queue keeps what was not taken, and the pauses are ours
		so.HTTPClient = newClient(q.transport, queueTime)
	})
	return q, nil
}

var queueHost = regexp.MustCompile(`^sqs\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$`)

func regionOf(queue string) string {
	u, err := url.Parse(queue)
	if err != nil {
		return ""
	}
	if m := queueHost.FindStringSubmatch(u.Hostname()); m != nil {
		return m[1]
	}
	return ""
}

// Check says at start-up whether the queue is there. A warning means that it could not be asked, and reading may well work.
func (q *Queue) Check(ctx context.Context) (warning string, err error) {
	ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()
	_, err = q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(q.URL), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn},
	})
	var answer smithy.APIError
	switch {
	case err == nil:
		return "", nil
	case errors.As(err, new(*types.QueueDoesNotExist)):
		return "", fmt.Errorf("there is no queue %s in this account and region", q.URL)
	case errors.As(err, &answer):
		return "SQS does not tell about the queue (" + answer.ErrorCode() + "): whether it can be read is seen with the first event", nil
	default:
		return "SQS does not answer now: whether the queue can be read is seen with the first event", nil
	}
}

// Run takes events until ctx ends. What has been received by then is still recorded; nothing is left running.
func (q *Queue) Run(ctx context.Context) {
	var all sync.WaitGroup
	for range pollers {
		all.Go(func() { q.poll(ctx) })
	}
	all.Wait()
	q.transport.CloseIdleConnections()
}

func (q *Queue) poll(ctx context.Context) {
	pause := firstPause
	for ctx.Err() == nil {
		err := q.take(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			q.back()
			pause = firstPause
		default:
			q.goneAway(err)
			sleep(ctx, pause/2+rand.N(pause/2)) // not all of them at the same moment
			pause = min(2*pause, longestWait)
		}
	}
}

// goneAway and back say once that events are not taken, and once that they are again, however many wait for them.
func (q *Queue) goneAway(err error) {
	if q.away.CompareAndSwap(false, true) {
		q.Log.Warn("SES's events are not taken: they stay in the queue", zap.Error(err))
	}
}

func (q *Queue) back() {
	if q.away.CompareAndSwap(true, false) {
		q.Log.Info("SES's events are taken again")
	}
}

// take waits for events, records them, and deletes those that are recorded.
func (q *Queue) take(ctx context.Context) error {
	out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(q.URL), MaxNumberOfMessages: batch,
		WaitTimeSeconds: int32(longPoll / time.Second), VisibilityTimeout: int32(visibility / time.Second),
	})
	if err != nil {
		return fmt.Errorf("wait for events: %w", err)
	}
	if len(out.Messages) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	observations, done := q.read(out.Messages)
	if len(observations) > 0 {
		if err := q.Record(ctx, observations); err != nil {
			return fmt.Errorf("record %d events: %w", len(observations), err)
		}
	}
	return q.delete(ctx, done)
}

// read parses messages. Those in done are to be deleted once what was read of them is recorded.
func (q *Queue) read(messages []types.Message) (observations []pim.Observation, done []types.DeleteMessageBatchRequestEntry) {
	for _, m := range messages {
		o, err := ParseEvent([]byte(aws.ToString(m.Body)))
		switch {
		case err == nil:
			observations = append(observations, o)
		case errors.Is(err, ErrNothingObserved):
			q.Ignored()
		default:
			q.Refused()
			q.Log.Warn("an event cannot be read, and is left for the dead-letter queue", zap.String("message", aws.ToString(m.MessageId)), zap.Error(err))
			continue
		}
		done = append(done, types.DeleteMessageBatchRequestEntry{Id: aws.String(fmt.Sprint(len(done))), ReceiptHandle: m.ReceiptHandle})
	}
	return observations, done
}

// delete takes recorded events off the queue. One that stays comes again, and changes nothing then.
func (q *Queue) delete(ctx context.Context, done []types.DeleteMessageBatchRequestEntry) error {
	if len(done) == 0 {
		return nil
	}
	out, err := q.client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: aws.String(q.URL), Entries: done})
	if err != nil {
		return fmt.Errorf("delete %d recorded events: %w", len(done), err)
	}
	if n := len(out.Failed); n > 0 {
		return fmt.Errorf("delete %d recorded events: SQS kept %d (%s)", len(done), n, aws.ToString(out.Failed[0].Code))
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
