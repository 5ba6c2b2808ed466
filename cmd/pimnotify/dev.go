package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"pimnotify/assembly"
	"pimnotify/pim"
)

// shortDelay is the approval engine's delay where somebody watches: the documented one in seconds.
const (
	shortDelay   = "1500ms,2500ms,3500ms"
	shortTimeout = "9s"
)

func (p *program) devCommand() *cobra.Command {
	return settings(&cobra.Command{
		Use:   "dev",
		Short: "Bring up Temporal with its UI, an inbox, a worker and the API on this machine, until told to stop",
		Long:  longStack,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config(cmd.Flags())
			if err != nil {
				return err
			}
			log, err := p.log(true)
			if err != nil {
				return err
			}
			if !p.given(cmd)("PIMNOTIFY_ENGINE_DELAY") {
				if err := assembly.Override(&c, "PIMNOTIFY_ENGINE_DELAY", shortDelay); err != nil {
					return err
				}
			}
			s, err := up(cmd.Context(), c, p.given(cmd), p.env, log, p.say)
			if err != nil {
				return err
			}
			s.addresses(p.stdout)
			fmt.Fprintf(p.stdout, tryIt, s.API, s.API, takes(c.EngineDelay), s.exports())
			select {
			case <-cmd.Context().Done():
			case err = <-s.failed:
			}
			log.Info("stopping", zap.Error(err))
			if downErr := s.down(); err == nil {
				err = downErr
			}
			return err
		},
	})
}

// longStack is what dev and demo do about settings that differs from the other commands.
const longStack = `Everything runs on this machine and ends with the command. Where nobody gives --listen and --worker-listen, or their variables, the
default ports are taken, or others where those are not free. Where nobody gives --ledger, the ledger is a new file that goes when the command
ends.`

// given reports whether somebody gave a setting a value.
func (p *program) given(cmd *cobra.Command) func(env string) bool {
	return func(env string) bool {
		for _, s := range assembly.Table {
			if s.Env == env && cmd.Flags().Changed(s.Flag()) {
				return true
			}
		}
		value, _ := p.env.LookupEnv(env)
		return value != ""
	}
}

// takes is how long the approval engine does, in words.
func takes(d pim.EngineDelay) string {
	if d.Max == 0 {
		return "no time"
	}
	return fmt.Sprintf("between %s and %s", d.Min, d.Max)
}

// say tells somebody who waits what is going on.
func (p *program) say(line string) { fmt.Fprintln(p.stdout, line) }

// addresses says where to look.
func (s *stack) addresses(w io.Writer) {
	fmt.Fprintf(w, "\n  Temporal UI   %s/namespaces/default/workflows\n", s.UI)
	fmt.Fprintf(w, "  Inbox         %s\n", s.Inbox)
	fmt.Fprintf(w, "  API           %s/docs\n", s.API)
}

// exports are the settings with which other commands find this stack, for a shell.
func (s *stack) exports() string {
	var b strings.Builder
	for _, v := range [][2]string{
		{"TEMPORAL_ADDRESS", s.Temporal}, {"PIMNOTIFY_LEDGER", s.config.Ledger}, {"PIMNOTIFY_DIRECTORY", s.config.Directory},
		{"PIMNOTIFY_SETTINGS", s.config.SettingsFile}, {"PIMNOTIFY_PORTAL_URL", s.config.PortalURL},
		{"PIMNOTIFY_AUDIT_KEY", s.config.AuditKey},
	} {
		if v[1] != "" {
			fmt.Fprintf(&b, "  export %s='%s'\n", v[0], v[1])
		}
	}
	return b.String()
}

const tryIt = `
Ask for a role, and approve it:

  curl -sX PUT %s/v1/tenants/contoso/activationRequests/r1 -H 'Content-Type: application/json' -d '{
    "action": "selfActivate", "resourceKind": "directoryRole", "principal": {"id": "u7"},
    "role": {"id": "backup-reader", "displayName": "Backup Reader"}, "scope": {"id": "/"}, "justification": "restore drill",
    "scheduleInfo": {"expiration": {"type": "afterDuration", "duration": "PT8H"}},
    "approval": {"isRequired": true, "approvers": [{"id": "g1", "type": "group"}]}}'

  curl -sX POST %s/v1/tenants/contoso/activationRequests/r1/decision -H 'Content-Type: application/json' \
    -d '{"reviewResult": "Approve", "reviewedBy": {"id": "u8"}, "justification": "ok"}'

The approval engine takes %s here. For other commands, such as pimnotify digest run --tenant contoso:

%s
Stop with Ctrl-C.
`
