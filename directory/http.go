package directory

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"pimnotify/internal/yamlfile"
)

// HTTP is a directory that a service answers, by the contract in docs/directory-openapi.yaml. It asks anew for each question, and
// takes an answer that it has seen for what it was only where the service says that it still holds. It is safe for concurrent
// use.
type HTTP struct {
	*Directory
	calls *caller
	token *yamlfile.File[bearer] // nil: the service wants none
}

// OpenHTTP is the directory at a base URL. The token file holds the bearer token that the service wants, or is "" where it wants
// none; it is read again when it changes, until ctx ends or Close is called. Nothing is called yet: a service that is away is for
// Ready to say, and keeps nobody from starting.
func OpenHTTP(ctx context.Context, base, tokenFile string, log *zap.Logger) (*HTTP, error) {
	u, err := parseBase(base)
	if err != nil {
		return nil, err
	}
	h := &HTTP{calls: newCaller(u)}
	if tokenFile != "" {
		if h.token, err = yamlfile.Open(ctx, "directory token", tokenFile, parseBearer, log); err != nil {
			return nil, err
		}
		h.calls.token = h.token.Current
	}
	h.Directory = Of(service{h.calls})
	return h, nil
}

// Problem is what is wrong with the token file as it lies there now. While there is a problem, the last good token is used.
func (h *HTTP) Problem() error {
	if h.token == nil {
		return nil
	}
	return h.token.Problem()
}

// Ready reports whether the service answers, sensibly, now.
func (h *HTTP) Ready(ctx context.Context) error {
	if _, err := h.Tenants(ctx); err != nil {
		return fmt.Errorf("ask the directory: %w", err)
	}
	return nil
}

// Close stops following the token file and lets go of idle connections.
func (h *HTTP) Close() {
	if h.token != nil {
		h.token.Close()
	}
	h.calls.client.CloseIdleConnections()
}
