package main

import (
	"context"
	"time"

	"pimnotify/pim"
)

// story is one thing that can happen to a request, played over the API as the PIM service would.
type story struct {
	id     string
	title  string
	adjust func(*pim.ActivationRequest)
	play   func(ctx context.Context, c *caller, id string) error
	ends   pim.RequestStatus
}

// stories are what the demonstration plays, all at once.
var stories = []story{
	{
		id: "approved-after-the-request", title: "Approved after the approvers were asked",
		play: func(ctx context.Context, c *caller, id string) error {
			if err := c.awaitEvent(ctx, id, pim.ActivationPendingApproval); err != nil {
				return err
			}
			return c.decide(ctx, id, pim.Approve, "u8", "drill confirmed with the storage team")
		},
		ends: pim.Provisioned,
	},
	{
		id: "approved-before-the-request", title: "Approved before the first mail left, so nobody is asked",
		play: func(ctx context.Context, c *caller, id string) error {
			return c.decide(ctx, id, pim.Approve, "u9", "we spoke on the phone")
		},
		ends: pim.Provisioned,
	},
	{
		id: "denied", title: "Denied",
		play: func(ctx context.Context, c *caller, id string) error {
			if err := c.awaitEvent(ctx, id, pim.ActivationPendingApproval); err != nil {
				return err
			}
			return c.decide(ctx, id, pim.Deny, "u1", "no change window tonight")
		},
		ends: pim.Denied,
	},
	{
		id: "nobody-answers", title: "Nobody answers",
		play: func(context.Context, *caller, string) error { return nil },
		ends: pim.TimedOut,
	},
	{
		id: "no-approvers-named", title: "No approvers named: the Privileged Role Administrators are asked, a Global Administrator decides",
		adjust: func(r *pim.ActivationRequest) { r.Approval.Approvers = nil },
		play: func(ctx context.Context, c *caller, id string) error {
			if err := c.awaitEvent(ctx, id, pim.ActivationPendingApproval); err != nil {
				return err
			}
			return c.decide(ctx, id, pim.Approve, "u2", "")
		},
		ends: pim.Provisioned,
	},
	{
		id: "no-approval-needed", title: "No approval needed",
		adjust: func(r *pim.ActivationRequest) { r.Approval = pim.Approval{} },
		play:   func(context.Context, *caller, string) error { return nil },
		ends:   pim.Provisioned,
	},
	{
		id: "starts-later", title: "Approved now, active a little later",
		adjust: func(r *pim.ActivationRequest) {
			start := time.Now().Add(6 * time.Second)
			r.ScheduleInfo.StartDateTime = &start
		},
		play: func(ctx context.Context, c *caller, id string) error {
			return c.decide(ctx, id, pim.Approve, "u10", "")
		},
		ends: pim.Provisioned,
	},
}

// request is what Alain asks for in every story.
func (s story) request() pim.ActivationRequest {
	r := pim.ActivationRequest{
		Action:        pim.SelfActivate,
		ResourceKind:  pim.DirectoryRole,
		Principal:     pim.Principal{ID: "u7"},
		Role:          pim.Role{ID: "backup-reader", DisplayName: "Backup Reader"},
		Scope:         pim.Scope{ID: "/"},
		Justification: "restore drill",
		TicketInfo:    pim.TicketInfo{TicketNumber: "INC-42", TicketSystem: "ServiceNow"},
		ScheduleInfo:  pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "PT8H"}},
		Approval:      pim.Approval{IsRequired: true, Approvers: []pim.Principal{{ID: "g1", Type: pim.Group}}},
	}
	if s.adjust != nil {
		s.adjust(&r)
	}
	return r
}
