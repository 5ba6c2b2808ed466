package inbox

import (
	"encoding/json"
	"net/http"
	"strings"
)

// sendRequest is SES's SendEmail, as far as it is known here.
type sendRequest struct {
	FromEmailAddress     string
	ConfigurationSetName string
	Destination          struct{ ToAddresses, CcAddresses, BccAddresses []string }
	EmailTags            []tag
	Content              struct {
		Simple *struct {
			Subject *content
			Body    *struct{ Html, Text *content } //nolint:revive // SES's name
			Headers []tag
		}
		Raw, Template json.RawMessage
	}
}

type content struct{ Data, Charset string }

func (c *content) data() string {
	if c == nil {
		return ""
	}
	return c.Data
}

// tag is what both a message tag and a header look like.
type tag struct{ Name, Value string }

// apiError is how SES says no: a status, the type in a header, the sentence in the body.
type apiError struct {
	Status  int
	Code    string
	Message string
}

func (e apiError) Error() string { return e.Code + ": " + e.Message }

func badRequest(message string) *apiError {
	return &apiError{http.StatusBadRequest, "BadRequestException", message}
}

func writeError(w http.ResponseWriter, e apiError) {
	if e.Code != "" {
		w.Header().Set("X-Amzn-ErrorType", e.Code)
	}
	writeJSON(w, e.Status, map[string]string{"message": e.Message})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader has gone: nobody is left to tell
}

// authenticated asks for a signature without looking at it, as a request without one is the commonest mistake.
func authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-") {
			writeError(w, apiError{http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token"})
			return
		}
		next.ServeHTTP(w, r)
	})
}
