package e2e

import (
	"testing"

	"pimnotify/internal/sespeer"
)

// The same stories, told to a double of SES that nobody here wrote.
func TestEveryStoryIsTheSameAgainstAwsSesV2Local(t *testing.T) {
	t.Parallel()
	playAll(t, newWorld(t, options{ses: sespeer.Start(t, "..")}))
}
