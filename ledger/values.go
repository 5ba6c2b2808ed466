package ledger

import (
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"pimnotify/pim"
)

func micros(t time.Time) int64 { return t.UnixMicro() }

func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }

func now() int64 { return micros(time.Now()) }

func nullable(text string) sql.NullString { return sql.NullString{String: text, Valid: text != ""} }

// raw is JSON that was stored as text; nil where there was none.
func raw(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

// newID is an opaque id of 128 random bits, in the characters that a mail's tags can hold.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// newKey is a random positive number: keys that a database counts up would need two kinds of tables.
func newKey() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return int64(binary.BigEndian.Uint64(b[:]) >> 1)
}

// text is foreign text as both databases can store it: without NUL, and valid UTF-8.
func text[T ~string](s T) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(s), "\uFFFD"), "\x00", "")
}

// storable reports whether names can be in the record as they are. Cleaning them could make two of them one.
func storable(names ...string) bool {
	for _, name := range names {
		if !utf8.ValidString(name) || strings.Contains(name, "\x00") {
			return false
		}
	}
	return true
}

// arguments gathers the values of a query that is put together.
type arguments []any

func (a *arguments) add(value any) string {
	*a = append(*a, value)
	return "$" + strconv.Itoa(len(*a))
}

func (a *arguments) keys(keys []int64) string { return list(a, keys) }

func (a *arguments) ids(ids []string) string { return list(a, ids) }

func list[T any](a *arguments, values []T) string {
	places := make([]string, 0, len(values))
	for _, value := range values {
		places = append(places, a.add(value))
	}
	return "(" + strings.Join(places, ", ") + ")"
}

// rows are VALUES of a statement.
func (a *arguments) rows(rows [][]any) string {
	places := make([]string, 0, len(rows))
	for _, row := range rows {
		places = append(places, list(a, row))
	}
	return "VALUES " + strings.Join(places, ", ")
}

// before lists the statuses from which a mail may become the given one, as SQL: the guard of every change of a status.
func before(next pim.RecipientStatus) string {
	var from []string
	for _, status := range pim.AllRecipientStatuses {
		if status.CanBecome(next) {
			from = append(from, "'"+string(status)+"'")
		}
	}
	return "(" + strings.Join(from, ", ") + ")"
}
