package main

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/metrics"
	"slices"
	"time"
)

// subject is what a row measures.
type subject struct {
	name     string
	database string // empty where none has a part in it
	measures string
	unit     string // of what do does …
	units    int    // … and how many of them
	times    int    // how often do runs in a sample; 0 means once. Very short ones are measured together
	prepare  func(ctx context.Context) error
	do       func(ctx context.Context) error

	samples []sample
}

// sample is what one do took, on average over its times.
type sample struct {
	took      time.Duration
	allocated float64 // bytes
	heap      uint64  // bytes in Go's heap, at most
}

// interleave takes samples of several subjects in turns, so that what else the machine does slows all of them alike. Who is first
// in a round changes.
func interleave(ctx context.Context, rounds int, subjects ...*subject) error {
	for round := range rounds {
		for i := range subjects {
			s := subjects[(round+i)%len(subjects)]
			taken, err := s.sample(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			s.samples = append(s.samples, taken)
		}
	}
	return nil
}

// warm takes a sample of each that does not count: connections, caches and statements are made.
func warm(ctx context.Context, subjects ...*subject) error {
	for _, s := range subjects {
		if _, err := s.sample(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// compare warms subjects up, samples them in turns, and puts them into the table, told against the first one.
func (b *bench) compare(ctx context.Context, rounds int, base *subject, others ...*subject) error {
	all := append([]*subject{base}, others...)
	if err := warm(ctx, all...); err != nil {
		return err
	}
	if err := interleave(ctx, rounds, all...); err != nil {
		return err
	}
	b.add(base, others...)
	return nil
}

func (s *subject) sample(ctx context.Context) (sample, error) {
	if s.prepare != nil {
		if err := s.prepare(ctx); err != nil {
			return sample{}, fmt.Errorf("prepare it: %w", err)
		}
	}
	times := max(s.times, 1)
	peak := watchHeap()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range times {
		if err := s.do(ctx); err != nil {
			_ = peak()
			return sample{}, err
		}
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return sample{took / time.Duration(times), float64(after.TotalAlloc-before.TotalAlloc) / float64(times), peak()}, nil
}

// watchHeap begins with what is in use, and answers how much there was at most until peak is called. A moment in which more was in
// use can be missed, if it was shorter than a millisecond.
func watchHeap() (peak func() uint64) {
	runtime.GC()
	runtime.GC() // what pools hold goes with the second one
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		now := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		var highest uint64
		for {
			metrics.Read(now)
			highest = max(highest, now[0].Value.Uint64())
			select {
			case <-stop:
				most <- highest
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}

func (s *subject) took() time.Duration {
	return median(s.samples, func(x sample) time.Duration { return x.took })
}

func (s *subject) allocated() float64 {
	return median(s.samples, func(x sample) float64 { return x.allocated })
}

func (s *subject) heap() uint64 {
	return slices.MaxFunc(s.samples, func(a, b sample) int { return cmp.Compare(a.heap, b.heap) }).heap
}

// ratio is how many times as long it takes as the other, round by round: noise that hit both is out of it.
func (s *subject) ratio(base *subject) float64 {
	ratios := make([]float64, min(len(s.samples), len(base.samples)))
	for i := range ratios {
		ratios[i] = float64(s.samples[i].took) / float64(base.samples[i].took)
	}
	return median(ratios, func(r float64) float64 { return r })
}

// median is the middle one, and the lower of two.
func median[S any, T cmp.Ordered](all []S, of func(S) T) T {
	values := make([]T, 0, len(all))
	for _, s := range all {
		values = append(values, of(s))
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}
