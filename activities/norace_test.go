//go:build !race

package activities_test

const raced = false
