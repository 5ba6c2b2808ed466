//go:build !unix

package pgtest

import (
	"os"
	"testing"
)

// URL skips: the private server needs Unix sockets and users. It fails where the environment says CI=true.
func URL(t testing.TB) string {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal("no private PostgreSQL on this system, and CI=true asks for one")
	}
	t.Skip("the private PostgreSQL of the tests runs on Unix systems only")
	return ""
}
