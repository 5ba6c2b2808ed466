package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"

	"pimnotify/internal/strictjson"
)

const maxBody = 1 << 20 // bytes

// readable reads the body of a call that changes something, once and within bounds, and refuses what no handler could read.
func readable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut && r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		if !isJSON(r.Header.Get("Content-Type")) {
			newProblem(http.StatusUnsupportedMediaType, "the Content-Type must be application/json, in UTF-8",
				ProblemError{"header.Content-Type", "must be application/json", short(r.Header.Get("Content-Type"))}).write(w)
			return
		}
		r.Header.Set("Content-Type", "application/json") // however it was spelt
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			unreadable(err).write(w)
			return
		}
		if err := strictjson.Check(body); err != nil {
			newProblem(http.StatusBadRequest, "the body cannot be read as JSON", misread(err)).write(w)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

func isJSON(contentType string) bool {
	mediaType, params, err := mime.ParseMediaType(contentType)
	charset, hasCharset := params["charset"]
	return err == nil && mediaType == "application/json" && (!hasCharset || strings.EqualFold(charset, "utf-8"))
}

func unreadable(err error) *Problem {
	var tooLarge *http.MaxBytesError
	var network net.Error
	switch {
	case errors.As(err, &tooLarge):
		return newProblem(http.StatusRequestEntityTooLarge, "the body must be at most 1 MiB", ProblemError{"body", "must be at most 1 MiB", nil})
	case errors.As(err, &network) && network.Timeout():
		return newProblem(http.StatusRequestTimeout, "the body took too long to arrive")
	}
	return newProblem(http.StatusBadRequest, "the body ended before it was whole")
}

// misread is what is wrong with a body that cannot be read, as its sender is told.
func misread(err error) ProblemError {
	var number *strictjson.TooLarge
	if errors.As(err, &number) {
		return ProblemError{clip("body" + number.Location), number.Error(), short(number.Number)}
	}
	return ProblemError{"body", err.Error(), nil}
}
