package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"pimnotify/internal/pgtest"
)

// part is a group of rows of the table.
type part struct {
	name    string
	measure func(*bench, context.Context) error
}

var parts = []part{
	{"digest", (*bench).digest},
	{"import", (*bench).imports},
	{"recipients", (*bench).recipients},
	{"notify", (*bench).notify},
}

func chosen(only *regexp.Regexp) []part {
	var some []part
	for _, p := range parts {
		if only.MatchString(p.name) {
			some = append(some, p)
		}
	}
	return some
}

func names() string {
	var all []string
	for _, p := range parts {
		all = append(all, p.name)
	}
	return strings.Join(all, ", ")
}

// sizes are how much is measured.
type sizes struct {
	short, long int // events of the two records whose digests are counted
	records     int // to import …
	batch       int // … so many at once
	recipients  int // of one plan
	weeks       int // how often the count of a week is sampled …
	wholes      int // … that of a whole record …
	plans       int // … and a plan
	latency     time.Duration
	flights     []flight
	patience    time.Duration // until it gives up
}

// flight is how many mails are on their way at one time.
type flight struct{ inFlight, recipients, rounds int }

// One in flight has fewer recipients: a thousand would take a minute, each time, and show the same.
var (
	full = sizes{
		short: 10_000, long: 1_000_000, records: 100_000, batch: 500, recipients: 1_000, weeks: 75, wholes: 9, plans: 31, latency: 50 * time.Millisecond,
		flights: []flight{{1, 100, 3}, {16, 1_000, 3}, {64, 1_000, 5}}, patience: 20 * time.Minute,
	}
	quick = sizes{
		short: 10_000, long: 20_000, records: 500, batch: 50, recipients: 100, weeks: 2, wholes: 2, plans: 2, latency: 5 * time.Millisecond,
		flights: []flight{{1, 10, 1}, {16, 50, 1}, {64, 100, 1}}, patience: 5 * time.Minute,
	}
)

// bench is one run.
type bench struct {
	sizes     sizes
	quick     bool
	progress  io.Writer
	folder    string // for SQLite
	postgres  *pgtest.Server
	databases []*database

	rows     []row
	plans    []plan
	resident []string
}

func newBench(small bool, progress io.Writer) (b *bench, err error) {
	b = &bench{sizes: full, quick: small, progress: progress}
	if small {
		b.sizes = quick
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	if b.folder, err = os.MkdirTemp("", "pimnotify-bench-"); err != nil {
		return b, fmt.Errorf("make a folder for SQLite: %w", err)
	}
	if b.postgres, err = pgtest.Start(); err != nil && !pgtest.Missing(err) {
		return b, fmt.Errorf("start a private PostgreSQL: %w", err)
	}
	b.databases = []*database{b.sqlite(), b.postgresql(err)}
	return b, nil
}

func (b *bench) close() error {
	var errs []error
	if b.postgres != nil {
		errs = append(errs, b.postgres.Stop())
	}
	if b.folder != "" {
		errs = append(errs, os.RemoveAll(b.folder))
	}
	return errors.Join(errs...)
}

func (b *bench) say(format string, args ...any) { _, _ = fmt.Fprintf(b.progress, format+"\n", args...) }

// measure does one part and notes how much memory the process had at most, of which SQLite's is not in Go's heap.
func (b *bench) measure(ctx context.Context, p part) error {
	resetPeak()
	start := time.Now()
	if err := p.measure(b, ctx); err != nil {
		return err
	}
	if peak := peakResident(); peak > 0 {
		b.resident = append(b.resident, fmt.Sprintf("%s %s", p.name, bytes(peak)))
	}
	b.say("%s: done in %s", p.name, time.Since(start).Round(time.Second))
	return nil
}
