//go:build unix

package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

var (
	once      sync.Once
	running   *Server
	startErr  error
	databases atomic.Int64
)

// URL is the URL of an empty database for this test alone. Where PostgreSQL is not installed the test is skipped, unless the
// environment says CI=true: then it fails.
func URL(t testing.TB) string {
	t.Helper()
	once.Do(func() { running, startErr = Start() })
	if startErr != nil {
		refuse(t, startErr)
	}
	name := fmt.Sprintf("test%d", databases.Add(1))
	running.admin(t, creation(name))
	t.Cleanup(func() { running.admin(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return running.url(name)
}

// Create makes an empty database and answers its URL.
func (s *Server) Create(ctx context.Context, name string) (url string, err error) {
	if err := s.exec(ctx, creation(name)); err != nil {
		return "", fmt.Errorf("create the database %s: %w\n%s", name, err, s.log())
	}
	return s.url(name), nil
}

func creation(name string) string {
	return "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
}

func refuse(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("no private PostgreSQL for this test, and CI=true asks for one: %v", err)
	}
	if Missing(err) {
		t.Skipf("this test needs PostgreSQL, which is not installed: %v", err)
	}
	t.Fatalf("start a private PostgreSQL: %v", err)
}

func (s *Server) url(database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {s.folder}, "user": {superuser}, "sslmode": {"disable"}}.Encode()
}

func (s *Server) admin(t testing.TB, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v\n%s", statement, err, s.log())
	}
}

func (s *Server) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
}
