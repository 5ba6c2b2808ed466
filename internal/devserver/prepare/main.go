// Command prepare finds the Temporal CLI, or builds it, before the tests do: `go test` shows nothing while a test waits,
// and a person should know what takes minutes the first time.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"pimnotify/internal/devserver"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "prepare:", err)
		os.Exit(1)
	}
}

// run tells what takes long, and nothing where there is nothing to do.
func run(ctx context.Context, out io.Writer) error {
	_, err := devserver.Prepare(ctx, "", func(text string) { fmt.Fprintln(out, text) })
	return err
}
