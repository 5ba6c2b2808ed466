package imports_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/imports"
)

func TestTheExamplesOfTheDocumentationComeIn(t *testing.T) {
	text, err := os.ReadFile("../docs/operations.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```jsonl\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	require.Len(t, blocks, 2, "one of each shape")
	h := newHouse(t)
	require.Equal(t, imports.Summary{Lines: 2, BroughtIn: 2}, h.run(strings.Split(strings.TrimSpace(blocks[0][1]), "\n")...), "%v", h.refused)
	require.Equal(t, imports.Summary{Lines: 3, BroughtIn: 3}, h.run(strings.Split(strings.TrimSpace(blocks[1][1]), "\n")...), "%v", h.refused)
	require.Equal(t, []string{"a1", "672c03bf"}, h.watched())
}
