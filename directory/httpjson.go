package directory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxNesting is more than any answer of the contract has.
const maxNesting = 8

// readList reads an object whose value is a list. An unknown field beside it, such as a link to a next page, is refused: half a
// list would be mailed as a whole one.
func readList[T any](data []byte) ([]T, error) {
	var list listAnswer[T]
	if err := decode(data, &list); err != nil {
		return nil, err
	}
	if list.Value == nil {
		return nil, errors.New("value is required: a list, empty where there is nothing")
	}
	return *list.Value, nil
}

// decode reads exactly one JSON value: unknown fields, fields that come twice and broken UTF-8 are refused. Errors hold nothing of
// the text, which has names and addresses in it.
func decode(data []byte, into any) error {
	if !utf8.Valid(data) {
		return errors.New("must be UTF-8")
	}
	once := json.NewDecoder(bytes.NewReader(data))
	if err := eachKeyOnce(once, 0); err != nil {
		return fmt.Errorf("must be one JSON object: %w", err)
	}
	if _, err := once.Token(); !errors.Is(err, io.EOF) {
		return errors.New("must be one JSON object and nothing after it")
	}
	strict := json.NewDecoder(bytes.NewReader(data))
	strict.DisallowUnknownFields()
	err := strict.Decode(into)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return fmt.Errorf("%s is of the wrong kind: %s", orText(kind.Field, "the answer"), strings.Fields(kind.Value)[0])
	case err != nil:
		return errors.New("must have no other fields than the contract's")
	}
	return nil
}

// eachKeyOnce walks one value. Keys are compared as the decoder compares them, whatever their case.
func eachKeyOnce(d *json.Decoder, depth int) error {
	token, err := d.Token()
	if err != nil {
		return damaged(d, err)
	}
	opening, nested := token.(json.Delim)
	if !nested {
		return nil
	}
	if depth == maxNesting {
		return fmt.Errorf("must be at most %d levels deep", maxNesting)
	}
	keys := map[string]bool{}
	for d.More() {
		if opening == '{' {
			key, err := d.Token()
			if err != nil {
				return damaged(d, err)
			}
			name, _ := key.(string)
			folded := strings.ToLower(strings.ToUpper(name))
			if keys[folded] {
				return errors.New("a field comes twice")
			}
			keys[folded] = true
		}
		if err := eachKeyOnce(d, depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return damaged(d, err)
	}
	return nil
}

func damaged(d *json.Decoder, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ends too soon")
	}
	return fmt.Errorf("it is broken at byte %d", d.InputOffset())
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
