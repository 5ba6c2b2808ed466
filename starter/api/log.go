package api

import (
	"context"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// entry is what the log says of one request beside what the request itself shows.
type entry struct {
	caller string
	cause  error
}

type entryKey struct{}

// noteCaller keeps the name of whoever called, never their token.
func noteCaller(ctx context.Context, name string) {
	if e, ok := ctx.Value(entryKey{}).(*entry); ok {
		e.caller = name
	}
}

// noteCause keeps an error that the caller is not shown.
func noteCause(ctx context.Context, err error) {
	if e, ok := ctx.Value(entryKey{}).(*entry); ok {
		e.cause = err
	}
}

// logged writes one line a request: route, ids, status, who called. Neither bodies nor addresses nor tokens get here.
func logged(log *zap.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		e := &entry{}
		r = r.WithContext(context.WithValue(r.Context(), entryKey{}, e))
		answer := &answerWriter{ResponseWriter: w}
		answer.Header().Set("X-Content-Type-Options", "nosniff")
		if isTenants(r) {
			answer.Header().Set("Cache-Control", "no-store")
		}
		defer func() {
			if broken := recover(); broken != nil {
				log.Error("a handler broke", zap.String("route", r.Pattern), zap.Any("panic", broken), zap.ByteString("stack", debug.Stack()))
				if answer.status == 0 {
					newProblem(http.StatusInternalServerError, "something went wrong that the caller cannot help; the log has it").write(answer)
				}
			}
			if line := log.Check(level(r, answer.status, e), "answered"); line != nil {
				line.Write(fields(r, answer.status, time.Since(begun), e)...)
			}
		}()
		next.ServeHTTP(answer, r)
	})
}

func isTenants(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/v1/") }

func level(r *http.Request, status int, e *entry) zapcore.Level {
	switch {
	case status >= http.StatusInternalServerError, e.cause != nil:
		return zapcore.WarnLevel
	case isTenants(r):
		return zapcore.InfoLevel
	}
	return zapcore.DebugLevel
}

func fields(r *http.Request, status int, took time.Duration, e *entry) []zap.Field {
	route := r.Pattern
	if route == "" {
		route = r.Method
	}
	all := []zap.Field{zap.String("route", route), zap.Int("status", status), zap.Duration("took", took)}
	request, assignment := r.PathValue("id"), ""
	if strings.Contains(route, assignmentPath) {
		request, assignment = r.PathValue("requestId"), request
	}
	for _, id := range [][2]string{
		{"tenant", r.PathValue("tenant")}, {"assignment", assignment}, {"request", request}, {"event", r.PathValue("eventId")}, {"caller", e.caller},
	} {
		if id[1] != "" {
			all = append(all, zap.String(id[0], id[1]))
		}
	}
	if e.cause != nil {
		all = append(all, zap.NamedError("cause", e.cause))
	}
	return all
}

// answerWriter remembers the status of an answer.
type answerWriter struct {
	http.ResponseWriter
	status int
}

func (a *answerWriter) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answerWriter) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController and others the writer beneath.
func (a *answerWriter) Unwrap() http.ResponseWriter { return a.ResponseWriter }
