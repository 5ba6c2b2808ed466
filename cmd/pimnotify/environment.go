package main

import (
	"os"
	"strings"

	"go.temporal.io/sdk/contrib/envconfig"
)

// environment looks a variable up. Tests and dev bring their own instead of changing the process's.
type environment struct {
	lookup func(name string) (string, bool)
}

var _ envconfig.EnvLookup = environment{}

// LookupEnv is os.LookupEnv of this environment.
func (e environment) LookupEnv(name string) (string, bool) { return e.lookup(name) }

// Environ lists the process's variables: Temporal's SDK looks through them for gRPC headers, and we for mistyped names.
func (e environment) Environ() []string {
	var known []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if value, ok := e.lookup(name); ok {
			known = append(known, name+"="+value)
		}
	}
	return known
}

// with is the same environment with some variables set, and others unset where the value is empty.
func (e environment) with(values map[string]string) environment {
	return environment{func(name string) (string, bool) {
		if value, ok := values[name]; ok {
			return value, value != ""
		}
		return e.lookup(name)
	}}
}
