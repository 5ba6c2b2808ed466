package worker

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAWorkerIsNotReadyBeforeItAsksForTasks(t *testing.T) {
	var started atomic.Bool
	check := working(&started)
	_, err := check.Probe(t.Context())
	require.ErrorContains(t, err, "not begun")
	started.Store(true)
	_, err = check.Probe(t.Context())
	require.NoError(t, err)
}
