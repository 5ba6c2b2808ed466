package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"

	"pimnotify/activities"
	"pimnotify/mail"
	"pimnotify/pim"
	"pimnotify/settings"
	"pimnotify/templates"
)

// enough is a send rate that holds nobody up, so that what the limiter itself costs is measured too.
const enough = 1e6

// office is a worker's activities, and the event that they tell of next.
type office struct {
	*activities.Activities
	record     *record
	recipients int
	next       activities.NotifyInput
}

func newOffice(r *record, post *post, f flight) (*office, error) {
	texts, err := templates.New(templates.Options{PortalURL: "https://portal.contoso.example"})
	if err != nil {
		return nil, err
	}
	people, err := organisation(f.recipients)
	if err != nil {
		return nil, err
	}
	return &office{recipients: f.recipients, record: r, Activities: &activities.Activities{
		Ledger: r, Directory: people, Settings: settings.Defaults(pim.DefaultSettings()), Renderer: texts, Sender: post.sender, Log: zap.NewNop(),
		From: mail.Address{Name: "PIM", Address: "pim@contoso.example"}, Worker: "w1", Rate: func() float64 { return enough }, InFlight: f.inFlight,
	}}, nil
}

// accept writes down a request that all of the crowd may decide, which is what Notify will tell them.
func (o *office) accept(ctx context.Context) error {
	now := time.Now().UTC().Truncate(time.Microsecond)
	resource := pim.Resource{Collection: pim.ActivationRequests, ID: fmt.Sprintf("r%d", now.UnixMicro())}
	due := pim.Due{Event: pim.NewEvent(resource, pim.ActivationPendingApproval, "", now), Part: pim.PartAll, DueDateTime: now}
	first := pim.Change{At: now, What: pim.WhatRequested, Status: pim.PendingApproval, By: "u1", Schedule: []pim.Due{due}}
	body, err := json.Marshal(pim.ActivationRequest{
		Action: pim.SelfActivate, ResourceKind: pim.DirectoryRole, Activation: pim.Assumed,
		Principal:     pim.Principal{ID: "u1", DisplayName: "Alain Charon"},
		Role:          pim.Role{ID: "acdd72a7", DisplayName: "Backup Reader"},
		Scope:         pim.Scope{ID: "/"},
		Justification: "restore drill",
		ScheduleInfo:  pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "PT8H"}},
		Approval:      pim.Approval{IsRequired: true, Approvers: []pim.Principal{{ID: crowd}}},
	})
	if err != nil {
		return err
	}
	if _, created, err := o.record.Accept(ctx, pim.Acceptance{
		Tenant: bigTenant, Resource: resource, Hash: "h", Body: body, Input: json.RawMessage(`{}`), AcceptedAt: now, First: first,
	}); err != nil || !created {
		return errors.Join(err, fmt.Errorf("accept %s: created %t", resource, created))
	}
	o.next = activities.NotifyInput{
		Tenant: bigTenant, Resource: resource, ExpiresDateTime: now.Add(24 * time.Hour), Changes: []pim.Change{first}, Due: first.Schedule,
	}
	return nil
}

// notify runs the activity as a worker would, without a Temporal server.
func (o *office) notify(ctx context.Context) error {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{BackgroundActivityContext: ctx})
	activities.Register(env, o.Activities)
	value, err := env.ExecuteActivity(activities.NotifyActivity, o.next)
	if err != nil {
		return err
	}
	var result activities.NotifyResult
	if err := value.Get(&result); err != nil {
		return err
	}
	if sent := result.Events[0].Counts[pim.StatusSent]; sent != o.recipients {
		return fmt.Errorf("it sends %d of %d mails", sent, o.recipients)
	}
	return nil
}

// written are the mails that Notify sends, without sending them.
func (o *office) written(ctx context.Context) ([]mail.Message, error) {
	var kept keeper
	sender := o.Sender
	o.Sender = &kept
	defer func() { o.Sender = sender }()
	if err := o.accept(ctx); err != nil {
		return nil, err
	}
	err := o.notify(ctx)
	return kept.mails, err
}

// keeper keeps mails, and says that they were sent.
type keeper struct {
	mu    sync.Mutex
	mails []mail.Message
}

func (k *keeper) Send(_ context.Context, m mail.Message) mail.Outcome {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.mails = append(k.mails, m)
	return mail.Outcome{Class: mail.Sent, MessageID: "kept"}
}
