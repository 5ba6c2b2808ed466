package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/imports"
	"pimnotify/ledger"
	"pimnotify/pim"
)

var update = flag.Bool("update", false, "write what these tests expect")

// desk is where somebody sits who brings things in.
type desk struct {
	t              *testing.T
	folder         string
	ledger         string
	stdout, stderr bytes.Buffer
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, folder: t.TempDir()}
	d.ledger = d.path("ledger.db")
	d.write("directory.yaml", string(directory.Sample()))
	return d
}

func (d *desk) path(name string) string { return filepath.Join(d.folder, name) }

func (d *desk) write(name, text string) string {
	d.t.Helper()
	require.NoError(d.t, os.WriteFile(d.path(name), []byte(text), 0o600))
	return d.path(name)
}

// bringIn runs the command.
func (d *desk) bringIn(args ...string) error {
	d.t.Helper()
	return d.bringInUntil(d.t.Context(), args...)
}

func (d *desk) bringInUntil(ctx context.Context, args ...string) error {
	d.stdout.Reset()
	d.stderr.Reset()
	args = append([]string{"import", "--tenant", "contoso", "--directory", d.path("directory.yaml"), "--ledger", d.ledger}, args...)
	return run(ctx, args, nobody, &d.stdout, &d.stderr)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestEachRefusedLineIsNamedAndKept(t *testing.T) {
	d := newDesk(t)
	err := d.bringIn("testdata/import.jsonl", "--refused", d.path("refused.jsonl"))
	require.EqualError(t, err, "8 of 10 lines are not in the record as they are")
	golden(t, "import.golden.txt", d.stdout.String())
	kept, err := os.ReadFile(d.path("refused.jsonl"))
	require.NoError(t, err)
	golden(t, "import.refused.golden.jsonl", string(kept))
	require.Empty(t, d.stderr.String(), "a short import says nothing on its way")

	require.Error(t, d.bringIn("testdata/import.jsonl"))
	require.Contains(t, d.stdout.String(), "10 lines: 0 brought in, 2 there already, 1 different from what is there, 7 refused\n")
}

func TestImportOfGoodLinesSucceedsHoweverOften(t *testing.T) {
	d := newDesk(t)
	file := d.write("good.jsonl", strings.Join(lines(t, "testdata/import.jsonl")[:2], "\n"))
	require.NoError(t, d.bringIn(file, "--dry-run"))
	require.Equal(t, "2 lines: 2 good, 0 there already, 0 different from what is there, 0 refused\n", d.stdout.String())
	require.NoFileExists(t, d.ledger, "nothing is written")
	require.NoError(t, d.bringIn(file, "--refused", d.path("refused.jsonl")))
	require.Equal(t, "2 lines: 2 brought in, 0 there already, 0 different from what is there, 0 refused\n", d.stdout.String())
	require.NoFileExists(t, d.path("refused.jsonl"), "nothing was")
	require.NoError(t, d.bringIn(file))
	require.Equal(t, "2 lines: 0 brought in, 2 there already, 0 different from what is there, 0 refused\n", d.stdout.String())

	l, err := ledger.Open(t.Context(), d.ledger)
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	view, err := l.View(t.Context(), "contoso", pim.Resource{Collection: pim.Assignments, ID: "a1"})
	require.NoError(t, err)
	require.Equal(t, "left the team", view.Timeline[1].Justification)
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func TestWhatCannotBeBroughtInAtAllIsSaidAtOnce(t *testing.T) {
	d := newDesk(t)
	good := d.write("good.jsonl", lines(t, "testdata/import.jsonl")[0])
	for says, args := range map[string][]string{
		"--tenant: open tenant nobody of the directory: nobody: unknown tenant": {good, "--tenant", "nobody"},
		"no such file":                              {d.path("none.jsonl")},
		"is a folder":                               {d.folder},
		"--batch must be 1 to 5000, not 0":          {good, "--batch", "0"},
		"--refused: open " + good + ": file exists": {good, "--refused", good},
		"PIMNOTIFY_LEDGER":                          {good, "--ledger", "postgres://127.0.0.1:1/none?connect_timeout=1"},
		"PIMNOTIFY_EXPIRY_NOTICES":                  {good, "--expiry-notices", "never"},
		"accepts at most 1 arg":                     {good, good},
	} {
		require.ErrorContains(t, d.bringIn(args...), says)
	}
	require.ErrorContains(t, run(t.Context(), []string{"import", good}, nobody, &d.stdout, &d.stderr), `required flag(s) "tenant" not set`)
	require.ErrorContains(t, run(t.Context(), []string{"import", "--tenant", "contoso", good}, nobody, &d.stdout, &d.stderr), "PIMNOTIFY_DIRECTORY is required")
	require.Equal(t, lines(t, "testdata/import.jsonl")[0], lines(t, good)[0], "nothing was written over it")
}

// stalled is a terminal at which somebody types one line, and then nothing.
type stalled struct {
	line  *strings.Reader
	waits chan<- struct{}
}

func (s stalled) Read(p []byte) (int, error) {
	if n, _ := s.line.Read(p); n > 0 {
		return n, nil
	}
	close(s.waits)
	select {}
}

func TestStandardInputIsReadAndCanBeInterrupted(t *testing.T) {
	d := newDesk(t)
	p := &program{env: nobody, stdout: &d.stdout, stderr: &d.stderr, level: "info"}
	cmd := p.importCommand()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs([]string{"--tenant", "contoso", "--directory", d.path("directory.yaml"), "--ledger", d.ledger})
	line := lines(t, "testdata/import.jsonl")[0] + "\n"
	cmd.SetIn(strings.NewReader(line))
	require.NoError(t, cmd.ExecuteContext(t.Context()))
	require.Equal(t, "1 lines: 1 brought in, 0 there already, 0 different from what is there, 0 refused\n", d.stdout.String())

	ctx, interrupt := context.WithCancel(t.Context())
	waits := make(chan struct{})
	cmd.SetIn(stalled{strings.NewReader(line), waits})
	go func() { <-waits; interrupt() }()
	cmd.SetContext(ctx) // cobra keeps the first
	require.ErrorContains(t, cmd.ExecuteContext(ctx), "interrupted after 0 of ")
}

func TestBarMovesWhereSomebodyWatches(t *testing.T) {
	var out bytes.Buffer
	b := newBar(&out, 1000)
	b.watched, b.shown = true, b.began.Add(-everyMove)
	b.show(imports.Progress{Read: 10, Bytes: 500})
	b.show(imports.Progress{Read: 11, Bytes: 550})
	require.Equal(t, 1, strings.Count(out.String(), "\r"), "not for every line")
	require.Regexp(t, `^\r\x1b\[K\[#{7}·{23}\]  25 %  10 lines read, \d+/s$`, out.String())
	b.clear()
	b.clear()
	require.True(t, strings.HasSuffix(out.String(), "/s\r\x1b[K"), "it makes room once")

	b.began = b.began.Add(-1e9)
	require.Contains(t, b.text(imports.Progress{Read: 100, Bytes: 1000}, 2e9), "]  50 %  100 lines read, 50/s")
	require.Contains(t, b.text(imports.Progress{Read: 100, Done: 50, Bytes: 1000}, 2e9), "]  75 %  50 of 100 lines done, 25/s")
	require.Contains(t, b.text(imports.Progress{Read: 100, Done: 100, Bytes: 1000}, 2e9), "] 100 %  100 of 100 lines done, 50/s")
	b.size = 0
	require.Equal(t, "100 lines read, 50/s", b.text(imports.Progress{Read: 100, Bytes: 1000}, 2e9), "of a stream nobody knows how long it is")
}

func TestLogGetsALineNowAndThen(t *testing.T) {
	var out bytes.Buffer
	b := newBar(&out, 1000)
	b.show(imports.Progress{Read: 10, Bytes: 500})
	require.Empty(t, out.String())
	b.shown = b.began.Add(-everyLine)
	b.show(imports.Progress{Read: 10, Bytes: 500})
	b.clear()
	require.Regexp(t, `^\[#{7}·{23}\]  25 %  10 lines read, \d+/s\n$`, out.String())
}
