package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"pimnotify/audit"
	"pimnotify/pim"
)

// entriesAtOnce is how many entries are read before the record is asked about what they say.
const entriesAtOnce = 32

// saidOnce is something that only one entry says: whose a mail is, the entry that planned it; who decided what, the entry of the decision.
type saidOnce struct {
	seq   int64
	key   audit.Key // of the hash of an address
	about audit.About
	audit.Thing
}

// heldAgainst holds people and decisions of the record against what was said of them when they came to be: what becomes of a mail is in
// later entries. What is from before the audit began is in none.
func heldAgainst(ctx context.Context, tx *sql.Tx, keys audit.Keys) error {
	mismatch := &Mismatch{}
	for after := int64(0); !mismatch.More; {
		mails, decisions, last, err := readSaid(ctx, tx, keys, after)
		if err != nil {
			return err
		}
		if last == after {
			break
		}
		after = last
		for some := range slices.Chunk(mails, idsAtOnce) {
			if err := comparePeople(ctx, tx, some, mismatch); err != nil {
				return err
			}
		}
		for some := range slices.Chunk(decisions, idsAtOnce) {
			if err := compareDecisions(ctx, tx, some, mismatch); err != nil {
				return err
			}
		}
	}
	if len(mismatch.Things) == 0 {
		return nil
	}
	return mismatch
}

// saidQuery leaves most entries out; what it lets through besides says nothing of either.
const saidQuery = `
	SELECT seq, key_id, body FROM audit
	WHERE seq > $1 AND (body LIKE '%"` + string(audit.EventPlanned) + `"%' OR body LIKE '%"` + string(audit.Decided) + `"%') ORDER BY seq LIMIT $2`

// readSaid reads the mails and the decisions of the next entries that have some. Last is where it stopped; the same as after where there
// are none.
func readSaid(ctx context.Context, tx *sql.Tx, keys audit.Keys, after int64) (mails, decisions []saidOnce, last int64, err error) {
	last = after
	err = each(ctx, tx, saidQuery, []any{after, entriesAtOnce}, func(rows *sql.Rows) error {
		var e audit.Entry
		if err := rows.Scan(&e.Seq, &e.KeyID, &e.Body); err != nil {
			return err
		}
		last = e.Seq
		body, err := e.Read()
		if err != nil {
			return err
		}
		key, _ := keys.Find(e.KeyID) // the chain was followed before: it is there
		for _, g := range body.Groups {
			for _, t := range g.Things {
				switch said := (saidOnce{e.Seq, key, g.About, t}); {
				case t.What == audit.Decided:
					decisions = append(decisions, said)
				case t.Mail != "" && t.From == "":
					mails = append(mails, said)
				}
			}
		}
		return nil
	})
	return mails, decisions, last, err
}

// comparePeople looks the mails up, as many as one query can name. One that is not there has been told of already.
func comparePeople(ctx context.Context, tx *sql.Tx, plans []saidOnce, mismatch *Mismatch) error {
	said := make(map[string]saidOnce, len(plans))
	ids := make([]string, 0, len(plans))
	for _, p := range plans {
		said[p.Mail] = p
		ids = append(ids, p.Mail)
	}
	var a arguments
	return each(ctx, tx, `SELECT `+mailColumns+` FROM recipients WHERE mail_id IN `+a.ids(ids), a, func(rows *sql.Rows) error {
		m, err := scanMail(rows)
		if err != nil {
			return err
		}
		p := said[m.id]
		for _, d := range []struct {
			what   string
			differ bool
		}{
			{"the event", m.eventKey != p.about.EventKey}, {"the principal", m.principal != p.Principal},
			{"the audience", m.audience != p.Audience}, {"the address", p.key.Address(m.address) != p.Address},
		} {
			if d.differ {
				mismatch.add(fmt.Sprintf("%s of the mail %s is not what entry %d planned", d.what, m.id, p.seq))
			}
		}
		return nil
	})
}

// compareDecisions looks at who decided, and what. A decision that is not there was put out of the way.
func compareDecisions(ctx context.Context, tx *sql.Tx, decisions []saidOnce, mismatch *Mismatch) error {
	said := make(map[string]saidOnce, len(decisions))
	ids := make([]string, 0, len(decisions))
	for _, d := range decisions {
		said[d.DecisionID] = d
		ids = append(ids, d.DecisionID)
	}
	var a arguments
	err := each(ctx, tx, `SELECT proposal_id, reviewer_id, review_result FROM proposals WHERE proposal_id IN `+a.ids(ids), a, func(rows *sql.Rows) error {
		var id, by string
		var result pim.ReviewResult
		if err := rows.Scan(&id, &by, &result); err != nil {
			return err
		}
		d := said[id]
		delete(said, id)
		if by != d.By || result != d.Decision {
			mismatch.add(fmt.Sprintf("the decision of %s of %s is %q by %q, and entry %d says %q by %q", d.about.Resource, d.about.Tenant, result, by, d.seq, d.Decision, d.By))
		}
		return nil
	})
	for _, d := range said {
		mismatch.add(fmt.Sprintf("the decision of %s of %s is not there, and entry %d says %q by %q", d.about.Resource, d.about.Tenant, d.seq, d.Decision, d.By))
	}
	return err
}
