package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pimnotify/audit"
	"pimnotify/pim"
)

// journal gathers what one transaction does to the record, for the audit. Whoever changes a request, an event or a mail is given one,
// and a test holds that nobody else does.
type journal struct {
	key    audit.Key
	groups []audit.Group
	place  map[audit.About]int
	told   map[string]string // hashes of addresses
}

func newJournal(key audit.Key) *journal {
	return &journal{key: key, place: map[audit.About]int{}, told: map[string]string{}}
}

// add notes what was done. Of an event its key is enough.
func (j *journal) add(about audit.About, things ...audit.Thing) {
	i, there := j.place[about]
	if !there {
		i = len(j.groups)
		j.place[about] = i
		j.groups = append(j.groups, audit.Group{About: about})
	}
	j.groups[i].Things = append(j.groups[i].Things, things...)
}

// step is a change of a request, entered into its timeline.
func (j *journal) step(what audit.What, k key, c pim.Change) {
	at := instant(micros(c.At))
	j.add(k.about(), audit.Thing{
		What: what, Step: &c.Seq, Name: pim.What(text(c.What)), Status: text(c.Status), By: text(c.By), DecisionID: text(c.DecisionID), When: &at,
	})
}

// entered is what the change with this seq is called where it was not brought in.
func entered(seq int) audit.What {
	if seq == 0 {
		return audit.Accepted
	}
	return audit.Changed
}

func (k key) about() audit.About { return audit.About{Tenant: k.tenant, Resource: k.resource.String()} }

func (j *journal) event(eventKey int64, thing audit.Thing) {
	j.add(audit.About{EventKey: eventKey}, thing)
}

// mail is a row of recipients as far as the audit knows it.
type mail struct {
	id        string
	eventKey  int64
	address   string
	principal string
	audience  pim.Audience
	attempt   int
	status    pim.RecipientStatus
}

// mailColumns are those of a mail, for SELECT and RETURNING alike.
const mailColumns = `mail_id, event_key, address, principal_id, audience, attempt, status`

func scanMail(row scanner, and ...any) (m mail, err error) {
	err = row.Scan(append([]any{&m.id, &m.eventKey, &m.address, &m.principal, &m.audience, &m.attempt, &m.status}, and...)...)
	return m, err
}

// moved notes that a mail, as it is now, was something else before; nothing where it has just come into the plan.
func (j *journal) moved(m mail, from pim.RecipientStatus, more audit.Thing) {
	more.What, more.Mail, more.Principal, more.Audience = audit.OfMail(m.status), m.id, m.principal, m.audience
	if from == "" && m.status == pim.StatusPlanned {
		more.What = audit.MailPlanned
	}
	more.Address, more.Attempt, more.From, more.Status = j.person(m.address), m.attempt, from, string(m.status)
	j.event(m.eventKey, more)
}

func (j *journal) person(address string) string {
	hash, known := j.told[address]
	if !known {
		hash = j.key.Address(address)
		j.told[address] = hash
	}
	return hash
}

// moveMails runs a statement that changes mails of one status to another and returns their mailColumns and reason.
func moveMails(ctx context.Context, tx *sql.Tx, j *journal, from pim.RecipientStatus, statement string, args ...any) (moved int, err error) {
	err = each(ctx, tx, statement+` RETURNING `+mailColumns+`, reason`, args, func(rows *sql.Rows) error {
		var why string
		m, err := scanMail(rows, &why)
		j.moved(m, from, audit.Thing{Reason: why})
		moved++
		return err
	})
	return moved, err
}

// draft is the entry of what was noted, all events by the names that people see; false where nothing was done.
func (j *journal) draft(ctx context.Context, tx *sql.Tx) (d audit.Draft, done bool, err error) {
	if len(j.groups) == 0 {
		return d, false, nil
	}
	if err := j.nameEvents(ctx, tx); err != nil {
		return d, false, fmt.Errorf("name the events: %w", err)
	}
	encoded, err := json.Marshal(audit.Body{Version: audit.Version, Groups: j.groups})
	if err != nil {
		return d, false, err
	}
	return audit.NewDraft(time.Now(), string(encoded)), true, nil
}

func (j *journal) nameEvents(ctx context.Context, tx *sql.Tx) error {
	var keys []int64
	for _, g := range j.groups {
		if g.EventKey != 0 {
			keys = append(keys, g.EventKey)
		}
	}
	for keys := range slices.Chunk(keys, idsAtOnce) {
		var a arguments
		query := `SELECT event_key, tenant, collection, resource_id, display_id, kind FROM events WHERE event_key IN ` + a.keys(keys)
		if err := each(ctx, tx, query, a, func(rows *sql.Rows) error {
			var about audit.About
			var r pim.Resource
			if err := rows.Scan(&about.EventKey, &about.Tenant, &r.Collection, &r.ID, &about.Event, &about.Kind); err != nil {
				return err
			}
			about.Resource = r.String()
			j.groups[j.place[audit.About{EventKey: about.EventKey}]].About = about
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
