// Package e2e tests the whole: the built binary's processes, a real Temporal server, a real database, SES over real HTTP. What
// it kills, it kills with SIGKILL.
package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"pimnotify/internal/devserver"
)

// What every test shares: one Temporal server, and the binary.
var (
	server   *devserver.Server
	temporal client.Client
	binary   string
)

func TestMain(m *testing.M) {
	// The tests mostly wait for timers of other processes: two at a time, as on two cores, would be slow for no reason. Those that do
	// not wait but keep a machine busy are not parallel: each runs by itself, before the others.
	flag.Parse()
	if err := flag.Set("test.parallel", "12"); err != nil {
		panic(err)
	}
	code, err := runAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func runAll(m *testing.M) (code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	folder, err := os.MkdirTemp("", "pimnotify-e2e-")
	if err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	binary = filepath.Join(folder, "pimnotify")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "pimnotify/cmd/pimnotify")
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build the binary: %w: %s", err, out)
	}
	say := func(line string) { fmt.Fprintln(os.Stderr, line) }
	if server, err = devserver.Start(ctx, devserver.Options{Progress: say}); err != nil {
		return 1, err
	}
	defer func() { _ = server.Stop() }()
	if temporal, err = client.Dial(client.Options{HostPort: server.Address}); err != nil {
		return 1, err
	}
	defer temporal.Close()
	return m.Run(), nil
}
