package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"pimnotify/pim"
	"pimnotify/starter"
)

// Problem is an error as RFC 9457 has it, with what is particular to this API.
type Problem struct {
	Type   string         `json:"type" doc:"Always about:blank: the status says what kind of problem it is." example:"about:blank"`
	Title  string         `json:"title" doc:"The status in words." example:"Unprocessable Entity"`
	Status int            `json:"status" doc:"The HTTP status." example:"422"`
	Detail string         `json:"detail" doc:"What happened, in a sentence." example:"the request is not valid"`
	Errors []ProblemError `json:"errors,omitempty" doc:"Every field that is wrong."`

	RequestStatus    pim.RequestStatus `json:"requestStatus,omitempty" doc:"409: what the request is." example:"Denied"`
	ReviewResult     pim.ReviewResult  `json:"reviewResult,omitempty" doc:"409, where somebody decided before: how." example:"Deny"`
	ReviewedBy       *pim.Principal    `json:"reviewedBy,omitempty" doc:"409, where somebody decided before: who."`
	ReviewedDateTime *time.Time        `json:"reviewedDateTime,omitempty" doc:"409, where somebody decided before: when."`
	Unavailable      starter.Away      `json:"unavailable,omitempty" doc:"503: what is away." example:"Temporal"`

	retryAfter time.Duration
}

// ProblemError is one field that is wrong, and what would be right.
type ProblemError struct {
	Location string `json:"location" doc:"The path that the field has or would have." example:"body.principal.id"`
	Message  string `json:"message" doc:"What would be right." example:"is required"`
	Value    any    `json:"value,omitempty" doc:"What was sent, where that is short."`
}

func newProblem(status int, detail string, wrong ...ProblemError) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Errors: wrong}
}

// Error is the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the one that RFC 9457 gives problems.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders gives the headers that belong to the problem.
func (p *Problem) GetHeaders() http.Header {
	headers := http.Header{}
	if p.retryAfter > 0 {
		headers.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	return headers
}

const problemType = "application/problem+json"

// write answers a request with the problem.
func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller has gone, where this fails
}

// problemOf is the answer to an error of the starter. What the caller cannot help is left to the log.
func problemOf(ctx context.Context, err error) *Problem {
	var invalid *pim.Invalid
	var forbidden *starter.Forbidden
	var conflict *starter.Conflict
	var unavailable *starter.Unavailable
	var missing *starter.NotFound
	var unset *starter.NotSet
	switch {
	case errors.As(err, &invalid):
		p := newProblem(http.StatusUnprocessableEntity, "the request is not valid")
		for _, wrong := range invalid.Problems {
			p.Errors = append(p.Errors, ProblemError{wrong.Location, wrong.Message, short(wrong.Value)})
		}
		return p
	case errors.Is(err, pim.ErrUnknownTenant):
		return newProblem(http.StatusNotFound, "there is no such tenant")
	case errors.As(err, &missing):
		return newProblem(http.StatusNotFound, missing.Reason)
	case errors.As(err, &unset):
		return newProblem(http.StatusNotImplemented, unset.Error())
	case errors.Is(err, pim.ErrNotFound):
		return newProblem(http.StatusNotFound, "there is nothing under this id")
	case errors.As(err, &forbidden):
		return newProblem(http.StatusForbidden, forbidden.Reason)
	case errors.As(err, &conflict):
		return conflictProblem(conflict)
	case errors.As(err, &unavailable):
		noteCause(ctx, err)
		p := newProblem(http.StatusServiceUnavailable,
			fmt.Sprintf("%s did not answer: the outcome is not known. The same call may be repeated, and is answered as the first", subject(unavailable.What)))
		p.Unavailable, p.retryAfter = unavailable.What, unavailable.RetryAfter
		return p
	}
	noteCause(ctx, err)
	return newProblem(http.StatusInternalServerError, "something went wrong that the caller cannot help; the log has it")
}

func subject(what starter.Away) string {
	switch what {
	case starter.AwayWorker:
		return "no worker is there, or it"
	case starter.AwayLedger, starter.AwayDirectory:
		return "the " + string(what)
	case starter.AwayTemporal:
	}
	return string(what)
}

func conflictProblem(c *starter.Conflict) *Problem {
	p := newProblem(http.StatusConflict, c.Reason)
	p.RequestStatus = c.Status
	if c.Decision != nil {
		p.ReviewResult, p.ReviewedBy, p.ReviewedDateTime = c.Decision.ReviewResult, &c.Decision.ReviewedBy, &c.Decision.ReviewedDateTime
	}
	return p
}

// maxEcho is how much of what was sent is sent back, in bytes: enough to recognise a value by.
const maxEcho = 100

// short is a value that is short enough to be echoed, or nothing.
func short(value any) any {
	text, err := json.Marshal(value)
	if err != nil || len(text) > maxEcho {
		return nil
	}
	return value
}

// clip is a location with the names that were sent in it, as far as they are echoed.
func clip(location string) string {
	if len(location) <= maxEcho {
		return location
	}
	return strings.ToValidUTF8(location[:maxEcho], "") + "…"
}
