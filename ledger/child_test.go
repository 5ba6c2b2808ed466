package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/audit"
	"pimnotify/ledger"
	"pimnotify/pim"
)

// These variables make this test binary another process that shares a ledger with the test.
const (
	childJob = "LEDGER_CHILD_JOB"
	childURL = "LEDGER_CHILD_URL"
)

// runChild does a job and prints what came of it.
func runChild(ctx context.Context, job, url string) (err error) {
	l, err := ledger.Open(ctx, url, ledger.Audited(nil, dieBeforeTheLines(job)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	name, argument, _ := strings.Cut(job, " ")
	switch name {
	case "open":
		_, err = fmt.Fprintln(os.Stdout, l.ID())
	case "accept":
		_, created, err := l.Accept(ctx, acceptance(activation(argument)))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(os.Stdout, created)
		return err
	case dieAfterCommit:
		_, _, err = l.Accept(ctx, acceptance(activation(argument)))
		return fmt.Errorf("it goes on: %w", err)
	case "claim":
		key, err := strconv.ParseInt(argument, 10, 64)
		if err != nil {
			return err
		}
		ids, err := claimAll(ctx, l, key)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(ids)
	default:
		return fmt.Errorf("no job %q", name)
	}
	return err
}

// dieAfterCommit is a job in which the process ends between a commit and the lines of it.
const dieAfterCommit = "die"

func dieBeforeTheLines(job string) func(audit.Entry) {
	return func(e audit.Entry) {
		if strings.HasPrefix(job, dieAfterCommit) && e.Seq > 1 {
			os.Exit(0)
		}
	}
}

// claimAll takes small batches until there are no more.
func claimAll(ctx context.Context, l *ledger.Ledger, key int64) ([]string, error) {
	ids := []string{}
	for {
		claims, err := l.Claim(ctx, request(7, noon, key))
		if err != nil || len(claims) == 0 {
			return ids, err
		}
		settlements := make([]pim.Settlement, 0, len(claims))
		for _, c := range claims {
			ids = append(ids, c.MailID)
			settlements = append(settlements, settlement(c, pim.StatusSent))
		}
		if err := l.Settle(ctx, settlements); err != nil {
			return ids, err
		}
	}
}

// child is a process that was started and will be waited for.
type child struct {
	command *exec.Cmd
	output  bytes.Buffer
	errors  bytes.Buffer
}

func startChild(t *testing.T, url, job string) *child {
	t.Helper()
	c := &child{command: exec.CommandContext(t.Context(), os.Args[0])}
	c.command.Env = append(os.Environ(), childJob+"="+job, childURL+"="+url)
	c.command.Stdout, c.command.Stderr = &c.output, &c.errors
	require.NoError(t, c.command.Start())
	return c
}

func (c *child) wait(t *testing.T) string {
	t.Helper()
	require.NoError(t, c.command.Wait(), c.errors.String())
	return strings.TrimSpace(c.output.String())
}
