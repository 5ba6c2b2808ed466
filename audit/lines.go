package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// entriesWaiting is how many entries wait to be written as lines while whoever reads them is slow. What is more is left out, and
	// can be exported from the record.
	entriesWaiting = 256
	// closePatience is how long the last lines may take.
	closePatience = 5 * time.Second
)

// Stdout is the name of the standard output, in the place of a file's.
const Stdout = "stdout"

// Lines writes entries as lines of JSON, one after the other, without ever making whoever tells it wait. What cannot be written is
// counted and left out; the record has it.
type Lines struct {
	write    func(text []byte) (written int, err error)
	troubled func(seq int64, err error)

	waiting chan Entry
	done    chan struct{}
	once    sync.Once
	lost    atomic.Int64
	failing atomic.Bool
	torn    bool // what was written last ends within a line
}

// NewLines writes to the standard output, or to the file of this name: it is made for its owner alone, added to, and may be moved away at
// any time. Troubled is told of the first entry that is left out, and again once others were written since.
func NewLines(name string, troubled func(seq int64, err error)) *Lines {
	write := func(text []byte) (int, error) { return 0, addTo(name, text) } // which looks for itself how the file ends
	if name == Stdout {
		write = os.Stdout.Write
	}
	return newLines(write, troubled)
}

func newLines(write func([]byte) (int, error), troubled func(int64, error)) *Lines {
	l := &Lines{write: write, troubled: troubled, waiting: make(chan Entry, entriesWaiting), done: make(chan struct{})}
	go l.run()
	return l
}

// Tell takes an entry to be written. It does not wait. Entries are told one after the other, and not after Close.
func (l *Lines) Tell(e Entry) {
	select {
	case l.waiting <- e:
	default:
		l.lose(e.Seq, fmt.Errorf("%d entries wait already", entriesWaiting))
	}
}

// Lost is how many entries were left out.
func (l *Lines) Lost() int64 { return l.lost.Load() }

// Close writes what waits, for as long as that may take.
func (l *Lines) Close() error {
	l.once.Do(func() { close(l.waiting) })
	select {
	case <-l.done:
		return nil
	case <-time.After(closePatience):
		return fmt.Errorf("the last lines of the audit could not be written within %s", closePatience)
	}
}

func (l *Lines) run() {
	defer close(l.done)
	for e := range l.waiting {
		if err := l.put(e); err != nil {
			l.lose(e.Seq, err)
		} else {
			l.failing.Store(false)
		}
	}
}

// put writes an entry in one piece, so that lines of several processes in one file do not mix.
func (l *Lines) put(e Entry) error {
	text, err := encode(e)
	if err != nil {
		return err
	}
	if l.torn {
		text = append([]byte("\n"), text...)
	}
	n, err := l.write(text)
	if n > 0 {
		l.torn = err != nil
	}
	return err
}

func (l *Lines) lose(seq int64, err error) {
	l.lost.Add(1)
	if !l.failing.Swap(true) {
		l.troubled(seq, err)
	}
}

// CanBeWritten tries a place for lines once, and leaves nothing there but the file.
func CanBeWritten(name string) error {
	if name == Stdout {
		return nil
	}
	return addTo(name, nil)
}

// endsWithinLine reports whether a file was left in the middle of a line: by a process that was killed, or by any on a full disk.
func endsWithinLine(name string) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return false
	}
	file, err := os.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }() // it was only read
	var last [1]byte
	_, err = file.ReadAt(last[:], info.Size()-1)
	return err == nil && last[0] != '\n'
}

// addTo ends the line that somebody left behind, and does not wait for a reader: a named pipe that nobody has open is an error.
func addTo(name string, text []byte) error {
	if len(text) > 0 && endsWithinLine(name) {
		text = append([]byte("\n"), text...)
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

// WriteLines writes an entry as lines.
func WriteLines(out io.Writer, e Entry) error {
	text, err := encode(e)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}

func encode(e Entry) ([]byte, error) {
	lines, err := e.Lines()
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	for _, line := range lines {
		if err := json.NewEncoder(&text).Encode(line); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}
