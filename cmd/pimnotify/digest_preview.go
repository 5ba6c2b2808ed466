package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.uber.org/zap"

	"pimnotify/activities"
	"pimnotify/assembly"
	"pimnotify/pim"
	"pimnotify/templates"
)

// opener opens what a command works on.
type opener func(ctx context.Context, c assembly.Config, env envconfig.EnvLookup, log *zap.Logger) (*assembly.Parts, error)

func openWithoutTemporal(ctx context.Context, c assembly.Config, _ envconfig.EnvLookup, log *zap.Logger) (*assembly.Parts, error) {
	return assembly.OpenWithoutTemporal(ctx, c, log)
}

// withParts does something with a deployment's parts. Only what goes wrong is logged: the command says the rest.
func (p *program) withParts(cmd *cobra.Command, open opener, do func(*assembly.Parts) error) (err error) {
	c, err := p.config(cmd.Flags())
	if err != nil {
		return err
	}
	if err := c.Require("PIMNOTIFY_DIRECTORY"); err != nil {
		return err
	}
	if !cmd.Flags().Changed("log-level") {
		p.level = "warn"
	}
	log, err := p.log(true)
	if err != nil {
		return err
	}
	parts, err := open(cmd.Context(), c, p.env, log)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := parts.Close(); err == nil {
			err = closeErr
		}
	}()
	return do(parts)
}

// previewDigest shows a digest as it would be now.
func (p *program) previewDigest(ctx context.Context, parts *assembly.Parts, tenant, asOf string) error {
	if err := parts.Config.Require("PIMNOTIFY_PORTAL_URL"); err != nil {
		return err
	}
	at, err := moment(parts, tenant, asOf)
	if err != nil {
		return err
	}
	texts, err := templates.New(templates.Options{PortalURL: parts.Config.PortalURL})
	if err != nil {
		return err
	}
	a := &activities.Activities{Ledger: parts.Ledger, Directory: parts.Directory, Settings: parts.Settings, Renderer: texts, Log: parts.Log}
	preview, err := a.PreviewDigest(ctx, activities.PrepareDigestInput{Tenant: tenant, At: time.Now(), AsOf: at})
	if err != nil {
		return err
	}
	event := preview.Due().Event.ID
	p.say(fmt.Sprintf("%s covers %s up to %s. Nothing is kept, and nothing is sent.", event, preview.From.Format(time.RFC3339), preview.To.Format(time.RFC3339)))
	if preview.Untold != "" {
		p.say("Nobody would be told: " + string(preview.Untold))
		return nil
	}
	p.say("")
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ORDER\tADDRESS\tAUDIENCE\tSTATUS")
	for _, r := range preview.Recipients {
		_, _ = fmt.Fprintln(w, recipientRow(r.Order, r.Address, r.Audience, r.Status, r.Reason))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	p.say("\nSubject: " + preview.Text.Subject + "\n\n" + preview.Text.Plain)
	return nil
}

// recipientRow is a recipient who would be told, or left out, as the cells of a table.
func recipientRow(order int, address string, audience pim.Audience, status pim.RecipientStatus, reason string) string {
	place, becomes := fmt.Sprint(order), string(status)
	if order == 0 {
		place = "–"
	}
	if reason != "" {
		becomes += ", " + reason
	}
	return strings.Join([]string{place, orDash(address), string(audience), becomes}, "\t")
}
