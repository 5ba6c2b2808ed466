package ledger_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

// A story is what happened to one activation or assignment: as it is imported, or as it is accepted and recorded.

// entra is a story about Microsoft Entra's role r1 at /.
func entra(id, principal string, changes ...pim.Change) pim.Imported {
	return story(id, fmt.Sprintf(`{"resourceKind":"directoryRole","principal":{"id":%q},"role":{"id":"r1"},"scope":{"id":"/"}}`, principal), changes...)
}

func story(id, body string, changes ...pim.Change) pim.Imported {
	for i := range changes {
		changes[i].Seq = i
	}
	collection := pim.Assignments
	if changes[0].What == pim.WhatRequested {
		collection = pim.ActivationRequests
	}
	return pim.Imported{
		Acceptance: pim.Acceptance{
			Tenant: tenant, Resource: pim.Resource{Collection: collection, ID: id}, Hash: "h-" + id, Body: json.RawMessage(body),
			AcceptedAt: changes[0].At, First: changes[0],
		},
		Following: changes[1:],
	}
}

// day is noon of a day of the week that the digests of these tests tell of, from Monday at midnight to the next.
func day(n int) time.Time { return monday.AddDate(0, 0, n).Add(12 * time.Hour) }

var (
	monday     = time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	nextMonday = monday.AddDate(0, 0, 7)
)

func activationStep(at time.Time, what pim.What, status pim.RequestStatus) pim.Change {
	return pim.Change{At: at, What: what, Status: status}
}

// assignmentStep leaves an assignment of this type that ends then, or never.
func assignmentStep(at time.Time, what pim.What, status pim.RequestStatus, kind pim.AssignmentType, end time.Time) pim.Change {
	return pim.Change{At: at, What: what, Status: status, Assignment: &pim.AssignmentNow{
		AssignmentType: kind, Term: pim.Term{Number: 1, Start: at, End: end},
	}}
}

// never is the end of what is for good.
var never time.Time

func eligibleFrom(at time.Time) pim.Change {
	return assignmentStep(at, pim.WhatAssigned, pim.Provisioned, pim.Eligible, never)
}

func permanentFrom(at time.Time) pim.Change {
	return assignmentStep(at, pim.WhatAssigned, pim.Provisioned, pim.Active, never)
}

// live accepts and records a story as its process would have.
func live(t testing.TB, l *ledger.Ledger, s pim.Imported) {
	t.Helper()
	_, created, err := l.Accept(t.Context(), s.Acceptance)
	require.NoError(t, err)
	require.True(t, created)
	require.NoError(t, l.Record(t.Context(), s.Tenant, s.Resource, s.Following...))
}

func bringIn(t testing.TB, l *ledger.Ledger, stories ...pim.Imported) pim.ImportResult {
	t.Helper()
	result, err := l.Import(t.Context(), stories)
	require.NoError(t, err)
	require.Len(t, result, len(stories))
	return result
}

// tiles are the four numbers of a digest in their order.
type tiles [4]int

func count(t testing.TB, l *ledger.Ledger, tenant string, from, to time.Time) tiles {
	t.Helper()
	f, err := l.Figures(t.Context(), tenant, from, to)
	require.NoError(t, err)
	require.Equal(t, pim.DigestFigures{
		From: from, To: to, UsersActivated: f.UsersActivated, UsersMadePermanent: f.UsersMadePermanent,
		AssignedInPIM: f.AssignedInPIM, AssignedOutsidePIM: f.AssignedOutsidePIM,
	}, f)
	return tiles{f.UsersActivated, f.UsersMadePermanent, f.AssignedInPIM, *f.AssignedOutsidePIM}
}

func allOf(s pim.Imported) []pim.Change { return append([]pim.Change{s.First}, s.Following...) }

// about is what two stories have in common that are about the same.
type about struct {
	ResourceKind pim.ResourceKind `json:"resourceKind"`
	Principal    pim.Principal    `json:"principal"`
	Role         pim.Role         `json:"role"`
	Scope        pim.Scope        `json:"scope"`
}

func newAbout(s pim.Imported) about {
	var a about
	_ = json.Unmarshal(s.Body, &a)
	return a
}
