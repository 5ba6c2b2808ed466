package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.uber.org/zap"

	"pimnotify/assembly"
	"pimnotify/internal/strictjson"
	"pimnotify/pim"
)

func (p *program) previewCommand() *cobra.Command {
	var tenant, file string
	var asJSON bool
	cmd := settings(&cobra.Command{
		Use:   "preview --tenant TENANT --file FILE|-",
		Short: "Show who would be told of a request or an assignment, when and in which words",
		Long: `Reads {"id": …, "activationRequest": {…}} or {"id": …, "assignment": {…}}, as the API takes them, and shows what would be told in the
usual course: what needs approval is approved in the moment in which it is asked for. Nothing is recorded, started or sent.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			request, err := readPreview(cmd, file)
			if err != nil {
				return err
			}
			return p.withParts(cmd, openFiles, func(parts *assembly.Parts) error {
				return p.preview(cmd.Context(), parts, tenant, request, asJSON)
			})
		},
	})
	cmd.Flags().StringVar(&tenant, "tenant", "", "whose it would be")
	cmd.Flags().StringVar(&file, "file", "", "file of JSON, or - for standard input")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what the API answers, with the HTML of the mails")
	for _, name := range []string{"tenant", "file"} {
		_ = cmd.MarkFlagRequired(name) // it is there
	}
	return cmd
}

func openFiles(ctx context.Context, c assembly.Config, _ envconfig.EnvLookup, log *zap.Logger) (*assembly.Parts, error) {
	return assembly.OpenFiles(ctx, c, log)
}

// mostPreviewed is how large a body may be, in bytes: as large as the API takes.
const mostPreviewed = 1 << 20

// readPreview reads a body as strictly as the API does.
func readPreview(cmd *cobra.Command, file string) (request pim.PreviewRequest, err error) {
	in, _, err := input(cmd, []string{file})
	if err != nil {
		return request, fmt.Errorf("--file: %w", err)
	}
	defer func() { _ = in.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(in, mostPreviewed+1))
	if err != nil {
		return request, fmt.Errorf("--file: %w", err)
	}
	if len(body) > mostPreviewed {
		return request, errors.New("--file: must be at most 1 MiB")
	}
	if err := strictjson.Check(body); err != nil {
		return request, fmt.Errorf("--file: cannot be read as JSON: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		return request, fmt.Errorf("--file: %w", misfit(err))
	}
	return request, nil
}

// misfit says what is wrong with JSON that is none of ours, in the API's words and not in those of Go's types.
func misfit(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	location := "body"
	if wrong.Field != "" {
		location += "." + wrong.Field
	}
	return fmt.Errorf("%s cannot be a JSON %s", location, wrong.Value)
}

func (p *program) preview(ctx context.Context, parts *assembly.Parts, tenant string, request pim.PreviewRequest, asJSON bool) error {
	preview, err := parts.Starter().Preview(ctx, tenant, request)
	if errors.Is(err, pim.ErrUnknownTenant) {
		return errors.New("--tenant: the directory knows no tenant " + tenant)
	}
	if err != nil {
		return atFlags(err)
	}
	if asJSON {
		return printJSON(p.stdout, preview)
	}
	p.say(fmt.Sprintf("%d events in the usual course. Nothing is recorded, started or sent.", len(preview.Events)))
	for _, event := range preview.Events {
		if err := p.showEvent(event); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) showEvent(event pim.EventPreview) error {
	p.say(fmt.Sprintf("\n%s, due at %s", event.ID, event.DueDateTime.UTC().Format(time.RFC3339)))
	if len(event.Recipients) == 0 {
		p.say("  nobody would be told")
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, r := range event.Recipients {
		_, _ = fmt.Fprintln(w, "  "+recipientRow(r.Order, r.Address, r.Audience, r.Status, r.Reason))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, mail := range event.Mails {
		p.say(fmt.Sprintf("\n  to %s: %s\n", mail.Audience, mail.Subject))
		p.say("    " + strings.ReplaceAll(strings.TrimSpace(mail.Text), "\n", "\n    "))
	}
	return nil
}
