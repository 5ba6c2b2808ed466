package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
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
	events map[int64]audit.About // by their keys, as far as somebody has read them
	told   map[string]string     // hashes of addresses
	names  *eventNames
}

func newJournal(key audit.Key, names *eventNames) *journal {
	return &journal{key: key, names: names, place: map[audit.About]int{}, events: map[int64]audit.About{}, told: map[string]string{}}
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

// moved notes that a mail, as it is now, was something else before; nothing where it has just come into the plan. What it is called
// follows from that, unless the caller knows better.
func (j *journal) moved(m mail, from pim.RecipientStatus, more audit.Thing) {
	switch {
	case more.What != "":
	case from == "" && m.status == pim.StatusPlanned:
		more.What = audit.MailPlanned
	default:
		more.What = audit.OfMail(m.status)
	}
	more.Mail, more.Principal, more.Audience = m.id, m.principal, m.audience
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

// eventColumns are what an event is to people, for SELECT. The table is called e.
const eventColumns = `e.event_key, e.tenant, e.collection, e.resource_id, e.display_id, e.kind`

// named is where a row's eventColumns are scanned into; know keeps them.
type named struct {
	about    audit.About
	resource pim.Resource
}

func (n *named) columns() []any {
	return []any{&n.about.EventKey, &n.about.Tenant, &n.resource.Collection, &n.resource.ID, &n.about.Event, &n.about.Kind}
}

// know spares a look for the names of an event, here and in what follows: whoever settles mails has mostly claimed them.
func (j *journal) know(n named) {
	n.about.Resource = n.resource.String()
	j.events[n.about.EventKey] = n.about
	j.names.keep(n.about)
}

// namesKept is how many events' names a process remembers. They never change.
const namesKept = 10_000

type eventNames struct {
	mu    sync.Mutex
	known map[int64]audit.About
}

func (n *eventNames) keep(about audit.About) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= namesKept {
		n.known = map[int64]audit.About{}
	}
	n.known[about.EventKey] = about
}

func (n *eventNames) find(eventKey int64) (about audit.About, known bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	about, known = n.known[eventKey]
	return about, known
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

// nameEvents reads the names of those that nobody has read yet.
func (j *journal) nameEvents(ctx context.Context, tx *sql.Tx) error {
	var unknown []int64
	for _, g := range j.groups {
		if _, known := j.events[g.EventKey]; g.EventKey == 0 || known {
			continue
		}
		if about, known := j.names.find(g.EventKey); known {
			j.events[g.EventKey] = about
		} else {
			unknown = append(unknown, g.EventKey)
		}
	}
	for keys := range slices.Chunk(unknown, idsAtOnce) {
		var a arguments
		if err := each(ctx, tx, `SELECT `+eventColumns+` FROM events e WHERE e.event_key IN `+a.keys(keys), a, func(rows *sql.Rows) error {
			var n named
			err := rows.Scan(n.columns()...)
			j.know(n)
			return err
		}); err != nil {
			return err
		}
	}
	for i, g := range j.groups {
		if g.EventKey != 0 {
			j.groups[i].About = j.events[g.EventKey]
		}
	}
	return nil
}
