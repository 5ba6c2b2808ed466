package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const publishedPage = "../docs/benchmarks.md"

// tableOf are the cells of the table of results, without its header.
func tableOf(t *testing.T, text string) [][]string {
	t.Helper()
	_, after, found := strings.Cut(text, "| "+strings.Join(header.cells(), " | ")+" |\n")
	require.True(t, found, "there is no table of results")
	var rows [][]string
	for _, line := range strings.Split(after, "\n")[1:] { // below the rule
		if !strings.HasPrefix(line, "|") {
			break
		}
		var cells []string
		for _, cell := range strings.Split(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		rows = append(rows, cells)
	}
	return rows
}

// named are the rows by what they are called, and on which database.
func named(rows [][]string) []string {
	var names []string
	for _, cells := range rows {
		names = append(names, cells[0]+" on "+cells[1])
	}
	return names
}

// As much as can be said of a run whose sizes are too small to mean anything: it works, whatever has become of what it measures, and
// the page that is published has the same rows.
func TestAQuickRunFillsEveryRowWritesItsPageAndLeavesNothingBehind(t *testing.T) {
	folder, written := t.TempDir(), filepath.Join(t.TempDir(), "page.md")
	t.Setenv("TMPDIR", folder)
	var stdout strings.Builder
	require.NoError(t, run(t.Context(), []string{"--quick", "--write", written}, &stdout, io.Discard))
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left)

	text, err := os.ReadFile(written)
	require.NoError(t, err)
	require.Equal(t, page(stdout.String()), string(text))
	require.Contains(t, string(text), "A quick run")
	require.Contains(t, string(text), "SEARCH facts USING COVERING INDEX")

	rows := tableOf(t, stdout.String())
	if missing := strings.Contains(stdout.String(), "not measured: "); missing {
		require.NotEqual(t, "true", os.Getenv("CI"), "PostgreSQL is missing")
		t.Skip("PostgreSQL is not installed: what is published cannot be compared")
	}
	require.Contains(t, string(text), "Index Only Scan using facts_pkey")
	for _, cells := range rows {
		for _, column := range []int{3, 4, 6, 7} {
			require.NotEqual(t, "–", cells[column], "%s has no %s", cells[0], header.cells()[column])
		}
	}
	published, err := os.ReadFile(publishedPage)
	require.NoError(t, err)
	require.Equal(t, named(rows), named(tableOf(t, string(published))), "run make bench and write the page")
	require.NotContains(t, string(published), "A quick run")
	require.True(t, strings.HasPrefix(string(published), intro), "the page says something else than the program")
}

func TestOnlyWhatIsAskedForIsMeasured(t *testing.T) {
	for only, want := range map[string]string{"": names(), "^recip": "recipients", "digest|notify": "digest, notify"} {
		o, err := parse([]string{"--only", only}, io.Discard)
		require.NoError(t, err)
		var got []string
		for _, p := range chosen(o.only) {
			got = append(got, p.name)
		}
		require.Equal(t, want, strings.Join(got, ", "))
	}
}

func TestFlagsThatMeanNothingAreRefused(t *testing.T) {
	for flags, says := range map[string]string{
		"--only nothing": "it matches none of digest, import, recipients, notify",
		"--only [":       "--only: error parsing regexp",
		"--slow":         "not defined: -slow",
		"everything":     `it takes flags only, not "everything"`,
	} {
		require.ErrorContains(t, run(t.Context(), strings.Fields(flags), io.Discard, io.Discard), says)
	}
	require.NoError(t, run(t.Context(), []string{"-h"}, io.Discard, io.Discard))
}

func TestARunThatIsInterruptedLeavesNothingBehind(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	ctx, cancel := context.WithCancel(t.Context())
	err := run(ctx, []string{"--quick"}, io.Discard, writer(func(text string) {
		require.Contains(t, text, "digest on SQLite")
		cancel()
	}))
	require.ErrorIs(t, err, context.Canceled)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left)
}

type writer func(text string)

func (w writer) Write(p []byte) (int, error) {
	w(string(p))
	return len(p), nil
}

func TestADatabaseThatIsNotThereIsSaidInTheTable(t *testing.T) {
	b := &bench{progress: io.Discard}
	b.databases = []*database{b.postgresql(errors.New("initdb is nowhere"))}
	require.NoError(t, b.digest(t.Context()))
	require.Equal(t, [][]string{{"digest", "PostgreSQL", "not measured: initdb is nowhere", "–", "–", "–", "–", "–"}}, tableOf(t, b.results()))
}
