package assembly

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"

	"pimnotify/directory"
	"pimnotify/ledger"
	"pimnotify/pim"
	"pimnotify/starter"
	"pimnotify/starter/api"
)

// dialPatience is how long a start waits for Temporal: long enough for a server that is started beside us.
const dialPatience = time.Minute

// Parts are the adapters that every process of a deployment needs.
type Parts struct {
	Config    Config
	Log       *zap.Logger
	Ledger    *ledger.Ledger
	Directory *directory.File
	Temporal  client.Client
	Namespace string
	Settings  Settings
	Metrics   http.Handler

	closers []func() error
}

// Open opens the ledger and the directory, dials Temporal and makes sure that its search attributes can be used. What was opened
// is closed again where one of them fails.
func Open(ctx context.Context, c Config, env envconfig.EnvLookup, logger *zap.Logger) (parts *Parts, err error) {
	p := &Parts{Config: c, Log: logger, Settings: Settings{Defaults: c.Settings()}}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if p.Directory, err = directory.Open(ctx, c.Directory, logger); err != nil {
		return nil, fmt.Errorf("PIMNOTIFY_DIRECTORY: %w", err)
	}
	p.closers = append(p.closers, func() error { p.Directory.Close(); return nil })
	if p.Ledger, err = ledger.Open(ctx, c.Ledger); err != nil {
		return nil, fmt.Errorf("PIMNOTIFY_LEDGER: %w", err)
	}
	p.closers = append(p.closers, p.Ledger.Close)
	metrics, handler, err := newMetrics()
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	p.Metrics = handler
	options, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{EnvLookup: env})
	if err != nil {
		return nil, fmt.Errorf("read Temporal's settings (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, …): %w", err)
	}
	options.Logger = log.NewStructuredLogger(slog.New(zapslog.NewHandler(logger.Core(), zapslog.WithName("temporal"))))
	options.MetricsHandler = metrics
	if p.Temporal, err = dial(ctx, options, logger); err != nil {
		return nil, err
	}
	p.closers = append(p.closers, func() error { p.Temporal.Close(); return nil })
	p.Namespace = options.Namespace
	if p.Namespace == "" {
		p.Namespace = client.DefaultNamespace
	}
	if err := ensureSearchAttributes(ctx, p.Temporal, p.Namespace); err != nil {
		return nil, err
	}
	return p, nil
}

// dial connects, and waits for a server that is not up yet.
func dial(ctx context.Context, options client.Options, logger *zap.Logger) (client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	for told := false; ; {
		c, err := client.DialContext(ctx, options)
		if err == nil {
			return c, nil
		}
		if !told {
			logger.Info("waiting for Temporal", zap.String("address", options.HostPort), zap.Error(err))
			told = true
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("connect to Temporal at %s (TEMPORAL_ADDRESS): %w", orDefault(options.HostPort), err)
		case <-time.After(time.Second):
		}
	}
}

func orDefault(address string) string {
	if address == "" {
		return client.DefaultHostPort
	}
	return address
}

// Close closes what Open opened, the last first.
func (p *Parts) Close() error {
	var errs []error
	for i := len(p.closers) - 1; i >= 0; i-- {
		errs = append(errs, p.closers[i]())
	}
	p.closers = nil
	return errors.Join(errs...)
}

// Checks are what readiness depends on, each by name.
func (p *Parts) Checks() []api.Check {
	return []api.Check{
		{Name: "Temporal", Probe: func(ctx context.Context) (string, error) {
			_, err := p.Temporal.CheckHealth(ctx, &client.CheckHealthRequest{})
			return p.Namespace, err
		}},
		{Name: "ledger", Probe: func(ctx context.Context) (string, error) { return p.Ledger.ID(), p.Ledger.Ping(ctx) }},
		{Name: "directory", Probe: func(ctx context.Context) (string, error) {
			if problem := p.Directory.Problem(); problem != nil {
				// The last good file still answers: one mistyped line must not take every process out of service.
				return "an edit was refused, the last good file holds: " + problem.Error(), p.Directory.Ready(ctx)
			}
			return p.Config.Directory, p.Directory.Ready(ctx)
		}},
	}
}

// Starter is the client of the processes, on these parts.
func (p *Parts) Starter() *starter.Client {
	return &starter.Client{
		Temporal: p.Temporal, Ledger: p.Ledger, Directory: p.Directory, Settings: p.Settings, TaskQueue: p.Config.TaskQueue,
	}
}

// Settings gives every tenant the deployment's settings.
type Settings struct{ Defaults pim.Settings }

// Settings are the tenant's.
func (s Settings) Settings(string) pim.Settings { return s.Defaults }

// Rules are the effective notification rules: the defaults.
func (s Settings) Rules(string, pim.ResourceKind, pim.Role, pim.Scope) pim.Rules { return nil }
