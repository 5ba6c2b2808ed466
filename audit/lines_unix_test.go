//go:build unix

package audit

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A start does not wait for whoever is to read the lines, and a signal to stop is not lost in it.
func TestAPipeThatNobodyReadsIsNoPlaceForLines(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	tried := make(chan error, 1)
	go func() { tried <- CanBeWritten(pipe) }()
	select {
	case err := <-tried:
		require.ErrorIs(t, err, syscall.ENXIO)
	case <-time.After(5 * time.Second):
		t.Fatal("it waits for a reader")
	}
}
