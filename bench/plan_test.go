package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestACountThatReadsAWholeTableFailsTheRun(t *testing.T) {
	for name, c := range map[string]struct {
		steps string
		scans []string
	}{
		"SQLite, ranges of indexes": {`
SCAN CONSTANT ROW
SCALAR SUBQUERY 1
SEARCH facts USING COVERING INDEX sqlite_autoindex_facts_1 (tenant=? AND tile=? AND at>? AND at<?)`, nil},
		"SQLite, a table":       {`SCAN facts`, []string{"SCAN facts"}},
		"SQLite, a whole index": {`SCAN e USING COVERING INDEX eligibilities_principal`, []string{"SCAN e USING COVERING INDEX eligibilities_principal"}},
		"PostgreSQL, a table":   {`  ->  Seq Scan on permanents p  (cost=0.00..1.01 rows=1 width=8)`, []string{"->  Seq Scan on permanents p  (cost=0.00..1.01 rows=1 width=8)"}},
		"PostgreSQL, by many":   {`  ->  Parallel Seq Scan on facts`, []string{"->  Parallel Seq Scan on facts"}},
		"PostgreSQL, a whole index": {`
  ->  Index Only Scan using facts_pkey on facts
        Filter: (at > 7)`, []string{"->  Index Only Scan using facts_pkey on facts"}},
		"PostgreSQL, ranges of indexes": {`
  ->  Index Only Scan using facts_pkey on facts
        Index Cond: ((tenant = 'contoso'::text) AND (at >= '1'::bigint))
  ->  Bitmap Heap Scan on facts
        Recheck Cond: (at >= '1'::bigint)
        ->  Bitmap Index Scan on facts_pkey
              Index Cond: (at >= '1'::bigint)`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := plan{name, strings.Split(strings.TrimPrefix(c.steps, "\n"), "\n")}
			require.Equal(t, c.scans, p.scans())
			b := &bench{plans: []plan{p}}
			if c.scans == nil {
				require.NoError(t, b.scanned())
			} else {
				require.ErrorContains(t, b.scanned(), c.scans[0])
			}
		})
	}
}
