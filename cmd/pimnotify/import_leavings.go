package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"pimnotify/imports"
)

// leavings are the lines that are not brought in: named for people, and kept for whoever corrects them.
type leavings struct {
	named io.Writer
	kept  *os.File // nil where nobody wants them
	some  bool
	err   error
}

// newLeavings makes the file at once: an import whose leavings are lost is worse than none. A file that is there is not overwritten.
func newLeavings(named io.Writer, file string) (*leavings, error) {
	l := &leavings{named: named}
	if file == "" {
		return l, nil
	}
	var err error
	if l.kept, err = os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return nil, fmt.Errorf("--refused: %w", err)
	}
	return l, nil
}

// leaving is one line of the file.
type leaving struct {
	Line     int             `json:"line"`
	Location string          `json:"location"`
	Message  string          `json:"message"`
	Errors   []wrong         `json:"errors,omitempty"` // all of them, where there are several
	Record   json.RawMessage `json:"record,omitempty"` // as it came; as a string where it is no JSON
}

type wrong struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

func (l *leavings) put(r imports.Refusal) {
	fmt.Fprintln(l.named, reason(r))
	if l.kept == nil {
		return
	}
	l.some = true
	of := leaving{Line: r.Line, Location: r.Problems[0].Location, Message: r.Problems[0].Message}
	if len(r.Problems) > 1 {
		for _, p := range r.Problems {
			of.Errors = append(of.Errors, wrong{p.Location, p.Message})
		}
	}
	switch {
	case r.Text == nil:
	case json.Valid(r.Text):
		of.Record = r.Text
	default:
		of.Record, _ = json.Marshal(string(r.Text)) // a string always can be
	}
	line, err := json.Marshal(of)
	if err == nil {
		_, err = l.kept.Write(append(line, '\n'))
	}
	if err != nil {
		l.err = errors.Join(l.err, fmt.Errorf("keep line %d: %w", r.Line, err))
	}
}

// close removes a file with nothing in it.
func (l *leavings) close() error {
	if l.kept == nil {
		return nil
	}
	err := l.kept.Close()
	if !l.some {
		err = errors.Join(err, os.Remove(l.kept.Name()))
	}
	return err
}
