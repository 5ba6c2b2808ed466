package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// digest counts one tenant's week in a short record and in a long one: how long the record is should make no difference. And all of
// each at once, which is what a week costs that is as large.
func (b *bench) digest(ctx context.Context) error {
	return b.onEach("digest", func(d *database) (err error) {
		short, err := d.open(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, short.close()) }()
		long, err := d.open(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, long.close()) }()
		if err := short.fill(ctx, b.sizes.short); err != nil {
			return fmt.Errorf("fill the short record: %w", err)
		}
		if err := long.fill(ctx, b.sizes.long); err != nil {
			return fmt.Errorf("fill the long record: %w", err)
		}
		return b.countDigests(ctx, short, long)
	})
}

func (b *bench) countDigests(ctx context.Context, short, long *record) error {
	weeks, longWeeks := b.sizes.short/weekEvents, b.sizes.long/weekEvents
	const many = 20 // weeks a sample
	inShort := counting(short, "digest, short record", weekEvents, many,
		fmt.Sprintf("a week of %s events, of %s with %s assignments", number(weekEvents), number(b.sizes.short), number(b.sizes.short/10)),
		func(n int) int { return n % weeks })
	inLong := counting(long, "digest, long record", weekEvents, many,
		fmt.Sprintf("the same, of %s with %s", number(b.sizes.long), number(b.sizes.long/10)),
		func(n int) int { return n % weeks * (longWeeks / weeks) })
	anywhere := counting(long, "digest, long record, anywhere", weekEvents, many, "the same, another week each time",
		func(n int) int { return n * 197 % longWeeks })
	if err := b.compare(ctx, b.sizes.weeks, inShort, inLong, anywhere); err != nil {
		return err
	}
	fromTheFirst := func(int) int { return 0 }
	allShort := counting(short, "digest, all of the short record", b.sizes.short, many,
		fmt.Sprintf("its %d weeks as if they were one: %s events", weeks, number(b.sizes.short)), fromTheFirst)
	allLong := counting(long, "digest, all of the long record", b.sizes.long, 1,
		fmt.Sprintf("its %d weeks: %s times as many events", longWeeks, number(b.sizes.long/b.sizes.short)), fromTheFirst)
	if err := b.compare(ctx, b.sizes.wholes, allShort, allLong); err != nil {
		return err
	}

	from := firstMonday.Add(time.Duration(longWeeks/2) * week)
	steps, err := long.ExplainFigures(ctx, bigTenant, from, from.Add(week))
	if err != nil {
		return err
	}
	b.plans = append(b.plans, plan{long.on.name, steps})
	return nil
}

// counting counts so many events at once, from the week on that which names.
func counting(r *record, name string, events, times int, measures string, which func(n int) int) *subject {
	n, want := 0, figuresOf(events)
	return &subject{
		name: name, database: r.on.name, measures: measures, unit: "events", units: events, times: times,
		do: func(ctx context.Context) error {
			from := firstMonday.Add(time.Duration(which(n)) * week)
			n++
			f, err := r.Figures(ctx, bigTenant, from, from.Add(time.Duration(events/weekEvents)*week))
			if err != nil {
				return err
			}
			if got := (figures{f.UsersActivated, f.UsersMadePermanent, f.AssignedInPIM, *f.AssignedOutsidePIM}); got != want {
				return fmt.Errorf("it counts %v where there are %v", got, want)
			}
			return nil
		},
	}
}
