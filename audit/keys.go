package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
)

// What a hash is of, so that one kind is never taken for another.
const (
	ofEntry   = "pimnotify audit entry 1\n"
	ofAddress = "pimnotify audit address 1\n"
	ofKey     = "pimnotify audit key 1\n"
)

const (
	keyBytes     = 32
	maxKeyFile   = 64 << 10
	addressBytes = 16 // of the hash of an address: enough never to meet another
	keyIDBytes   = 6
)

// Keys are the secrets of an audit: the first is the one in use, the others were before it. None: entries have plain hashes.
type Keys []Key

// Key is a secret with the name that entries call it by, from which the secret cannot be told.
type Key struct {
	ID     string
	secret []byte
}

// NewKey makes a key of a secret of 32 bytes.
func NewKey(secret []byte) (Key, error) {
	if len(secret) != keyBytes {
		return Key{}, fmt.Errorf("a key has %d bytes, not %d", keyBytes, len(secret))
	}
	id := sha256.Sum256(append([]byte(ofKey), secret...))
	return Key{ID: hex.EncodeToString(id[:keyIDBytes]), secret: secret}, nil
}

// ReadKeys reads a file of keys, 64 hexadecimal digits a line, the one in use first. Empty lines and those that begin with # are left
// out. An error names the line and never what stands there. An empty path: none.
func ReadKeys(path string) (Keys, error) {
	if path == "" {
		return nil, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxKeyFile {
		return nil, fmt.Errorf("%s must be a file of keys, 64 hexadecimal digits a line", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var keys Keys
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		secret, err := hex.DecodeString(line)
		if err != nil || len(secret) != keyBytes {
			return nil, fmt.Errorf("%s, line %d: must be a key of 64 hexadecimal digits, such as openssl rand -hex 32 makes", path, i+1)
		}
		key, err := NewKey(secret)
		if err != nil {
			return nil, err
		}
		if _, twice := keys.Find(key.ID); twice {
			return nil, fmt.Errorf("%s, line %d: the key stands there twice", path, i+1)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s has no key: write one of 64 hexadecimal digits, such as openssl rand -hex 32 makes", path)
	}
	return keys, nil
}

// InUse is the key for what is written now; one without an id where there is none.
func (k Keys) InUse() Key {
	if len(k) == 0 {
		return Key{}
	}
	return k[0]
}

// Find is the key of this id. An empty id is the key of those who have none.
func (k Keys) Find(id string) (Key, bool) {
	if id == "" {
		return Key{}, true
	}
	for _, key := range k {
		if key.ID == id {
			return key, true
		}
	}
	return Key{}, false
}

// IDs are the names of the keys.
func (k Keys) IDs() []string {
	ids := make([]string, 0, len(k))
	for _, key := range k {
		ids = append(ids, key.ID)
	}
	return ids
}

// AddressHashes are all under which somebody's normalised address can be in an audit: one a key, and the plain one.
func (k Keys) AddressHashes(address string) []string {
	hashes := []string{Key{}.Address(address)}
	for _, key := range k {
		hashes = append(hashes, key.Address(address))
	}
	return hashes
}

// Address is how a normalised address is written: 32 hexadecimal digits. Without a key, whoever has an address can tell that it is
// this one, and so can whoever tries all that there may be. Empty where there is no address.
func (k Key) Address(address string) string {
	if address == "" {
		return ""
	}
	return hex.EncodeToString(k.sum(ofAddress + address)[:addressBytes])
}

func (k Key) sum(text string) []byte {
	if k.ID == "" {
		sum := sha256.Sum256([]byte(text))
		return sum[:]
	}
	mac := hmac.New(sha256.New, k.secret)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
