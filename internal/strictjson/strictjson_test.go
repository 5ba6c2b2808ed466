package strictjson

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestWhatTwoReadersCouldUnderstandDifferentlyIsRefused(t *testing.T) {
	for text, says := range map[string]string{
		"":                                     "must be a JSON object: {} at least",
		" \t\r\n":                              "must be a JSON object: {} at least",
		"{\"a\": \"\xff\"}":                    "must be UTF-8",
		`{"a": 1`:                              "must be JSON: it ends at byte 7, before it is whole",
		`{"a": 1} {}`:                          "must be one JSON value, and something follows it at byte 10",
		`{"a": 1, "a": 1}`:                     "must be JSON: a name stands twice in one object, before byte 12",
		`{"a": 1, "\u0061": 1}`:                "a name stands twice in one object",
		`[{"a": {"b": 1, "c": "\"", "b": 2}}]`: "a name stands twice in one object",
		strings.Repeat("[", 33) + strings.Repeat("]", 33): "nested more than 32 deep",
		"{\"a\": \"\x00\"}": "must be JSON: invalid character",
	} {
		require.ErrorContains(t, Check([]byte(text)), says, text)
	}
	for _, text := range []string{
		`{}`, `7`, `"a"`, `[[], {}]`, `{"a": {"a": {"a": "a"}}, "b": "a"}`, `[{"a": 1}, {"a": 1}]`, `{"a\"": 1, "a\\": "\\", "a": "\""}`,
		`{"a": ["b", "b", {"b": "b"}], "b": "{\"a\""}`, strings.Repeat("[", 32) + strings.Repeat("]", 32),
	} {
		require.NoError(t, Check([]byte(text)), text)
	}
}

// The quick way must not let anything through that the long way refuses, nor the other way round but for escapes.
func TestTheQuickWayFindsWhatTheLongWayDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.StringOf(rapid.SampledFrom([]rune(`{}[],:"ab\ 1`))).Draw(t, "text"))
		if !json.Valid(text) {
			text = []byte(value(t, 0))
		}
		decoder := json.NewDecoder(strings.NewReader(string(text)))
		long := checkValue(decoder, 0)
		if plain(text) {
			require.NoError(t, long, string(text))
		} else if !strings.Contains(string(text), `\`) {
			require.Error(t, long, string(text))
		}
	})
}

// value is some JSON value, with names that are often the same.
func value(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 3).Draw(t, "kind")
	if kind < 2 || depth > 4 {
		return rapid.SampledFrom([]string{`1`, `"a"`, `"\""`, `null`, `"a, \"b\": {"`, `"\\"`}).Draw(t, "scalar")
	}
	var parts []string
	for range rapid.IntRange(0, 3).Draw(t, "parts") {
		part := value(t, depth+1)
		if kind == 3 {
			part = rapid.SampledFrom([]string{`"a"`, `"b"`, `"{"`, `"\u0061"`, `"c,"`}).Draw(t, "name") + ": " + part
		}
		parts = append(parts, part)
	}
	if kind == 2 {
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
