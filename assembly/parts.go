package assembly

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"

	"pimnotify/audit"
	"pimnotify/ledger"
	"pimnotify/pim"
	"pimnotify/settings"
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
	Directory Directory
	Temporal  client.Client
	Namespace string
	Settings  *settings.File
	Metrics   http.Handler
	Registry  prometheus.Registerer // of what Metrics shows
	Lines     *audit.Lines          // nil where nobody collects them

	closers []func() error
}

// Open opens the directory, the settings and the ledger, dials Temporal and makes sure that its search attributes can be used. What was opened
// is closed again where one of them fails.
func Open(ctx context.Context, c Config, env envconfig.EnvLookup, logger *zap.Logger) (parts *Parts, err error) {
	p, err := OpenWithoutTemporal(ctx, c, logger)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	metrics, registry, handler, err := newMetrics(map[string]func() error{"directory": p.Directory.Problem, "settings": p.Settings.Problem}, p.Lines)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	p.Metrics, p.Registry = handler, registry
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

// OpenWithoutTemporal opens the directory, the settings and the ledger alone, for what starts and asks no process.
func OpenWithoutTemporal(ctx context.Context, c Config, logger *zap.Logger) (*Parts, error) {
	p, err := OpenFiles(ctx, c, logger)
	if err != nil {
		return nil, err
	}
	if err := p.OpenLedger(ctx); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// OpenToLook opens the directory, the settings and a ledger that is there already, for what only reads: it makes no ledger, brings none
// up to date, and adds nothing to the audit.
func OpenToLook(ctx context.Context, c Config, logger *zap.Logger) (*Parts, error) {
	p, err := OpenFiles(ctx, c, logger)
	if err != nil {
		return nil, err
	}
	if p.Ledger, err = ledger.Open(ctx, c.Ledger, ledger.Existing()); err != nil {
		return nil, errors.Join(fmt.Errorf("PIMNOTIFY_LEDGER: %w", err), p.Close())
	}
	p.closers = append(p.closers, p.Ledger.Close)
	return p, nil
}

// OpenFiles opens the directory and the settings alone, for those who do without Temporal.
func OpenFiles(ctx context.Context, c Config, logger *zap.Logger) (parts *Parts, err error) {
	p := &Parts{Config: c, Log: logger}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if p.Directory, err = openDirectory(ctx, c, logger); err != nil {
		return nil, err
	}
	p.closers = append(p.closers, func() error { p.Directory.Close(); return nil })
	if p.Settings, err = settings.Open(ctx, c.SettingsFile, c.Settings(), logger); err != nil {
		return nil, fmt.Errorf("PIMNOTIFY_SETTINGS: %w", err)
	}
	p.closers = append(p.closers, func() error { p.Settings.Close(); return nil })
	return p, nil
}

// OpenLedger opens the ledger as well.
func (p *Parts) OpenLedger(ctx context.Context) (err error) {
	audited, err := p.openAudit()
	if err != nil {
		return err
	}
	if p.Ledger, err = ledger.Open(ctx, p.Config.Ledger, audited); err != nil {
		return fmt.Errorf("PIMNOTIFY_LEDGER: %w", err)
	}
	p.closers = append(p.closers, p.Ledger.Close)
	p.warnOfKeys(ctx)
	return nil
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
			return inUse(p.Config.Directory, p.Directory.Problem()), p.Directory.Ready(ctx)
		}},
		{Name: "settings", Probe: func(context.Context) (string, error) {
			return inUse(p.Config.SettingsFile, p.Settings.Problem()), nil
		}},
	}
}

// inUse says which file holds. A refused edit is told and fails nothing: the last good file still holds, and one mistyped line must
// not take every process out of service.
func inUse(path string, problem error) string {
	switch {
	case problem != nil:
		return "an edit was refused, the last good file holds: " + problem.Error()
	case path == "":
		return "no file: the defaults hold"
	default:
		return path
	}
}

// TellUnreachable tells the process of what was observed that nobody it asks was reached.
func (p *Parts) TellUnreachable(ctx context.Context, o pim.Observed) error {
	return p.Starter().TellUnreachable(ctx, o.Tenant, o.Resource)
}

// Starter is the client of the processes, on these parts.
func (p *Parts) Starter() *starter.Client {
	return &starter.Client{
		Temporal: p.Temporal, Ledger: p.Ledger, Directory: p.Directory, Settings: p.Settings, TaskQueue: p.Config.TaskQueue,
		Planner: p.planner(), Observations: reported{p.Ledger},
	}
}
