//go:build race

package activities_test

// raced says that the race detector is on, under which a mail costs many times as much: tests whose point is a number use a
// smaller one.
const raced = true
