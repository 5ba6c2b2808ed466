package ledger_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

// These variables make the benchmarks as large as one wants them; without them they are over in a moment.
const (
	benchFacts   = "LEDGER_BENCH_FACTS"   // of all weeks; there is an assignment to every ten of them
	benchRecords = "LEDGER_BENCH_RECORDS" // to import
)

func size(b *testing.B, name string, otherwise int) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	require.NoError(b, err, name)
	return n
}

// The count of a week in which a hundred assignments were made and as many people activated a role, in a short record and in a
// long one: how long the record is should make no difference. And the count of all there is, which is what a week costs that is as
// large.
func BenchmarkFigures(b *testing.B) {
	few, many := 10_000, size(b, benchFacts, 20_000)
	for _, d := range databases {
		for _, n := range []int{few, many} {
			b.Run(fmt.Sprintf("%s/of %d", d.name, n), func(b *testing.B) {
				url := d.url(b)
				l, db := open(b, url), database(b, url)
				manyThings(b, db, n, n/10)
				tidy(b, db, url)
				middle := int64(n / 20)
				b.Run("a week of 100", func(b *testing.B) {
					benchFigures(b, l, time.Unix(middle, 0), time.Unix(middle+100, 0), tiles{100, 100, 100})
				})
				b.Run("all of it", func(b *testing.B) {
					benchFigures(b, l, time.Unix(0, 0), noon, tiles{n, n / 10, n / 10})
				})
			})
		}
	}
}

func benchFigures(b *testing.B, l *ledger.Ledger, from, to time.Time, want tiles) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if got := count(b, l, tenant, from, to); got != want {
			b.Fatalf("%v instead of %v", got, want)
		}
	}
}

// Batches of 500 records, nine assignments to each past activation, into a new record and once more into the same.
func BenchmarkImport(b *testing.B) {
	const batch = 500
	n := size(b, benchRecords, 2_000)
	for _, d := range databases {
		b.Run(fmt.Sprintf("%s/%d", d.name, n), func(b *testing.B) {
			for b.Loop() {
				l := open(b, d.url(b))
				for _, outcome := range []pim.ImportOutcome{pim.ImportCreated, pim.ImportKnown} {
					start := time.Now()
					for from := 0; from < n; from += batch {
						require.Equal(b, min(batch, n-from), bringIn(b, l, past(from, min(from+batch, n))...).Count(outcome))
					}
					b.ReportMetric(time.Since(start).Seconds(), "s-"+string(outcome))
				}
			}
		})
	}
}

// past is a slice of what happened before.
func past(from, to int) []pim.Imported {
	records := make([]pim.Imported, 0, to-from)
	for i := from; i < to; i++ {
		at := monday.Add(time.Duration(i) * time.Second)
		s := entra(fmt.Sprintf("i%d", i), fmt.Sprintf("u%d", i%5_000), eligibleFrom(at))
		if i%10 == 0 {
			s = entra(fmt.Sprintf("i%d", i), fmt.Sprintf("u%d", i%5_000),
				activationStep(at, pim.WhatRequested, pim.PendingApproval), activationStep(at, pim.WhatApproved, pim.Granted), activationStep(at, pim.WhatActivated, pim.Provisioned))
		}
		s.Body = json.RawMessage(fmt.Sprintf(`{"action":"adminAssign","resourceKind":"directoryRole","principal":{"id":"u%d","displayName":"User %d","mail":"u%d@contoso.example"},
			"role":{"id":"r%d","displayName":"Helpdesk Administrator"},"scope":{"id":"/","displayName":"Contoso"},"assignmentType":"eligible",
			"justification":"on call from December, as agreed in the meeting","ticketInfo":{"ticketNumber":"INC-%d","ticketSystem":"ServiceNow"}}`, i%5_000, i, i, i%50, i))
		records = append(records, s)
	}
	return records
}
