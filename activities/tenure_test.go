package activities_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/mail/inbox"
	"pimnotify/pim"
)

const day = 24 * time.Hour

// made is when the assignments of the tests were made. They end half a year later.
var (
	made = time.Date(2026, time.November, 23, 8, 59, 0, 0, time.UTC)
	term = pim.Term{Number: 1, Start: made, End: made.Add(180 * day)}
)

// given is an assignment of each kind, to Alain, by Lynne; what it says of people is not what the directory says.
func given(kind pim.ResourceKind) pim.Assignment {
	a := pim.Assignment{
		Action: pim.AdminAssign, ResourceKind: kind,
		Principal:      pim.Principal{ID: "u7", DisplayName: "Old Name", Mail: "alain@elsewhere.example"},
		Role:           pim.Role{ID: "7be44c8a", DisplayName: "Exchange Administrator"},
		Scope:          pim.Scope{ID: "/"},
		AssignmentType: pim.Eligible, AssignedBy: pim.Principal{ID: "u12", DisplayName: "Old Name"}, Origin: pim.FromPIM,
		Justification:   "on call for backups",
		ScheduleInfo:    pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "P180D"}},
		CreatedDateTime: &made,
	}
	switch kind {
	case pim.AzureResource:
		a.Role = pim.Role{ID: "acdd72a7", DisplayName: "Backup Reader"}
		a.Scope = pim.Scope{ID: "/subscriptions/s1", DisplayName: "Production"}
	case pim.GroupResource:
		a.AccessID, a.Role, a.Scope = pim.Member, pim.Role{ID: "member", DisplayName: "Member"}, pim.Scope{ID: "g7", DisplayName: "Tier 0"}
	default:
	}
	return a
}

// tenure is an assignment in the record, and what may be told of it.
type tenure struct {
	*house
	pim.Resource
	pim.AssignmentType
}

func (h *house) assign(t *testing.T, id string, a pim.Assignment) tenure {
	t.Helper()
	r := pim.Resource{Collection: pim.Assignments, ID: id}
	h.writeDown(t, r, pim.Change{At: made.Add(time.Minute), What: pim.WhatAssigned, Status: pim.Provisioned, By: a.AssignedBy.ID}, a)
	return tenure{h, r, a.AssignmentType}
}

func (a tenure) propose(t *testing.T, p pim.Proposal) string {
	t.Helper()
	id, err := a.record.Propose(t.Context(), tenant, a.Resource, p)
	require.NoError(t, err)
	return id
}

// asked is somebody's request for ninety days more; answered is what an administrator said to it, or did unasked.
func (a tenure) asked(t *testing.T, by pim.Principal) string {
	t.Helper()
	body, err := json.Marshal(pim.ExtensionRequest{
		RequestedBy: by, Justification: "the move takes longer",
		ScheduleInfo: pim.ScheduleInfo{Expiration: pim.Expiration{Type: pim.AfterDuration, Duration: "P90D"}},
	})
	require.NoError(t, err)
	return a.propose(t, pim.Proposal{Name: "request/x1", Body: body, Decision: pim.Decision{ReviewedBy: by}})
}

func (a tenure) answered(t *testing.T, result pim.ReviewResult, by pim.Principal) string {
	t.Helper()
	return a.propose(t, pim.Proposal{Name: "decision/x1", Decision: pim.Decision{
		ReviewResult: result, Justification: "until the move is over", ReviewedBy: by, ReviewedDateTime: term.End.Add(-5 * day),
	}})
}

// due is an event that tells this of the assignment.
func (a tenure) due(kind pim.EventKind, occurrence string, t pim.Telling) pim.Due {
	if t.AssignmentType == "" {
		t.AssignmentType = a.AssignmentType
	}
	if t.Term == (pim.Term{}) {
		t.Term = term
	}
	due := a.house.due(a.Resource, kind, occurrence, time.Now())
	due.Telling = &t
	return due
}

func (a tenure) about(due ...pim.Due) activities.NotifyInput {
	return activities.NotifyInput{Tenant: tenant, Resource: a.Resource, Due: due}
}

// requested tells that somebody asks to extend or renew.
func (a tenure) requested(t *testing.T, kind pim.EventKind, by pim.Principal) pim.Due {
	t.Helper()
	action, asked, expires := pim.SelfExtend, term.End.Add(-7*day), term.End
	if kind == pim.AssignmentRenewRequested {
		action, asked, expires = pim.SelfRenew, term.End.Add(day), term.End.Add(30*day)
	}
	return a.due(kind, pim.OccurrenceOfRequest("x1"), pim.Telling{
		RequestID: "x1", Action: action, Asked: asked, Expires: expires, RequestRef: a.asked(t, by),
	})
}

// answer tells how an administrator answered what somebody had asked for.
func (a tenure) answer(t *testing.T, kind pim.EventKind, asker, decider pim.Principal) pim.Due {
	t.Helper()
	result := pim.Approve
	told := pim.Telling{
		RequestID: "x1", Action: pim.SelfExtend, Asked: term.End.Add(-7 * day), RequestRef: a.asked(t, asker),
		PreviousEnd: term.End, Term: pim.Term{Number: 2, Start: term.End, End: term.End.Add(90 * day)},
	}
	switch kind {
	case pim.AssignmentRenewed:
		told.Action = pim.SelfRenew
	case pim.AssignmentRefused:
		told.PreviousEnd, told.Term, result = time.Time{}, term, pim.Deny
	default:
	}
	told.DecisionRef = a.answered(t, result, decider)
	return a.due(kind, pim.OccurrenceOfRequest("x1"), told)
}

// told is everybody on record for an event, one a line: those who were told with the subject of their mail, the others with the
// reason.
func (h *house) told(t *testing.T, due pim.Due) []string {
	t.Helper()
	rows, err := h.record.Recipients(context.Background(), tenant, due.Event.ID)
	require.NoError(t, err)
	var all []string
	for _, r := range rows {
		who := strings.TrimSuffix(r.Address, "@contoso.example")
		if who == "" {
			who = r.PrincipalID
		}
		if r.Status != pim.StatusSent {
			all = append(all, fmt.Sprintf("%s %s %s", who, r.Status, r.Reason))
			continue
		}
		all = append(all, who+" "+r.Subject)
	}
	return all
}

// mail is what somebody got of an event.
func (h *house) mail(t *testing.T, due pim.Due, who string) inbox.Received {
	t.Helper()
	for _, m := range h.inbox.Messages() {
		if m.Header("X-PIM-Event-Id") == due.Event.ID && m.To[0] == who+"@contoso.example" {
			return m
		}
	}
	require.Failf(t, "no such mail", "%s to %s", due.Event.ID, who)
	return inbox.Received{}
}
