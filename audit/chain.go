package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Entry is what one transaction did, as it lies in the record.
type Entry struct {
	Seq    int64 // from 1, without a gap
	At     time.Time
	KeyID  string // of the key of its hash; empty: it is a plain one
	Before string // the hash of the entry before it; empty for the first
	Body   string // a Body as JSON
	Hash   string // 64 hexadecimal digits
}

// Head names an entry so that it can be written down elsewhere. What it names, and all before it, cannot be changed unnoticed any more.
type Head struct {
	Seq  int64
	Hash string
}

func (h Head) String() string { return strconv.FormatInt(h.Seq, 10) + ":" + h.Hash }

var headForm = regexp.MustCompile(`^([1-9][0-9]{0,17}):([0-9a-f]{64})$`)

// ParseHead reads a head as it is printed and logged.
func ParseHead(text string) (Head, error) {
	found := headForm.FindStringSubmatch(strings.TrimSpace(text))
	if found == nil {
		return Head{}, errors.New("a head is SEQ:HASH, such as audit head prints and the worker logs: a number, a colon, 64 hexadecimal digits")
	}
	seq, err := strconv.ParseInt(found[1], 10, 64)
	return Head{Seq: seq, Hash: found[2]}, err
}

// Draft is an entry that has no place in the chain yet. The long part of its hash is done, so that placing it takes no time.
type Draft struct {
	at   time.Time
	body string
	sum  string
}

// NewDraft takes the time to the microsecond.
func NewDraft(at time.Time, body string) Draft {
	return Draft{at: time.UnixMicro(at.UnixMicro()).UTC(), body: body, sum: bodySum(body)}
}

// After is the entry that follows the head under this key.
func (d Draft) After(head Head, key Key) Entry {
	e := Entry{Seq: head.Seq + 1, At: d.at, KeyID: key.ID, Before: head.Hash, Body: d.body}
	e.Hash = e.sum(key, d.sum)
	return e
}

// Head names the entry.
func (e Entry) Head() Head { return Head{e.Seq, e.Hash} }

// sum is the hash of an entry whose body has this hash.
func (e Entry) sum(key Key, body string) string {
	return hex.EncodeToString(key.sum(fmt.Sprintf("%s%d\n%d\n%s\n%s\n%s\n", ofEntry, e.Seq, e.At.UnixMicro(), e.KeyID, e.Before, body)))
}

func bodySum(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// Fault is what is wrong with an audit, and where it is first seen.
type Fault struct {
	Seq int64 // of an entry; 0 where it is none's
	Why string
	// Unproven: nothing was found to be changed, but a key is missing to say so.
	Unproven bool
}

func (f *Fault) Error() string {
	if f.Seq == 0 {
		return f.Why
	}
	return fmt.Sprintf("entry %d: %s", f.Seq, f.Why)
}

// Chain follows entries one after the other, in the order of their seq.
type Chain struct {
	Keys Keys
	Want []Head // must be among them: heads that were written down elsewhere

	last  Head
	keyed int64 // the latest that was under a key
}

// Last is the entry that was followed last.
func (c *Chain) Last() Head { return c.last }

// Follow says what is wrong with the next entry; a *Fault.
func (c *Chain) Follow(e Entry) error {
	switch {
	case e.Seq <= c.last.Seq:
		return &Fault{Seq: e.Seq, Why: fmt.Sprintf("it stands after entry %d", c.last.Seq)}
	case e.Seq == c.last.Seq+2:
		return &Fault{Seq: c.last.Seq + 1, Why: "it was removed"}
	case e.Seq > c.last.Seq+1:
		return &Fault{Seq: c.last.Seq + 1, Why: fmt.Sprintf("it and all up to entry %d were removed", e.Seq-1)}
	}
	if err := c.check(e); err != nil {
		return err
	}
	if e.KeyID != "" {
		c.keyed = e.Seq
	}
	c.last = e.Head()
	return nil
}

func (c *Chain) check(e Entry) error {
	key, known := c.Keys.Find(e.KeyID)
	switch {
	case !known:
		return &Fault{Seq: e.Seq, Unproven: true, Why: fmt.Sprintf(
			"it is under the key %q, which is not given (given: %s). Either that key is missing from the file of keys, or the entry was altered",
			e.KeyID, orNone(c.Keys.IDs()))}
	case e.KeyID == "" && c.keyed > 0:
		return &Fault{Seq: e.Seq, Why: fmt.Sprintf(
			"it is under no key, and entry %d is: anybody who can write the table can have made it, or a process runs without PIMNOTIFY_AUDIT_KEY", c.keyed)}
	case e.Hash != e.sum(key, bodySum(e.Body)):
		return &Fault{Seq: e.Seq, Why: "it was altered: its hash is not that of what it says"}
	case e.Before != c.last.Hash:
		return &Fault{Seq: e.Seq, Why: fmt.Sprintf("it does not follow the entry before it (%d), which was put there, exchanged or altered with its hash", c.last.Seq)}
	}
	for _, want := range c.Want {
		if e.Seq == want.Seq && e.Hash != want.Hash {
			return &Fault{Seq: e.Seq, Why: "its hash is not that of the head that was written down: it, or one before it, was exchanged"}
		}
	}
	return nil
}

// End says what is missing after the last entry. Anchor is what lies beside the entries.
func (c *Chain) End(anchor Head) error {
	switch {
	case anchor.Seq > c.last.Seq:
		return &Fault{Seq: c.last.Seq + 1, Why: fmt.Sprintf("it and all up to entry %d were cut off: the record's head is %s", anchor.Seq, anchor)}
	case anchor != c.last:
		return &Fault{Seq: c.last.Seq, Why: fmt.Sprintf("the record's head is %s, and the last entry is %s", anchor, c.last)}
	}
	for _, want := range c.Want {
		if want.Seq > c.last.Seq {
			return &Fault{Seq: c.last.Seq + 1, Why: fmt.Sprintf("it and all up to entry %d were cut off: the head that was written down is %s", want.Seq, want)}
		}
	}
	if len(c.Keys) > 0 && c.keyed == 0 {
		return &Fault{Unproven: true, Why: fmt.Sprintf(
			"no entry is under any of the keys given (%s): plain hashes can be made anew by whoever can write the table", orNone(c.Keys.IDs()))}
	}
	return nil
}

func orNone(ids []string) string {
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(ids, ", ")
}
