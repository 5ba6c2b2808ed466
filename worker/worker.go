// Package worker runs the processes: it puts the adapters into the activities, registers everything with Temporal, and goes on
// until it is told to stop. It decides nothing about mails.
package worker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"

	"pimnotify/activities"
	"pimnotify/assembly"
	"pimnotify/mail"
	"pimnotify/mail/ses"
	"pimnotify/observer"
	"pimnotify/starter"
	"pimnotify/starter/api"
	"pimnotify/templates"
	"pimnotify/workflows"
)

// Timing of a worker.
const (
	// stopPatience lets mails that are being sent finish when the worker is told to stop, so that none has an unknown outcome.
	stopPatience = 20 * time.Second
	// stickyPatience is how long a task waits for the worker that has the run in its cache: half the recovery time after a kill.
	stickyPatience = time.Second
	// heartbeats are sent on at least this often: the sooner a decision stops the mails that it has made pointless.
	heartbeats = 2 * time.Second
	// notifies is how many due moments one worker works on at a time; each has its own mails in flight.
	notifies = 50
	// urgentNotifies is the same of those whose mails ask for an action.
	urgentNotifies = 50
)

// Run works until ctx ends. Everything that is wrong with the settings is an error before anything is worked on.
func Run(ctx context.Context, c assembly.Config, env envconfig.EnvLookup, log *zap.Logger) (err error) {
	if err := c.Require("PIMNOTIFY_DIRECTORY", "PIMNOTIFY_PORTAL_URL"); err != nil {
		return err
	}
	texts, err := templates.New(templates.Options{PortalURL: c.PortalURL})
	if err != nil {
		return err
	}
	sender, err := ses.New(ctx, ses.Options{ConfigurationSet: c.ConfigurationSet, Endpoint: c.SESEndpoint})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.WorkerListen)
	if err != nil {
		return fmt.Errorf("PIMNOTIFY_WORKER_LISTEN: %w", err)
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
	if err := checkSender(ctx, sender, c, log); err != nil {
		return err
	}
	watch := observer.New(parts.Ledger, c.Grace, parts.Registry, log)
	watch.Alarm = parts.TellUnreachable
	events, err := newEvents(ctx, parts, watch)
	if err != nil {
		return err
	}
	rate := newRate(sender, c.SendRate, log)
	showRate(parts.Registry, rate)
	w, urgent, failed := newWorkers(parts, &activities.Activities{
		Ledger: parts.Ledger, Directory: parts.Directory, Settings: parts.Settings, Renderer: texts, Sender: sender, Log: log,
		Meter: newMeter(parts.Registry),
		From:  mail.Address{Name: c.FromName, Address: c.From}, Worker: identity(), Rate: rate.get, Throttled: rate.throttled, Unreachable: watch.Unreachable,
		Grace: c.Grace,
	})
	return run(ctx, parts, listener, w, urgent, failed, rate, events)
}

// newWorkers are the one that does everything, and the one for mails that ask for an action.
func newWorkers(parts *assembly.Parts, a *activities.Activities) (w, urgent worker.Worker, failures <-chan error) {
	failed := make(chan error, 1)
	worker.SetStickyWorkflowCacheSize(parts.Config.WorkflowCache)
	options := worker.Options{
		Identity:                           a.Worker,
		WorkerStopTimeout:                  stopPatience,
		StickyScheduleToStartTimeout:       stickyPatience,
		MaxConcurrentActivityExecutionSize: notifies,
		MaxHeartbeatThrottleInterval:       heartbeats,
		OnFatalError: func(err error) {
			select {
			case failed <- err:
			default:
			}
		},
	}
	w = worker.New(parts.Temporal, parts.Config.TaskQueue, options)
	workflows.Register(w)
	activities.Register(w, a)
	options.DisableWorkflowWorker, options.MaxConcurrentActivityExecutionSize = true, urgentNotifies
	urgent = worker.New(parts.Temporal, workflows.UrgentTaskQueue(parts.Config.TaskQueue), options)
	activities.Register(urgent, a)
	return w, urgent, failed
}

// run starts what a worker is made of, and ends when it is told to, or when Temporal will not have it any more.
func run(ctx context.Context, parts *assembly.Parts, listener net.Listener, w, urgent worker.Worker, failed <-chan error, rate *rate, events *ses.Queue) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var started atomic.Bool
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := api.Serve(ctx, listener, api.Health(parts.Metrics, append(parts.Checks(), working(&started))...), parts.Log); err != nil {
			parts.Log.Error("health and metrics are not served any more", zap.Error(err))
		}
	}()
	defer func() { cancel(); <-served }()
	for _, one := range []worker.Worker{urgent, w} { // decisions are taken when all of it works
		if err := one.Start(); err != nil {
			return fmt.Errorf("start the worker: %w", err)
		}
	}
	defer logHead(context.WithoutCancel(ctx), parts) // after the last mail
	defer stop(urgent, w)
	started.Store(true)
	go rate.follow(ctx)
	go logHeads(ctx, parts, headEvery)
	if events != nil {
		read := make(chan struct{})
		go func() { defer close(read); events.Run(ctx) }()
		defer func() { cancel(); <-read }()
	}
	go startUnstarted(ctx, parts)
	go scheduleDigests(ctx, parts)
	parts.Log.Info("worker is up", zap.String("taskQueue", parts.Config.TaskQueue), zap.String("ledger", parts.Ledger.ID()),
		zap.Stringer("health", listener.Addr()))
	select {
	case <-ctx.Done():
		parts.Log.Info("worker stops: mails that are being sent are finished first")
		return nil
	case err := <-failed:
		return fmt.Errorf("the worker cannot go on: %w", err)
	}
}

// stop stops both at once: each finishes what is being sent, for as long as it may.
func stop(workers ...worker.Worker) {
	var all sync.WaitGroup
	for _, w := range workers {
		all.Go(w.Stop)
	}
	all.Wait()
}

// working is ready once the worker asks for tasks: before that nobody takes a decision.
func working(started *atomic.Bool) api.Check {
	return api.Check{Name: "worker", Probe: func(context.Context) (string, error) {
		if !started.Load() {
			return "", errors.New("it has not begun to ask for tasks")
		}
		return "", nil
	}}
}

// startUnstarted starts the processes of requests that were accepted, and whose caller never came back; and of assignments that were
// brought in. While there are more than it starts at once it goes on without a pause: one start after the other is slow enough.
func startUnstarted(ctx context.Context, parts *assembly.Parts) {
	client := parts.Starter()
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for more := false; ; {
		if !more {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
		started, err := client.StartUnstarted(ctx)
		if more = started == starter.UnstartedBatch; started > 0 {
			parts.Log.Info("started requests that were accepted before", zap.Int("requests", started))
		}
		if err != nil && ctx.Err() == nil {
			parts.Log.Warn("requests that were accepted are not started yet", zap.Error(err))
		}
	}
}

// checkSender refuses to start where every mail would be refused.
func checkSender(ctx context.Context, sender *ses.Sender, c assembly.Config, log *zap.Logger) error {
	warning, err := sender.CheckIdentity(ctx, c.From)
	if err != nil {
		return fmt.Errorf("PIMNOTIFY_FROM: %w", err)
	}
	if warning != "" {
		log.Warn("sender not checked: " + warning)
	}
	return nil
}

func identity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%d@%s", os.Getpid(), host)
}
