package devserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

const (
	cliPackage = "github.com/temporalio/cli/cmd/temporal"
	// buildTimeout is several times what two slow cores and a cold download have needed.
	buildTimeout = 20 * time.Minute
	// progressEvery keeps a person from wondering whether anything still happens.
	progressEvery = 5 * time.Second
)

// builtBinary answers the CLI that tools/go.mod pins, from the user's cache, and builds it the first time. Processes
// that start together wait for one build; should a lock not hold, the rename at the end keeps them from harm.
func builtBinary(ctx context.Context, dir string, progress func(string)) (string, error) {
	target, tools, err := cachePath(ctx, dir)
	if err != nil {
		return "", fmt.Errorf("there is no temporal (1.5 or later) on PATH, and none can be built: %w", err)
	}
	if isFile(target) {
		return target, nil
	}
	ctx, cancel := context.WithTimeout(ctx, buildTimeout)
	defer cancel()

	say := reporter(progress)
	unlock, err := lock(ctx, target+".lock", func(waited time.Duration) {
		say(waited, "another process builds the Temporal CLI, waiting for it")
	})
	if err != nil {
		return "", err
	}
	defer unlock()
	if isFile(target) {
		return target, nil
	}
	if err := build(ctx, tools, target, progress); err != nil {
		return "", fmt.Errorf("build the Temporal CLI from %s: %w", filepath.Join(tools, "go.mod"), err)
	}
	return target, nil
}

func build(ctx context.Context, tools, target string, progress func(string)) error {
	partial, err := os.MkdirTemp(filepath.Dir(target), ".building-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(partial)
	binary := filepath.Join(partial, filepath.Base(target))

	cmd := goCommand(ctx, tools, "build", "-mod=readonly", "-ldflags=-s -w", "-o", binary, cliPackage)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	// An interrupted go build stops its compilers and cleans up; a killed one does not.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second

	begun := time.Now()
	progress("building the Temporal CLI with its development server; the first time this takes 2 to 3 minutes")
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			progress(fmt.Sprintf("building the Temporal CLI: %s so far, the first time it takes 2 to 3 minutes", since(begun)))
		case err := <-done:
			if err != nil {
				return fmt.Errorf("go build: %w: %s", errors.Join(err, ctx.Err()), strings.TrimSpace(output.String()))
			}
			progress(fmt.Sprintf("built the Temporal CLI in %s, kept as %s", since(begun), target))
			return os.Rename(binary, target)
		}
	}
}

// reporter passes a wait on every progressEvery, and not at all when it is short.
func reporter(progress func(string)) func(waited time.Duration, what string) {
	next := progressEvery
	return func(waited time.Duration, what string) {
		if waited < next {
			return
		}
		next += progressEvery
		progress(fmt.Sprintf("%s: %s so far", what, waited.Round(time.Second)))
	}
}

func since(begun time.Time) time.Duration { return time.Since(begun).Round(time.Second) }

// cachePath names the binary after the CLI's version and the compiler's, so that a new one of either is built anew.
func cachePath(ctx context.Context, dir string) (target, tools string, err error) {
	root, err := moduleRoot(dir)
	if err != nil {
		return "", "", err
	}
	tools = filepath.Join(root, "tools")
	version, err := pinnedVersion(filepath.Join(tools, "go.mod"))
	if err != nil {
		return "", "", err
	}
	compiler, err := goCommand(ctx, tools, "env", "GOVERSION").Output()
	if err != nil {
		return "", "", fmt.Errorf("ask go for its version: %w", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", "", fmt.Errorf("find the cache folder: %w", err)
	}
	folder := filepath.Join(cache, "pimnotify")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", "", err
	}
	name := "temporal-" + version + "-" + strings.TrimSpace(string(compiler))
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(folder, name), tools, nil
}

// goCommand runs go for the tools module: no workspace, and without a C compiler, since a machine may have none.
func goCommand(ctx context.Context, tools string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = tools
	cmd.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0")
	return cmd
}

var pinnedLine = regexp.MustCompile(`(?m)^\s*(?:require\s+)?github\.com/temporalio/cli\s+(v\S+)`)

func pinnedVersion(gomod string) (string, error) {
	text, err := os.ReadFile(gomod)
	if err != nil {
		return "", err
	}
	match := pinnedLine.FindSubmatch(text)
	if match == nil {
		return "", fmt.Errorf("%s does not require github.com/temporalio/cli", gomod)
	}
	return string(match[1]), nil
}

// moduleRoot is dir, or the nearest folder at or above the working directory that has a tools/go.mod beside its go.mod.
func moduleRoot(dir string) (string, error) {
	if dir != "" {
		if !isRoot(dir) {
			return "", fmt.Errorf("%s has no go.mod and tools/go.mod: it is not this module's root", dir)
		}
		return filepath.Abs(dir)
	}
	from, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := from; ; at = filepath.Dir(at) {
		if isRoot(at) {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("no folder at or above %s has go.mod and tools/go.mod: run this in a checkout, or install the Temporal CLI", from)
		}
	}
}

func isRoot(dir string) bool {
	return isFile(filepath.Join(dir, "go.mod")) && isFile(filepath.Join(dir, "tools", "go.mod"))
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
