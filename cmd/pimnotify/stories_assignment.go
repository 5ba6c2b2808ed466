package main

import (
	"context"
	"time"

	"pimnotify/pim"
)

// The windows of assignments where somebody watches: the documented fourteen days, one day and thirty days in seconds.
const (
	shortNotices = "8s,3s"
	shortRenew   = "30s"
)

// assignmentStories are what can happen to an assignment, and to PIM itself.
var assignmentStories = []story{
	assigns("assigned-for-a-time", "An eligible assignment on an Azure resource, from its beginning to its end", onProduction, nothing, pim.Revoked),
	assigns("extended", "Extended: the assignee asks, an Owner agrees", onProduction, then(
		awaits(pim.AssignmentExtendable), wishes("extendRequests/x1", 12*time.Second, "the move takes longer"), awaits(pim.AssignmentExtendRequested),
		answers("extendRequests/x1", pim.Approve, "u11", "until the move is over"), awaits(pim.AssignmentExtended)), pim.Revoked),
	assigns("group-refused", "A member of a group asks for more time, and the group's owner refuses", inTierZero, then(
		awaits(pim.AssignmentExtendable), wishes("extendRequests/x1", 12*time.Second, "one more week"), awaits(pim.AssignmentExtendRequested),
		answers("extendRequests/x1", pim.Deny, "u19", "the project is over")), pim.Revoked),
	assigns("renewed", "Over, and renewed on request", onProduction, then(
		awaits(pim.AssignmentExpired), wishes("renewRequests/y1", 6*time.Second, "on call again"), awaits(pim.AssignmentRenewRequested),
		answers("renewRequests/y1", pim.Approve, "u17", "")), pim.Revoked),
	assigns("made-permanent", "An Entra role: eligible for a while, then active for good, then removed", nil, then(
		awaits(pim.AssignmentAssigned), changes("update", pim.AssignmentChange{
			RequestedBy: pim.Principal{ID: "u5"}, AssignmentType: pim.Active, ScheduleInfo: pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.NoExpiration}},
		}), changes("remove", pim.AssignmentChange{RequestedBy: pim.Principal{ID: "u5"}})), pim.Revoked),
	assigns("outside", "Assigned outside of PIM: an alert", func(a *pim.Assignment) {
		a.Origin, a.AssignmentType, a.ScheduleInfo.Expiration = pim.OutsidePIM, pim.Active, pim.Expiration{Type: pim.NoExpiration}
	}, nothing, pim.Provisioned),
	{
		title: "Privileged Identity Management is enabled", path: "pim", play: nothing, ends: pim.Provisioned,
		body: func() any { on := true; return pim.PIMChange{IsEnabled: &on, ChangedBy: pim.Principal{ID: "u2"}} },
	},
}

// assigns is a story in which Isabella makes Alain eligible for the Backup Reader role, for twelve seconds from now on. What is
// assigned for less than five minutes is refused, so it began a while ago.
func assigns(id, title string, adjust func(*pim.Assignment), play func(context.Context, *caller, story) error, ends pim.RequestStatus) story {
	return story{title: title, path: "assignments/" + id, play: play, ends: ends, body: func() any {
		start, end := time.Now().Add(-time.Hour), time.Now().Add(12*time.Second)
		a := pim.Assignment{
			Action: pim.AdminAssign, ResourceKind: pim.DirectoryRole, Principal: pim.Principal{ID: "u7"}, Role: backupReader, Scope: pim.Scope{ID: "/"},
			AssignmentType: pim.Eligible, AssignedBy: pim.Principal{ID: "u1"}, Justification: "on call during the move",
			ScheduleInfo: pim.ScheduleInfo{StartDateTime: &start, Expiration: pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}},
		}
		if adjust != nil {
			adjust(&a)
		}
		return a
	}}
}

func onProduction(a *pim.Assignment) { a.ResourceKind, a.Scope = pim.AzureResource, production }

func inTierZero(a *pim.Assignment) {
	a.ResourceKind, a.AccessID, a.Scope = pim.GroupResource, pim.Member, pim.Scope{ID: "g7", DisplayName: "Tier 0"}
	a.Role = pim.Role{ID: "member", DisplayName: "Member"}
}

// then plays one thing after the other.
func then(steps ...func(context.Context, *caller, story) error) func(context.Context, *caller, story) error {
	return func(ctx context.Context, c *caller, s story) error {
		for _, step := range steps {
			if err := step(ctx, c, s); err != nil {
				return err
			}
		}
		return nil
	}
}

func awaits(kind pim.EventKind) func(context.Context, *caller, story) error {
	return after(kind, nothing)
}

// wishes asks, as the assignee, for an end so long from now.
func wishes(request string, length time.Duration, why string) func(context.Context, *caller, story) error {
	return func(ctx context.Context, c *caller, s story) error {
		start, end := time.Now().Add(-time.Hour), time.Now().Add(length)
		return c.put(ctx, s.path+"/"+request, pim.ExtensionRequest{
			RequestedBy: pim.Principal{ID: "u7"}, Justification: why,
			ScheduleInfo: pim.ScheduleInfo{StartDateTime: &start, Expiration: pim.Expiration{Type: pim.AfterDateTime, EndDateTime: &end}},
		})
	}
}

// answers is an administrator's answer to a request to extend or renew.
func answers(request string, result pim.ReviewResult, by, why string) func(context.Context, *caller, story) error {
	return func(ctx context.Context, c *caller, s story) error {
		return c.post(ctx, s.path+"/"+request+"/decision", pim.Decision{ReviewResult: result, ReviewedBy: pim.Principal{ID: by}, Justification: why})
	}
}

// changes is what an administrator does unasked.
func changes(path string, change pim.AssignmentChange) func(context.Context, *caller, story) error {
	return func(ctx context.Context, c *caller, s story) error { return c.post(ctx, s.path+"/"+path, change) }
}
