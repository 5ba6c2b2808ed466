package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pimnotify/assembly"
	"pimnotify/imports"
	"pimnotify/pim"
)

// bringing is what the flags of an import say.
type bringing struct {
	tenant, refused string
	batch           int
	dryRun          bool
}

// mostAtOnce is how many records one transaction writes at most: more would not be faster, and could be too slow for the ledger.
const mostAtOnce = 5000

func (p *program) importCommand() *cobra.Command {
	var b bringing
	cmd := settings(&cobra.Command{
		Use:   "import --tenant TENANT [FILE|-]",
		Short: "Bring in assignments and past activations, one a line in Microsoft Graph's shape",
		Long: `Reads JSON lines from a file or standard input: what the API takes, with the id and what came later, or requests as Microsoft Graph
exports them. Nobody is told of what happened before; assignments that go on are watched from then on. What is there already stays as it
is, so the same file can be brought in again. Each line that is refused is named on standard output, with the field and the reason.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if b.batch < 1 || b.batch > mostAtOnce {
				return fmt.Errorf("--batch must be 1 to %d, not %d", mostAtOnce, b.batch)
			}
			c, err := p.config(cmd.Flags())
			if err != nil {
				return err
			}
			if err := c.Require("PIMNOTIFY_DIRECTORY"); err != nil {
				return err
			}
			in, size, err := input(cmd, args)
			if err != nil {
				return err
			}
			defer func() { _ = in.Close() }() // it was only read
			return p.bringIn(cmd.Context(), c, b, in, size)
		},
	})
	cmd.Flags().StringVar(&b.tenant, "tenant", "", "whose it is")
	cmd.Flags().IntVar(&b.batch, "batch", 1000, "how many records are written down at a time")
	cmd.Flags().BoolVar(&b.dryRun, "dry-run", false, "check every line and write nothing")
	cmd.Flags().StringVar(&b.refused, "refused", "", "new file for the lines that are not brought in, with the reasons, as JSON lines")
	_ = cmd.MarkFlagRequired("tenant") // it is there
	return cmd
}

// bringIn brings lines in and says what became of them. It fails where some of them are not in the record then. Size is 0 where nobody
// knows it.
func (p *program) bringIn(ctx context.Context, c assembly.Config, b bringing, in io.Reader, size int64) (err error) {
	log, err := p.log(true)
	if err != nil {
		return err
	}
	parts, err := assembly.OpenFiles(ctx, c, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, parts.Close()) }()
	if _, err := parts.Directory.Organization(ctx, b.tenant); err != nil {
		return fmt.Errorf("--tenant: %w", err)
	}
	out, err := newLeavings(p.stdout, b.refused)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.close()) }()
	bar := newBar(p.stderr, size)
	importer := &imports.Importer{
		Recall: func(past pim.Past) (pim.Imported, error) { return parts.Starter().Recall(b.tenant, past) },
		Batch:  b.batch, Now: time.Now(),
		Refused:  func(r imports.Refusal) { bar.clear(); out.put(r) },
		Progress: bar.show,
	}
	if !b.dryRun {
		if err := parts.OpenLedger(ctx); err != nil {
			return err
		}
		importer.Bring = parts.Ledger.Import
	}
	summary, err := importer.Run(ctx, in)
	bar.clear()
	return errors.Join(p.account(summary, b.dryRun, err), out.err)
}

// account says what became of the lines.
func (p *program) account(s imports.Summary, dryRun bool, err error) error {
	how := "brought in"
	if dryRun {
		how = "good"
	}
	fmt.Fprintf(p.stdout, "%d lines: %d %s, %d there already, %d different from what is there, %d refused\n",
		s.Lines, s.BroughtIn, how, s.Known, s.Different, s.Refused)
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("interrupted after %d of %d lines: run it again to go on", s.Settled(), s.Lines)
	case err != nil:
		return err
	case s.Different+s.Refused > 0:
		return fmt.Errorf("%d of %d lines are not in the record as they are", s.Different+s.Refused, s.Lines)
	}
	return nil
}

// input is a file, or standard input, and how large it is; 0 where nobody knows.
func input(cmd *cobra.Command, args []string) (io.ReadCloser, int64, error) {
	if len(args) == 0 || args[0] == "-" {
		return interruptible(cmd.Context(), cmd.InOrStdin()), 0, nil
	}
	file, err := os.Open(args[0])
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, 0, errors.Join(err, file.Close())
	case info.IsDir():
		return nil, 0, errors.Join(fmt.Errorf("%s is a folder: name a file", args[0]), file.Close())
	case info.Mode().IsRegular():
		return file, info.Size(), nil
	}
	return file, 0, nil
}

// interruptible reads until ctx ends, also where nothing comes: a terminal waits for its user.
func interruptible(ctx context.Context, in io.Reader) io.ReadCloser {
	out, into := io.Pipe()
	go func() {
		_, err := io.Copy(into, in)
		_ = into.CloseWithError(err) // never fails
	}()
	context.AfterFunc(ctx, func() { _ = into.CloseWithError(ctx.Err()) })
	return out
}

// reason is what is wrong with a line, on a line.
func reason(r imports.Refusal) string {
	texts := make([]string, 0, len(r.Problems))
	for _, p := range r.Problems {
		if p.Location == "" {
			texts = append(texts, p.Message)
		} else {
			texts = append(texts, p.Location+": "+p.Message)
		}
	}
	return fmt.Sprintf("line %d: %s", r.Line, strings.Join(texts, "; "))
}
