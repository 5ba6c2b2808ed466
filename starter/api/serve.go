package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"
)

// How long a caller may take. None of it bounds a handler, which bounds itself; the time to write is longer than the longest of
// them, which waits for a worker to answer.
const (
	headerTime   = 5 * time.Second
	readTime     = 15 * time.Second
	writeTime    = 60 * time.Second
	idleTime     = 2 * time.Minute
	maxHeader    = 16 << 10 // bytes
	shutdownTime = 20 * time.Second
)

// Serve answers requests until ctx ends, then lets those that have begun finish. It closes the listener.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, log *zap.Logger) error {
	if log == nil {
		log = zap.NewNop()
	}
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader, ErrorLog: zap.NewStdLog(log),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		return fmt.Errorf("stop serving %s: %w", listener.Addr(), errors.Join(err, server.Close()))
	}
	return nil
}
