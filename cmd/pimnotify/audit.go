package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pimnotify/assembly"
	"pimnotify/audit"
	mailaddress "pimnotify/internal/address"
	"pimnotify/ledger"
)

func (p *program) auditCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "The audit of the ledger: prove it, and read it"}
	cmd.AddCommand(p.auditVerifyCommand(), p.auditHeadCommand(), p.auditRecipientCommand(), p.auditExportCommand())
	return cmd
}

// auditSettings are the settings that the commands of the audit have as flags. The others are none of theirs, and --from is another.
var auditSettings = []string{"PIMNOTIFY_LEDGER", "PIMNOTIFY_AUDIT_KEY"}

// auditing gives a command those flags.
func auditing(cmd *cobra.Command) *cobra.Command {
	all := settings(&cobra.Command{}).Flags()
	for _, env := range auditSettings {
		cmd.Flags().AddFlag(all.Lookup(assembly.Setting{Env: env}.Flag()))
	}
	return cmd
}

// auditFlags are those of a command's flags that are settings.
func auditFlags(flags *pflag.FlagSet) *pflag.FlagSet {
	some := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, env := range auditSettings {
		some.AddFlag(flags.Lookup(assembly.Setting{Env: env}.Flag()))
	}
	return some
}

// withAudit does something with the audit of the ledger, which must be there, and its keys. It adds nothing to either.
func (p *program) withAudit(cmd *cobra.Command, do func(*ledger.Ledger, audit.Keys) error) (err error) {
	c, err := p.config(auditFlags(cmd.Flags()))
	if err != nil {
		return err
	}
	keys, err := c.AuditKeys()
	if err != nil {
		return err
	}
	l, err := ledger.Open(cmd.Context(), c.Ledger, ledger.Existing())
	if err != nil {
		return fmt.Errorf("PIMNOTIFY_LEDGER: %w", err)
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	return do(l, keys)
}

func (p *program) auditVerifyCommand() *cobra.Command {
	var heads []string
	cmd := auditing(&cobra.Command{
		Use:   "verify",
		Short: "Find the first entry of the audit that was altered, put in or removed, and what of the record it does not account for",
		Long: "Find the first entry of the audit that was altered, put in or removed, and what of the record the audit does not account for. Whoever\n" +
			"can write the database can also cut the end of the audit off, and put the record back: that shows where --head names an entry that was\n" +
			"written down elsewhere, such as in the worker's log.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			want, err := parseHeads(heads)
			if err != nil {
				return err
			}
			return p.withAudit(cmd, func(l *ledger.Ledger, keys audit.Keys) error {
				v, err := l.VerifyAudit(cmd.Context(), keys, want...)
				if err != nil {
					return unproven(err)
				}
				p.say(fmt.Sprintf("the audit is whole: %d entries, the last %s; %d mails are what it says", v.Entries, v.Head, v.Mails))
				p.say("under " + keysInWords(v.KeyIDs))
				return nil
			})
		},
	})
	cmd.Flags().StringArrayVar(&heads, "head", nil, "SEQ:HASH of an entry, as it was written down elsewhere; may be given again")
	return cmd
}

func parseHeads(texts []string) (heads []audit.Head, err error) {
	for _, text := range texts {
		head, err := audit.ParseHead(text)
		if err != nil {
			return nil, fmt.Errorf("--head: %w", err)
		}
		heads = append(heads, head)
	}
	return heads, nil
}

// unproven tells an audit that is not whole from one that cannot be judged.
func unproven(err error) error {
	var fault *audit.Fault
	switch {
	case !errors.As(err, &fault):
		return err
	case fault.Unproven:
		return fmt.Errorf("the audit cannot be judged: %w", err)
	default:
		return fmt.Errorf("the audit is not whole: %w", err)
	}
}

func keysInWords(ids []string) string {
	if len(ids) == 0 {
		return "no key: whoever can write the database could have made it anew"
	}
	return "the keys " + strings.Join(ids, ", ")
}

func (p *program) auditHeadCommand() *cobra.Command {
	return auditing(&cobra.Command{
		Use:   "head",
		Short: "Print the latest entry as SEQ:HASH, to be kept elsewhere for audit verify --head",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withAudit(cmd, func(l *ledger.Ledger, _ audit.Keys) error {
				head, _, err := l.AuditHead(cmd.Context())
				if err == nil {
					p.say(head.String())
				}
				return err
			})
		},
	})
}

func (p *program) auditExportCommand() *cobra.Command {
	var from int64
	cmd := auditing(&cobra.Command{
		Use:   "export",
		Short: "Print the lines of the audit again, from the ledger",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from < 1 {
				return fmt.Errorf("--from must be an entry's number, 1 or greater, not %d", from)
			}
			return p.withAudit(cmd, func(l *ledger.Ledger, _ audit.Keys) error {
				return buffered(p.stdout, func(out io.Writer) error {
					return l.AuditEntries(cmd.Context(), from, func(e audit.Entry) error { return audit.WriteLines(out, e) })
				})
			})
		},
	})
	cmd.Flags().Int64Var(&from, "from", 1, "the first entry to print")
	return cmd
}

func (p *program) auditRecipientCommand() *cobra.Command {
	var mail, principal string
	cmd := auditing(&cobra.Command{
		Use:   "recipient",
		Short: "Print the lines of the audit about one person: mails to them, and what they did",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if (mail == "") == (principal == "") {
				return errors.New("either --address or --principal must say who, such as --address alain@contoso.example")
			}
			return p.withAudit(cmd, func(l *ledger.Ledger, keys audit.Keys) error {
				about, err := aboutPerson(keys, mail, principal)
				if err != nil {
					return err
				}
				hidden, err := p.linesAbout(cmd.Context(), l, about, keys)
				if err == nil && mail != "" && len(hidden) > 0 {
					err = fmt.Errorf("these may not be all: whom entries under %s are about is told only with their key (PIMNOTIFY_AUDIT_KEY)", keysInWords(hidden))
				}
				return err
			})
		},
	})
	cmd.Flags().StringVar(&mail, "address", "", "the person's address; entries under a key are found where that key is given")
	cmd.Flags().StringVar(&principal, "principal", "", "the person's principal id")
	return cmd
}

// linesAbout prints the lines that are wanted. Hidden are the ids of keys that there are entries under, and that are not given: an
// address cannot be recognised there.
func (p *program) linesAbout(ctx context.Context, l *ledger.Ledger, want func(audit.Line) bool, keys audit.Keys) (hidden []string, err error) {
	err = buffered(p.stdout, func(out io.Writer) error {
		return l.AuditEntries(ctx, 1, func(e audit.Entry) error {
			if _, given := keys.Find(e.KeyID); !given && !slices.Contains(hidden, e.KeyID) {
				hidden = append(hidden, e.KeyID)
			}
			return writeSome(out, e, want)
		})
	})
	return hidden, err
}

// aboutPerson recognises lines about somebody.
func aboutPerson(keys audit.Keys, mail, principal string) (func(audit.Line) bool, error) {
	if principal != "" {
		return func(l audit.Line) bool { return l.Principal == principal || l.By == principal }, nil
	}
	normal, err := mailaddress.Normalize(mail)
	if err != nil {
		return nil, fmt.Errorf("--address %w", err)
	}
	hashes := keys.AddressHashes(normal)
	return func(l audit.Line) bool { return l.Address != "" && slices.Contains(hashes, l.Address) }, nil
}

func writeSome(out io.Writer, e audit.Entry, want func(audit.Line) bool) error {
	lines, err := e.Lines()
	if err != nil {
		return err
	}
	for _, line := range lines {
		if want(line) {
			if err := json.NewEncoder(out).Encode(line); err != nil {
				return err
			}
		}
	}
	return nil
}

func buffered(to io.Writer, write func(io.Writer) error) error {
	out := bufio.NewWriter(to)
	return errors.Join(write(out), out.Flush())
}
