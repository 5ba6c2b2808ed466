package main

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"pimnotify/mail/inbox"
	"pimnotify/starter/api"
)

func (p *program) inboxCommand() *cobra.Command {
	var address string
	cmd := &cobra.Command{
		Use:   "inbox",
		Short: "Run a local server that speaks SES v2 and shows what was sent, for development and tests",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			log, err := p.log(false)
			if err != nil {
				return err
			}
			listener, err := net.Listen("tcp", address)
			if err != nil {
				return fmt.Errorf("--listen: %w", err)
			}
			fmt.Fprintf(p.stdout, "inbox is up: http://%s\n", listener.Addr())
			return api.Serve(cmd.Context(), listener, inbox.New(inbox.Options{}), log)
		},
	}
	cmd.Flags().StringVar(&address, "listen", "127.0.0.1:8026", "where to listen; everybody who reaches it can read every mail")
	return cmd
}
