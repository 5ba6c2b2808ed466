package api

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Tokens are the callers that the API knows, each by the SHA-256 of its bearer token: whoever reads the file cannot call. Tokens
// must be long and random, such as those of `openssl rand -hex 32`; `printf %s "$TOKEN" | sha256sum` gives the hash.
//
// The file is read again when it changes. One that cannot be read then leaves the callers as they were, and Err says why.
type Tokens struct {
	path string

	mu      sync.Mutex
	callers []caller
	read    fileState
	looked  time.Time
	err     error
}

type caller struct {
	name string
	hash [sha256.Size]byte
}

type fileState struct {
	modified time.Time
	size     int64
}

// lookEvery is how often the file is looked at, at most: a token that was taken out stops working within seconds.
const lookEvery = 2 * time.Second

// LoadTokens reads a file of one line a caller, name:hash, where hash is the SHA-256 of the caller's token in hexadecimal. Empty
// lines and lines that begin with # say nothing.
func LoadTokens(path string) (*Tokens, error) {
	t := &Tokens{path: path}
	if err := t.load(); err != nil {
		return nil, err
	}
	t.looked = time.Now()
	return t, nil
}

// Caller finds who has this token. It takes as long for a wrong one as for a right one.
func (t *Tokens) Caller(token string) (name string, ok bool) {
	sum := sha256.Sum256([]byte(token))
	for _, c := range t.current() {
		if subtle.ConstantTimeCompare(c.hash[:], sum[:]) == 1 {
			name, ok = c.name, true
		}
	}
	return name, ok
}

// Err says why the file as it is now could not be read; nil where it was.
func (t *Tokens) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

func (t *Tokens) current() []caller {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.looked) >= lookEvery {
		t.looked = time.Now()
		t.err = t.load()
	}
	return t.callers
}

// load reads the file where it is not the one that was read last. Callers keep what they had where it is broken.
func (t *Tokens) load() error {
	info, err := os.Stat(t.path)
	if err != nil {
		return fmt.Errorf("look at the tokens: %w", err)
	}
	state := fileState{info.ModTime(), info.Size()}
	if state == t.read {
		return t.err
	}
	content, err := os.ReadFile(t.path)
	if err != nil {
		return fmt.Errorf("read the tokens: %w", err)
	}
	t.read = state
	callers, err := parseTokens(content)
	if err != nil {
		return fmt.Errorf("%s: %w", t.path, err)
	}
	t.callers = callers
	return nil
}

func parseTokens(content []byte) ([]caller, error) {
	var callers []caller
	lines := bufio.NewScanner(bytes.NewReader(content))
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, hash, found := strings.Cut(line, ":")
		name, hash = strings.TrimSpace(name), strings.TrimSpace(hash)
		decoded, err := hex.DecodeString(hash)
		switch {
		case !found || name == "" || strings.ContainsFunc(name, unicode.IsControl):
			return nil, fmt.Errorf("line %d: must be name:hash", number)
		case err != nil || len(decoded) != sha256.Size:
			// The line is not shown: it may hold a token that somebody forgot to hash.
			return nil, fmt.Errorf("line %d: the hash of %s must be a SHA-256 in hexadecimal, 64 digits", number, name)
		}
		callers = append(callers, caller{name, [sha256.Size]byte(decoded)})
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(callers) == 0 {
		return nil, fmt.Errorf("names no caller: one line each, name:hash")
	}
	return callers, nil
}
