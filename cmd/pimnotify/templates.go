package main

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"pimnotify/starter/api"
	"pimnotify/templates"
)

func (p *program) templatesCommand() *cobra.Command {
	var write, address, portal string
	cmd := &cobra.Command{
		Use:   "templates",
		Short: "Show every mail with sample data, as a page until told to stop, or as files",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options := templates.Options{PortalURL: portal}
			if write != "" {
				return templates.WriteGallery(write, options)
			}
			texts, err := templates.New(options)
			if err != nil {
				return err
			}
			gallery, err := templates.NewGallery(texts)
			if err != nil {
				return err
			}
			log, err := p.log(false)
			if err != nil {
				return err
			}
			listener, err := net.Listen("tcp", address)
			if err != nil {
				return fmt.Errorf("--listen: %w", err)
			}
			p.say("gallery is up: http://" + listener.Addr().String())
			return api.Serve(cmd.Context(), listener, gallery, log)
		},
	}
	cmd.Flags().StringVar(&write, "write", "", "folder to write static pages to, instead of serving them")
	cmd.Flags().StringVar(&address, "listen", "127.0.0.1:8027", "where to serve")
	cmd.Flags().StringVar(&portal, "portal-url", "https://portal.contoso.example/pim", "where the links of the mails lead")
	return cmd
}
