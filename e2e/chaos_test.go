package e2e

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// chaosSet is how much of the catalogue is run.
var (
	chaosSet   = flag.String("chaos", "short", "`set` of faults that TestChaos goes through: short, or full")
	chaosWrite = flag.String("chaos-write", "", "write the table of TestChaos into this `file`, between its markers")
)

// fault is one row of the catalogue: what goes wrong, and what is expected then.
type fault struct {
	test, expected string
	short          bool // it is in the short set too
	alone          bool // it measures a rate, and nothing else may run beside it
	run            func(t *testing.T, c *trial)
}

// trial is one row as it went.
type trial struct {
	fault
	n      int // recipients of each event that it tells of
	random *rand.Rand

	lost, twice int
	late        []time.Duration // from the moment an event is due to that at which SES has its mail, of the first mail of each recipient
	told        bool            // it is about mails: the three above mean something
	figure      string
	verdict     string
}

// note adds to what the row says beside its counts.
func (c *trial) note(format string, args ...any) {
	if c.figure != "" {
		c.figure += "; "
	}
	c.figure += fmt.Sprintf(format, args...)
}

// TestChaos goes through the catalogue of faults, with real processes that are killed and a receiver that misbehaves, and prints one
// row for each. Rows that wait more than they work run side by side; those that measure a rate run by themselves.
func TestChaos(t *testing.T) {
	require.Contains(t, []string{"short", "full"}, *chaosSet, "-chaos")
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("PIMNOTIFY_TEST_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("PIMNOTIFY_TEST_SEED=%d plays this again", seed)
	n := map[string]int{"short": 300, "full": 1000}[*chaosSet]

	var mu sync.Mutex
	var trials []*trial
	run := func(t *testing.T, f fault, number int) {
		c := &trial{fault: f, n: n, random: rand.New(rand.NewPCG(seed, uint64(number)))}
		mu.Lock()
		trials = append(trials, c)
		mu.Unlock()
		defer func() {
			c.verdict = verdict(t)
			t.Logf("%s: lost %d, duplicated %d, %s", f.test, c.lost, c.twice, c.figure)
		}()
		f.run(t, c)
	}
	t.Run("faults", func(t *testing.T) {
		for number, f := range catalogue {
			if *chaosSet == "short" && !f.short {
				continue
			}
			t.Run(f.test, func(t *testing.T) {
				if !f.alone {
					t.Parallel()
					turnOfChaos <- struct{}{}
					defer func() { <-turnOfChaos }()
				}
				run(t, f, number)
			})
		}
	})
	require.NotEmpty(t, trials, "no row is chosen: each of the set %s has another name", *chaosSet)
	table := chaosTable(trials, n, seed)
	fmt.Println(table)
	if *chaosWrite != "" {
		require.NoError(t, writeChaos(*chaosWrite, table))
	}
}

func verdict(t *testing.T) string {
	switch {
	case t.Failed():
		return "**not as expected**"
	case t.Skipped():
		return "not run"
	default:
		return "as expected"
	}
}

// turnOfChaos bounds how many rows are on their way at once: each has several processes, and two cores.
var turnOfChaos = make(chan struct{}, 3)

// chaosTable is the rows in the catalogue's order, as a page shows them.
func chaosTable(trials []*trial, n int, seed uint64) string {
	place := func(c *trial) int {
		return slices.IndexFunc(catalogue, func(f fault) bool { return f.test == c.test })
	}
	slices.SortFunc(trials, func(a, b *trial) int { return place(a) - place(b) })
	var b strings.Builder
	fmt.Fprintf(&b, "%d recipients an event, seed %d.\n\n", n, seed)
	b.WriteString("| test | lost | duplicated | late p50 / p95 / max | what else | expected | |\n|---|---|---|---|---|---|---|\n")
	for _, c := range trials {
		lost, twice, late := "–", "–", "–"
		if c.told {
			lost, twice, late = strconv.Itoa(c.lost), strconv.Itoa(c.twice), lateness(c.late)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", c.test, lost, twice, late, c.figure, c.expected, c.verdict)
	}
	return b.String()
}

// lateness is the median, the 95th percentile and the most.
func lateness(late []time.Duration) string {
	if len(late) == 0 {
		return "–"
	}
	slices.Sort(late)
	at := func(share float64) string {
		return strconv.FormatFloat(late[int(share*float64(len(late)-1))].Seconds(), 'f', 1, 64)
	}
	return at(0.5) + " / " + at(0.95) + " / " + at(1) + " s"
}

// The table stands between these in its page.
const (
	chaosBegin = "<!-- the table of make chaos-full begins -->"
	chaosEnd   = "<!-- the table of make chaos-full ends -->"
)

func writeChaos(path, table string) error {
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(page), chaosBegin)
	_, after, ends := strings.Cut(rest, chaosEnd)
	if !begins || !ends {
		return fmt.Errorf("-chaos-write %s: it must have the lines %s and %s", path, chaosBegin, chaosEnd)
	}
	return os.WriteFile(path, []byte(before+chaosBegin+"\n\n"+table+"\n"+chaosEnd+after), 0o644)
}

// provenBy is a row that tests of another package are the proof of: they are run, and at least so many of them pass.
func provenBy(pkg string, tests ...string) func(t *testing.T, c *trial) {
	return func(t *testing.T, c *trial) {
		t.Helper()
		run := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-timeout=10m", "-v", "-run=^("+strings.Join(tests, "|")+")$", "pimnotify/"+pkg)
		run.Env = append(os.Environ(), "CI=true") // what is missing here is no proof
		out, err := run.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Len(t, passedTest.FindAllString(string(out), -1), len(tests), "each of %v is there, and passes:\n%s", tests, out)
		c.note("%s: `%s`", pkg, strings.Join(tests, "`, `"))
	}
}

var passedTest = regexp.MustCompile(`(?m)^--- PASS: `)
