package main

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"
)

// row is one of the table.
type row struct{ name, database, measures, took, rate, ratio, allocated, heap string }

var header = row{"row", "database", "what", "time", "rate", "ratio", "allocated", "peak heap"}

// cells are the columns, with a dash where there is nothing to say.
func (r row) cells() []string {
	cells := []string{r.name, r.database, r.measures, r.took, r.rate, r.ratio, r.allocated, r.heap}
	for i, c := range cells {
		cells[i] = cmp.Or(c, "–")
	}
	return cells
}

// add puts subjects into the table. The first one is what the others are compared with.
func (b *bench) add(base *subject, others ...*subject) {
	b.rows = append(b.rows, base.row())
	for _, s := range others {
		r := s.row()
		r.ratio = digits(s.ratio(base))
		r.allocated += fmt.Sprintf(" (%s)", digits(s.allocated()/base.allocated()))
		b.rows = append(b.rows, r)
	}
}

func (s *subject) row() row {
	return row{
		name: s.name, database: s.database, measures: s.measures, took: duration(s.took()), rate: rate(s.units, s.unit, s.took()), ratio: "1",
		allocated: bytes(s.allocated()), heap: bytes(s.heap()),
	}
}

// results are the table, and what goes with it.
func (b *bench) results() string {
	var s strings.Builder
	if b.quick {
		s.WriteString("A quick run: its sizes are too small to say how fast anything is.\n\n")
	}
	fmt.Fprintf(&s, "Measured on %s.\n\n", machine())
	for i, r := range append([]row{header}, b.rows...) {
		s.WriteString("| " + strings.Join(r.cells(), " | ") + " |\n")
		if i == 0 {
			s.WriteString(strings.Repeat("|---", len(r.cells())) + "|\n")
		}
	}
	if len(b.resident) > 0 {
		fmt.Fprintf(&s, "\nAll memory of the process, SQLite's and the inbox's included, at most: %s.\n", strings.Join(b.resident, ", "))
	}
	for _, p := range b.plans {
		fmt.Fprintf(&s, "\nHow %s counts a week of the long record:\n\n```\n%s\n```\n", p.database, strings.Join(p.steps, "\n"))
	}
	return s.String()
}

// machine says what everybody may know of it.
func machine() string {
	memory := ""
	if total := totalMemory(); total > 0 {
		memory = fmt.Sprintf(" and %s of memory", bytes(total))
	}
	return fmt.Sprintf("%d cores%s, %s/%s, %s", runtime.NumCPU(), memory, runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// duration has three digits that count.
func duration(d time.Duration) string {
	switch {
	case d >= time.Second:
		return digits(d.Seconds()) + " s"
	case d >= time.Millisecond:
		return digits(float64(d)/float64(time.Millisecond)) + " ms"
	default:
		return digits(float64(d)/float64(time.Microsecond)) + " µs"
	}
}

func rate(n int, unit string, took time.Duration) string {
	each := float64(n) / took.Seconds()
	rest := max(1, math.Pow(10, math.Floor(math.Log10(each))-2)) // what of it does not count
	return number(int(math.Round(each/rest)*rest)) + " " + unit + "/s"
}

func bytes[T uint64 | float64](n T) string {
	size, unit := float64(n), "B"
	for _, larger := range []string{"kB", "MB", "GB"} {
		if size < 1000 {
			break
		}
		size, unit = size/1000, larger
	}
	return digits(size) + " " + unit
}

// digits writes the first three that count.
func digits(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	default:
		return fmt.Sprintf("%.2f", x)
	}
}

// number has a comma after thousands.
func number(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
