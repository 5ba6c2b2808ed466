package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.uber.org/zap"

	"pimnotify/assembly"
	"pimnotify/pim"
)

// asking is what the flags of an explanation say.
type asking struct {
	tenant, event, recipient string
	json                     bool
}

func (p *program) explainCommand() *cobra.Command {
	var a asking
	cmd := settings(&cobra.Command{
		Use:   "explain --tenant TENANT --event EVENT --recipient ADDRESS|ID",
		Short: "Say why somebody got a mail of an event, or got none",
		Long: "Say what led to somebody's mail of an event, or to its absence, in sentences. What was known when the event was planned is told as it\n" +
			"was then; of somebody of whom the record has nothing it says what keeps them out now. It reads the ledger and the directory.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withParts(cmd, openToLook, func(parts *assembly.Parts) error {
				return p.explain(cmd.Context(), parts, a)
			})
		},
	})
	cmd.Flags().StringVar(&a.tenant, "tenant", "", "whose event")
	cmd.Flags().StringVar(&a.event, "event", "", "the event's id, such as activation.r1.pendingApproval")
	cmd.Flags().StringVar(&a.recipient, "recipient", "", "somebody's address, or the principal's id")
	cmd.Flags().BoolVar(&a.json, "json", false, "print what the API answers")
	for _, name := range []string{"tenant", "event", "recipient"} {
		_ = cmd.MarkFlagRequired(name) // it is there
	}
	return cmd
}

func openToLook(ctx context.Context, c assembly.Config, _ envconfig.EnvLookup, log *zap.Logger) (*assembly.Parts, error) {
	return assembly.OpenToLook(ctx, c, log)
}

func (p *program) explain(ctx context.Context, parts *assembly.Parts, a asking) error {
	explanation, err := parts.Starter().Explain(ctx, a.tenant, a.event, a.recipient)
	if errors.Is(err, pim.ErrUnknownTenant) {
		return errors.New("--tenant: the directory knows no tenant " + a.tenant)
	}
	if err != nil {
		return atFlags(err)
	}
	if a.json {
		return printJSON(p.stdout, explanation)
	}
	for _, sentence := range explanation.Sentences {
		p.say(sentence)
	}
	return nil
}

// atFlags names what is wrong by the flag that it came with.
func atFlags(err error) error {
	var wrong *pim.Invalid
	if !errors.As(err, &wrong) {
		return err
	}
	named := &pim.Invalid{}
	for _, p := range wrong.Problems {
		if flag, ok := map[string]string{"path.tenant": "--tenant", "path.eventId": "--event", "query.recipient": "--recipient"}[p.Location]; ok {
			p.Location = flag
		}
		named.Problems = append(named.Problems, p)
	}
	return named
}

// printJSON prints a value as people read JSON.
func printJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(value)
}
