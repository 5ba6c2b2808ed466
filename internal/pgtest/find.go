//go:build unix

package pgtest

import (
	"cmp"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

var errMissing = errors.New("initdb is neither on PATH nor where systems keep it (install the package postgresql)")

// Missing reports whether Start failed only because PostgreSQL is not installed.
func Missing(err error) bool { return errors.Is(err, errMissing) }

// places are where systems keep PostgreSQL's programs off PATH.
var places = []string{
	"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
	"/usr/pgsql-*/bin",          // Red Hat
	"/usr/libexec/postgresql*",  // Alpine
	"/usr/local/pgsql/bin",      // built from source
	"/usr/local/opt/postgresql*/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// find gives the folder of initdb and postgres, the newest where there are several.
func find() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil && complete(filepath.Dir(real)) {
			return filepath.Dir(real), nil
		}
	}
	return findIn(places)
}

func findIn(patterns []string) (string, error) {
	for _, pattern := range patterns {
		folders, err := filepath.Glob(pattern)
		if err != nil {
			return "", fmt.Errorf("look in %s: %w", pattern, err)
		}
		slices.SortFunc(folders, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
		for _, folder := range folders {
			if complete(folder) {
				return folder, nil
			}
		}
	}
	return "", errMissing
}

func complete(folder string) bool {
	for _, program := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(folder, program)); err != nil {
			return false
		}
	}
	return true
}

// version is the first number in a path: 15 in /usr/lib/postgresql/15/bin.
func version(path string) int {
	digits := ""
	for _, c := range path {
		if c >= '0' && c <= '9' {
			digits += string(c)
		} else if digits != "" {
			break
		}
	}
	n, _ := strconv.Atoi(digits)
	return n
}
