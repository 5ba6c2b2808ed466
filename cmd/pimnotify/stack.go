package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap"

	"pimnotify/assembly"
	"pimnotify/directory"
	"pimnotify/internal/devserver"
	"pimnotify/mail/inbox"
	"pimnotify/starter/api"
	"pimnotify/worker"
)

// The ports that a developer finds everything on, where they are free.
const (
	temporalPort = 7233
	uiPort       = 8233
	apiPort      = 8080
	workerPort   = 8081
	inboxPort    = 8026
)

// readyPatience is how long the worker and the API may take to be ready once Temporal is.
const readyPatience = 30 * time.Second

// stack is everything on one machine: Temporal with its UI, an inbox in SES's place, a worker and the API.
type stack struct {
	API      string // http://127.0.0.1:8080
	Inbox    string
	UI       string
	Temporal string
	SES      string // what mails are sent to: the inbox, unless AWS_ENDPOINT_URL_SESV2 names another local server
	ours     bool   // it is the inbox

	config assembly.Config // as completed
	env    environment     // with which the parts find each other
	folder string
	cancel context.CancelFunc
	wait   sync.WaitGroup
	server *devserver.Server
	failed chan error
}

// up brings everything up and answers when it can be used. Down ends it. Given says which settings somebody gave a value.
func up(ctx context.Context, c assembly.Config, given func(env string) bool, env environment, log *zap.Logger, progress func(string)) (s *stack, err error) {
	s = &stack{failed: make(chan error, 3)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.down())
		}
	}()
	if s.folder, err = os.MkdirTemp("", "pimnotify-"); err != nil {
		return s, fmt.Errorf("make a folder for the ledger: %w", err)
	}
	if err := s.complete(&c, given); err != nil {
		return s, err
	}
	s.server, err = devserver.Start(ctx, devserver.Options{UI: true, Port: free(temporalPort), UIPort: free(uiPort), Log: io.Discard, Progress: progress})
	if err != nil {
		return s, err
	}
	s.Temporal, s.UI = s.server.Address, s.server.UIURL
	env = env.with(map[string]string{
		"TEMPORAL_ADDRESS": s.Temporal, "TEMPORAL_NAMESPACE": "", "TEMPORAL_API_KEY": "", "TEMPORAL_TLS": "", "TEMPORAL_PROFILE": "",
		"TEMPORAL_CONFIG_FILE": "",
	})
	// The stack outlives the call that asked for it, and ends before the server does.
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := s.serveInbox(ctx, env, log); err != nil {
		return s, err
	}
	c.SESEndpoint = s.SES
	s.listen(&c, given)
	s.config, s.env = c, env
	s.goes("worker", func() error { return worker.Run(ctx, c, env, log) })
	s.goes("API", func() error { return serveAPI(ctx, c, env, log) })
	s.API = reach(c.Listen)
	return s, s.ready(ctx, s.API+"/readyz", reach(c.WorkerListen)+"/readyz")
}

// complete fills in what a deployment would have to set, where nobody did: addresses that are free, the sample organisation, and a
// ledger of its own.
func (s *stack) complete(c *assembly.Config, given func(env string) bool) error {
	for _, part := range []struct {
		env    string
		listen *string
		port   int
	}{{"PIMNOTIFY_LISTEN", &c.Listen, apiPort}, {"PIMNOTIFY_WORKER_LISTEN", &c.WorkerListen, workerPort}} {
		if !given(part.env) {
			*part.listen = address(part.port)
			continue
		}
		// Whoever has the address already would be taken for the part that is to be there.
		listener, err := net.Listen("tcp", *part.listen)
		if err != nil {
			return fmt.Errorf("%s: %w", part.env, err)
		}
		if _, port, _ := net.SplitHostPort(*part.listen); port == "0" {
			*part.listen = listener.Addr().String()
		}
		if err := listener.Close(); err != nil {
			return fmt.Errorf("%s: %w", part.env, err)
		}
	}
	if !given("PIMNOTIFY_LEDGER") {
		c.Ledger = filepath.Join(s.folder, "ledger.db")
	}
	if c.PortalURL == "" {
		c.PortalURL = "https://portal.contoso.example/pim"
	}
	if c.Directory == "" {
		c.Directory = filepath.Join(s.folder, "directory.yaml")
		if err := os.WriteFile(c.Directory, directory.Sample(), 0o600); err != nil {
			return fmt.Errorf("write the sample organisation: %w", err)
		}
	}
	return nil
}

// serveInbox starts the inbox, unless another local server is to take the mails.
func (s *stack) serveInbox(ctx context.Context, env environment, log *zap.Logger) error {
	if other, ok := env.LookupEnv("AWS_ENDPOINT_URL_SESV2"); ok && other != "" {
		s.SES, s.Inbox = other, other
		return nil
	}
	listener, err := net.Listen("tcp", address(inboxPort))
	if err != nil {
		return fmt.Errorf("listen for the inbox: %w", err)
	}
	s.goes("inbox", func() error { return api.Serve(ctx, listener, inbox.New(inbox.Options{}), log) })
	s.Inbox = "http://" + listener.Addr().String()
	s.SES, s.ours = s.Inbox, true
	return nil
}

// listen has the worker hear from the inbox what becomes of mails, unless somebody else is to tell, or another server takes them.
func (s *stack) listen(c *assembly.Config, given func(env string) bool) {
	if !s.ours || given("PIMNOTIFY_SES_EVENTS_QUEUE") || given("PIMNOTIFY_SES_EVENTS_TOPIC") {
		return
	}
	c.EventsQueue, c.SQSEndpoint = s.Inbox+inbox.QueuePath, s.Inbox
	if c.ConfigurationSet == "" {
		c.ConfigurationSet = "pimnotify"
	}
}

func (s *stack) goes(name string, run func() error) {
	s.wait.Go(func() {
		if err := run(); err != nil {
			s.failed <- fmt.Errorf("%s: %w", name, err)
		}
	})
}

// ready waits until every url answers 200, or a part has failed.
func (s *stack) ready(ctx context.Context, urls ...string) error {
	ctx, cancel := context.WithTimeout(ctx, readyPatience)
	defer cancel()
	for _, url := range urls {
		for !healthy(ctx, url) {
			select {
			case err := <-s.failed:
				return err
			case <-ctx.Done():
				return fmt.Errorf("%s was not ready within %s", url, readyPatience)
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	return nil
}

func healthy(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

// down ends everything, the server last, and removes what it wrote.
func (s *stack) down() error {
	if s.cancel != nil {
		s.cancel()
	}
	s.wait.Wait()
	var errs []error
	if s.server != nil {
		errs = append(errs, s.server.Stop())
	}
	if s.folder != "" {
		errs = append(errs, os.RemoveAll(s.folder))
	}
	return errors.Join(errs...)
}

// reach is where this machine finds what listens on an address.
func reach(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		listen = net.JoinHostPort("127.0.0.1", port)
	}
	return "http://" + listen
}

// address is a loopback address with the port that is hoped for, or another where that one is taken.
func address(port int) string {
	if p := free(port); p != 0 {
		return "127.0.0.1:" + strconv.Itoa(p)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "127.0.0.1:" + strconv.Itoa(port) // whoever listens there says what is wrong
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// free answers the port where nobody has it, and 0, any, where somebody does.
func free(port int) int {
	listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return 0
	}
	_ = listener.Close()
	return port
}
