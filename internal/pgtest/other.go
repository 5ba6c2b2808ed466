//go:build !unix

package pgtest

import (
	"context"
	"errors"
	"os"
	"testing"
)

var errMissing = errors.New("the private PostgreSQL needs Unix sockets and users: it runs on Unix systems only")

// Server is a private PostgreSQL, of which there is none here.
type Server struct{}

// Start always fails.
func Start() (*Server, error) { return nil, errMissing }

// Missing reports whether Start failed only because there is no PostgreSQL.
func Missing(err error) bool { return errors.Is(err, errMissing) }

// Create always fails.
func (s *Server) Create(context.Context, string) (string, error) { return "", errMissing }

// Stop has nothing to do.
func (s *Server) Stop() error { return nil }

// URL skips the test. It fails where the environment says CI=true.
func URL(t testing.TB) string {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("no private PostgreSQL for this test, and CI=true asks for one: %v", errMissing)
	}
	t.Skip(errMissing)
	return ""
}

// Kill does nothing.
func (s *Server) Kill() error { return nil }

// Revive does nothing.
func (s *Server) Revive() error { return nil }
