package inbox

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"path"
	"strconv"
	"sync"
	"time"
)

// Kind is what goes wrong.
type Kind string

const (
	Latency  Kind = "latency"  // the answer takes Delay longer; other faults still apply
	Throttle Kind = "throttle" // 429 TooManyRequestsException, "Maximum sending rate exceeded."
	Reject   Kind = "reject"   // 400 MessageRejected, Message
	Fail     Kind = "fail"     // Status, Code, Message
	Cut      Kind = "cut"      // the connection is reset without an answer
	Hang     Kind = "hang"     // no answer until the caller goes, or for Delay
	Truncate Kind = "truncate" // 200 with half a body; always after accepting
)

// Fault is one thing that goes wrong with SendEmail. Faults are looked at in their order, the first that happens is all that
// happens; only latencies add up.
type Fault struct {
	Kind Kind `json:"kind"`
	// AfterAccepting takes the mail first, so that the caller is wrong about it: for Latency, Fail, Cut and Hang.
	AfterAccepting bool `json:"afterAccepting,omitempty"`
	// Recipient restricts the fault to mails to addresses like it, with * and ? as in file names. Empty: all.
	Recipient string `json:"recipient,omitempty"`
	// Chance is the probability for each mail, drawn from Seed in the order the requests come. Zero: always.
	Chance float64 `json:"chance,omitempty"`
	Seed   uint64  `json:"seed,omitempty"`
	// Next is how often it happens before it is over. Zero: until it is taken away.
	Next int `json:"next,omitempty"`

	Delay   Duration `json:"delay,omitempty"`   // "250ms"
	Status  int      `json:"status,omitempty"`  // Fail; zero: 500
	Code    string   `json:"code,omitempty"`    // Fail; empty: none is told
	Message string   `json:"message,omitempty"` // Fail, Reject
}

// maxHang ends a Hang whose caller never goes.
const maxHang = 2 * time.Minute

// armed is a fault with what is left of it.
type armed struct {
	Fault
	random *rand.Rand
	left   int // of Next; -1 without end
}

type faults struct {
	mu   sync.Mutex
	list []*armed
}

// SetFaults replaces all faults; without any, nothing goes wrong any more.
func (b *Inbox) SetFaults(list ...Fault) {
	b.faults.mu.Lock()
	defer b.faults.mu.Unlock()
	b.faults.list = nil
	for _, f := range list {
		a := &armed{Fault: f, random: rand.New(rand.NewPCG(f.Seed, 0)), left: -1}
		if f.Next > 0 {
			a.left = f.Next
		}
		b.faults.list = append(b.faults.list, a)
	}
}

// count is how many faults can still happen.
func (fs *faults) count() int {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	n := 0
	for _, a := range fs.list {
		if a.left != 0 {
			n++
		}
	}
	return n
}

// mishap is what was drawn for one request.
type mishap struct {
	delay time.Duration
	fault *Fault
}

// draw says what goes wrong with a mail to these recipients: before it is accepted, or after.
func (fs *faults) draw(to []string, accepted bool) (m mishap) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, a := range fs.list {
		if (a.AfterAccepting || a.Kind == Truncate) != accepted || a.left == 0 || !a.meant(to) {
			continue
		}
		if a.Chance > 0 && a.random.Float64() >= a.Chance {
			continue
		}
		if a.left > 0 {
			a.left--
		}
		if a.Kind == Latency {
			m.delay += time.Duration(a.Delay)
			continue
		}
		m.fault = &a.Fault
		return m
	}
	return m
}

func (f Fault) meant(to []string) bool {
	if f.Recipient == "" {
		return true
	}
	for _, address := range to {
		if ok, _ := path.Match(normal(f.Recipient), normal(address)); ok {
			return true
		}
	}
	return false
}

func (m mishap) fires() bool { return m.fault != nil }

// wait is the latency; false says that the caller has gone meanwhile.
func (m mishap) wait(ctx context.Context) bool {
	if m.delay <= 0 {
		return true
	}
	t := time.NewTimer(m.delay)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// perform does what was drawn, and names it.
func (m mishap) perform(w http.ResponseWriter, r *http.Request, id string) string {
	e := apiError{m.fault.Status, m.fault.Code, m.fault.Message}
	switch m.fault.Kind {
	case Cut:
		cut(w)
		return "cut"
	case Hang:
		d := time.Duration(m.fault.Delay)
		if d <= 0 {
			d = maxHang
		}
		mishap{delay: d}.wait(r.Context())
		cut(w)
		return "hang"
	case Truncate:
		body := `{"MessageId":"` + id + `"}`
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write([]byte(body[:len(body)/2])) // the server closes the connection for what is missing
		return "truncated"
	case Throttle:
		e = apiError{http.StatusTooManyRequests, "TooManyRequestsException", "Maximum sending rate exceeded."}
	case Reject:
		e.Status, e.Code = http.StatusBadRequest, "MessageRejected"
	default: // Fail says it all by itself; a Latency is waited for and does not come here
	}
	if e.Status == 0 {
		e.Status = http.StatusInternalServerError
	}
	writeError(w, e)
	return strconv.Itoa(e.Status) + " " + e.Code
}

// cut ends the connection with a reset rather than with a farewell.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // no connection to take over: the server's own way to end one
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
