package starter_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"pimnotify/internal/devserver"
	"pimnotify/workflows"
)

// What the tests that need a real Temporal server share. It is started for the first of them.
var (
	server         *devserver.Server
	temporalServer = sync.OnceValues(dial)
)

func TestMain(m *testing.M) {
	code := m.Run()
	if server != nil {
		if c, err := temporalServer(); err == nil {
			c.Close()
		}
		_ = server.Stop()
	}
	os.Exit(code)
}

func dial() (client.Client, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute) // the server may have to be built first
	defer cancel()
	var err error
	server, err = devserver.Start(ctx, devserver.Options{Log: io.Discard, Progress: func(line string) { fmt.Fprintln(os.Stderr, line) }})
	if err != nil {
		return nil, err
	}
	c, err := client.DialContext(ctx, client.Options{HostPort: server.Address, Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	if err != nil {
		return nil, err
	}
	attributes := map[string]enums.IndexedValueType{workflows.PimUnreachable.GetName(): enums.INDEXED_VALUE_TYPE_BOOL}
	for _, name := range []string{
		workflows.PimTenant.GetName(), workflows.PimKind.GetName(), workflows.PimStatus.GetName(), workflows.PimRole.GetName(), workflows.PimResourceKind.GetName(),
	} {
		attributes[name] = enums.INDEXED_VALUE_TYPE_KEYWORD
	}
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: "default", SearchAttributes: attributes})
	return c, err
}
