package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pimnotify/pim"
)

// claimed is how many mails are claimed at once, and settled at once.
const claimed = 64

// recipients writes a plan down, and takes it through claiming and settling, beside the same rows written by the plainest means
// that the database has: one prepared statement a row in SQLite, COPY in PostgreSQL.
func (b *bench) recipients(ctx context.Context) error {
	return b.onEach("recipients", func(d *database) (err error) {
		r, err := d.open(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, r.close()) }()
		events := &events{record: r, n: b.sizes.recipients}
		subjects := []*subject{events.bare(), events.planning(), events.sending()}
		return b.compare(ctx, b.sizes.plans, subjects[0], subjects[1:]...)
	})
}

// events makes one event after the other, with n recipients each.
type events struct {
	*record
	n    int
	made int
	key  int64 // of the latest
	due  time.Time
}

// next makes another one.
func (e *events) next(ctx context.Context) error {
	e.made++
	e.due = time.Now().UTC().Truncate(time.Microsecond)
	resource := pim.Resource{Collection: pim.ActivationRequests, ID: fmt.Sprintf("r%d", e.made)}
	states, err := e.DueStates(ctx, bigTenant, resource, []pim.Due{
		{Event: pim.NewEvent(resource, pim.ActivationPendingApproval, "", e.due), Part: pim.PartAll, DueDateTime: e.due},
	})
	if err == nil {
		e.key = states[0].EventKey
	}
	return err
}

func (e *events) people() []pim.Recipient {
	people := make([]pim.Recipient, 0, e.n)
	for i := range e.n {
		people = append(people, pim.Recipient{
			Order: i + 1, Address: fmt.Sprintf("u%d@contoso.example", i), PrincipalID: fmt.Sprintf("u%d", i), DisplayName: fmt.Sprintf("User %d", i),
			Audience: pim.Approver, RecipientType: pim.ApproverRecipient, Status: pim.StatusPlanned,
		})
	}
	return people
}

func (e *events) subject(name, measures string) *subject {
	return &subject{name: name, database: e.on.name, measures: measures, unit: "rows", units: e.n, times: 1, prepare: e.next}
}

func (e *events) planning() *subject {
	s := e.subject("recipients, plan", "the same as one plan")
	s.do = e.plan
	return s
}

func (e *events) plan(ctx context.Context) error {
	done, err := e.Plan(ctx, e.key, pim.PartAll, e.due, e.people(), e.due)
	if err == nil && !done {
		err = errors.New("the event was planned before")
	}
	return err
}

func (e *events) sending() *subject {
	s := e.subject("recipients, claim and settle", fmt.Sprintf("all of a plan, %d at a time", claimed))
	s.prepare = func(ctx context.Context) error {
		if err := e.next(ctx); err != nil {
			return err
		}
		return e.plan(ctx)
	}
	s.do = func(ctx context.Context) error {
		settled := 0
		for {
			claims, err := e.Claim(ctx, pim.ClaimRequest{EventKeys: []int64{e.key}, Limit: claimed, Worker: "w1", Now: e.due, Lease: time.Minute})
			if err != nil {
				return err
			}
			if len(claims) == 0 && settled == e.n {
				return nil
			}
			if len(claims) == 0 {
				return fmt.Errorf("of %d mails %d were there to claim", e.n, settled)
			}
			settlements := make([]pim.Settlement, 0, len(claims))
			for _, c := range claims {
				settlements = append(settlements, pim.Settlement{
					MailID: c.MailID, Attempt: c.Attempt, Status: pim.StatusSent, At: e.due, MessageID: "m-" + c.MailID, Subject: "PIM: Review a request",
				})
			}
			if err := e.Settle(ctx, settlements); err != nil {
				return err
			}
			settled += len(claims)
		}
	}
	return s
}
