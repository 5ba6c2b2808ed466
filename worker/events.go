package worker

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"pimnotify/assembly"
	"pimnotify/mail/ses"
	"pimnotify/observer"
)

// unreadable is the reason under which events are counted that cannot be read.
const unreadable = "unreadable"

// newEvents is the queue of SES's events, for whoever is configured to have one; nil otherwise. It says what is known of mails then.
func newEvents(ctx context.Context, parts *assembly.Parts, watch *observer.Observer) (*ses.Queue, error) {
	c, log := parts.Config, parts.Log
	switch {
	case c.EventsQueue == "" && c.EventsTopic == "":
		log.Warn("no event stream of SES is configured (PIMNOTIFY_SES_EVENTS_QUEUE, PIMNOTIFY_SES_EVENTS_TOPIC): nothing is known of a mail after " +
			"SES has accepted it, and one whose answer is lost is sent again")
		return nil, nil
	case c.ConfigurationSet == "":
		log.Warn("PIMNOTIFY_SES_CONFIGURATION_SET is not set: SES tells of mails only where the sender's identity has a configuration set of its own")
	}
	if c.EventsQueue == "" {
		log.Info("SES's events come to the API", zap.String("topic", c.EventsTopic))
		return nil, nil
	}
	queue, err := ses.NewQueue(ctx, ses.QueueOptions{
		URL: c.EventsQueue, Endpoint: c.SQSEndpoint, Record: watch.Record, Ignored: watch.Ignored, Log: log,
		Refused: func() { watch.Refused(unreadable) },
	})
	if err != nil {
		return nil, err
	}
	warning, err := queue.Check(ctx)
	if err != nil {
		return nil, fmt.Errorf("PIMNOTIFY_SES_EVENTS_QUEUE: %w", err)
	}
	if warning != "" {
		log.Warn("queue not checked: " + warning)
	}
	log.Info("SES's events are read", zap.String("queue", c.EventsQueue))
	return queue, nil
}
