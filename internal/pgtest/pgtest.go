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
	running   *server
	startErr  error
	databases atomic.Int64
)

// URL is the URL of an empty database for this test alone. Where PostgreSQL is not installed the test is skipped, unless the
// environment says CI=true: then it fails.
func URL(t testing.TB) string {
	t.Helper()
	once.Do(func() { running, startErr = start() })
	if startErr != nil {
		refuse(t, startErr)
	}
	name := fmt.Sprintf("test%d", databases.Add(1))
	running.admin(t, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
	t.Cleanup(func() { running.admin(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return running.url(name)
}

func refuse(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("no private PostgreSQL for this test, and CI=true asks for one: %v", err)
	}
	if missing(err) {
		t.Skipf("this test needs PostgreSQL, which is not installed: %v", err)
	}
	t.Fatalf("start a private PostgreSQL: %v", err)
}

func (s *server) url(database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {s.folder}, "user": {superuser}, "sslmode": {"disable"}}.Encode()
}

func (s *server) admin(t testing.TB, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v\n%s", statement, err, s.log())
	}
}

func (s *server) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
}
