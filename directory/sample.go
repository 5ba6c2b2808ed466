package directory

import (
	"bytes"
	_ "embed"
)

//go:embed sample.yaml
var sample []byte

// Sample is the directory of a made-up organisation, as a file's text: all administrators' roles, holders in every state,
// approvers in nested groups, and somebody without an address.
func Sample() []byte { return bytes.Clone(sample) }
