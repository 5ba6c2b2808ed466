package main

import (
	"fmt"
	"regexp"
	"strings"
)

// plan is how a database goes about the count of a digest.
type plan struct {
	database string
	steps    []string
}

// SQLite calls reading all of a table or of an index SCAN, of its own constants too, which it writes in capitals. PostgreSQL has a
// Seq Scan for a table, and an index of which it reads a range has an Index Cond beneath it.
var (
	wholeInSQLite   = regexp.MustCompile(`^SCAN [a-z]`)
	wholeInPostgres = regexp.MustCompile(`\bSeq Scan on `)
	indexInPostgres = regexp.MustCompile(`\bIndex (Only )?Scan|\bBitmap Index Scan`)
)

// scans are the steps that read all of a table or of an index.
func (p plan) scans() []string {
	var found []string
	for i, step := range p.steps {
		ranged := i+1 < len(p.steps) && strings.Contains(p.steps[i+1], "Index Cond:")
		if wholeInSQLite.MatchString(step) || wholeInPostgres.MatchString(step) || indexInPostgres.MatchString(step) && !ranged {
			found = append(found, strings.TrimSpace(step))
		}
	}
	return found
}

// scanned is an error where the count of a digest reads all of a table.
func (b *bench) scanned() error {
	for _, p := range b.plans {
		if found := p.scans(); len(found) > 0 {
			return fmt.Errorf("%s reads all there is to count a digest: %s", p.database, strings.Join(found, "; "))
		}
	}
	return nil
}
