package templates

import (
	"fmt"
	"strconv"

	"pimnotify/pim"
)

// counted are the numbers of a week, as the portal names them.
var counted = []struct {
	label string
	means string
	of    func(pim.DigestFigures) *int // nil where nobody counted
}{
	{"Users activated", "How often users activated a role for which they are eligible.",
		func(f pim.DigestFigures) *int { return &f.UsersActivated }},
	{"Users made permanent", "How often users with an eligible assignment were made permanent.",
		func(f pim.DigestFigures) *int { return &f.UsersMadePermanent }},
	{"Role assignments in Privileged Identity Management", "How often users were made eligible for a role in PIM.",
		func(f pim.DigestFigures) *int { return &f.AssignedInPIM }},
	{"Role assignments outside of PIM", "How often users were assigned a permanent role outside of PIM.",
		func(f pim.DigestFigures) *int { return f.AssignedOutsidePIM }},
}

// tile is one number of the week.
type tile struct {
	Label   string
	Number  string
	Change  string // against the week before
	Means   string // what it counts
	Aligned string // Number, as wide as the widest of all tiles
	Indent  string // as wide, and empty
	Columns int    // how many of the two it fills: both, where it is left over
	Width   string // of the two
}

type tiles []tile

// tilesOf leaves out what nobody counted: what is assigned outside of PIM, where the alert about it is off.
func tilesOf(now pim.DigestFigures, before *pim.DigestFigures) tiles {
	var all tiles
	numbers := []string{""}
	for _, c := range counted {
		n := c.of(now)
		if n == nil {
			continue
		}
		t := tile{Label: c.label, Number: grouped(*n), Means: c.means, Change: "no week before", Columns: 1, Width: "50%"}
		if before != nil {
			t.Change = change(*n, c.of(*before))
		}
		all, numbers = append(all, t), append(numbers, t.Number)
	}
	numbers = aligned(numbers)
	for i := range all {
		all[i].Indent, all[i].Aligned = numbers[0], numbers[i+1]
	}
	if len(all)%2 == 1 {
		last := &all[len(all)-1]
		last.Columns, last.Width = 2, "100%"
	}
	return all
}

// Rows puts two tiles beside each other.
func (all tiles) Rows() []tiles {
	var rows []tiles
	for len(all) > 0 {
		n := min(2, len(all))
		rows, all = append(rows, all[:n]), all[n:]
	}
	return rows
}

// change says how a number differs from that of the week before. The minus sign is a real one: a hyphen would be read as a dash.
func change(now int, was *int) string {
	if was == nil {
		return "not counted the week before"
	}
	switch d := now - *was; {
	case d > 0:
		return "+" + grouped(d) + " against the week before"
	case d < 0:
		return "−" + grouped(-d) + " against the week before"
	}
	return "as the week before"
}

// grouped is a count as people read it: 1,204.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// aligned makes a column of numbers, and what stands over them, equally wide.
func aligned(column []string) []string {
	width := 0
	for _, text := range column {
		width = max(width, len(text))
	}
	var all []string
	for _, text := range column {
		all = append(all, fmt.Sprintf("%*s", width, text))
	}
	return all
}
