package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A record whose digests are counted is filled in bulk, by SQL: to import a million events would take longer than all that is
// measured. It has what Import writes for digests, in the order of time, and nothing else, because counting reads nothing else.
//
// Of each hundred events eight make somebody eligible; one makes somebody permanent, every other time somebody who was just made
// eligible for the same; one assigns a role outside of PIM; one makes an eligible assignment permanent; the others are activations.
const (
	bigTenant    = "contoso"
	otherTenants = 10    // have a hundredth of its events each
	weekEvents   = 2_000 // of the big tenant
	week         = 7 * 24 * time.Hour
)

// firstMonday is when the records begin.
var firstMonday = time.Date(2016, 11, 14, 0, 0, 0, 0, time.UTC)

// figures are the four tiles of a digest.
type figures struct{ activated, madePermanent, inPIM, outsidePIM int }

// figuresOf is what there is to count in so many events in a row, a multiple of two hundred.
func figuresOf(events int) figures {
	return figures{events / 100 * 89, events/100 + events/200, events / 100 * 8, events / 100}
}

// fill makes the record of so many events.
func (r *record) fill(ctx context.Context, events int) error {
	if err := r.fillTenant(ctx, bigTenant, events, week/weekEvents); err != nil {
		return err
	}
	for i := range otherTenants {
		if err := r.fillTenant(ctx, fmt.Sprintf("tenant%d", i), events/100, 100*week/weekEvents); err != nil {
			return err
		}
	}
	return r.tidy(ctx)
}

func (r *record) fillTenant(ctx context.Context, tenant string, events int, apart time.Duration) error {
	const (
		resource = `'5b2f6c1e-0d3a-4f7e-9c48-' || (100000000000 + i)`
		role     = `'62e90394-69f5-4237-9190-' || (100000000000 + (i / 100) % 50)`
		eligible = `'u' || (100000000000 + (i / 100 * 8 + i % 100) % 20000)`
		made     = `'u' || CASE WHEN (i / 100) % 2 = 0 THEN 100000000000 + (i / 100 * 8) % 20000 ELSE 200000000000 + i END`
	)
	at := fmt.Sprintf(`(CAST(%d AS BIGINT) + CAST(%d AS BIGINT) * i)`, firstMonday.UnixMicro(), apart.Microseconds())
	halfAYear := fmt.Sprintf(`%s + %d`, at, (26 * week).Microseconds())
	insert := func(into, which string, values ...string) string {
		return fmt.Sprintf(`INSERT INTO %s WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < %d)
			SELECT '%s', %s FROM numbers WHERE %s`, into, events-1, tenant, strings.Join(values, ", "), which)
	}
	return r.exec(ctx,
		insert(`facts (tenant, tile, at, resource_id, seq)`, `i % 100 <> 8`,
			`CASE WHEN i % 100 < 8 THEN 'assignedInPim' WHEN i % 100 = 9 THEN 'assignedOutsidePim'
				WHEN i % 100 = 10 THEN 'usersMadePermanent' ELSE 'usersActivated' END`,
			at, resource, `CASE WHEN i % 100 < 10 THEN 0 ELSE 1 END`),
		insert(`eligibilities (tenant, resource_id, seq, principal_id, role_id, scope_id, since, until)`, `i % 100 < 8`,
			resource, `0`, eligible, role, `'/'`, at, `CASE WHEN i % 2 = 0 THEN 9223372036854775807 ELSE `+halfAYear+` END`),
		insert(`permanents (tenant, at, principal_id, role_id, scope_id, resource_id)`, `i % 100 = 8`, at, made, role, `'/'`, resource))
}

// tidy does what the databases do by themselves after a while. PostgreSQL counts its rows and notes which pages everybody sees,
// which it cannot while something else looks at them. SQLite counts nothing unless it is told to, and nobody tells it.
func (r *record) tidy(ctx context.Context) error {
	if r.on.driver == "sqlite" {
		return r.exec(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	}
	for range 100 {
		if err := r.exec(ctx, `VACUUM ANALYZE`); err != nil {
			return err
		}
		var unseen int
		if err := r.db.QueryRowContext(ctx, `SELECT count(*) FROM pg_class
			WHERE relname IN ('facts', 'permanents', 'eligibilities') AND relallvisible < relpages`).Scan(&unseen); err != nil || unseen == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("something goes on looking at PostgreSQL's tables")
}
