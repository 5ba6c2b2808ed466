package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"pimnotify/audit"
	"pimnotify/pim"
)

// auditing is how this process takes part in the audit.
type auditing struct {
	keys  audit.Keys
	lines func(audit.Entry)
	names eventNames
	turn  chan struct{} // of this process: entries are told in the order of the chain
}

// Option is how a ledger is opened.
type Option func(*Ledger)

// Audited gives the audit its keys, and whom every entry is told once it is in the record, one after the other in their order. Lines
// must not wait for anything; nil: nobody.
func Audited(keys audit.Keys, lines func(audit.Entry)) Option {
	return func(l *Ledger) { l.auditing.keys, l.auditing.lines = keys, lines }
}

// Existing refuses to make a record, and to bring one up to date: whoever only looks leaves it as it is.
func Existing() Option { return func(l *Ledger) { l.existing = true } }

// writeAudited is write for everything that changes a request, an event or a mail: what do notes is one entry of the audit, in the
// same transaction. The head is taken last, so whoever holds it waits for nobody.
func (l *Ledger) writeAudited(ctx context.Context, doing string, do func(*sql.Tx, *journal) error) error {
	return l.attempt(ctx, doing, func(ctx context.Context) error {
		var sealed *audit.Entry
		defer func() {
			if sealed != nil {
				<-l.auditing.turn
			}
		}()
		err := inTx(ctx, l.writes, nil, func(tx *sql.Tx) error {
			j := newJournal(l.auditing.keys.InUse(), &l.auditing.names)
			if err := do(tx, j); err != nil {
				return err
			}
			d, done, err := j.draft(ctx, tx)
			if err != nil || !done {
				return err
			}
			select {
			case l.auditing.turn <- struct{}{}:
				sealed = &audit.Entry{}
			case <-ctx.Done():
				return ctx.Err()
			}
			*sealed, err = l.seal(ctx, tx, d)
			return err
		})
		if err == nil && sealed != nil {
			l.tell(*sealed)
		}
		return err
	})
}

func (l *Ledger) tell(e audit.Entry) {
	if l.auditing.lines != nil {
		l.auditing.lines(e)
	}
}

// seal gives a draft its place at the end of the chain, where nobody else puts one before the commit.
func (l *Ledger) seal(ctx context.Context, tx *sql.Tx, d audit.Draft) (audit.Entry, error) {
	head, _, err := readHead(ctx, tx, l.seam.forUpdate)
	if err != nil {
		return audit.Entry{}, err
	}
	e := d.After(head, l.auditing.keys.InUse())
	if err := l.seam.append(ctx, tx, e); err != nil {
		return e, fmt.Errorf("write the entry %d of the audit: %w", e.Seq, err)
	}
	return e, nil
}

func readHead(ctx context.Context, q querier, lock string) (head audit.Head, keyID string, err error) {
	err = q.QueryRowContext(ctx, `SELECT seq, hash, key_id FROM audit_head WHERE name = 'head'`+lock).Scan(&head.Seq, &head.Hash, &keyID)
	if err != nil {
		err = fmt.Errorf("read the head of the audit: %w", err)
	}
	return head, keyID, err
}

const (
	insertEntry = `INSERT INTO audit (seq, at, key_id, before, body, hash) VALUES ($1, $2, $3, $4, $5, $6)`
	moveHead    = `UPDATE audit_head SET seq = $1, key_id = $3, hash = $6 WHERE name = 'head'`
)

func entryColumns(e audit.Entry) []any {
	return []any{e.Seq, micros(e.At), e.KeyID, e.Before, e.Body, e.Hash}
}

// appendTwice writes an entry and the head in two statements.
func appendTwice(ctx context.Context, tx *sql.Tx, e audit.Entry) error {
	if _, err := tx.ExecContext(ctx, insertEntry, entryColumns(e)...); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE audit_head SET seq = $1, key_id = $2, hash = $3 WHERE name = 'head'`, e.Seq, e.KeyID, e.Hash)
	return err
}

// appendOnce writes them in one: others wait meanwhile, and a round trip is most of what they wait for.
func appendOnce(ctx context.Context, tx *sql.Tx, e audit.Entry) error {
	_, err := tx.ExecContext(ctx, `WITH head AS (`+moveHead+`) `+insertEntry, entryColumns(e)...)
	return err
}

// beginAudit writes the first entry where there is none, with the sums of what was there before; and one that says so where entries
// are under another key from now on. Only one process at a time may be here.
func (l *Ledger) beginAudit(ctx context.Context) error {
	use := l.auditing.keys.InUse()
	head, keyID, err := readHead(ctx, l.reads, "") // first without keeping anybody from writing: mostly there is nothing to do
	if err != nil || l.existing || head.Seq > 0 && (use.ID == "" || use.ID == keyID) {
		return err
	}
	var written *audit.Entry
	err = inTx(ctx, l.writes, nil, func(tx *sql.Tx) error {
		head, keyID, err := readHead(ctx, tx, l.seam.forUpdate)
		if err != nil {
			return err
		}
		body := audit.Body{Version: audit.Version}
		switch {
		case head.Seq == 0:
			if body, err = l.beginning(ctx, tx); err != nil {
				return fmt.Errorf("add up what was there before: %w", err)
			}
		case use.ID != "" && use.ID != keyID:
			body.Groups = []audit.Group{{Things: []audit.Thing{{What: audit.KeyChanged}}}}
		default:
			return nil
		}
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		e, err := l.seal(ctx, tx, audit.NewDraft(time.Now(), string(encoded)))
		written = &e
		return err
	})
	if err == nil && written != nil {
		l.tell(*written)
	}
	return err
}

func (l *Ledger) beginning(ctx context.Context, tx *sql.Tx) (audit.Body, error) {
	var sums audit.Sums
	counts := pim.Counts{}
	err := recordStates(ctx, tx, func(s recordState) error {
		sums.Add(s.State)
		if s.mail != "" {
			counts[s.status]++
		}
		return nil
	})
	return audit.Body{
		Version: audit.Version, Ledger: l.id, Baseline: sums.Baseline(),
		Groups: []audit.Group{{Things: []audit.Thing{{What: audit.Began, Counts: counts}}}},
	}, err
}
