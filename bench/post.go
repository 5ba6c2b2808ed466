package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"pimnotify/directory"
	"pimnotify/mail/inbox"
	"pimnotify/mail/ses"
)

// post is an inbox in the place of SES, over HTTP on loopback, whose answers take as long as SES's.
type post struct {
	server *http.Server
	sender *ses.Sender
}

func openPost(ctx context.Context, latency time.Duration) (*post, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &post{server: &http.Server{
		// It keeps one mail: what it has taken is nothing that is measured.
		Handler:           inbox.New(inbox.Options{Limit: 1, Faults: []inbox.Fault{{Kind: inbox.Latency, Delay: inbox.Duration(latency)}}}),
		ReadHeaderTimeout: 10 * time.Second,
	}}
	go func() { _ = p.server.Serve(listener) }() // until it is closed
	if p.sender, err = ses.New(ctx, ses.Options{Endpoint: "http://" + listener.Addr().String()}); err != nil {
		return nil, errors.Join(err, p.server.Close())
	}
	return p, nil
}

func (p *post) close() error {
	p.sender.Close()
	return p.server.Close()
}

// crowd is the group that is told.
const crowd = "g1"

// organisation has somebody who asks, and a group of so many others who decide.
func organisation(n int) (*directory.Directory, error) {
	var text strings.Builder
	text.WriteString("tenants:\n  " + bigTenant + ":\n    users:\n      - {id: u1, displayName: Alain Charon, mail: alain@contoso.example}\n")
	members := make([]string, 0, n)
	for i := range n {
		id := fmt.Sprintf("c%04d", i)
		fmt.Fprintf(&text, "      - {id: %s, displayName: Crowd %d, mail: %s@contoso.example}\n", id, i, id)
		members = append(members, id)
	}
	fmt.Fprintf(&text, "    groups:\n      - {id: %s, displayName: Crowd, members: [%s]}\n", crowd, strings.Join(members, ", "))
	return directory.Parse("directory.yaml", []byte(text.String()))
}
