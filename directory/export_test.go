package directory

import "time"

// SourceOf is what lies below a directory, so that a test can serve it.
func SourceOf(d *Directory) Source { return d.source }

// SetTimeout makes the calls of a directory end sooner than a test would.
func (h *HTTP) SetTimeout(t time.Duration) { h.calls.timeout = t }

// SetRoom bounds what a directory keeps of answers.
func (h *HTTP) SetRoom(bytes int) { h.calls.known = newAnswers(bytes) }

// Kept is how many answers are kept, and their bytes.
func (h *HTTP) Kept() (number, size int) {
	h.calls.known.mu.Lock()
	defer h.calls.known.mu.Unlock()
	return len(h.calls.known.byURL), h.calls.known.size
}

// MaxAnswer is what an answer may be long.
const MaxAnswer = maxAnswer
