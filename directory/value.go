package directory

import (
	"pimnotify/internal/yamlfile"
	"pimnotify/pim"
)

// Mistake is one thing that is wrong with a directory file: file, line, key, and what would be right.
type Mistake = yamlfile.Mistake

// Broken is the error of a directory file that cannot be used. It names every mistake, in the order of their lines.
type Broken = yamlfile.Broken

func state(n yamlfile.Node) pim.HolderState {
	var states []string
	for _, s := range strongestFirst {
		states = append(states, string(s))
	}
	return pim.HolderState(n.OneOf(states...))
}
