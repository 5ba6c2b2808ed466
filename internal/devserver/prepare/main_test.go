package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNothingIsSaidWhereNothingIsToBeDone(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "temporal"), []byte("#!/bin/sh\necho temporal version 1.5.1\n"), 0o755))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))

	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Empty(t, out.String())
}

func TestACheckoutThatCannotBuildIsAnError(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Chdir(t.TempDir())
	require.ErrorContains(t, run(t.Context(), &bytes.Buffer{}), "install the Temporal CLI")
}
