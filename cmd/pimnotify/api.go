package main

import (
	"context"
	"fmt"
	"net"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"pimnotify/assembly"
	"pimnotify/mail/ses"
	"pimnotify/observer"
	"pimnotify/starter/api"
)

func (p *program) apiCommand() *cobra.Command {
	return settings(&cobra.Command{
		Use:   "api",
		Short: "Serve the HTTP API that the PIM request API calls, until told to stop",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config(cmd.Flags())
			if err != nil {
				return err
			}
			log, err := p.log(false)
			if err != nil {
				return err
			}
			return serveAPI(cmd.Context(), c, p.env, log)
		},
	})
}

// serveAPI serves until ctx ends. It refuses to be reached from other machines without knowing its callers.
func serveAPI(ctx context.Context, c assembly.Config, env environment, log *zap.Logger) (err error) {
	if err := c.Require("PIMNOTIFY_DIRECTORY"); err != nil {
		return err
	}
	var tokens *api.Tokens
	if c.APITokens != "" {
		if tokens, err = api.LoadTokens(c.APITokens); err != nil {
			return fmt.Errorf("PIMNOTIFY_API_TOKENS: %w", err)
		}
	}
	if err := api.CheckListen(c.Listen, tokens); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("PIMNOTIFY_LISTEN: %w", err)
	}
	defer func() { _ = listener.Close() }() // serving closes it too
	parts, err := assembly.Open(ctx, c, env, log)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := parts.Close(); err == nil {
			err = closeErr
		}
	}()
	options := api.Options{Starter: parts.Starter(), Tokens: tokens, Checks: parts.Checks(), Metrics: parts.Metrics, Log: log}
	if err := takeEvents(&options, parts); err != nil {
		return err
	}
	log.Info("API is up", zap.Stringer("address", listener.Addr()), zap.String("ledger", parts.Ledger.ID()))
	return api.Serve(ctx, listener, api.New(options), log)
}

// takeEvents has the API take SES's events where SNS is to post them: where there is a topic, and no queue for workers to read.
func takeEvents(o *api.Options, parts *assembly.Parts) error {
	c := parts.Config
	if c.EventsTopic == "" || c.EventsQueue != "" {
		return nil
	}
	watch := observer.New(parts.Ledger, c.Grace, parts.Registry, parts.Log)
	watch.Alarm = parts.TellUnreachable
	topic, err := ses.NewTopic(ses.TopicOptions{ARN: c.EventsTopic, Record: watch.Record, Ignored: watch.Ignored, Log: parts.Log})
	if err != nil {
		return fmt.Errorf("PIMNOTIFY_SES_EVENTS_TOPIC: %w", err)
	}
	o.Events, o.EventRefused = topic, watch.Refused
	return nil
}
