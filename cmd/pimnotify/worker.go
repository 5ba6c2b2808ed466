package main

import (
	"github.com/spf13/cobra"

	"pimnotify/worker"
)

func (p *program) workerCommand() *cobra.Command {
	return settings(&cobra.Command{
		Use:   "worker",
		Short: "Run the processes and send the mails, until told to stop",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.config(cmd.Flags())
			if err != nil {
				return err
			}
			log, err := p.log(false)
			if err != nil {
				return err
			}
			return worker.Run(cmd.Context(), c, p.env, log)
		},
	})
}
