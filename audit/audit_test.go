package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/pim"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 123456789, time.UTC)

func key(t require.TestingT, letter string) Key {
	k, err := NewKey([]byte(strings.Repeat(letter, 32)))
	require.NoError(t, err)
	return k
}

// chain is n entries under a key.
func chain(key Key, n int) (entries []Entry) {
	var head Head
	for i := range n {
		step := i
		body, _ := json.Marshal(Body{Version: Version, Groups: []Group{{About{Tenant: "contoso"}, []Thing{{What: Changed, Step: &step}}}}})
		e := NewDraft(noon.Add(time.Duration(i)*time.Second), string(body)).After(head, key)
		entries, head = append(entries, e), e.Head()
	}
	return entries
}

// verify is the first fault of a chain, whose anchor is its last entry.
func verify(c *Chain, entries []Entry) error {
	for _, e := range entries {
		if err := c.Follow(e); err != nil {
			return err
		}
	}
	return c.End(c.Last())
}

// Whatever bit of whatever entry is changed, the chain says so at that entry.
func TestEveryChangeOfAnEntryIsFoundThere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		k := key(rt, "k")
		if rapid.Bool().Draw(rt, "plain") {
			k = Key{}
		}
		entries := chain(k, 6)
		i := rapid.IntRange(0, 5).Draw(rt, "entry")
		e := &entries[i]
		turn := func(text string) string {
			bytes := []byte(text)
			if len(bytes) == 0 {
				return "x"
			}
			bytes[rapid.IntRange(0, len(bytes)-1).Draw(rt, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
			return string(bytes)
		}
		switch rapid.SampledFrom([]string{"at", "key", "before", "body", "hash"}).Draw(rt, "field") {
		case "at":
			e.At = e.At.Add(time.Microsecond)
		case "key":
			e.KeyID = turn(e.KeyID)
		case "before":
			e.Before = turn(e.Before)
		case "body":
			e.Body = turn(e.Body)
		case "hash":
			e.Hash = turn(e.Hash)
		}
		var fault *Fault
		require.ErrorAs(rt, verify(&Chain{Keys: Keys{key(rt, "k")}}, entries), &fault)
		require.EqualValues(rt, i+1, fault.Seq)
	})
}

// Hashes are of this form for ever: an audit outlives the program that wrote it.
func TestTheFormOfAHashStaysAsItIs(t *testing.T) {
	d := NewDraft(noon, `{"v":1}`)
	require.Equal(t, "04116c02249b2067f185ea600ba437df3b53e94e963a08f8cb244ea83d9c2984", d.After(Head{}, Key{}).Hash)
	require.Equal(t, "835ee24f2c68490402442760e6b39b5ecc326b53b99c77943f76ab1b01684f2e", d.After(Head{7, strings.Repeat("a", 64)}, key(t, "k")).Hash)
	require.Equal(t, "e16abada305a", key(t, "k").ID)
	require.Equal(t, "0337a6cb33232960a1c3c72ded2314bb", Key{}.Address("alain@contoso.example"))
	require.Equal(t, "0b8286eccb9d12c0c147c0b5720ed82b", key(t, "k").Address("alain@contoso.example"))
	require.Empty(t, key(t, "k").Address(""), "who has no address has no hash")
}

func TestAHeadIsReadAsItIsPrinted(t *testing.T) {
	head := chain(Key{}, 3)[2].Head()
	read, err := ParseHead(head.String() + "\n")
	require.NoError(t, err)
	require.Equal(t, head, read)
	for _, wrong := range []string{"", "3", "3:abc", "0:" + head.Hash, "-1:" + head.Hash, "x:" + head.Hash, "3:" + strings.ToUpper(head.Hash)} {
		_, err := ParseHead(wrong)
		require.ErrorContains(t, err, "SEQ:HASH", wrong)
	}
}

func TestAFileOfKeysIsReadWithTheOneInUseFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	one, two := strings.Repeat("0a", 32), strings.Repeat("0B", 32)
	require.NoError(t, os.WriteFile(path, []byte("# since May\n"+one+"\n\n  "+two+"  \n"), 0o600))
	keys, err := ReadKeys(path)
	require.NoError(t, err)
	require.Len(t, keys, 2)
	require.Equal(t, keys[0].ID, keys.InUse().ID)
	require.Len(t, keys.AddressHashes("u@contoso.example"), 3)

	for text, says := range map[string]string{
		"":                       "has no key",
		"# nothing":              "has no key",
		one + "\nhush hush":      "line 2: must be a key of 64 hexadecimal digits",
		one[2:]:                  "line 1: must be a key of 64 hexadecimal digits",
		one + "\n" + one:         "line 2: the key stands there twice",
		strings.Repeat("#", 1e5): "must be a file of keys",
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := ReadKeys(path)
		require.ErrorContains(t, err, says)
		require.NotContains(t, err.Error(), "hush")
	}
	_, err = ReadKeys(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	keys, err = ReadKeys("")
	require.NoError(t, err)
	require.Empty(t, keys)
}

// Whatever is added and taken away again, in any order: two sides are equal where they hold the same.
func TestSumsAreEqualWhereTheSameIsHeld(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var said, is, later Sums
		mails := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{4}`), 1, 20, rapid.ID[string]).Draw(rt, "mails")
		for _, mail := range mails {
			status := pim.StatusPlanned
			said.Add(MailState(mail, status, 0))
			for attempt := range rapid.IntRange(0, 3).Draw(rt, "steps") {
				said.Sub(MailState(mail, status, attempt))
				status = pim.StatusUnknown
				said.Add(MailState(mail, status, attempt+1))
			}
		}
		require.NoError(rt, later.Start(said.Baseline()))
		require.Equal(rt, said, later)
		require.NotEmpty(rt, said.Differ(&is))
		one := MailState(mails[0], pim.StatusSent, 9)
		later.Add(one)
		require.Equal(rt, []int{Bucket(one.Subject)}, said.Differ(&later))
	})
}

func TestLinesAreWrittenInTheirOrderAndWhatCannotBeIsCountedAndToldOnce(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "audit", "lines.jsonl")
	var told []int64
	l := NewLines(name, func(seq int64, err error) {
		require.ErrorIs(t, err, os.ErrNotExist)
		told = append(told, seq)
	})
	entries := chain(Key{}, 6)
	tell := func(from, to int) {
		for _, e := range entries[from:to] {
			l.Tell(e)
		}
	}
	tell(0, 2) // there is no such folder
	require.Eventually(t, func() bool { return l.Lost() == 2 }, 5*time.Second, time.Millisecond)
	require.NoError(t, os.Mkdir(filepath.Join(folder, "audit"), 0o700))
	tell(2, 4)
	require.Eventually(t, func() bool { return len(written(t, name)) == 2 }, 5*time.Second, time.Millisecond)
	require.NoError(t, os.Rename(name, name+".1"), "it is moved away, as files of logs are")
	tell(4, 6)
	require.NoError(t, l.Close())
	require.Equal(t, []int64{1}, told)
	require.EqualValues(t, 2, l.Lost())
	require.Equal(t, []int64{3, 4}, written(t, name+".1"))
	require.Equal(t, []int64{5, 6}, written(t, name))
}

// written is which entries have lines in a file.
func written(t *testing.T, name string) (seqs []int64) {
	t.Helper()
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	require.NoError(t, err)
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var l Line
		if json.Unmarshal(line, &l) != nil {
			return seqs // not written to its end yet
		}
		seqs = append(seqs, l.Seq)
	}
	return seqs
}

// Whoever reads the lines may stop reading: nobody waits for them.
func TestNobodyWaitsForLines(t *testing.T) {
	var hold sync.Mutex
	hold.Lock()
	var text bytes.Buffer
	l := newLines(func(line []byte) (int, error) {
		hold.Lock()
		defer hold.Unlock()
		return text.Write(line)
	}, func(int64, error) {})
	e := chain(Key{}, 1)[0]
	for range entriesWaiting + 10 {
		l.Tell(e)
	}
	require.Positive(t, l.Lost())
	hold.Unlock()
	require.NoError(t, l.Close())
	require.Equal(t, entriesWaiting+10, int(l.Lost())+strings.Count(text.String(), "\n"))
}

// A line that was written in part does not spoil the next one.
func TestALineThatWasTornIsEnded(t *testing.T) {
	var text bytes.Buffer
	calls := 0
	l := newLines(func(line []byte) (int, error) {
		if calls++; calls == 1 {
			n, _ := text.Write(line[:10])
			return n, errors.New("no space left")
		}
		return text.Write(line)
	}, func(int64, error) {})
	for _, e := range chain(Key{}, 2) {
		l.Tell(e)
	}
	require.NoError(t, l.Close())
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	require.Len(t, lines, 2)
	require.Len(t, lines[0], 10)
	require.True(t, json.Valid([]byte(lines[1])))
}

// Nor does one that another process left behind, which was killed or had no space left, before this one or meanwhile.
func TestALineThatAnotherProcessHasTornIsEnded(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lines.jsonl")
	tear := func() {
		file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		_, err = file.WriteString(`{"v":1,"se`)
		require.NoError(t, errors.Join(err, file.Close()))
	}
	entries := chain(Key{}, 3)
	tear()
	l := NewLines(name, func(int64, error) {})
	l.Tell(entries[0])
	l.Tell(entries[1])
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(name)
		return err == nil && bytes.Count(text, []byte("\n")) == 3
	}, 5*time.Second, time.Millisecond)
	tear()
	l.Tell(entries[2])
	require.NoError(t, l.Close())
	var want []string
	for _, e := range entries {
		line, err := encode(e)
		require.NoError(t, err)
		want = append(want, string(line))
	}
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, `{"v":1,"se`+"\n"+want[0]+want[1]+`{"v":1,"se`+"\n"+want[2], string(text))
}
