package ledger_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

// bygone is an assignment with a past, of which its process would have told people.
func bygone(id string) pim.Imported {
	s := entra(id, "u7", eligibleFrom(day(1)), assignmentStep(day(2), pim.WhatMadePermanent, pim.Provisioned, pim.Active, never))
	s.Body = json.RawMessage(`{"resourceKind":"directoryRole","principal":{"id":"u7"},"role":{"id":"r1"},"scope":{"id":"/"},
		"assignedBy":{"id":"u1","displayName":"Isabella Simonsen"},"justification":"on call"}`)
	assigned := due(s.Resource, pim.AssignmentAssigned, pim.PartAll, day(1))
	s.First.Schedule = []pim.Due{assigned}
	s.Following[0].Withdraw = []pim.EventRef{assigned.Event}
	s.Following[0].By = "u2"
	return s
}

func TestWhatIsImportedIsInTheRecordAndNobodyIsToldOfIt(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		s := bygone("a1")
		require.Equal(t, pim.ImportResult{pim.ImportCreated}, bringIn(t, l, s))
		require.Equal(t, pim.View{
			ID: "a1", Status: pim.Provisioned, Events: []pim.Event{}, Assignment: s.Following[0].Assignment,
			Timeline: []pim.TimelineEntry{
				{At: day(1), What: pim.WhatAssigned, Status: pim.Provisioned, By: &pim.Principal{ID: "u1", DisplayName: "Isabella Simonsen"}, Justification: "on call"},
				{At: day(2), What: pim.WhatMadePermanent, Status: pim.Provisioned, By: &pim.Principal{ID: "u2"}},
			},
		}, view(t, l, s.Resource))
		require.Empty(t, unstarted(t, l), "no process is started for it")
		accepted, err := l.Accepted(t.Context(), tenant, s.Resource)
		require.NoError(t, err)
		want := pim.Accepted{Acceptance: s.Acceptance, Started: true, Status: pim.Provisioned, Seq: len(s.Following)}
		want.First.Schedule = nil
		require.Equal(t, want, accepted)
		require.Equal(t, tiles{0, 1, 1}, count(t, l, tenant, monday, nextMonday))
	})
}

// ongoing is one that goes on from its latest change.
func ongoing(id string) pim.Imported {
	s := bygone(id)
	s.Input = json.RawMessage(`{"tenant":"contoso"}`)
	s.Following[0].Schedule = []pim.Due{
		due(s.Resource, pim.AssignmentExtendable, pim.PartAll, day(80)), due(s.Resource, pim.AssignmentExpired, pim.PartAll, day(90)),
	}
	return s
}

func TestWhatGoesOnIsStillToBeStartedAndHasTheEventsThatAreToCome(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		s := ongoing("a1")
		require.Equal(t, pim.ImportResult{pim.ImportCreated, pim.ImportCreated}, bringIn(t, l, s, bygone("a2")))
		waiting := unstarted(t, l)
		require.Len(t, waiting, 1)
		require.JSONEq(t, string(s.Input), string(waiting[0].Input))
		require.Equal(t, []pim.Event{
			{ID: "assignment.a1.extendable", Kind: pim.AssignmentExtendable, Resource: s.Resource, Status: pim.EventScheduled, DueDateTime: day(80), Counts: pim.Counts{}},
			{ID: "assignment.a1.expired", Kind: pim.AssignmentExpired, Resource: s.Resource, Status: pim.EventScheduled, DueDateTime: day(90), Counts: pim.Counts{}},
		}, view(t, l, s.Resource).Events, "and not that it was assigned")
		markStarted(t, l, s.Resource)
		require.Empty(t, unstarted(t, l))
		require.Equal(t, pim.ImportResult{pim.ImportKnown}, bringIn(t, l, s))
		require.Empty(t, unstarted(t, l), "what was started is not started again")
	})
}

func TestTheWordsOfThoseWhoChangedItComeAlong(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		s := bygone("a1")
		s.Following[0].DecisionID = "p1"
		s.Said = []pim.Proposal{{ID: "p1", Name: "key/1", Decision: pim.Decision{
			ID: "p1", Justification: "leads the team", ReviewedBy: pim.Principal{ID: "u2", DisplayName: "Johanna Lorenz"}, ReviewedDateTime: day(2),
		}}}
		denied := activationStep(day(2), pim.WhatDenied, pim.Denied)
		denied.DecisionID = "p2"
		r := entra("r1", "u7", activationStep(day(1), pim.WhatRequested, pim.PendingApproval), denied)
		r.Said = []pim.Proposal{{ID: "p2", Decision: pim.Decision{
			ReviewResult: pim.Deny, Justification: "not today", ReviewedBy: pim.Principal{ID: "u8"}, ReviewedDateTime: day(2),
		}}}
		for range 2 {
			bringIn(t, l, s, r)
			step := view(t, l, s.Resource).Timeline[1]
			require.Equal(t, &pim.Principal{ID: "u2", DisplayName: "Johanna Lorenz"}, step.By)
			require.Equal(t, "leads the team", step.Justification)
			said, err := l.AcceptedProposal(t.Context(), tenant, s.Resource, "key/1")
			require.NoError(t, err)
			require.Equal(t, s.Said[0], said)
			accepted, err := l.Accepted(t.Context(), tenant, r.Resource)
			require.NoError(t, err)
			require.Equal(t, &r.Said[0].Decision.ReviewedBy, &accepted.Decision.ReviewedBy, "it was decided, and cannot be decided again")
		}
	})
}

func TestWhatIsImportedGoesOnLikeEverythingElse(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		bringIn(t, l, entra("a1", "u7", eligibleFrom(day(1))), entra("a2", "u7", permanentFrom(day(5))))
		require.Equal(t, tiles{0, 1, 1}, count(t, l, tenant, monday, nextMonday))
		removed := assignmentStep(day(4), pim.WhatRemoved, pim.Revoked, pim.Eligible, never)
		removed.Seq = 1
		require.NoError(t, l.Record(t.Context(), tenant, assignment("a1"), removed))
		require.Equal(t, pim.Revoked, view(t, l, assignment("a1")).Status)
		require.Equal(t, tiles{0, 0, 1}, count(t, l, tenant, monday, nextMonday), "by then it had been removed")
	})
}

func TestASecondImportChangesNothingAndNamesWhatIsDifferent(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		taken := accept(t, l, "r1") // as h1, through the API
		different := entra("r1", "u7", activationStep(day(1), pim.WhatRequested, pim.Granted), activationStep(day(1), pim.WhatActivated, pim.Provisioned))
		equal := different
		equal.Hash = "h1"
		other := bygone("a1")
		other.Hash = "another"
		first := []pim.Imported{bygone("a1"), different, equal, bygone("a2"), bygone("a1"), other}
		require.Equal(t, pim.ImportResult{
			pim.ImportCreated, pim.ImportConflict, pim.ImportKnown, pim.ImportCreated, pim.ImportKnown, pim.ImportConflict,
		}, bringIn(t, l, first...))
		views := func() []pim.View {
			return []pim.View{view(t, l, assignment("a1")), view(t, l, assignment("a2")), view(t, l, taken)}
		}
		before := views()

		again := bringIn(t, l, append(first, bygone("a3"))...)
		require.Equal(t, pim.ImportResult{
			pim.ImportKnown, pim.ImportConflict, pim.ImportKnown, pim.ImportKnown, pim.ImportKnown, pim.ImportConflict, pim.ImportCreated,
		}, again)
		require.Equal(t, 4, again.Count(pim.ImportKnown))
		require.Equal(t, before, views())
		require.Equal(t, tiles{0, 3, 3}, count(t, l, tenant, monday, nextMonday))
		require.Empty(t, bringIn(t, l))
	})
}

func TestTheSameIDElsewhereIsImportedAsAnother(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		elsewhere := bygone("x")
		elsewhere.Tenant = "fabrikam"
		elsewhere.Hash = "another"
		activation := entra("x", "u7", activationStep(day(1), pim.WhatRequested, pim.Granted))
		require.Equal(t, 3, bringIn(t, l, bygone("x"), elsewhere, activation).Count(pim.ImportCreated))
	})
}

// More than one statement holds, of several tenants, at once from two processes' ledgers: each is created once.
func TestOfTwoImportsAtOnceEachRecordIsCreatedByOne(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		ledgers := []*ledger.Ledger{open(t, url), open(t, url)}
		const n = 1_203
		var group sync.WaitGroup
		results, errs := make([]pim.ImportResult, 2), make([]error, 2)
		for i, l := range ledgers {
			records := make([]pim.Imported, 0, n)
			for k := range n {
				if i == 1 {
					k = n - 1 - k
				}
				s := bygone(fmt.Sprintf("a%d", k))
				s.Tenant = fmt.Sprintf("tenant%d", k%3)
				records = append(records, s)
			}
			group.Go(func() { results[i], errs[i] = l.Import(t.Context(), records) })
		}
		group.Wait()
		require.NoError(t, errors.Join(errs...))
		require.Equal(t, n, results[0].Count(pim.ImportCreated)+results[1].Count(pim.ImportCreated))
		require.Equal(t, n, results[0].Count(pim.ImportKnown)+results[1].Count(pim.ImportKnown))
		require.Equal(t, tiles{0, n / 3, n / 3}, count(t, ledgers[0], "tenant1", monday, nextMonday))
	})
}

func TestAnImportWithARecordThatIsNoneWritesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		for says, spoil := range map[string]func(*pim.Imported){
			"import record 1, pim: it must be an assignment or an activation":                                     func(s *pim.Imported) { s.Resource = setting },
			"import record 1, assignments/a\x00: the tenant and the id must be valid UTF-8 without NUL":           func(s *pim.Imported) { s.Resource.ID = "a\x00" },
			"import record 1, assignments/a2: the first change must have seq 0, not 1":                            func(s *pim.Imported) { s.First.Seq = 1 },
			"change 2 at 2026-11-18 12:00:00 +0000 UTC must not follow change 0 at 2026-11-17 12:00:00 +0000 UTC": func(s *pim.Imported) { s.Following[0].Seq = 2 },
			"change 1 at 2026-11-17 11:59:59 +0000 UTC must not follow change 0 at 2026-11-17 12:00:00 +0000 UTC": func(s *pim.Imported) { s.Following[0].At = day(1).Add(-time.Second) },
			"what was said must have an id": func(s *pim.Imported) { s.Said = []pim.Proposal{{Name: "key/1"}} },
			"change 1 at 2026-11-18 12:00:00 +0000 UTC must not follow change 1 at 2026-11-18 12:00:00 +0000 UTC": func(s *pim.Imported) { s.Following = append(s.Following, s.Following[0]) },
		} {
			s := bygone("a2")
			spoil(&s)
			_, err := l.Import(t.Context(), []pim.Imported{bygone("a1"), s})
			require.ErrorContains(t, err, says)
			_, err = l.View(t.Context(), tenant, assignment("a1"))
			require.ErrorIs(t, err, pim.ErrNotFound)
		}
	})
}

func TestHostileTextIsImportedAndLosesNoRecord(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		s := story(`a'1"; DROP TABLE facts; --`, "{\"resourceKind\":\"directoryRole\",\"principal\":{\"id\":\"u\\u0000'7\"},\"role\":{\"id\":\"r\xff\"},\"scope\":{\"id\":\"\x00\"}}", eligibleFrom(day(1)))
		s.Hash, s.First.By = "h\x00\xff", "u\x00\xff"
		require.Equal(t, pim.ImportResult{pim.ImportCreated}, bringIn(t, l, s))
		require.Equal(t, pim.ImportResult{pim.ImportKnown}, bringIn(t, l, s))
		require.Equal(t, tiles{0, 0, 1}, count(t, l, tenant, monday, nextMonday))
	})
}
