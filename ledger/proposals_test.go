package ledger_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

func TestAProposalIsReadAsItWasProposed(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := acceptAssignment(t, l, "a1")
		extension := pim.Proposal{
			Name: "request/x1", Hash: "h7", Body: json.RawMessage(`{"justification":"on  call","scheduleInfo":{}}`),
			Decision: pim.Decision{
				Justification: "on call", ReviewedDateTime: noon,
				ReviewedBy: pim.Principal{ID: "u7", DisplayName: "Alain Charon", Mail: "alain@contoso.example", Type: pim.User},
			},
		}
		var removal pim.Proposal
		for _, p := range []*pim.Proposal{&extension, &removal} {
			p.ID = propose(t, l, r, *p)
			p.Decision.ID = p.ID
		}
		proposals, err := l.Proposals(t.Context(), tenant, r, removal.ID, "", extension.ID, "nobody", removal.ID, "a\x00b", "\xff")
		require.NoError(t, err)
		require.Equal(t, map[string]pim.Proposal{extension.ID: extension, removal.ID: removal}, proposals)
		_, err = json.Marshal(proposals)
		require.NoError(t, err, "a proposal without a body has none")
	})
}

func TestAProposalIsReadForItsOwnResourceOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := acceptAssignment(t, l, "a1")
		id := propose(t, l, r, pim.Proposal{Name: "request/x1"})
		for _, other := range []struct {
			tenant   string
			resource pim.Resource
		}{{"fabrikam", r}, {tenant, assignment("a2")}, {tenant, activation("a1")}, {"a\x00b", r}, {tenant, assignment("\xff")}} {
			proposals, err := l.Proposals(t.Context(), other.tenant, other.resource, id)
			require.NoError(t, err)
			require.NotNil(t, proposals)
			require.Empty(t, proposals)
		}
		proposals, err := l.Proposals(t.Context(), tenant, r)
		require.NoError(t, err)
		require.NotNil(t, proposals)
		require.Empty(t, proposals)
	})
}

func TestAnyNumberOfProposalsCanBeAskedFor(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := acceptAssignment(t, l, "a1")
		ids := []string{propose(t, l, r, pim.Proposal{})}
		for i := range 70_000 { // more than either database takes in one query
			ids = append(ids, fmt.Sprintf("nobody-%d", i))
		}
		ids = append(ids, propose(t, l, r, pim.Proposal{}))
		proposals, err := l.Proposals(t.Context(), tenant, r, ids...)
		require.NoError(t, err)
		require.Len(t, proposals, 2)
	})
}

func TestAProposalIsFoundByItsNameOnceAChangeNamesIt(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r, other := acceptAssignment(t, l, "a1"), acceptAssignment(t, l, "a2")
		refused := propose(t, l, r, pim.Proposal{Name: "request/x1", Hash: "refused"})
		taken := propose(t, l, r, pim.Proposal{Name: "request/x1", Hash: "taken"})
		nameless := propose(t, l, r, pim.Proposal{})
		elsewhere := propose(t, l, other, pim.Proposal{Name: "request/x2"})
		find := func(name string) (pim.Proposal, error) { return l.AcceptedProposal(t.Context(), tenant, r, name) }
		_, err := find("request/x1")
		require.ErrorIs(t, err, pim.ErrNotFound)

		for seq, id := range []string{taken, nameless, elsewhere, "nobody"} {
			require.NoError(t, l.Record(t.Context(), tenant, r, step(seq+1, pim.WhatExtendRequested, id)))
		}
		found, err := find("request/x1")
		require.NoError(t, err)
		require.Equal(t, taken, found.ID)
		require.Equal(t, "taken", found.Hash)
		require.NotEqual(t, refused, found.ID)
		for _, name := range []string{"", "request/x2", "request/X1", "request/x1 ", "request/x1\x00", "\xff"} {
			_, err := find(name)
			require.ErrorIs(t, err, pim.ErrNotFound, "%q", name)
		}
		for _, resource := range []pim.Resource{other, activation("a1"), assignment("nobody")} {
			_, err := l.AcceptedProposal(t.Context(), tenant, resource, "request/x1")
			require.ErrorIs(t, err, pim.ErrNotFound)
		}
		_, err = l.AcceptedProposal(t.Context(), "fabrikam", r, "request/x1")
		require.ErrorIs(t, err, pim.ErrNotFound)
	})
}

func TestOfTwoAcceptedProposalsOfOneNameTheEarlierStepCounts(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := acceptAssignment(t, l, "a1")
		first := propose(t, l, r, pim.Proposal{Name: "key/k1"})
		second := propose(t, l, r, pim.Proposal{Name: "key/k1"})
		require.NoError(t, l.Record(t.Context(), tenant, r, step(11, pim.WhatUpdated, first), step(2, pim.WhatUpdated, second)))
		found, err := l.AcceptedProposal(t.Context(), tenant, r, "key/k1")
		require.NoError(t, err)
		require.Equal(t, second, found.ID, "step 2 came before step 11")
	})
}

func TestOneProposalThatManyAcceptAtOnceIsAcceptedOnce(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		ledgers := []*ledger.Ledger{open(t, url), open(t, url)}
		l := ledgers[0]
		r := acceptAssignment(t, l, "a1")
		id := propose(t, l, r, pim.Proposal{Name: "key/k1", Decision: pim.Decision{ReviewedBy: pim.Principal{ID: "u2"}}})
		due := due(r, pim.AssignmentExtended, pim.PartAll, noon)
		change := step(1, pim.WhatExtended, id)
		change.Schedule = []pim.Due{due}
		again := step(2, pim.WhatExtended, id) // by accident
		var group sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			group.Go(func() {
				errs[i] = ledgers[i%2].Record(t.Context(), tenant, r, []pim.Change{change, again}[i/8])
			})
		}
		group.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		found, err := l.AcceptedProposal(t.Context(), tenant, r, "key/k1")
		require.NoError(t, err)
		require.Equal(t, id, found.ID)
		shown := view(t, l, r)
		require.Len(t, shown.Timeline, 3)
		require.Len(t, shown.Events, 2, "assigned and, once, extended")
	})
}

func TestAProposalWhoseNameCannotBeStoredIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := acceptAssignment(t, l, "a1")
		for _, name := range []string{"key/a\x00b", "key/\xff"} {
			id, err := l.Propose(t.Context(), tenant, r, pim.Proposal{Name: name})
			require.ErrorContains(t, err, "its name must be valid UTF-8 without NUL")
			require.Empty(t, id)
		}
	})
}

func TestAnAnswerIsTheDecisionOfAnActivationOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		answer := pim.Decision{ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "u2"}, ReviewedDateTime: noon}
		for _, r := range []pim.Resource{acceptAssignment(t, l, "r1"), accept(t, l, "r1")} {
			id := propose(t, l, r, pim.Proposal{Name: "decision/x1", Decision: answer})
			require.NoError(t, l.Record(t.Context(), tenant, r, step(1, pim.WhatExtended, id)))
			accepted, err := l.Accepted(t.Context(), tenant, r)
			require.NoError(t, err)
			require.Equal(t, r.Collection == pim.ActivationRequests, accepted.Decision != nil, r)
			found, err := l.AcceptedProposal(t.Context(), tenant, r, "decision/x1")
			require.NoError(t, err)
			require.Equal(t, id, found.ID)
		}
	})
}

func step(seq int, what pim.What, proposalID string) pim.Change {
	return pim.Change{Seq: seq, At: noon.Add(time.Duration(seq) * time.Minute), What: what, Status: pim.Provisioned, By: "u2", DecisionID: proposalID}
}
