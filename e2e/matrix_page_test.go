package e2e

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// page is docs/requirements.md, read as a person would who has nothing else to go by.
type page struct{ text string }

func requirements(t *testing.T) page {
	t.Helper()
	text, err := os.ReadFile("../docs/requirements.md")
	require.NoError(t, err)
	return page{string(text)}
}

// table is the one that follows a mark: its header, and its rows.
func (p page) table(t *testing.T, mark string) (header []string, rows [][]string) {
	t.Helper()
	require.Equal(t, 1, strings.Count(p.text, mark), mark)
	_, after, _ := strings.Cut(p.text, mark)
	_, after, _ = strings.Cut(after, "\n|")
	for _, line := range strings.Split("|"+after, "\n") {
		if !strings.HasPrefix(line, "|") {
			break
		}
		if strings.HasPrefix(line, "|--") {
			continue
		}
		var cells []string
		for _, cell := range strings.Split(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.Trim(strings.TrimSpace(cell), "`"))
		}
		rows = append(rows, cells)
	}
	require.Greater(t, len(rows), 1, mark)
	return rows[0], rows[1:]
}

// documented is the matrix of one resource kind.
type documented struct {
	columns []pim.Audience
	events  []pim.EventKind
	cells   map[pim.EventKind][]string
}

func (p page) matrix(t *testing.T, kind pim.ResourceKind) documented {
	t.Helper()
	header, rows := p.table(t, "<!-- matrix: "+string(kind)+" -->")
	d := documented{cells: map[pim.EventKind][]string{}}
	for _, name := range header[1:] {
		d.columns = append(d.columns, pim.Audience(name))
	}
	for _, row := range rows {
		kind := pim.EventKind(row[0])
		require.Len(t, row, len(header), row[0])
		d.events, d.cells[kind] = append(d.events, kind), row[1:]
	}
	return d
}

// standing is who stands in an administrators' column: holders of a role, in some states, in some place.
type standing struct {
	role   string
	where  string
	states []pim.HolderState
}

func (p page) standings(t *testing.T) map[pim.Audience]standing {
	t.Helper()
	all := map[pim.Audience]standing{}
	_, rows := p.table(t, "### Who stands in a column, and who may decide")
	for _, row := range rows {
		role, where, _ := strings.Cut(row[1], ", ")
		s := standing{role: role, where: where}
		switch row[2] {
		case "active holders": // "Active holders are all but the last", of permanent, active, activated and eligible
			s.states = []pim.HolderState{"permanent", "active", "activated"}
		case "permanent only":
			s.states = []pim.HolderState{"permanent"}
		default:
			for _, state := range strings.Split(row[2], ", ") {
				require.Contains(t, []string{"permanent", "active", "activated", "eligible"}, state)
				s.states = append(s.states, pim.HolderState(state))
			}
		}
		all[pim.Audience(row[0])] = s
	}
	return all
}

// told says what a cell means: whether its column is told, and whether as approvers, in whose place it stands.
func told(t *testing.T, cell string, profile pim.Profile, named bool) (isTold, asApprover bool) {
	t.Helper()
	require.Contains(t, []string{"yes", "entra", "fallback", "fallback, entra", "no"}, cell)
	words := strings.Split(cell, ", ")
	switch {
	case cell == "no":
		return false, false
	case slices.Contains(words, "entra") && profile != "entra":
		return false, false
	case slices.Contains(words, "fallback"):
		return !named, true
	}
	return true, false
}
