package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	mailbox "pimnotify/internal/address"
	"pimnotify/ledger"
	"pimnotify/pim"
)

func (p *program) suppressionsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "suppressions",
		Short: "The addresses that nothing more is sent to, because a mail to them bounced for good or was complained about",
	}
	cmd.AddCommand(p.suppressionsListCommand(), p.suppressionsClearCommand())
	return cmd
}

func (p *program) suppressionsListCommand() *cobra.Command {
	var all bool
	cmd := settings(&cobra.Command{
		Use:   "list",
		Short: "Show them, the latest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withLedger(cmd, func(record *ledger.Ledger, _ *zap.Logger) error {
				return p.listSuppressions(cmd.Context(), record, all)
			})
		},
	})
	cmd.Flags().BoolVar(&all, "all", false, "also those that were cleared, with who cleared them and why")
	return cmd
}

func (p *program) suppressionsClearCommand() *cobra.Command {
	var who, why string
	cmd := settings(&cobra.Command{
		Use:   "clear",
		Short: "Let mail go to an address again",
		Long: "Let mail go to an address again, from the next mail that is planned on. Mails that were suppressed stay so. Clear an address when its mailbox\n" +
			"works again, or whoever complained wants mail again: each mail that bounces or is complained about harms the SES account. SES has a list\n" +
			"of its own, which this does not change: aws sesv2 delete-suppressed-destination does.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			normal, err := mailbox.Normalize(who)
			if err != nil {
				return fmt.Errorf("--address %w", err)
			}
			if strings.TrimSpace(why) == "" {
				return errors.New("--reason must say why mail may go there again, such as \"the mailbox is back\"")
			}
			return p.withLedger(cmd, func(record *ledger.Ledger, log *zap.Logger) error {
				return p.clearSuppression(cmd.Context(), record, log, normal, pim.Clearance{At: time.Now(), By: operator(), Why: strings.TrimSpace(why)})
			})
		},
	})
	cmd.Flags().StringVar(&who, "address", "", "which address")
	cmd.Flags().StringVar(&why, "reason", "", "why; it is kept, with who clears it")
	return cmd
}

// withLedger does something with the record, which must be there, and which is all that it needs.
func (p *program) withLedger(cmd *cobra.Command, do func(*ledger.Ledger, *zap.Logger) error) (err error) {
	c, err := p.config(cmd.Flags())
	if err != nil {
		return err
	}
	log, err := p.log(false)
	if err != nil {
		return err
	}
	record, err := ledger.Open(cmd.Context(), c.Ledger, ledger.Existing())
	if err != nil {
		return fmt.Errorf("PIMNOTIFY_LEDGER: %w", err)
	}
	defer func() { err = errors.Join(err, record.Close()) }()
	return do(record, log)
}

func (p *program) listSuppressions(ctx context.Context, record *ledger.Ledger, all bool) error {
	list, err := record.Suppressions(ctx, all)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	head := "ADDRESS\tSINCE\tWHY\tSES MESSAGE\tWHAT WAS SAID"
	if all {
		head += "\tCLEARED"
	}
	_, _ = fmt.Fprintln(w, head)
	for _, s := range list {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s", s.Address, s.Since.Format(time.RFC3339), s.Kind, orDash(s.MessageID), orDash(plain(s.Detail)))
		if all {
			_, _ = fmt.Fprintf(w, "\t%s", orDash(clearedBy(s.Cleared)))
		}
		_, _ = fmt.Fprintln(w)
	}
	return w.Flush()
}

// plain is foreign text on one line of a table, without what would move the cursor of a terminal.
func plain(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 }), " ")
}

func clearedBy(c *pim.Clearance) string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("%s by %s: %s", c.At.Format(time.RFC3339), plain(c.By), plain(c.Why))
}

// clearSuppression clears an address and says so: to whoever does it with the address, to the log without.
func (p *program) clearSuppression(ctx context.Context, record *ledger.Ledger, log *zap.Logger, who string, c pim.Clearance) error {
	was, cleared, err := record.Clear(ctx, who, c)
	if err != nil {
		return err
	}
	if !cleared {
		return fmt.Errorf("%s is not suppressed", who)
	}
	log.Info("an address is not suppressed any more", zap.String("by", c.By), zap.String("reason", c.Why), zap.Time("at", c.At),
		zap.String("since", was.Since.Format(time.RFC3339)), zap.String("kind", string(was.Kind)), zap.String("message", was.MessageID))
	p.say(fmt.Sprintf("%s is not suppressed any more; it was since %s, after a %s", who, was.Since.Format(time.RFC3339), was.Kind))
	return nil
}

// operator is who runs this, as the operating system knows them.
func operator() string {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return name + "@" + host
}
