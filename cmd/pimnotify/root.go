package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"pimnotify/assembly"
)

// program is what every command is given: where to print, and where settings come from.
type program struct {
	env    environment
	stdout io.Writer
	stderr io.Writer
	level  string
}

// run is main without the process: tests call it.
func run(ctx context.Context, args []string, env environment, stdout, stderr io.Writer) error {
	p := &program{env: env, stdout: stdout, stderr: stderr}
	root := &cobra.Command{
		Use:           "pimnotify",
		Short:         "Durable e-mail notifications for Privileged Identity Management, on Temporal and Amazon SES",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.PersistentFlags().StringVar(&p.level, "log-level", "info", "debug, info, warn or error")
	root.AddCommand(p.workerCommand(), p.apiCommand(), p.devCommand(), p.demoCommand(), p.inboxCommand(), p.templatesCommand(),
		p.digestCommand(), p.suppressionsCommand(), p.importCommand(), p.explainCommand(), p.previewCommand(), p.auditCommand(),
		p.healthcheckCommand())
	return root.ExecuteContext(ctx)
}

// settings gives a command a flag for every setting of a deployment.
func settings(cmd *cobra.Command) *cobra.Command {
	for _, s := range assembly.Table {
		cmd.Flags().String(s.Flag(), "", fmt.Sprintf("%s (%s; default %s)", s.Meaning, s.Env, orNone(s.Default)))
	}
	return cmd
}

// config reads the settings: a flag wins over the environment, and the environment over the default.
func (p *program) config(flags *pflag.FlagSet) (assembly.Config, error) {
	if err := assembly.Unknown(p.env.Environ()); err != nil {
		return assembly.Config{}, err
	}
	flagOf := map[string]string{}
	for _, s := range assembly.Table {
		flagOf[s.Env] = s.Flag()
	}
	return assembly.Load(func(env string) string {
		if f := flags.Lookup(flagOf[env]); f != nil && f.Changed {
			return f.Value.String()
		}
		value, _ := p.env.LookupEnv(env)
		return value
	})
}

// log writes JSON lines for machines, or plain ones for a person who is watching.
func (p *program) log(plain bool) (*zap.Logger, error) {
	level, err := zapcore.ParseLevel(p.level)
	if err != nil {
		return nil, fmt.Errorf("--log-level must be debug, info, warn or error, not %q", p.level)
	}
	c := zap.NewProductionEncoderConfig()
	c.EncodeTime = zapcore.ISO8601TimeEncoder
	c.TimeKey = "time"
	encoder := zapcore.NewJSONEncoder(c)
	if plain {
		c.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
		encoder = zapcore.NewConsoleEncoder(c)
	}
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(p.stderr)), level)), nil
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
