package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pimnotify/audit"
	"pimnotify/pim"
)

// Import writes down what happened before anybody could ask for it here: assignments and past activations, with all their changes.
// It is all or nothing, but that a record whose id is there already changes nothing, and the result says so.
//
// One with an input is accepted, its process is still to be started, and it has the events that its latest change schedules. All
// others are as good as started, and no events come of them.
func (l *Ledger) Import(ctx context.Context, records []pim.Imported) (result pim.ImportResult, err error) {
	for i, r := range records {
		if err := importable(r); err != nil {
			return nil, fmt.Errorf("import record %d, %s: %w", i, r.Resource, err)
		}
	}
	err = l.writeAudited(ctx, fmt.Sprintf("import %d records", len(records)), func(tx *sql.Tx, j *journal) error {
		result, err = importAll(ctx, tx, j, records)
		return err
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

func importable(r pim.Imported) error {
	switch {
	case r.Resource.Collection != pim.Assignments && r.Resource.Collection != pim.ActivationRequests:
		return fmt.Errorf("it must be an assignment or an activation")
	case !storable(r.Tenant, r.Resource.ID):
		return fmt.Errorf("the tenant and the id must be valid UTF-8 without NUL")
	case r.First.Seq != 0:
		return fmt.Errorf("the first change must have seq 0, not %d", r.First.Seq)
	}
	before := r.First
	for _, c := range r.Following {
		if c.Seq != before.Seq+1 || c.At.Before(before.At) {
			return fmt.Errorf("change %d at %s must not follow change %d at %s", c.Seq, c.At, before.Seq, before.At)
		}
		before = c
	}
	for _, p := range r.Said {
		if p.ID == "" || !storable(p.ID, p.Name) {
			return fmt.Errorf("what was said must have an id, and be named in valid UTF-8 without NUL")
		}
	}
	return nil
}

// key is under which a record is kept.
type key struct {
	tenant   string
	resource pim.Resource
}

func keyOf(r pim.Imported) key { return key{r.Tenant, r.Resource} }

func (k key) columns() []any { return []any{k.tenant, string(k.resource.Collection), k.resource.ID} }

func (k key) compare(other key) int {
	return strings.Compare(k.tenant+"\x00"+k.resource.String(), other.tenant+"\x00"+other.resource.String())
}

func importAll(ctx context.Context, tx *sql.Tx, j *journal, records []pim.Imported) (pim.ImportResult, error) {
	firsts := map[key]pim.Imported{}
	for _, r := range slices.Backward(records) {
		firsts[keyOf(r)] = r
	}
	keys := slices.SortedFunc(maps.Keys(firsts), key.compare) // so that two imports do not wait for each other
	created, err := importRequests(ctx, tx, j, firsts, keys)
	if err != nil {
		return nil, err
	}
	there := slices.DeleteFunc(slices.Clone(keys), func(k key) bool { return created[k] })
	hashes, err := storedHashes(ctx, tx, there)
	if err != nil {
		return nil, err
	}
	if err := importTimelines(ctx, tx, j, firsts, slices.DeleteFunc(keys, func(k key) bool { return !created[k] })); err != nil {
		return nil, err
	}
	result := make(pim.ImportResult, 0, len(records))
	for _, r := range records {
		k := keyOf(r)
		stored, known := hashes[k]
		switch {
		case !known:
			hashes[k] = text(r.Hash) // should it come again
			result = append(result, pim.ImportCreated)
		case stored == text(r.Hash):
			result = append(result, pim.ImportKnown)
		default:
			result = append(result, pim.ImportConflict)
		}
	}
	return result, nil
}

// importRequests says which of them were not there.
func importRequests(ctx context.Context, tx *sql.Tx, j *journal, records map[key]pim.Imported, keys []key) (map[key]bool, error) {
	created := map[key]bool{}
	for keys := range slices.Chunk(keys, rowsAtOnce) {
		rows := make([][]any, 0, len(keys))
		for _, k := range keys {
			r := records[k]
			last := r.Last()
			rows = append(rows, append(k.columns(), text(r.Hash), text(string(r.Body)), text(string(r.Input)), text(last.Status), last.Seq,
				decided(r), micros(r.AcceptedAt), startedAt(r.Acceptance), now()))
		}
		var a arguments
		query := `INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at) ` +
			a.rows(rows) + ` ON CONFLICT (tenant, collection, resource_id) DO NOTHING RETURNING tenant, collection, resource_id`
		if err := each(ctx, tx, query, a, func(rows *sql.Rows) error {
			var k key
			err := rows.Scan(&k.tenant, &k.resource.Collection, &k.resource.ID)
			created[k] = true
			if d, is := answer(records[k]); is && err == nil {
				j.add(k.about(), audit.Thing{What: audit.Decided, DecisionID: text(d.ID), Decision: pim.ReviewResult(text(d.Decision.ReviewResult)), By: text(d.Decision.ReviewedBy.ID)})
			}
			return err
		}); err != nil {
			return nil, err
		}
	}
	return created, nil
}

// decided is the answer that somebody gave to an activation.
func decided(r pim.Imported) sql.NullString {
	p, _ := answer(r)
	return nullable(text(p.ID))
}

func answer(r pim.Imported) (p pim.Proposal, is bool) {
	for _, p := range r.Said {
		if r.Resource.Collection == pim.ActivationRequests && p.Decision.ReviewResult != "" {
			return p, true
		}
	}
	return pim.Proposal{}, false
}

// importTimelines writes all changes of those that were not there, with their words and with what is still to come.
func importTimelines(ctx context.Context, tx *sql.Tx, j *journal, records map[key]pim.Imported, keys []key) error {
	var found findings
	var steps, words [][]any
	var coming upcoming
	for _, k := range keys {
		r := records[k]
		about := newSubject(r.Tenant, r.Resource, text(string(r.Body)))
		for _, p := range r.Said {
			words = append(words, proposalColumns(k, p.ID, p))
		}
		for _, c := range append([]pim.Change{r.First}, r.Following...) {
			c.Withdraw = nil
			if len(r.Input) == 0 || c.Seq < r.Last().Seq {
				c.Schedule = nil
			}
			coming.add(j, k, c.Schedule)
			j.step(audit.Imported, k, c)
			encoded, err := json.Marshal(c)
			if err != nil {
				return fmt.Errorf("%s, step %d: encode it: %w", r.Resource, c.Seq, err)
			}
			steps = append(steps, append(k.columns(), c.Seq, micros(c.At), text(c.What), text(c.Status), nullable(text(c.DecisionID)), string(encoded), now()))
			found.follow(about, c)
		}
	}
	if err := insertRows(ctx, tx, proposalsInsert, words); err != nil {
		return err
	}
	if err := coming.write(ctx, tx, j); err != nil {
		return err
	}
	if err := insertRows(ctx, tx, `
		INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)`, steps); err != nil {
		return err
	}
	return found.write(ctx, tx)
}

// storedHashes reads what is stored of those that were there. Each is looked up by itself: PostgreSQL would rather read the whole
// table where it has not counted its rows yet.
func storedHashes(ctx context.Context, tx *sql.Tx, keys []key) (map[key]string, error) {
	hashes := map[key]string{}
	for keys := range slices.Chunk(keys, rowsAtOnce) {
		rows := make([][]any, 0, len(keys))
		for _, k := range keys {
			rows = append(rows, k.columns())
		}
		var a arguments
		query := `SELECT v.column1, v.column2, v.column3, (SELECT r.hash FROM requests r
			WHERE r.tenant = v.column1 AND r.collection = v.column2 AND r.resource_id = v.column3) FROM (` + a.rows(rows) + `) AS v`
		if err := each(ctx, tx, query, a, func(rows *sql.Rows) error {
			var k key
			var hash string
			err := rows.Scan(&k.tenant, &k.resource.Collection, &k.resource.ID, &hash)
			hashes[k] = hash
			return err
		}); err != nil {
			return nil, err
		}
	}
	return hashes, nil
}
