package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Check asks one dependency whether it can be used. Detail is what to show of it where it can: a ledger's id, say.
type Check struct {
	Name  string // Temporal, ledger, directory
	Probe func(ctx context.Context) (detail string, err error)
}

// checkTime bounds each probe: whoever asks whether we are ready asks again soon.
const checkTime = 3 * time.Second

// Ready answers /readyz, also for processes that serve nothing else: each dependency by name, and 503 where one is away.
func Ready(checks ...Check) http.Handler { return &readiness{checks: checks} }

type readiness struct {
	checks []Check
	quiet  *zap.Logger // where others than this machine can ask: causes go here and not to them
	mu     sync.Mutex
	busy   map[int]bool // probes that have not come back since they were last asked
}

// checked is one line of the answer.
type checked struct {
	Name   string `json:"name"`
	Status string `json:"status"` // ok or away
	Detail string `json:"detail,omitempty"`
	Error  string `json:"error,omitempty"`
}

func (h *readiness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	results := make([]checked, len(h.checks))
	var wait sync.WaitGroup
	for i := range h.checks {
		wait.Go(func() { results[i] = h.ask(r.Context(), i) })
	}
	wait.Wait()
	status, word := http.StatusOK, "ok"
	for i, result := range results {
		if h.quiet != nil && result.Error != "" {
			h.quiet.Warn("not ready", zap.String("away", result.Name), zap.String("error", result.Error))
			results[i].Error = "see the log"
		}
		if result.Error != "" {
			status, word = http.StatusServiceUnavailable, "away"
			w.Header().Set("Retry-After", "5")
		}
	}
	writeJSON(w, status, map[string]any{"status": word, "checks": results})
}

// ask gives a probe its time and no more, also one that does not listen to its context. While such a one hangs it is not asked
// again, so that they do not pile up.
func (h *readiness) ask(ctx context.Context, i int) checked {
	result := checked{Name: h.checks[i].Name, Status: "ok"}
	detail, err := "", errors.New("still busy with an earlier question")
	if h.begin(i) {
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		type reply struct {
			detail string
			err    error
		}
		replies := make(chan reply, 1)
		go func() {
			defer h.end(i)
			detail, err := h.checks[i].Probe(ctx)
			replies <- reply{detail, err}
		}()
		select {
		case answer := <-replies:
			detail, err = answer.detail, answer.err
		case <-ctx.Done():
			err = errors.New("no answer in time")
		}
	}
	result.Detail = detail
	if err != nil {
		result.Status, result.Error = "away", err.Error()
	}
	return result
}

func (h *readiness) begin(i int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy[i] {
		return false
	}
	if h.busy == nil {
		h.busy = map[int]bool{}
	}
	h.busy[i] = true
	return true
}

func (h *readiness) end(i int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.busy, i)
}

// healthz says that the process is alive, and nothing else.
func healthz(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the caller has gone, where this fails
}

// Health is the face of a process that serves nothing else: /healthz, /readyz and /metrics.
func Health(metrics http.Handler, checks ...Check) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", healthz)
	mux.Handle("GET /readyz", Ready(checks...))
	if metrics != nil {
		mux.Handle("GET /metrics", metrics)
	}
	return mux
}
