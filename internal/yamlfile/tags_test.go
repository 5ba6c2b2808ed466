package yamlfile

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A file is read again while the process runs: whatever somebody types into it must come to a sentence and not to a crash.
func TestTagsAnchorsAndAliasesAreMistakesWhereverTheyStand(t *testing.T) {
	for _, value := range []string{"! 0", "!!map x", "!!seq x", "&a {b: c}", "&a [b]", "*a", "!!str {b: c}", "{b: &a 1, c: *a}"} {
		for name, take := range map[string]func(Node){
			"mapping": func(n Node) {
				for _, f := range n.Fields() {
					f.Text()
				}
			},
			"list":   func(n Node) { n.Items() },
			"text":   func(n Node) { n.Text() },
			"switch": func(n Node) { n.Bool(false) },
		} {
			found := mistakesOf(t, "a: "+value+"\n", func(root Node) { take(root.Record("a")["a"]) })
			require.NotEmpty(t, found, "%s as a %s", value, name)
			require.Contains(t, found[0], "file.yaml:1: ")
		}
	}
}
