package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"unicode/utf8"
)

const (
	maxBody  = 1 << 20 // bytes
	maxDepth = 32      // of objects and lists inside each other; a request has five
)

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
		if err := checkJSON(body); err != nil {
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

// checkJSON says why a body is not one JSON value that everybody reads alike: not UTF-8, cut off, followed by something, nested
// without end, or with a name twice in one object, of which readers differ on which one counts.
func checkJSON(body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return errors.New("must be a JSON object: {} at least")
	}
	if !utf8.Valid(body) {
		return errors.New("must be UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := checkValue(decoder, 0); err != nil {
		return fmt.Errorf("must be JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("must be one JSON value, and something follows it at byte %d", decoder.InputOffset())
	}
	return nil
}

func checkValue(decoder *json.Decoder, depth int) error {
	token, err := decoder.Token()
	if err != nil {
		return readError(decoder, err)
	}
	delim, nested := token.(json.Delim)
	if !nested {
		return checkNumber(token)
	}
	if depth == maxDepth {
		return fmt.Errorf("nested more than %d deep", maxDepth)
	}
	names := map[string]bool{}
	for n := 0; decoder.More(); n++ {
		text, place := "", fmt.Sprintf("[%d]", n)
		if delim == '{' {
			name, err := decoder.Token()
			if err != nil {
				return readError(decoder, err)
			}
			if text, _ = name.(string); names[text] {
				return fmt.Errorf("a name stands twice in one object, before byte %d", decoder.InputOffset())
			}
			names[text], place = true, "."+text
		}
		if err := checkValue(decoder, depth+1); err != nil {
			return within(place, err)
		}
	}
	_, err = decoder.Token()
	return readError(decoder, err)
}

// tooLarge is a number that is JSON and that no reader of this API can hold.
type tooLarge struct{ number, location string }

func (e *tooLarge) Error() string { return "must not be a number this large: nobody can read it" }

func checkNumber(token json.Token) error {
	number, ok := token.(json.Number)
	if !ok {
		return nil
	}
	if _, err := number.Float64(); err != nil {
		return &tooLarge{number: number.String()}
	}
	return nil
}

// within says of an error that knows its place where that is seen from further out.
func within(place string, err error) error {
	var number *tooLarge
	if errors.As(err, &number) {
		number.location = place + number.location
	}
	return err
}

// misread is what is wrong with a body that cannot be read, as its sender is told.
func misread(err error) ProblemError {
	var number *tooLarge
	if errors.As(err, &number) {
		return ProblemError{clip("body" + number.location), number.Error(), short(number.number)}
	}
	return ProblemError{"body", err.Error(), nil}
}

func readError(decoder *json.Decoder, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("it ends at byte %d, before it is whole", decoder.InputOffset())
	}
	return err
}
