// Package sespeer runs aws-ses-v2-local for tests: a double of Amazon SES that nobody here wrote, so that what was only ever
// tried against mail/inbox is tried against something else too.
package sespeer

import (
	"bufio"
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long Node may take to be up on a busy machine.
const patience = time.Minute

// Start runs the npm package as a process of its own, on a port that the system chooses, until the test is over, and answers its
// base URL. root is the module's root as seen from the test. Without Node or the package the test is skipped, or fails where CI
// is set.
func Start(t *testing.T, root string) string {
	t.Helper()
	folder := os.Getenv("PIMNOTIFY_TEST_SES_LOCAL")
	if folder == "" {
		folder = filepath.Join(root, "tools", "node_modules", "aws-ses-v2-local")
	}
	script := filepath.Join(folder, "dist", "cli.js")
	node, err := exec.LookPath("node")
	if _, statErr := os.Stat(script); err != nil || statErr != nil {
		const missing = "aws-ses-v2-local is not here: install Node, run npm ci --prefix tools, or name the package's folder in PIMNOTIFY_TEST_SES_LOCAL"
		if os.Getenv("CI") != "" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), node, script, "--host", "127.0.0.1", "--port", "0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scan := bufio.NewScanner(out); scan.Scan(); {
			lines <- scan.Text()
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		for range lines { // until it has closed its end
		}
		_ = cmd.Wait()
	})
	return address(t, lines)
}

// address reads where it listens from what it prints, and lets the rest be read.
func address(t *testing.T, lines chan string) string {
	t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				t.Fatal("aws-ses-v2-local ended before it listened")
			}
			if _, text, found := strings.Cut(line, "running at "); found {
				u, err := url.Parse(strings.TrimSpace(text))
				if err != nil {
					t.Fatalf("aws-ses-v2-local listens at %q: %v", text, err)
				}
				go func() {
					for range lines {
					}
				}()
				return "http://127.0.0.1:" + u.Port()
			}
		case <-timeout:
			t.Fatalf("aws-ses-v2-local does not listen after %s", patience)
		}
	}
}
