package starter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// ensureStarted starts the process of an accepted request, unless it is known to have been started before. Temporal refuses a
// second run under the same id, so it does no harm when two callers and a worker do this at the same time.
func (c *Client) ensureStarted(ctx context.Context, a pim.Accepted) error {
	if a.Started {
		return nil
	}
	ctx, cancel := c.persist(ctx)
	defer cancel()
	var in workflows.ActivationInput
	if err := json.Unmarshal(a.Input, &in); err != nil {
		return fmt.Errorf("read the input of %s: %w", a.Resource, err)
	}
	_, err := c.Temporal.ExecuteWorkflow(ctx, c.startOptions(in), workflows.ActivationWorkflow, in)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if err != nil && !errors.As(err, &started) {
		return away(AwayTemporal, "start "+a.Resource.String(), err)
	}
	if err := c.Ledger.MarkStarted(ctx, a.Tenant, a.Resource, c.now()); err != nil {
		return away(AwayLedger, "mark "+a.Resource.String()+" as started", err)
	}
	return nil
}

func (c *Client) startOptions(in workflows.ActivationInput) client.StartWorkflowOptions {
	status := pim.Granted
	if in.ApprovalRequired {
		status = pim.PendingApproval
	}
	return client.StartWorkflowOptions{
		ID:        workflows.ActivationID(in.Tenant, in.ID),
		TaskQueue: c.taskQueue(),
		// A request is one run for ever. Without the last of these the SDK would answer a refusal with the old run, and no error.
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            summary(in),
		TypedSearchAttributes: temporal.NewSearchAttributes(
			workflows.PimTenant.ValueSet(in.Tenant),
			workflows.PimKind.ValueSet(workflows.KindActivation),
			workflows.PimStatus.ValueSet(string(status)),
			workflows.PimRole.ValueSet(clip(in.RoleID, maxKeyword)),
			workflows.PimResourceKind.ValueSet(string(in.ResourceKind)),
		),
	}
}

const (
	maxKeyword = 255 // bytes of a Keyword attribute that every visibility store can hold
	maxSummary = 80  // bytes of one id in a summary, of which the server takes 400 in all
)

// summary is one line for the Temporal UI. Ids only: a history names nobody.
func summary(in workflows.ActivationInput) string {
	return fmt.Sprintf("%s: %s role %s for %s", in.ID, in.ResourceKind, plain(in.RoleID), plain(in.PrincipalID))
}

// plain makes an opaque id fit for a line that is read as Markdown.
func plain(id string) string {
	return clip(strings.Map(func(r rune) rune {
		if strings.ContainsRune("`*_[]()<>#|\\!~", r) {
			return '·'
		}
		return r
	}, id), maxSummary)
}

// clip shortens text to so many bytes, between two characters.
func clip(text string, bytes int) string {
	if len(text) <= bytes {
		return text
	}
	return strings.ToValidUTF8(text[:bytes], "")
}

// How StartUnstarted works: rows are left alone for as long as the call that accepted them may still be at it.
const (
	unstartedAfter = 30 * time.Second
	unstartedBatch = 100
)

// StartUnstarted starts the processes of requests that were accepted a while ago and whose caller never came back. A worker calls
// it again and again. It answers how many it started; an error names those that it could not.
func (c *Client) StartUnstarted(ctx context.Context) (int, error) {
	rows, err := c.Ledger.Unstarted(ctx, c.now().Add(-unstartedAfter), unstartedBatch)
	if err != nil {
		return 0, away(AwayLedger, "look for requests that were not started", err)
	}
	var failures []error
	for i, row := range rows {
		err := c.ensureStarted(ctx, row)
		if err == nil {
			continue
		}
		failures = append(failures, err)
		if ctx.Err() != nil || isOutage(err) {
			return i + 1 - len(failures), errors.Join(failures...)
		}
	}
	return len(rows) - len(failures), errors.Join(failures...)
}

// isOutage tells something that is away, where the next row would fare no better, from a row that Temporal refuses.
func isOutage(err error) bool {
	var unavailable *Unavailable
	var refused *serviceerror.InvalidArgument
	return errors.As(err, &unavailable) && !errors.As(err, &refused)
}
