package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"

	"pimnotify/audit"
	"pimnotify/pim"
)

// Bounds of what a verification tells and holds.
const (
	differencesTold = 20
	// bucketsSought is how many buckets that differ are looked through for what differs.
	bucketsSought = 16
)

// Verified is what a verification has seen.
type Verified struct {
	Head    audit.Head // the last entry
	Entries int64
	KeyIDs  []string // under which there are entries, in the order of their first; empty: none
	Mails   int      // in the record
}

// Mismatch is an audit that is whole, and does not account for the record as it is.
type Mismatch struct {
	Things []string // what differs, as far as it is told
	More   bool
}

func (m *Mismatch) Error() string {
	text := "the audit is whole, and the record is not what it says: " + strings.Join(m.Things, "; ")
	if m.More {
		text += "; and more"
	}
	return text
}

// VerifyAudit follows the whole chain and holds the record against it, at one moment. Want are heads that were written down elsewhere.
// The error is an *audit.Fault where the chain is not whole, and a *Mismatch where it is and the record
// differs. However large the record is, it takes the same memory.
func (l *Ledger) VerifyAudit(ctx context.Context, keys audit.Keys, want ...audit.Head) (v Verified, err error) {
	options := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	err = inTx(ctx, l.reads, options, func(tx *sql.Tx) error {
		var said audit.Sums
		if v, err = l.followChain(ctx, tx, &audit.Chain{Keys: keys, Want: want}, &said); err != nil {
			return err
		}
		if v.Mails, err = compare(ctx, tx, &said); err != nil {
			return err
		}
		if err := heldAgainst(ctx, tx, keys); err != nil {
			return err
		}
		if err := actors(ctx, tx); err != nil {
			return err
		}
		return settledRequests(ctx, tx)
	})
	return v, err
}

func (l *Ledger) followChain(ctx context.Context, tx *sql.Tx, chain *audit.Chain, said *audit.Sums) (v Verified, err error) {
	err = entries(ctx, tx, math.MinInt64, func(e audit.Entry) error {
		if err := chain.Follow(e); err != nil {
			return err
		}
		v.Entries++
		if e.KeyID != "" && !slices.Contains(v.KeyIDs, e.KeyID) {
			v.KeyIDs = append(v.KeyIDs, e.KeyID)
		}
		return l.count(e, said)
	})
	v.Head = chain.Last()
	if err != nil {
		return v, err
	}
	anchor, _, err := readHead(ctx, tx, "")
	if err != nil {
		return v, err
	}
	return v, chain.End(anchor)
}

// count adds what an entry says to what is to be in the record.
func (l *Ledger) count(e audit.Entry, said *audit.Sums) error {
	body, err := e.Read()
	if err != nil {
		return &audit.Fault{Seq: e.Seq, Why: err.Error()}
	}
	if e.Seq == 1 {
		if body.Ledger != l.id {
			return &audit.Fault{Seq: 1, Why: fmt.Sprintf("it is of the ledger %q, and this one is %q", body.Ledger, l.id)}
		}
		if err := said.Start(body.Baseline); err != nil {
			return &audit.Fault{Seq: 1, Why: err.Error()}
		}
	}
	eachMove(body, func(was, is *audit.State) {
		if was != nil {
			said.Sub(*was)
		}
		if is != nil {
			said.Add(*is)
		}
	})
	return nil
}

func eachMove(body audit.Body, visit func(was, is *audit.State)) {
	for _, g := range body.Groups {
		for _, t := range g.Things {
			visit(t.Moved(g.About))
		}
	}
}

// compare holds the record against what the audit says, and looks for what differs where something does.
func compare(ctx context.Context, tx *sql.Tx, said *audit.Sums) (mails int, err error) {
	var is audit.Sums
	if err := recordStates(ctx, tx, func(s recordState) error {
		is.Add(s.State)
		if s.mail != "" {
			mails++
		}
		return nil
	}); err != nil {
		return mails, err
	}
	differ := said.Differ(&is)
	if len(differ) == 0 {
		return mails, nil
	}
	mismatch, err := seek(ctx, tx, differ[:min(len(differ), bucketsSought)])
	if err != nil {
		return mails, err
	}
	mismatch.More = mismatch.More || len(differ) > bucketsSought
	return mails, mismatch
}

// seek finds what differs in some buckets: what the audit said of it last is not what it is.
func seek(ctx context.Context, tx *sql.Tx, differ []int) (*Mismatch, error) {
	last := map[string]string{} // what the audit says, by subject
	seqs := map[string]int64{}
	fresh := false // nothing was there before the audit began
	if err := entries(ctx, tx, 1, func(e audit.Entry) error {
		body, err := e.Read()
		fresh = fresh || e.Seq == 1 && body.Baseline == ""
		eachMove(body, func(_, is *audit.State) {
			if is != nil && slices.Contains(differ, audit.Bucket(is.Subject)) {
				last[is.Subject], seqs[is.Subject] = is.Is, e.Seq
			}
		})
		return err
	}); err != nil {
		return nil, err
	}
	mismatch := &Mismatch{}
	if err := recordStates(ctx, tx, func(s recordState) error {
		if !slices.Contains(differ, audit.Bucket(s.Subject)) {
			return nil
		}
		switch was, told := last[s.Subject]; {
		case !told && fresh:
			mismatch.add(fmt.Sprintf("%s is %q, and no entry speaks of it", s.about, s.Is))
		case told && was != s.Is:
			mismatch.add(fmt.Sprintf("%s is %q, and entry %d says %q", s.about, s.Is, seqs[s.Subject], was))
		}
		delete(last, s.Subject)
		return nil
	}); err != nil {
		return nil, err
	}
	for subject, was := range last {
		mismatch.add(fmt.Sprintf("%s is not there, and entry %d says %q", subject, seqs[subject], was))
	}
	if len(mismatch.Things) == 0 {
		mismatch.add("something that no entry speaks of was added, or something from before the audit began was changed or removed")
	}
	slices.Sort(mismatch.Things)
	return mismatch, nil
}

func (m *Mismatch) add(thing string) {
	if len(m.Things) == differencesTold {
		m.More = true
		return
	}
	m.Things = append(m.Things, thing)
}

// settledRequests holds each request against its own latest step, which the audit accounts for.
func settledRequests(ctx context.Context, tx *sql.Tx) error {
	mismatch := &Mismatch{}
	err := each(ctx, tx, `
		SELECT r.tenant, r.collection, r.resource_id, r.status, t.status FROM requests r
		JOIN timeline t ON t.tenant = r.tenant AND t.collection = r.collection AND t.resource_id = r.resource_id AND t.seq = r.seq
		WHERE t.status <> r.status LIMIT `+fmt.Sprint(differencesTold), nil, func(rows *sql.Rows) error {
		var tenant, status, step string
		var r pim.Resource
		err := rows.Scan(&tenant, &r.Collection, &r.ID, &status, &step)
		mismatch.add(fmt.Sprintf("%s of %s is %s, and its latest step says %s", r, tenant, status, step))
		return err
	})
	if err != nil || len(mismatch.Things) == 0 {
		return err
	}
	return mismatch
}

// AuditHead is the latest entry, and the id of the key that it is under; empty where it is under none.
func (l *Ledger) AuditHead(ctx context.Context) (head audit.Head, keyID string, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return readHead(ctx, l.reads, "")
}

// AuditEntries reads the entries from one on, in their order, as they were at one moment.
func (l *Ledger) AuditEntries(ctx context.Context, from int64, visit func(audit.Entry) error) error {
	options := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	return inTx(ctx, l.reads, options, func(tx *sql.Tx) error { return entries(ctx, tx, from, visit) })
}

// entries reads one after the other: an entry of a thousand recipients is of a quarter of a megabyte, and one of an import of several.
func entries(ctx context.Context, q querier, from int64, visit func(audit.Entry) error) error {
	return each(ctx, q, `SELECT seq, at, key_id, before, body, hash FROM audit WHERE seq >= $1 ORDER BY seq`, []any{from}, func(rows *sql.Rows) error {
		var e audit.Entry
		var at int64
		if err := rows.Scan(&e.Seq, &at, &e.KeyID, &e.Before, &e.Body, &e.Hash); err != nil {
			return fmt.Errorf("read the audit: %w", err)
		}
		e.At = instant(at)
		return visit(e)
	})
}
