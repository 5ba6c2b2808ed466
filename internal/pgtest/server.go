//go:build unix

package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	superuser = "postgres"
	// stopTime is how long a server may take to end that saves nothing.
	stopTime = 30 * time.Second
)

// keeper starts the server and does as its standard input says, which the operating system closes when the tests are over, or
// dead. Then it stops the server at once, there being nothing to save, and removes its folder.
const keeper = `
serve() {
	"$1" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
		-c max_connections=300 -c shared_buffers=32MB </dev/null &
	server=$!
}
serve "$1" "$2"
while read -r order; do
	case $order in
	kill) kill -QUIT "$server"; wait "$server" ;; # it saves nothing then, as in a crash
	serve) serve "$1" "$2" ;;
	esac
done
kill -QUIT "$server"
wait "$server"
cd / && rm -rf "$2"
`

// Server is a private PostgreSQL. Tests have one without asking: URL gives them a database of it.
type Server struct {
	folder string
	alive  io.WriteCloser // held open as long as the server is to run
	ended  chan struct{}  // closed when it has ended, and its folder is gone
}

// Start starts one for a program that is no test. It ends with Stop, or with the program, however that ends.
func Start() (*Server, error) {
	binaries, err := find()
	if err != nil {
		return nil, err
	}
	owner, err := unprivileged()
	if err != nil {
		return nil, err
	}
	folder, err := makeFolder(owner)
	if err != nil {
		return nil, err
	}
	s := &Server{folder: folder, ended: make(chan struct{})}
	if err := s.start(binaries, owner); err != nil {
		err = fmt.Errorf("%w\n%s", err, s.log())
		return nil, errors.Join(err, s.Stop(), os.RemoveAll(folder))
	}
	return s, nil
}

func (s *Server) start(binaries string, owner *user) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	initdb := exec.CommandContext(ctx, filepath.Join(binaries, "initdb"), "-D", filepath.Join(s.folder, "data"), "-U", superuser,
		"--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	owner.runs(initdb, s.folder)
	if output, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}
	log, err := os.Create(filepath.Join(s.folder, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	keep := exec.CommandContext(context.Background(), "/bin/sh", "-c", keeper, "keeper", filepath.Join(binaries, "postgres"), s.folder)
	owner.runs(keep, s.folder)
	keep.Stdout, keep.Stderr = log, log
	alive, err := keep.StdinPipe()
	if err != nil {
		return err
	}
	if err := keep.Start(); err != nil {
		return err
	}
	s.alive = alive
	go func() { _ = keep.Wait(); close(s.ended) }()
	return s.awaitReady()
}

func (s *Server) awaitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		err := s.exec(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Kill ends the server as a crash would, and waits until it answers nobody any more. Revive brings it back with what it had, but for
// what was committed last where the database does not ask for synchronous_commit.
func (s *Server) Kill() error {
	return s.order("kill", func(err error) bool { return err != nil })
}

// Revive starts a server again that was killed, and waits until it answers.
func (s *Server) Revive() error {
	if err := s.order("serve", func(error) bool { return true }); err != nil {
		return err
	}
	return s.awaitReady()
}

// order tells the keeper what to do, and waits until asking the server has the result that is wanted.
func (s *Server) order(what string, done func(error) bool) error {
	if _, err := io.WriteString(s.alive, what+"\n"); err != nil {
		return fmt.Errorf("%s PostgreSQL in %s: %w", what, s.folder, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	for !done(s.exec(ctx, "SELECT 1")) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s PostgreSQL in %s: it has not come to that after %s", what, s.folder, stopTime)
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// Stop ends the server at once, and waits until it and its folder are gone.
func (s *Server) Stop() error {
	if s.alive == nil {
		return nil
	}
	if err := s.alive.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	select {
	case <-s.ended:
		return nil
	case <-time.After(stopTime):
		return fmt.Errorf("PostgreSQL in %s has not ended after %s", s.folder, stopTime)
	}
}

func (s *Server) log() string {
	text, _ := os.ReadFile(filepath.Join(s.folder, "log"))
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// makeFolder makes a folder that the owner can use, with a path short enough for a socket in it. Where TMPDIR is somebody's
// private folder, the owner cannot enter it, so the places everybody can use come first.
func makeFolder(owner *user) (string, error) {
	var errs []error
	for _, place := range []string{"/tmp", "/var/tmp", os.TempDir()} {
		folder, err := os.MkdirTemp(place, "pgtest-")
		if err == nil {
			if err = owner.owns(folder); err == nil {
				return folder, nil
			}
			err = errors.Join(err, os.RemoveAll(folder))
		}
		errs = append(errs, err)
	}
	return "", fmt.Errorf("make a folder for it: %w", errors.Join(errs...))
}
