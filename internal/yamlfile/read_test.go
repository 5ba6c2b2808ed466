package yamlfile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mistakesOf are those that reading finds, as people read them.
func mistakesOf(t *testing.T, text string, take func(Node)) []string {
	t.Helper()
	err := Read("file.yaml", []byte(text), take)
	if err == nil {
		return nil
	}
	var broken *Broken
	require.ErrorAs(t, err, &broken)
	var lines []string
	for _, m := range broken.Mistakes {
		lines = append(lines, m.String())
	}
	return lines
}

func TestWhatIsNoYAMLIsNotTaken(t *testing.T) {
	for _, text := range []string{"a: [", "a: 1\n---\nb: 2", "a: \xff", "\ta: 1"} {
		found := mistakesOf(t, text, func(Node) { require.Fail(t, "taken", "%q", text) })
		require.Len(t, found, 1, "%q", text)
	}
}

func TestEachValueKnowsItsLineAndKey(t *testing.T) {
	const text = "# what follows\na:\n  b:\n    - c: one\n    - {c: two}\n"
	require.Empty(t, mistakesOf(t, text, func(root Node) {
		items := root.Record("a")["a"].Record("b")["b"].Items()
		require.Len(t, items, 2)
		for i, want := range []struct {
			line int
			key  string
		}{{4, "a.b[0].c"}, {5, "a.b[1].c"}} {
			c := items[i].Record("c", "d")
			require.Equal(t, want.line, c["c"].Line())
			require.Equal(t, want.key, c["c"].Key())
			require.True(t, c["d"].Empty())
			require.Equal(t, want.line, c["d"].Line(), "a key that is left out has the line of the whole")
		}
	}))
}

func TestSwitchIsTrueOrFalseAndNothingElse(t *testing.T) {
	for text, want := range map[string]bool{"s: true": true, "s: false": false, "s: True": true, "s:": true, "s: null": true, "t: 1": true} {
		require.Empty(t, mistakesOf(t, text, func(root Node) { require.Equal(t, want, root.Record("s", "t")["s"].Bool(true), text) }), text)
	}
	for _, text := range []string{"s: yes", "s: 'true'", "s: 1", "s: [true]", "s: {}"} {
		found := mistakesOf(t, text, func(root Node) { root.Record("s")["s"].Bool(false) })
		require.Equal(t, []string{"file.yaml:1: s must be true or false"}, found, text)
	}
}

func TestAnchorsAndAliasesAreSaidNotToBeSupported(t *testing.T) {
	for text, key := range map[string]string{
		"a: &x {b: 1}": "a", "l: &x [1]": "l", "s: &x text": "s", "t: &x true": "t",
		"c: &x {b: 1}\na: *x": "a", "c: &x [1]\nl: *x": "l", "c: &x text\ns: *x": "s", "c: &x true\nt: *x": "t",
	} {
		found := mistakesOf(t, text, func(root Node) {
			keys := root.Record("a", "l", "s", "t", "c")
			keys["a"].Fields()
			keys["l"].Items()
			keys["s"].Text()
			keys["t"].Bool(false)
		})
		require.Len(t, found, 1, text)
		require.Contains(t, found[0], ": "+key+" must be written out: anchors and aliases are not supported", text)
	}
}

func TestMistakesCountInTheWholeFile(t *testing.T) {
	found := mistakesOf(t, "b: 1\na: 2\n", func(root Node) {
		require.Zero(t, root.Mistakes())
		keys := root.Record("a", "b")
		keys["a"].Wrong("is too small")
		keys["b"].Wrong("is %s", "too large")
		require.Equal(t, 2, root.Mistakes())
	})
	require.Equal(t, []string{"file.yaml:1: b is too large", "file.yaml:2: a is too small"}, found, "in the order of lines, not of finding")
}

func TestMistakesNeverRepeatAnAddress(t *testing.T) {
	for _, text := range []string{"isabella@contoso.example: 1", "a: isabella@contoso.example", "a: {isabella@contoso.example: 1}", "a: 1\nisabella@contoso.example: 1\nisabella@contoso.example: 2"} {
		found := mistakesOf(t, text, func(root Node) {
			a := root.Record("a")["a"]
			a.OneOf("one", "two")
			a.Fields()
			a.Bool(false)
		})
		require.NotEmpty(t, found, text)
		require.NotContains(t, strings.Join(found, "\n"), "isabella", text)
	}
	require.Equal(t, "this id", Mention("isabella@contoso.example"))
	require.Equal(t, "u1", Mention("u1"))
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("a: [b, {c: d}]\ne: &f g\n<<: *f\n? h\n"))
	f.Add([]byte("--- |\n a\n...\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var walk func(n Node)
		walk = func(n Node) {
			require.Positive(t, n.Line())
			for _, field := range n.Fields() {
				field.Text()
				field.Bool(false)
				walk(field.Node)
			}
			for _, item := range n.Items() {
				item.Opaque()
			}
		}
		err := Read("f", data, walk)
		if err != nil {
			require.NotEmpty(t, err.Error())
		}
	})
}
