package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"pimnotify/mail"
)

// notify tells many of one event: Notify as a worker runs it, from what happened to the last mail settled, beside a plain loop over
// SendEmail that has as many mails on their way at one time, has written them before, and keeps no record of them.
func (b *bench) notify(ctx context.Context) (err error) {
	post, err := openPost(ctx, b.sizes.latency)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, post.close()) }()
	var records []*record
	defer func() {
		for _, r := range records {
			err = errors.Join(err, r.close())
		}
	}()
	if err := b.onEach("notify", func(d *database) error {
		r, err := d.open(ctx)
		if err == nil {
			records = append(records, r)
		}
		return err
	}); err != nil {
		return err
	}
	for _, f := range b.sizes.flights {
		if err := b.fly(ctx, f, post, records); err != nil {
			return fmt.Errorf("%d in flight: %w", f.inFlight, err)
		}
	}
	return nil
}

// fly measures with so many mails in flight.
func (b *bench) fly(ctx context.Context, f flight, post *post, records []*record) error {
	b.say("notify with %d in flight …", f.inFlight)
	name := fmt.Sprintf("notify, %d in flight", f.inFlight)
	subjects := []*subject{{
		name: name, measures: fmt.Sprintf("a loop over SendEmail, %s mails, an answer takes %s", number(f.recipients), b.sizes.latency),
	}}
	var mails []mail.Message
	for _, r := range records {
		o, err := newOffice(r, post, f)
		if err != nil {
			return err
		}
		if mails, err = o.written(ctx); err != nil {
			return fmt.Errorf("write the mails: %w", err)
		}
		subjects = append(subjects, &subject{
			name: name, database: r.on.name, measures: fmt.Sprintf("Notify, %s recipients", number(f.recipients)), prepare: o.accept, do: o.notify,
		})
	}
	subjects[0].do = func(ctx context.Context) error { return loop(ctx, post.sender, mails, f.inFlight) }
	for _, s := range subjects {
		s.unit, s.units = "mails", f.recipients
	}
	if err := interleave(ctx, f.rounds, subjects...); err != nil {
		return err
	}
	b.add(subjects[0], subjects[1:]...)
	return nil
}

// loop sends mails, so many at one time.
func loop(ctx context.Context, sender mail.Sender, mails []mail.Message, inFlight int) error {
	var senders sync.WaitGroup
	waiting, failed := make(chan mail.Message), make(chan error, len(mails))
	for range inFlight {
		senders.Go(func() {
			for m := range waiting {
				if o := sender.Send(ctx, m); o.Class != mail.Sent {
					failed <- fmt.Errorf("a mail is %s: %s %s", o.Class, o.Reason, o.Detail)
				}
			}
		})
	}
	for _, m := range mails {
		waiting <- m
	}
	close(waiting)
	senders.Wait()
	close(failed)
	return <-failed
}
