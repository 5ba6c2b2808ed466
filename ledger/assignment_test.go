package ledger_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

func assignment(id string) pim.Resource { return pim.Resource{Collection: pim.Assignments, ID: id} }

// forNow is an assignment that ends so many days after noon.
func forNow(days int) *pim.AssignmentNow {
	return &pim.AssignmentNow{AssignmentType: pim.Eligible, Term: pim.Term{Start: noon, End: noon.AddDate(0, 0, days)}}
}

func assigning(r pim.Resource, body string) pim.Acceptance {
	return pim.Acceptance{
		Tenant: tenant, Resource: r, Hash: "h1", AcceptedAt: noon, Body: json.RawMessage(body), Input: json.RawMessage(`{"tenant":"contoso"}`),
		First: pim.Change{
			Seq: 0, At: noon, What: pim.WhatAssigned, Status: pim.Provisioned, By: "u1", Assignment: forNow(30),
			Schedule: []pim.Due{due(r, pim.AssignmentAssigned, pim.PartAll, noon)},
		},
	}
}

func acceptAssignment(t testing.TB, l *ledger.Ledger, id string) pim.Resource {
	t.Helper()
	r := assignment(id)
	_, created, err := l.Accept(t.Context(), assigning(r, `{"principal":{"id":"u7","displayName":"Alain Charon"},
		"assignedBy":{"id":"u1","displayName":"Isabella Simonsen","mail":"isabella@contoso.example"},"justification":"on call from December"}`))
	require.NoError(t, err)
	require.True(t, created)
	return r
}

func TestTheLifeOfAnAssignmentSaysWhoDidWhatWhyAndAboutWhichRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := acceptAssignment(t, l, "a1")
		asked := propose(t, l, r, pim.Proposal{Name: "request/x1", Decision: pim.Decision{
			Justification: "still on call", ReviewedBy: pim.Principal{ID: "u7", DisplayName: "Alain Charon"},
		}})
		pending := forNow(30)
		pending.Pending = &pim.PendingRequest{
			ID: "x1", Action: pim.SelfExtend, RequestedBy: "u7", Asked: noon.Add(time.Minute), ExpiresDateTime: noon.AddDate(0, 0, 30),
		}
		requested := step(1, pim.WhatExtendRequested, asked)
		requested.Status, requested.RequestID, requested.By, requested.Assignment = pim.PendingAdminDecision, "x1", "u7", pending
		require.NoError(t, l.Record(t.Context(), tenant, r, requested))
		require.Equal(t, pending, view(t, l, r).Assignment)

		extended := step(2, pim.WhatExtended, "nobody")
		extended.RequestID, extended.Assignment = "x1", forNow(60)
		expired := pim.Change{Seq: 3, At: noon.AddDate(0, 0, 60), What: pim.WhatExpired, Status: pim.Revoked}
		require.NoError(t, l.Record(t.Context(), tenant, r, extended, expired))
		require.Equal(t, pim.View{
			ID: "a1", Status: pim.Revoked, Assignment: forNow(60), Events: view(t, l, r).Events,
			Timeline: []pim.TimelineEntry{
				{At: noon, What: pim.WhatAssigned, Status: pim.Provisioned, By: &pim.Principal{ID: "u1", DisplayName: "Isabella Simonsen"}, Justification: "on call from December"},
				{
					At: noon.Add(time.Minute), What: pim.WhatExtendRequested, Status: pim.PendingAdminDecision,
					By: &pim.Principal{ID: "u7", DisplayName: "Alain Charon"}, Justification: "still on call", RequestID: "x1",
				},
				{At: noon.Add(2 * time.Minute), What: pim.WhatExtended, Status: pim.Provisioned, By: &pim.Principal{ID: "u2"}, RequestID: "x1"},
				{At: noon.AddDate(0, 0, 60), What: pim.WhatExpired, Status: pim.Revoked},
			},
		}, view(t, l, r))
	})
}

func TestAnAssignmentIsWhatTheLatestOfItsChangesMadeIt(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := acceptAssignment(t, l, "a1")
		require.Equal(t, forNow(30), view(t, l, r).Assignment)
		for _, days := range []int{11, 2, 7} { // the number of the step too
			change := step(days, pim.WhatUpdated, "")
			change.Assignment = forNow(days)
			require.NoError(t, l.Record(t.Context(), tenant, r, change))
			require.Equal(t, forNow(11), view(t, l, r).Assignment)
		}
		require.Nil(t, view(t, l, accept(t, l, "r1")).Assignment)
	})
}

func TestAnAssignmentThatDoesNotSayWhoAssignedItIsNotThePrincipalsDoing(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		for id, body := range map[string]string{
			"unsaid": `{"principal":{"id":"u7","displayName":"Alain Charon"}}`, "unreadable": `{"assignedBy":7}`,
		} {
			a := assigning(assignment(id), body)
			a.First.By = ""
			_, _, err := l.Accept(t.Context(), a)
			require.NoError(t, err)
			require.Nil(t, view(t, l, a.Resource).Timeline[0].By, id)
			a.Resource.ID, a.First.By = id+" but known", "u1"
			_, _, err = l.Accept(t.Context(), a)
			require.NoError(t, err)
			require.Equal(t, &pim.Principal{ID: "u1"}, view(t, l, a.Resource).Timeline[0].By)
		}
	})
}
