package main

import (
	"context"
	"time"

	"pimnotify/pim"
)

// story is one thing that can happen, played over the API as the PIM service would.
type story struct {
	title string
	path  string     // of what it is about: activationRequests/denied
	body  func() any // what is put there
	play  func(ctx context.Context, c *caller, s story) error
	ends  pim.RequestStatus
}

// stories are what the demonstration plays, all at once.
var stories = append([]story{
	asks("approved-after-the-request", "Approved after the approvers were asked", nil, after(pim.ActivationPendingApproval,
		decide(pim.Approve, "u8", "drill confirmed with the storage team")), pim.Provisioned),
	asks("approved-before-the-request", "Approved before the first mail left, so nobody is asked", nil,
		decide(pim.Approve, "u9", "we spoke on the phone"), pim.Provisioned),
	asks("denied", "Denied", nil, after(pim.ActivationPendingApproval, decide(pim.Deny, "u1", "no change window tonight")), pim.Denied),
	asks("nobody-answers", "Nobody answers", nil, nothing, pim.TimedOut),
	asks("no-approvers-named", "No approvers named: the Privileged Role Administrators are asked, a Global Administrator decides",
		func(r *pim.ActivationRequest) { r.Approval.Approvers = nil },
		after(pim.ActivationPendingApproval, decide(pim.Approve, "u2", "")), pim.Provisioned),
	asks("no-approval-needed", "No approval needed", func(r *pim.ActivationRequest) { r.Approval = pim.Approval{} }, nothing, pim.Provisioned),
	asks("starts-later", "Approved now, active a little later", func(r *pim.ActivationRequest) {
		start := time.Now().Add(6 * time.Second)
		r.ScheduleInfo.StartDateTime = &start
	}, decide(pim.Approve, "u10", ""), pim.Provisioned),
	asks("azure-resource", "An Azure resource: its Owners and User Access Administrators are told too", onSubscription,
		after(pim.ActivationPendingApproval, decide(pim.Approve, "u8", "")), pim.Provisioned),
}, assignmentStories...)

// asks is a story of Alain, who asks to have the Backup Reader role active.
func asks(id, title string, adjust func(*pim.ActivationRequest), play func(context.Context, *caller, story) error, ends pim.RequestStatus) story {
	return story{title: title, path: "activationRequests/" + id, play: play, ends: ends, body: func() any {
		r := pim.ActivationRequest{
			Action:        pim.SelfActivate,
			ResourceKind:  pim.DirectoryRole,
			Principal:     pim.Principal{ID: "u7"},
			Role:          backupReader,
			Scope:         pim.Scope{ID: "/"},
			Justification: "restore drill",
			TicketInfo:    pim.TicketInfo{TicketNumber: "INC-42", TicketSystem: "ServiceNow"},
			ScheduleInfo:  pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "PT8H"}},
			Approval:      pim.Approval{IsRequired: true, Approvers: []pim.Principal{{ID: "g1", Type: pim.Group}}},
		}
		if adjust != nil {
			adjust(&r)
		}
		return r
	}}
}

var (
	backupReader = pim.Role{ID: "backup-reader", DisplayName: "Backup Reader"}
	production   = pim.Scope{ID: "/subscriptions/s1", DisplayName: "Production"}
)

func onSubscription(r *pim.ActivationRequest) {
	r.ResourceKind, r.Scope = pim.AzureResource, production
}

func nothing(context.Context, *caller, story) error { return nil }

// after plays what follows once everybody has been told of an event.
func after(kind pim.EventKind, then func(context.Context, *caller, story) error) func(context.Context, *caller, story) error {
	return func(ctx context.Context, c *caller, s story) error {
		if err := c.awaitEvent(ctx, s.path, kind); err != nil {
			return err
		}
		return then(ctx, c, s)
	}
}

// decide is an approver's answer to an activation.
func decide(result pim.ReviewResult, by, why string) func(context.Context, *caller, story) error {
	return func(ctx context.Context, c *caller, s story) error {
		return c.post(ctx, s.path+"/decision", pim.Decision{ReviewResult: result, ReviewedBy: pim.Principal{ID: by}, Justification: why})
	}
}
