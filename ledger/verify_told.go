package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"pimnotify/audit"
)

// plansAtOnce is how many entries that plan mails are read before the record is asked about their mails.
const plansAtOnce = 32

// plannedAs is a mail as the entry that planned it says: the key of the hash of its address is that entry's.
type plannedAs struct {
	seq   int64
	key   audit.Key
	about audit.About
	audit.Thing
}

// toldAsPlanned holds the people of the record against those of the plans: what becomes of a mail is in later entries, whose it is in the
// one that planned it. Mails from before the audit began are in none.
func toldAsPlanned(ctx context.Context, tx *sql.Tx, keys audit.Keys) error {
	mismatch := &Mismatch{}
	for after := int64(0); ; {
		plans, last, err := readPlans(ctx, tx, keys, after)
		if err != nil {
			return err
		}
		if last == after {
			break
		}
		after = last
		for some := range slices.Chunk(plans, idsAtOnce) {
			if err := comparePeople(ctx, tx, some, mismatch); err != nil {
				return err
			}
		}
		if mismatch.More {
			break
		}
	}
	if len(mismatch.Things) == 0 {
		return nil
	}
	return mismatch
}

// readPlans reads the mails of the next entries that plan some. Last is where it stopped; the same as after where there is none.
func readPlans(ctx context.Context, tx *sql.Tx, keys audit.Keys, after int64) (plans []plannedAs, last int64, err error) {
	last = after
	err = each(ctx, tx, `SELECT seq, key_id, body FROM audit WHERE seq > $1 AND body LIKE '%"`+string(audit.EventPlanned)+`"%' ORDER BY seq LIMIT $2`,
		[]any{after, plansAtOnce}, func(rows *sql.Rows) error {
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
					if t.Mail != "" && t.From == "" {
						plans = append(plans, plannedAs{e.Seq, key, g.About, t})
					}
				}
			}
			return nil
		})
	return plans, last, err
}

// comparePeople looks the mails up, as many as one query can name. One that is not there has been told of already.
func comparePeople(ctx context.Context, tx *sql.Tx, plans []plannedAs, mismatch *Mismatch) error {
	said := make(map[string]plannedAs, len(plans))
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
