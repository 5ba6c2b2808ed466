package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func took(all ...time.Duration) *subject {
	s := &subject{}
	for _, d := range all {
		s.samples = append(s.samples, sample{took: d})
	}
	return s
}

func TestARatioIsToldRoundByRoundSoThatNoiseThatHitsBothIsOutOfIt(t *testing.T) {
	base, other := took(10, 500, 20, 10, 30), took(20, 1000, 40, 20, 60)
	require.InDelta(t, 2, other.ratio(base), 0)
	require.Equal(t, time.Duration(20), base.took())
	require.Equal(t, time.Duration(10), took(10, 20).took(), "the lower of two in the middle")
}

func TestSubjectsTakeTurnsAndNobodyIsAlwaysFirst(t *testing.T) {
	var order string
	subject := func(name string) *subject {
		return &subject{name: name, do: func(context.Context) error { order += name; return nil }}
	}
	a, b := subject("a"), subject("b")
	require.NoError(t, warm(t.Context(), a, b))
	require.Empty(t, a.samples)
	require.NoError(t, interleave(t.Context(), 3, a, b))
	require.Equal(t, "ab"+"abbaab", order)
	require.Len(t, a.samples, 3)
	require.Len(t, b.samples, 3)

	b.do = func(context.Context) error { return errors.New("broken") }
	require.EqualError(t, interleave(t.Context(), 1, a, b), "b: broken")
}

func TestASampleKnowsWhatWasAllocatedAndHowMuchThereWasAtMost(t *testing.T) {
	const size = 32 << 20
	var kept []byte
	s := &subject{times: 2, do: func(context.Context) error {
		kept = make([]byte, size)
		kept[0] = 1
		return nil
	}}
	taken, err := s.sample(t.Context())
	require.NoError(t, err)
	require.InDelta(t, size, taken.allocated, size/10)
	require.GreaterOrEqual(t, taken.heap, uint64(size))
	require.Len(t, kept, size)
}

func TestNumbersAreWrittenWithTheDigitsThatCount(t *testing.T) {
	require.Equal(t, "0.50 µs, 12.3 ms, 4.57 s", duration(500)+", "+duration(12_345_678)+", "+duration(4_567_890_123))
	require.Equal(t, "999 B, 1.50 kB, 12.3 MB, 2.00 GB", bytes(999.0)+", "+bytes(1500.0)+", "+bytes(12_345_678.0)+", "+bytes(uint64(2e9)))
	require.Equal(t, "1,230,000 rows/s, 2 mails/s", rate(1_234_567, "rows", time.Second)+", "+rate(3, "mails", 2*time.Second))
	require.Equal(t, "1, 999, 1,000, 1,234,567", number(1)+", "+number(999)+", "+number(1000)+", "+number(1_234_567))
}
