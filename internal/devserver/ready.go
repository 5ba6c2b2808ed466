package devserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
)

const (
	probeEvery   = 50 * time.Millisecond
	probeTimeout = 3 * time.Second
)

var errPortTaken = errors.New("a port was taken meanwhile")

// awaitReady returns when the server does what clients need of it, or says why it never will.
func awaitReady(ctx context.Context, s *Server) error {
	// gRPC backs off for a second after a refused connection, so the client is made when the port is open.
	if err := s.poll(ctx, func(ctx context.Context) error { return probePort(ctx, s.Address) }); err != nil {
		return err
	}
	temporal, err := client.NewLazyClient(client.Options{
		HostPort:  s.Address,
		Namespace: s.Namespace,
		Logger:    log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return fmt.Errorf("make a client for %s: %w", s.Address, err)
	}
	defer temporal.Close()
	if err := s.poll(ctx, func(ctx context.Context) error { return probeNamespace(ctx, temporal, s.Namespace) }); err != nil {
		return err
	}
	if s.UIURL == "" {
		return nil
	}
	return s.poll(ctx, func(ctx context.Context) error { return probeUI(ctx, s.UIURL) })
}

// poll repeats the probe until it succeeds, the server dies or the context ends.
func (s *Server) poll(ctx context.Context, probe func(context.Context) error) error {
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	for {
		once, cancel := context.WithTimeout(ctx, probeTimeout)
		err := probe(once)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-s.child.done:
			return s.died()
		case <-ctx.Done():
			return fmt.Errorf("wait for the development server on %s: %w; its last answer: %w; it printed: %s",
				s.Address, ctx.Err(), err, s.child.tail)
		case <-ticker.C:
		}
	}
}

func (s *Server) died() error {
	printed := strings.TrimSpace(s.child.tail.String())
	err := fmt.Errorf("the development server ended while it started: %w; it printed: %s", s.child.exitReason(), printed)
	if strings.Contains(printed, "address already in use") {
		return fmt.Errorf("%w: %w", errPortTaken, err)
	}
	return err
}

func (c *child) exitReason() error {
	if c.exit == nil {
		return errors.New("exit status 0")
	}
	return c.exit
}

func probePort(ctx context.Context, address string) error {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return connection.Close()
}

// probeNamespace asks for what each part of the server has to answer: the frontend's health and namespace, history's
// shards (a workflow that is not there must be known not to be there), and visibility.
func probeNamespace(ctx context.Context, temporal client.Client, namespace string) error {
	if _, err := temporal.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return fmt.Errorf("check health: %w", err)
	}
	_, err := temporal.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err != nil {
		return fmt.Errorf("describe namespace %s: %w", namespace, err)
	}
	var absent *serviceerror.NotFound
	if _, err := temporal.DescribeWorkflowExecution(ctx, "devserver-probe", ""); !errors.As(err, &absent) {
		return fmt.Errorf("ask history for a workflow that is not there: %w", orMissing(err))
	}
	if _, err := temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Namespace: namespace, PageSize: 1}); err != nil {
		return fmt.Errorf("list workflows: %w", err)
	}
	return nil
}

func orMissing(err error) error {
	if err == nil {
		return errors.New("it was there")
	}
	return err
}

func probeUI(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	// A client of its own, so that no idle connection outlives the start.
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the UI on %s answers %s", url, response.Status)
	}
	return nil
}
