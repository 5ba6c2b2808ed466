package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"pimnotify/assembly"
	"pimnotify/starter"
)

func (p *program) digestCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "digest", Short: "The weekly digests: when they are due, and one of them now"}
	cmd.AddCommand(p.digestScheduleCommand(), p.digestRunCommand())
	return cmd
}

func (p *program) digestScheduleCommand() *cobra.Command {
	var tenants []string
	cmd := settings(&cobra.Command{
		Use:   "schedule",
		Short: "Bring the Temporal Schedules of the digests in line with the settings, as a worker does, and show them",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withParts(cmd, assembly.Open, func(parts *assembly.Parts) error {
				return p.showSchedules(cmd.Context(), parts.Starter(), tenants)
			})
		},
	})
	cmd.Flags().StringSliceVar(&tenants, "tenant", nil, "only this tenant; may be given again (default all)")
	return cmd
}

func (p *program) showSchedules(ctx context.Context, client *starter.Client, tenants []string) error {
	plans, unknown := client.DigestPlans(ctx, tenants...)
	if len(plans) == 0 {
		return unknown
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "TENANT\tDUE\tNEXT\tDONE")
	for _, plan := range plans {
		s, err := client.ScheduleDigest(ctx, plan)
		if err != nil {
			return errors.Join(w.Flush(), unknown, err)
		}
		next := s.Note
		if len(s.Next) > 0 {
			next = s.Next[0].In(s.Week.Zone).Format("Mon 2006-01-02 15:04 MST")
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Tenant, s.Week, next, orDash(s.Done))
	}
	return errors.Join(w.Flush(), unknown)
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

func (p *program) digestRunCommand() *cobra.Command {
	var tenant, asOf string
	var dry bool
	var wait time.Duration
	cmd := settings(&cobra.Command{
		Use:   "run",
		Short: "Tell a tenant's digest now: of the time since the latest slot, or of the week that --as-of names",
		Long: "Tell a tenant's digest now, whatever its Schedule says. It covers the time since the latest slot; with --as-of, the week that ended\n" +
			"with the latest slot not after that moment. There is one digest a tenant and date: what was told already is not told again.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if tenant == "" {
				return errors.New("--tenant must name a tenant, such as contoso")
			}
			if dry {
				return p.withParts(cmd, openWithoutTemporal, func(parts *assembly.Parts) error {
					return p.previewDigest(cmd.Context(), parts, tenant, asOf)
				})
			}
			return p.withParts(cmd, assembly.Open, func(parts *assembly.Parts) error {
				return p.runDigest(cmd.Context(), parts, tenant, asOf, wait)
			})
		},
	})
	cmd.Flags().StringVar(&tenant, "tenant", "", "whose digest")
	cmd.Flags().StringVar(&asOf, "as-of", "", "a moment (2026-11-23T08:00:00Z), or a date (2026-11-23), which is all of that day for the tenant")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "show who would be told, and the mail; keep and send nothing")
	cmd.Flags().DurationVar(&wait, "wait", time.Minute, "how long to wait for the last mail")
	return cmd
}

// moment reads --as-of. A date means its last moment on the tenant's clocks, so that a slot on that day is not after it; of a day
// that is not over, it means now.
func moment(parts *assembly.Parts, tenant, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	week, err := parts.Settings.Settings(tenant).Digest.Week()
	if err != nil {
		return time.Time{}, err
	}
	day, err := time.ParseInLocation(time.DateOnly, text, week.Zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("--as-of must be a moment such as 2026-11-23T08:00:00Z, or a date such as 2026-11-23, not %q", text)
	}
	end, now := day.AddDate(0, 0, 1).Add(-time.Second), time.Now()
	if end.After(now) && !day.After(now) {
		return now, nil
	}
	return end, nil
}

func (p *program) runDigest(ctx context.Context, parts *assembly.Parts, tenant, asOf string, wait time.Duration) error {
	at, err := moment(parts, tenant, asOf)
	if err != nil {
		return err
	}
	run, err := parts.Starter().RunDigest(ctx, tenant, at)
	if err != nil {
		return err
	}
	p.say("started " + run.GetID())
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	result, err := starter.DigestOutcome(ctx, run)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%s is not done after %s: it goes on by itself, and the Temporal UI says what it waits for", run.GetID(), wait)
		}
		return err
	}
	p.say(fmt.Sprintf("%s covers %s up to %s", result.EventID, result.From.Format(time.RFC3339), result.To.Format(time.RFC3339)))
	if result.Untold != "" {
		p.say("nobody was told: " + string(result.Untold))
		return nil
	}
	p.say("recipients: " + result.Counts.String())
	return nil
}
