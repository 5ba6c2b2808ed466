package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"pimnotify/pim"
)

// imports brings in what happened before, in batches: nine assignments to each past activation. The last tenth goes in side by side
// with the first tenth of another record, so that what it costs more is because of what is there already.
func (b *bench) imports(ctx context.Context) error {
	return b.onEach("import", func(d *database) (err error) {
		grown, err := d.open(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, grown.close()) }()
		fresh, err := d.open(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, fresh.close()) }()
		return b.importInto(ctx, grown, fresh)
	})
}

func (b *bench) importInto(ctx context.Context, grown, fresh *record) error {
	tenth := b.sizes.records / b.sizes.batch / 10
	into, beside := &stream{record: grown, size: b.sizes.batch}, &stream{record: fresh, size: b.sizes.batch}
	before := into.subject("import, the first nine tenths", "")
	if err := interleave(ctx, 9*tenth, before); err != nil {
		return err
	}
	first := beside.subject("import, first tenth", fmt.Sprintf("a batch of %d, into an empty record", b.sizes.batch))
	last := into.subject("import, last tenth", fmt.Sprintf("the same, into a record of %s", number(b.sizes.records/10*9)))
	if err := interleave(ctx, tenth, first, last); err != nil {
		return err
	}
	b.rows = append(b.rows, b.wholeImport(grown.on, append(before.samples, last.samples...), tenth))
	b.add(first, last)
	return nil
}

// wholeImport says of all batches together how long they took, and of those of the first and of the last tenth how much memory.
func (b *bench) wholeImport(on *database, all []sample, tenth int) row {
	var took time.Duration
	var allocated float64
	for _, s := range all {
		took += s.took
		allocated += s.allocated
	}
	first, last := subject{samples: all[:tenth]}, subject{samples: all[len(all)-tenth:]}
	return row{
		name: "import, whole", database: on.name, measures: fmt.Sprintf("%s records, %d a batch", number(b.sizes.records), b.sizes.batch),
		took: duration(took), rate: rate(b.sizes.records, "records", took), allocated: bytes(allocated),
		heap: fmt.Sprintf("%s in the first tenth, %s in the last", bytes(first.heap()), bytes(last.heap())),
	}
}

// stream is what is brought into a record, a batch after the other.
type stream struct {
	*record
	size  int // of a batch
	next  int
	batch []pim.Imported
}

// subject measures the batches from here on.
func (s *stream) subject(name, measures string) *subject {
	return &subject{
		name: name, database: s.on.name, measures: measures, unit: "records", units: s.size, prepare: s.read, do: s.bringIn,
	}
}

func (s *stream) read(context.Context) error {
	s.batch = past(s.next, s.next+s.size)
	s.next += s.size
	return nil
}

func (s *stream) bringIn(ctx context.Context) error {
	result, err := s.Import(ctx, s.batch)
	if created := result.Count(pim.ImportCreated); err == nil && created != s.size {
		err = fmt.Errorf("it brings in %d of %d records", created, s.size)
	}
	return err
}

// past is a slice of what happened before.
func past(from, to int) []pim.Imported {
	records := make([]pim.Imported, 0, to-from)
	for i := from; i < to; i++ {
		at := firstMonday.Add(time.Duration(i) * time.Second)
		r := pim.Imported{Acceptance: pim.Acceptance{
			Tenant: bigTenant, Resource: pim.Resource{Collection: pim.Assignments, ID: fmt.Sprintf("i%d", i)}, Hash: fmt.Sprintf("h%d", i), AcceptedAt: at,
			Body: json.RawMessage(fmt.Sprintf(`{"action":"adminAssign","resourceKind":"directoryRole",
				"principal":{"id":"u%d","displayName":"User %d","mail":"u%d@contoso.example"},
				"role":{"id":"r%d","displayName":"Helpdesk Administrator"},"scope":{"id":"/","displayName":"Contoso"},"assignmentType":"eligible",
				"justification":"on call from December, as agreed in the meeting","ticketInfo":{"ticketNumber":"INC-%d","ticketSystem":"ServiceNow"}}`,
				i%5_000, i, i, i%50, i)),
			First: pim.Change{At: at, What: pim.WhatAssigned, Status: pim.Provisioned, Assignment: &pim.AssignmentNow{
				AssignmentType: pim.Eligible, Term: pim.Term{Number: 1, Start: at},
			}},
		}}
		if i%10 == 0 {
			r.Resource.Collection = pim.ActivationRequests
			r.First = pim.Change{At: at, What: pim.WhatRequested, Status: pim.PendingApproval}
			r.Following = []pim.Change{
				{Seq: 1, At: at, What: pim.WhatApproved, Status: pim.Granted}, {Seq: 2, At: at, What: pim.WhatActivated, Status: pim.Provisioned},
			}
		}
		records = append(records, r)
	}
	return records
}
