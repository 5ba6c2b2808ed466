package starter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pimnotify/pim"
)

// checkFallback refuses a request that nobody could ever decide: approval is required, no approvers are named, and no
// administrator stands in for them.
func (c *Client) checkFallback(ctx context.Context, tenant string, r pim.ActivationRequest) error {
	if !r.Approval.Fallback() {
		return nil
	}
	holders, err := c.fallbackHolders(ctx, tenant, r.ResourceKind, r.AdministratorsScope())
	if err != nil {
		return err
	}
	if slices.ContainsFunc(holders, func(id string) bool { return id != r.Principal.ID }) {
		return nil // nobody decides their own request, so the requestor alone is nobody
	}
	return invalid([]pim.Problem{{
		Location: "body.approval.approvers",
		Message:  fmt.Sprintf("is required here: approval is required, and nobody else is %s at this scope who could decide instead", fallbackRoles(r.ResourceKind)),
	}})
}

// checkMayDecide refuses a decision by somebody who is not asked. Who may is judged now, members of groups included; whether they
// were sent a mail does not matter.
func (c *Client) checkMayDecide(ctx context.Context, tenant string, r pim.ActivationRequest, reviewer string) error {
	if reviewer == r.Principal.ID {
		return &Forbidden{Reason: "nobody decides their own request"}
	}
	if !r.Approval.Fallback() {
		return c.checkNamed(ctx, tenant, r.Approval.Approvers, reviewer)
	}
	holders, err := c.fallbackHolders(ctx, tenant, r.ResourceKind, r.AdministratorsScope())
	if err != nil {
		return err
	}
	if slices.Contains(holders, reviewer) {
		return nil
	}
	return &Forbidden{Reason: fmt.Sprintf("%s is not an approver: no approvers are named, so only a %s at this scope decides", reviewer, fallbackRoles(r.ResourceKind))}
}

func (c *Client) checkNamed(ctx context.Context, tenant string, approvers []pim.Principal, reviewer string) error {
	member, err := c.Directory.MemberOf(ctx, tenant, reviewer, approvers)
	if err != nil {
		return away(AwayDirectory, "look up the approvers", err)
	}
	if member {
		return nil
	}
	return &Forbidden{Reason: reviewer + " is not an approver of this request, nor a member of a group that is"}
}

// fallbackHolders are the ids of those who decide where no approvers are named.
func (c *Client) fallbackHolders(ctx context.Context, tenant string, kind pim.ResourceKind, scope string) ([]string, error) {
	var ids []string
	for _, decider := range pim.FallbackDeciders(kind) {
		holders, err := c.Directory.Holders(ctx, tenant, pim.HolderQuery{Kind: kind, Role: decider.Role, Scope: scope})
		if err != nil {
			return nil, away(AwayDirectory, "look up holders of "+decider.Role, err)
		}
		for _, holder := range holders {
			if slices.Contains(decider.States, holder.State) {
				ids = append(ids, holder.Principal.ID)
			}
		}
	}
	return ids, nil
}

func fallbackRoles(kind pim.ResourceKind) string {
	var roles []string
	for _, decider := range pim.FallbackDeciders(kind) {
		roles = append(roles, decider.Role)
	}
	return strings.Join(roles, " or ")
}
