package pim

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const requirementsPage = "../docs/requirements.md"

// The tables that people read are the table that the code reads: same columns, same rows, same order, same cells.
func TestMatrixIsDocumentedCellByCell(t *testing.T) {
	for kind, coded := range matrix {
		var want [][]string
		header := []string{"event"}
		for _, audience := range coded.columns {
			header = append(header, string(audience))
		}
		want = append(want, header)
		for _, r := range coded.rows {
			line := []string{string(r.event)}
			for _, c := range r.cells {
				line = append(line, string(c))
			}
			want = append(want, line)
		}
		require.Equal(t, want, documented(t, "<!-- matrix: "+string(kind)+" -->"), "%s, in %s", kind, requirementsPage)
	}
}

// documented reads the table that follows a mark: its header and its rows.
func documented(t *testing.T, mark string) [][]string {
	t.Helper()
	page, err := os.ReadFile(requirementsPage)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(page), mark), "%s in %s", mark, requirementsPage)
	_, after, _ := strings.Cut(string(page), mark)
	var table [][]string
	for _, line := range strings.Split(strings.TrimSpace(after), "\n") {
		if !strings.HasPrefix(line, "|") {
			break
		}
		if strings.HasPrefix(line, "|---") {
			continue
		}
		var cells []string
		for _, cell := range strings.Split(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		table = append(table, cells)
	}
	return table
}
