package devserver

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// findBinary answers the path of a Temporal CLI that can be used: the one on PATH, because it is there and somebody
// chose it, else one of our own making.
func findBinary(ctx context.Context, dir string, progress func(string)) (string, error) {
	path, err := exec.LookPath("temporal")
	if err != nil {
		return builtBinary(ctx, dir, progress)
	}
	if err := usable(ctx, path); err != nil {
		progress(fmt.Sprintf("%s is not used: %v", path, err))
		return builtBinary(ctx, dir, progress)
	}
	return path, nil
}

// usable refuses a CLI that does not answer and one older than 1.5, whose server this project is not tested with.
func usable(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	output, err := exec.CommandContext(ctx, path, "--version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("ask it for its version: %w: %s", err, strings.TrimSpace(string(output)))
	}
	major, minor, ok := parseVersion(string(output))
	if !ok {
		return fmt.Errorf("it does not say a version, but %q", strings.TrimSpace(string(output)))
	}
	// A CLI built from modules or from its repository has no number of its own: 0.0.0-DEV.
	if development := major == 0 && minor == 0; development {
		return nil
	}
	if major < 1 || major == 1 && minor < 5 {
		return fmt.Errorf("it is version %d.%d, and 1.5 or later is needed", major, minor)
	}
	return nil
}

// "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"
var versionLine = regexp.MustCompile(`^temporal version v?(\d+)\.(\d+)\.\d+`)

func parseVersion(line string) (major, minor int, ok bool) {
	match := versionLine.FindStringSubmatch(line)
	if match == nil {
		return 0, 0, false
	}
	major, errMajor := strconv.Atoi(match[1])
	minor, errMinor := strconv.Atoi(match[2])
	return major, minor, errMajor == nil && errMinor == nil
}
