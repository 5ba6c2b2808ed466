// Command bench measures load and limits on the machine that it runs on, and prints them as one table. What is compared is measured
// side by side: a busy machine slows both, so the ratios hold where the times do not.
//
// It refuses to judge a time. What makes it fail is the count of a digest that reads a whole table, and whatever comes out wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are what a caller can ask for.
type options struct {
	quick bool
	only  *regexp.Regexp
	write string
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&o.quick, "quick", false, "small sizes, over in seconds: whether it works, not how fast")
	only := flags.String("only", "", "measure only the parts that match this `regexp`: "+names())
	flags.StringVar(&o.write, "write", "", "write the page to this `file` as well")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("it takes flags only, not %q", flags.Arg(0))
	}
	if o.only, err = regexp.Compile(*only); err != nil {
		return o, fmt.Errorf("--only: %w", err)
	}
	if len(chosen(o.only)) == 0 {
		return o, fmt.Errorf("--only %s: it matches none of %s", *only, names())
	}
	return o, nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := newBench(o.quick, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	ctx, cancel := context.WithTimeout(ctx, b.sizes.patience)
	defer cancel()
	for _, g := range chosen(o.only) {
		if err := b.measure(ctx, g); err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
	}
	results := b.results()
	if _, err := io.WriteString(stdout, results); err != nil {
		return err
	}
	if o.write != "" {
		if err := os.WriteFile(o.write, []byte(page(results)), 0o644); err != nil {
			return fmt.Errorf("--write: %w", err)
		}
	}
	return b.scanned()
}
