package devserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// readyTimeout bounds one start. A warm start takes about a second; a busy two-core machine has needed ten.
	readyTimeout = time.Minute
	// stopTimeout is how long the server may take to close its store before it is killed.
	stopTimeout = 10 * time.Second
	// portTries is how often a start is repeated when a port that was free a moment ago no longer is.
	portTries = 4
)

// Options say which server is wanted. The zero value is a server in memory, without a UI, on a free port.
type Options struct {
	// Dir is the module's root, where tools/go.mod is. Empty: found by walking up from the working directory.
	// It is only looked at when the Temporal CLI has to be built.
	Dir string
	// UI says whether the web UI is served as well.
	UI bool
	// Port and UIPort are on 127.0.0.1. 0: a free one.
	Port, UIPort int
	// DBFile keeps the server's state across restarts. Empty: in memory.
	DBFile string
	// Namespace is created if it is not there. Empty: "default", which every development server has.
	Namespace string
	// Log takes what the server prints, warnings and errors of its own included. Nil: nowhere.
	Log io.Writer
	// Progress is told, in sentences for a person, what takes long: mostly the first build. Nil: nobody.
	Progress func(string)
}

// Server is a development server that is up.
type Server struct {
	// Address is the gRPC frontend's host:port.
	Address string
	// UIURL is where the web UI is; empty without one.
	UIURL string
	// Namespace is the one that was asked for.
	Namespace string
	// Options are those that it was started with, the ports filled in: Start(ctx, s.Options) after a Stop or
	// Kill brings a server back where clients look for it.
	Options Options

	child *child
	stop  sync.Mutex
}

// Start finds or builds the Temporal CLI, runs it and returns when the server's namespace can be used.
// The context bounds the start alone; the server then lives until Stop, Kill or the end of this process.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if err := opts.complete(ctx); err != nil {
		return nil, err
	}
	binary, err := findBinary(ctx, opts.Dir, opts.Progress)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()

	for try := 1; ; try++ {
		server, err := startOnce(ctx, binary, opts)
		if err == nil || try == portTries || !errors.Is(err, errPortTaken) {
			return server, err
		}
	}
}

// Prepare answers the path of the Temporal CLI that Start would run, building it where there is none: for those who
// want the wait at a moment of their choosing, and told to somebody. Its arguments are Options' Dir and Progress.
func Prepare(ctx context.Context, dir string, progress func(string)) (string, error) {
	if progress == nil {
		progress = func(string) {}
	}
	return findBinary(ctx, dir, progress)
}

// complete fills in what was left out and refuses what cannot be.
func (o *Options) complete(ctx context.Context) error {
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.Namespace == "" {
		o.Namespace = "default"
	}
	if o.UIPort != 0 && !o.UI {
		return fmt.Errorf("development server: UIPort is %d but UI is off: set UI, or leave UIPort 0", o.UIPort)
	}
	if o.Port != 0 && o.Port == o.UIPort {
		return fmt.Errorf("development server: Port and UIPort are both %d: they must differ", o.Port)
	}
	if err := checkFree(ctx, "Port", o.Port); err != nil {
		return err
	}
	return checkFree(ctx, "UIPort", o.UIPort)
}

func startOnce(ctx context.Context, binary string, opts Options) (*Server, error) {
	if err := opts.pickPorts(ctx); err != nil {
		return nil, err
	}
	c, err := spawn(binary, opts.arguments(), serverEnvironment(os.Environ()), opts.Log)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", binary, err)
	}
	s := &Server{
		Address:   loopback(opts.Port),
		Namespace: opts.Namespace,
		Options:   opts,
		child:     c,
	}
	if opts.UI {
		s.UIURL = "http://" + loopback(opts.UIPort)
	}
	if err := awaitReady(ctx, s); err != nil {
		return nil, errors.Join(err, s.Kill())
	}
	return s, nil
}

func (o *Options) arguments() []string {
	args := []string{
		"server", "start-dev",
		"--ip", loopbackIP,
		"--port", strconv.Itoa(o.Port),
		"--namespace", o.Namespace,
		// At its default level the server warns of things that are normal while it starts and stops.
		"--log-level", "error",
		"--color", "never",
	}
	if o.UI {
		args = append(args, "--ui-port", strconv.Itoa(o.UIPort))
	} else {
		args = append(args, "--headless")
	}
	if o.DBFile != "" {
		args = append(args, "--db-filename", o.DBFile)
	}
	return args
}

// serverEnvironment drops Temporal's own variables: they say how a client reaches some other server, and the CLI
// would read them.
func serverEnvironment(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(entry string) bool {
		return strings.HasPrefix(entry, "TEMPORAL_")
	})
}

// Done is closed when the server's process has ended, for whatever reason.
func (s *Server) Done() <-chan struct{} { return s.child.done }

// Stop asks the server to end, waits for it, and kills it if it takes longer than stopTimeout. It may be called
// again, and after Kill.
func (s *Server) Stop() error {
	s.stop.Lock()
	defer s.stop.Unlock()
	return s.child.stop(stopTimeout)
}

// Kill ends the server as a crash would: nothing is flushed, clients see their connections break.
func (s *Server) Kill() error {
	return s.child.kill()
}
