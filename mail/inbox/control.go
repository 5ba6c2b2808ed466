package inbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"time"
)

// Duration is a time.Duration that is text in JSON: "250ms".
type Duration time.Duration

// MarshalText writes it as Go does: "1m30s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what Go writes, and nothing below zero.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err == nil && v < 0 {
		err = errors.New("must not be negative")
	}
	*d = Duration(v)
	return err
}

type faultList struct {
	Faults []Fault `json:"faults"`
}

// getFaults shows the faults that are left: next counts down.
func (b *Inbox) getFaults(w http.ResponseWriter, _ *http.Request) {
	b.faults.mu.Lock()
	out := faultList{Faults: []Fault{}}
	for _, a := range b.faults.list {
		if a.left == 0 {
			continue
		}
		f := a.Fault
		f.Next = max(0, a.left)
		out.Faults = append(out.Faults, f)
	}
	b.faults.mu.Unlock()
	writeJSON(w, http.StatusOK, out)
}

func (b *Inbox) putFaults(w http.ResponseWriter, r *http.Request) {
	var in faultList
	if !readStrictly(w, r, &in) {
		return
	}
	for i, f := range in.Faults {
		if err := f.check(); err != nil {
			writeError(w, apiError{Status: http.StatusUnprocessableEntity, Message: fmt.Sprintf("faults[%d].%s", i, err)})
			return
		}
	}
	b.SetFaults(in.Faults...)
	b.getFaults(w, r)
}

func (b *Inbox) deleteFaults(w http.ResponseWriter, _ *http.Request) {
	b.SetFaults()
	w.WriteHeader(http.StatusNoContent)
}

// check says which field is wrong and what would be right.
func (f Fault) check() error {
	kinds := []Kind{Latency, Throttle, Reject, Fail, Cut, Hang, Truncate}
	_, badPattern := path.Match(f.Recipient, "")
	switch {
	case !slices.Contains(kinds, f.Kind):
		return fmt.Errorf("kind: %q is none of %v", f.Kind, kinds)
	case f.Kind == Latency && f.Delay == 0:
		return errors.New("delay: a latency needs one, such as 250ms")
	case f.AfterAccepting && (f.Kind == Throttle || f.Kind == Reject):
		return fmt.Errorf("afterAccepting: not for %s, which says that the mail was not taken", f.Kind)
	case f.Chance < 0 || f.Chance > 1:
		return errors.New("chance: must be from 0 to 1")
	case f.Next < 0:
		return errors.New("next: must not be negative")
	case f.Status != 0 && (f.Status < 300 || f.Status > 599):
		return errors.New("status: must be from 300 to 599")
	case badPattern != nil:
		return fmt.Errorf("recipient: %q is no pattern: use * and ?, as in *@contoso.example", f.Recipient)
	}
	return nil
}

func (b *Inbox) getLimits(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	a := b.account
	b.mu.Unlock()
	writeJSON(w, http.StatusOK, a)
}

func (b *Inbox) putLimits(w http.ResponseWriter, r *http.Request) {
	var a Account
	if !readStrictly(w, r, &a) {
		return
	}
	if a.MaxSendRate < 0 || a.Max24HourSend < 0 {
		writeError(w, apiError{Status: http.StatusUnprocessableEntity, Message: "maxSendRate, max24HourSend: must not be negative; 0 is no limit"})
		return
	}
	b.SetAccount(a)
	b.getLimits(w, r)
}

func readStrictly(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		writeError(w, apiError{Status: http.StatusBadRequest, Message: err.Error()})
		return false
	}
	return true
}
