//go:build race

package main

// raced says that the race detector is on, under which everything costs many times as much: tests whose point is a number use a
// smaller one.
const raced = true
