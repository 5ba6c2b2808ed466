package ledger_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// BenchmarkAThousandRecipients plans an event for a thousand people, and claims and settles their mails seven at a time.
func BenchmarkAThousandRecipients(b *testing.B) {
	for _, d := range databases {
		b.Run(d.name, func(b *testing.B) {
			l := open(b, d.url(b))
			for i := range b.N {
				_, key, _ := planned(b, l, fmt.Sprintf("r%d", i), 1000)
				for {
					claims, err := l.Claim(b.Context(), request(7, noon, key))
					require.NoError(b, err)
					if len(claims) == 0 {
						break
					}
					settlements := make([]pim.Settlement, 0, len(claims))
					for _, c := range claims {
						settlements = append(settlements, settlement(c, pim.StatusSent))
					}
					require.NoError(b, l.Settle(b.Context(), settlements))
				}
			}
		})
	}
}

// BenchmarkPlan is the first part of it.
func BenchmarkPlan(b *testing.B) {
	for _, d := range databases {
		b.Run(d.name, func(b *testing.B) {
			l := open(b, d.url(b))
			for i := range b.N {
				planned(b, l, fmt.Sprintf("r%d", i), 1000)
			}
		})
	}
}
