package api

import (
	"net/http"
	"net/url"
	"strings"

	"pimnotify/pim"
)

// routed answers what no route takes with a problem, as everything else here does. It also keeps the multiplexer from redirecting
// ids such as .. to another path: an id is refused, never rewritten.
func routed(mux *http.ServeMux, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := dotSegment(r.URL.EscapedPath()); p != nil {
			p.write(w)
			return
		}
		handler, pattern := mux.Handler(r)
		if pattern != "" {
			next.ServeHTTP(w, r)
			return
		}
		// The multiplexer's own answer tells a path that nobody knows from a method that the path does not take.
		own := &answerHead{header: http.Header{}}
		handler.ServeHTTP(own, r)
		if allow := own.header.Get("Allow"); own.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", allow)
			newProblem(http.StatusMethodNotAllowed, "this path takes "+allow).write(w)
			return
		}
		newProblem(http.StatusNotFound, "there is no such path; /docs lists those that there are").write(w)
	})
}

// dotSegment refuses a path that would be another one if it were cleaned.
func dotSegment(escaped string) *Problem {
	segments := strings.Split(escaped, "/")
	for i, segment := range segments {
		text, err := url.PathUnescape(segment)
		if err != nil || i == 0 || (text != "." && text != ".." && text != "") || (text == "" && i == len(segments)-1) {
			continue
		}
		location := map[int]string{3: "path.tenant", 5: "path.id"}[i]
		switch {
		case i == 5 && segments[4] == "events":
			return newProblem(http.StatusUnprocessableEntity, "the request is not valid",
				ProblemError{"path.eventId", "must be the id of an event, such as activation.r1.completed", text})
		case i == 7 && (segments[6] == "extendRequests" || segments[6] == "renewRequests"):
			location = "path.requestId"
		}
		if !strings.HasPrefix(escaped, "/v1/tenants/") || location == "" {
			return newProblem(http.StatusNotFound, "there is no such path; /docs lists those that there are")
		}
		wrong := pim.ValidateID(location, text)
		return newProblem(http.StatusUnprocessableEntity, "the request is not valid", ProblemError{wrong.Location, wrong.Message, wrong.Value})
	}
	return nil
}

// answerHead keeps the head of an answer and drops the rest.
type answerHead struct {
	header http.Header
	status int
}

func (a *answerHead) Header() http.Header         { return a.header }
func (a *answerHead) Write(b []byte) (int, error) { return len(b), nil }
func (a *answerHead) WriteHeader(status int)      { a.status = status }
