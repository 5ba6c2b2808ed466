// Package strictjson refuses JSON that two readers could understand differently. What comes from outside is looked at before anything
// is made of it.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	maxDepth   = 32 // of objects and lists inside each other; a request has five
	longNumber = 100
)

// Check says why a text is not one JSON value that everybody reads alike: not UTF-8, cut off, followed by something, nested
// without end, or with a name twice in one object, of which readers differ on which one counts.
func Check(text []byte) error {
	if len(bytes.TrimSpace(text)) == 0 {
		return errors.New("must be a JSON object: {} at least")
	}
	if !utf8.Valid(text) {
		return errors.New("must be UTF-8")
	}
	if json.Valid(text) && plain(text) {
		return nil // as almost always; the long way below finds out why not
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
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
		place := fmt.Sprintf("[%d]", n)
		if delim == '{' {
			name, err := decoder.Token()
			if err != nil {
				return readError(decoder, err)
			}
			text, _ := name.(string)
			if names[text] {
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

// TooLarge is a number that is JSON and that no reader here can hold.
type TooLarge struct {
	Number   string
	Location string // the path to it: .scheduleInfo[0]
}

func (e *TooLarge) Error() string { return "must not be a number this large: nobody can read it" }

func checkNumber(token json.Token) error {
	number, ok := token.(json.Number)
	if !ok {
		return nil
	}
	if _, err := number.Float64(); err != nil {
		return &TooLarge{Number: number.String()}
	}
	return nil
}

// within says of an error that knows its place where that is seen from further out.
func within(place string, err error) error {
	var number *TooLarge
	if errors.As(err, &number) {
		number.Location = place + number.Location
	}
	return err
}

func readError(decoder *json.Decoder, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("it ends at byte %d, before it is whole", decoder.InputOffset())
	}
	return err
}

// plain reports whether valid JSON has no name twice in one object, is not nested too deep and has no number that is too large. It
// looks at each byte once, and goes the long way for names that are written with escapes and for long numbers.
func plain(text []byte) bool {
	var names [maxDepth]map[string]bool // of the objects around; nil for a list
	depth, name := 0, false             // a string that comes next is a name
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			if depth == maxDepth {
				return false
			}
			if names[depth] = nil; text[i] == '{' {
				names[depth] = map[string]bool{}
			}
			name = text[i] == '{'
			depth++
		case '}', ']':
			depth--
			name = false
		case ',':
			name = depth > 0 && names[depth-1] != nil
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			from := i
			for i+1 < len(text) && strings.IndexByte("+-.eE0123456789", text[i+1]) >= 0 {
				i++
			}
			if number := text[from : i+1]; len(number) > longNumber || bytes.ContainsAny(number, "eE") {
				return false
			}
		case '"':
			from := i + 1
			for i = from; text[i] != '"'; i++ {
				if text[i] != '\\' {
					continue
				}
				if i++; name {
					return false
				}
			}
			if !name {
				continue
			}
			of := names[depth-1]
			if of[string(text[from:i])] {
				return false
			}
			of[string(text[from:i])] = true
			name = false
		}
	}
	return true
}
