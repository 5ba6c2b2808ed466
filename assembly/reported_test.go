package assembly

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestEverythingThatSESCanReportHasAName(t *testing.T) {
	for _, kind := range pim.AllObservationKinds {
		require.NotEmpty(t, sesWords[kind], kind)
	}
}
