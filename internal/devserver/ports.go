package devserver

import (
	"context"
	"fmt"
	"net"
	"strconv"
)

const loopbackIP = "127.0.0.1"

func loopback(port int) string {
	return net.JoinHostPort(loopbackIP, strconv.Itoa(port))
}

// pickPorts fills in the ports that were left open. Both are held until both are known, so that they differ.
// Between here and the server's own bind somebody else may take one; Start then tries again with others.
func (o *Options) pickPorts(ctx context.Context) error {
	for _, port := range []*int{&o.Port, &o.UIPort} {
		if *port != 0 || port == &o.UIPort && !o.UI {
			continue
		}
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback(0))
		if err != nil {
			return fmt.Errorf("find a free port on %s: %w", loopbackIP, err)
		}
		defer listener.Close()
		*port = listener.Addr().(*net.TCPAddr).Port
	}
	return nil
}

// checkFree refuses a port that was asked for by number and is taken: waiting would not help, and the server's own
// message would not name the option.
func checkFree(ctx context.Context, option string, port int) error {
	if port == 0 {
		return nil
	}
	if port < 0 || port > 65535 {
		return fmt.Errorf("development server: %s is %d: it must be 1 to 65535, or 0 for a free one", option, port)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback(port))
	if err != nil {
		return fmt.Errorf("development server: %s %d is not free: %w", option, port, err)
	}
	return listener.Close()
}
