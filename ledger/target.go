package ledger

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// target is where a record lies.
type target struct {
	name string // for errors: never with a password
	open func(context.Context, *Ledger) error
	// explain says what an error of the driver means for somebody who only knows the url.
	explain func(error) error
}

const wanted = "must be a file for SQLite, such as pimnotify.db, or postgres://user:password@host/database"

func parse(text string) (target, error) {
	scheme, rest, hasScheme := strings.Cut(text, ":")
	switch {
	case strings.TrimSpace(text) == "":
		return target{}, fmt.Errorf("the url is empty: it %s", wanted)
	case hasScheme && (scheme == "postgres" || scheme == "postgresql"):
		return parsePostgres(text)
	case hasScheme && scheme == "file":
		return parseFile(strings.TrimPrefix(rest, "//"))
	case hasScheme && strings.HasPrefix(rest, "//"):
		return target{}, fmt.Errorf("the url begins with %s: it %s", scheme+"://", wanted)
	default:
		return parseFile(text)
	}
}

func parseFile(path string) (target, error) {
	if strings.Contains(path, ":memory:") || strings.Contains(path, "mode=memory") {
		return target{}, fmt.Errorf("a ledger in memory is forgotten and cannot be shared: the url %s", wanted)
	}
	if strings.ContainsAny(path, "?\x00") || path == "" {
		return target{}, fmt.Errorf("%q is not a plain file name: the url %s, without parameters", path, wanted)
	}
	for _, key := range []string{"host=", "dbname=", "password=", "user="} {
		if strings.Contains(path, key) {
			return target{}, fmt.Errorf("this is a list of PostgreSQL settings, not a url: it %s", wanted)
		}
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return target{}, fmt.Errorf("find the file %s: %w", path, err)
	}
	return target{
		name:    absolute,
		open:    func(ctx context.Context, l *Ledger) error { return l.openSQLite(ctx, absolute) },
		explain: explainSQLite,
	}, nil
}

// parsePostgres passes on nothing of what the parsers say of a url they cannot read: they quote it, and it may hold a password
// in a place where nobody looks for one.
func parsePostgres(text string) (target, error) {
	u, err := url.Parse(text)
	if err != nil {
		return target{}, fmt.Errorf("the postgres url cannot be read (is a character of the password not percent-encoded?): it %s", wanted)
	}
	config, err := pgx.ParseConfig(text)
	if err != nil {
		return target{}, fmt.Errorf("the postgres url of host %q has a part that PostgreSQL does not know (port, sslmode or another parameter): it %s", u.Hostname(), wanted)
	}
	return target{
		name:    fmt.Sprintf("postgres://%s:%d/%s", config.Host, config.Port, config.Database),
		open:    func(ctx context.Context, l *Ledger) error { return l.openPostgres(ctx, config) },
		explain: func(err error) error { return err },
	}, nil
}
