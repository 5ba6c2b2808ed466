package workflows_test

import (
	"context"
	"fmt"
	"time"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// brief are windows in which a whole life passes in seconds.
func brief() workflows.Windows {
	return workflows.Windows{Notices: []pim.Duration{"PT4S", "PT2S"}, Renew: "PT3S"}
}

// soon is a schedule that ends so long after a moment.
func soon(at time.Time, d time.Duration) pim.ScheduleInfo {
	end := at.Add(d)
	return pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}}
}

// short is an assignment of six seconds.
func short(now time.Time) workflows.AssignmentInput {
	in := lasting(1)
	in.CreatedDateTime, in.AcceptedDateTime = now, now
	in.ScheduleInfo, in.Windows = soon(now, 6*time.Second), brief()
	return in
}

// broughtIn is one that was made an hour ago, and is brought in six seconds before its end.
func broughtIn(now time.Time) workflows.AssignmentInput {
	in := short(now.Add(-time.Hour))
	in.ScheduleInfo = soon(now, 6*time.Second)
	_, next, err := workflows.Recall(in, nil, now)
	if err != nil {
		panic(err) // it has no history that could be wrong
	}
	return *next
}

func endless(now time.Time) workflows.AssignmentInput {
	in := short(now)
	in.ScheduleInfo = forGood()
	return in
}

func enabledAt(now time.Time) workflows.PIMInput {
	event := pim.NewEvent(pim.Resource{Collection: pim.PIMSetting}, pim.PIMEnabled, "1", now)
	return workflows.PIMInput{Tenant: "contoso", Number: 1, Change: pim.Change{
		At: now, What: pim.WhatEnabled, Status: pim.Provisioned, By: "u1", Schedule: []pim.Due{{Event: event, Part: pim.PartAll, DueDateTime: now}},
	}}
}

func changed(update string, after time.Duration, to func(at time.Time) pim.ScheduleInfo) step {
	return step{after: after, update: update, input: func(at time.Time) any {
		in := workflows.ChangeInput{ChangeID: "c-" + update, Hash: update, By: "u1", At: at, Windows: brief()}
		if to != nil {
			in.ScheduleInfo = to(at)
		}
		return in
	}}
}

// repeated is a change without a key that lasts from when it is taken, as callers send it who mean the same for some seconds.
func repeated(update string, after, seconds, sameFor time.Duration) step {
	return step{after: after, update: update, input: func(at time.Time) any {
		return workflows.ChangeInput{
			ChangeID: fmt.Sprintf("c-%s-%s", update, after), Hash: update, By: "u1", At: at, Windows: brief(), SameFor: pim.DurationOf(sameFor),
			ScheduleInfo: pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: pim.DurationOf(seconds)}},
		}
	}}
}

func wished(action pim.Action, after time.Duration) step {
	return step{after: after, update: workflows.UpdateRequest, input: func(at time.Time) any {
		return workflows.ExtensionInput{
			ProposalID: "p-x1", RequestID: "x1", Action: action, Hash: "x1", By: "u7", At: at, ScheduleInfo: soon(at, 10*time.Second),
		}
	}}
}

func answered(result pim.ReviewResult, after time.Duration) step {
	return step{after: after, update: workflows.UpdateDecideRequest, input: func(at time.Time) any {
		return workflows.ExtensionDecisionInput{
			DecisionID: "d-x1", RequestID: "x1", ReviewResult: result, ReviewedBy: "u2", ReviewedDateTime: at, Windows: brief(),
		}
	}}
}

func inSeconds(n int) func(time.Time) pim.ScheduleInfo {
	return func(at time.Time) pim.ScheduleInfo { return soon(at, time.Duration(n)*time.Second) }
}

// lives are the tales of assignments, and the one of PIM itself.
var lives = []tale{
	{name: "assignment-from-beginning-to-end", life: short, ends: pim.Revoked},
	{name: "assignment-permanent-and-removed", life: endless, ends: pim.Revoked, do: []step{changed(workflows.UpdateRemove, 2*time.Second, nil)}},
	{name: "assignment-that-begins-later", life: func(now time.Time) workflows.AssignmentInput {
		in, start := short(now), now.Add(2*time.Second)
		in.ScheduleInfo.StartDateTime = &start
		return in
	}, ends: pim.Revoked},
	{name: "assignment-outside", life: func(now time.Time) workflows.AssignmentInput {
		in := endless(now)
		in.Origin, in.AssignmentType = pim.OutsidePIM, pim.Active
		return in
	}, ends: pim.Provisioned},
	{name: "assignment-extended", life: short, ends: pim.Revoked, do: []step{changed(workflows.UpdateExtend, 3*time.Second, inSeconds(7))}},
	{name: "assignment-extended-on-request", life: short, ends: pim.Revoked, do: []step{
		wished(pim.SelfExtend, 3*time.Second), answered(pim.Approve, 4*time.Second),
	}},
	{name: "assignment-refused", life: short, ends: pim.Revoked, do: []step{wished(pim.SelfExtend, 3*time.Second), answered(pim.Deny, 4*time.Second)}},
	{name: "assignment-administrators-found-unreachable", life: short, ends: pim.Revoked, do: []step{
		wished(pim.SelfExtend, 3*time.Second), bounced(3500 * time.Millisecond), answered(pim.Deny, 4*time.Second),
	}},
	{name: "assignment-nobody-answers", life: short, ends: pim.Revoked, do: []step{wished(pim.SelfExtend, 3*time.Second)}},
	{name: "assignment-renewed", life: short, ends: pim.Revoked, do: []step{changed(workflows.UpdateRenew, 7*time.Second, inSeconds(6))}},
	{name: "assignment-renewed-on-request", life: short, ends: pim.Revoked, do: []step{
		wished(pim.SelfRenew, 7*time.Second), answered(pim.Approve, 8*time.Second),
	}},
	{name: "assignment-updated", life: short, ends: pim.Revoked, do: []step{changed(workflows.UpdateUpdate, time.Second, inSeconds(8))}},
	{name: "assignment-extended-and-said-again", life: short, ends: pim.Revoked, do: []step{
		repeated(workflows.UpdateExtend, 3*time.Second, 7*time.Second, 5*time.Second),
		repeated(workflows.UpdateExtend, 6500*time.Millisecond, 7*time.Second, 5*time.Second), // the same call
		repeated(workflows.UpdateExtend, 8500*time.Millisecond, 7*time.Second, 5*time.Second), // another
	}},
	{name: "assignment-updated-and-said-again", life: short, ends: pim.Revoked, do: []step{
		repeated(workflows.UpdateUpdate, time.Second, 6*time.Second, 2*time.Second),
		repeated(workflows.UpdateUpdate, 2*time.Second, 6*time.Second, 2*time.Second), // the same call
		repeated(workflows.UpdateUpdate, 4*time.Second, 6*time.Second, 2*time.Second), // another
	}},
	{name: "assignment-cancelled-by-an-operator", life: endless, ends: pim.Revoked, do: []step{{after: 2 * time.Second}}},
	{name: "assignment-brought-in", life: broughtIn, ends: pim.Revoked, do: []step{changed(workflows.UpdateExtend, 3*time.Second, inSeconds(7))}},
	{name: "assignment-held-and-unknown", life: short, clerk: hesitantAtFirst, ends: pim.Revoked},
	{name: "pim-enabled", pim: true, ends: pim.Provisioned},
}

// hesitantAtFirst is hesitant about the first mail of an assignment: the others go out while that one waits.
func hesitantAtFirst(ctx context.Context, call int, in activities.NotifyInput) (activities.NotifyResult, error) {
	if len(in.Due) != 1 || in.Due[0].Event.Kind != pim.AssignmentAssigned {
		return prompt(ctx, 1, in)
	}
	result := open(in, pim.StatusPlanned)
	if call == 1 {
		result.Held = pim.HeldPrefix + "sending is paused"
		return result, nil
	}
	return prompt(ctx, 1, in)
}
