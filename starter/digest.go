package starter

import (
	"context"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"pimnotify/pim"
	"pimnotify/workflows"
)

// RunDigest starts a tenant's digest now, whatever its Schedule says: of the time since the latest slot, or, where asOf is not zero,
// of the week that ended with the latest slot not after that moment. A digest of one date is told once, so a second run of the same
// finds nothing to do. The run that comes back may be one that was going on already.
func (c *Client) RunDigest(ctx context.Context, tenant string, asOf time.Time) (client.WorkflowRun, error) {
	if p := pim.ValidateID("path.tenant", tenant); p != nil {
		return nil, invalid([]pim.Problem{*p})
	}
	if err := c.exists(ctx, tenant, pim.Resource{Collection: pim.Digest}); err != nil {
		return nil, err
	}
	now := c.now().Truncate(time.Second)
	at := now
	if !asOf.IsZero() {
		if asOf.After(now) {
			return nil, invalid([]pim.Problem{{Location: "asOf", Message: "must not lie in the future", Value: asOf}})
		}
		week, err := c.Settings.Settings(tenant).Digest.Week()
		if err != nil {
			return nil, err
		}
		at = week.Last(asOf)
	}
	options := client.StartWorkflowOptions{
		ID:                       workflows.DigestIDAt(tenant, at),
		TaskQueue:                c.taskQueue(),
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            digestSummary(tenant),
		TypedSearchAttributes:    digestAttributes(tenant),
	}
	ctx, cancel := context.WithTimeout(ctx, c.patience())
	defer cancel()
	run, err := c.Temporal.ExecuteWorkflow(ctx, options, workflows.DigestWorkflow, workflows.DigestInput{Tenant: tenant, AsOf: asOf})
	if err != nil {
		return nil, away(AwayTemporal, "start the digest of "+tenant, err)
	}
	return run, nil
}

func digestAttributes(tenant string) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(workflows.PimTenant.ValueSet(tenant), workflows.PimKind.ValueSet(workflows.KindDigest))
}

func digestSummary(tenant string) string {
	return fmt.Sprintf("the weekly digest of %s", plain(tenant))
}

// DigestOutcome waits until a digest is told, for as long as ctx allows, and says what became of it.
func DigestOutcome(ctx context.Context, run client.WorkflowRun) (result workflows.DigestResult, err error) {
	if err := run.Get(ctx, &result); err != nil {
		return result, fmt.Errorf("wait for %s: %w", run.GetID(), err)
	}
	return result, nil
}
