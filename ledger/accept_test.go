package ledger_test

import (
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

func TestOneOfAHundredEqualAcceptsCreatesTheRequest(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l := open(t, url)
		children := []*child{startChild(t, url, "accept r1"), startChild(t, url, "accept r1")}
		var created atomic.Int64
		var group sync.WaitGroup
		errs := make([]error, 100)
		for i := range errs {
			group.Go(func() {
				stored, isNew, err := l.Accept(t.Context(), acceptance(activation("r1")))
				if errs[i] = err; isNew {
					created.Add(1)
				}
				if err == nil && stored.Hash != "h1" {
					errs[i] = pim.ErrNotFound
				}
			})
		}
		group.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		for _, c := range children {
			if c.wait(t) == "true" {
				created.Add(1)
			}
		}
		require.EqualValues(t, 1, created.Load())
		view, err := l.View(t.Context(), tenant, activation("r1"))
		require.NoError(t, err)
		require.Len(t, view.Timeline, 1)
		require.Len(t, view.Events, 1)
	})
}

func TestAcceptingTheSameIDAgainAnswersWhatIsStored(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		other := acceptance(r)
		other.Hash, other.Body, other.First.Status = "h2", json.RawMessage(`{}`), pim.Granted
		stored, created, err := l.Accept(t.Context(), other)
		require.NoError(t, err)
		require.False(t, created)
		require.Equal(t, pim.Accepted{Acceptance: acceptance(r), Status: pim.PendingApproval}, stored)
	})
}

func TestTheSameIDInAnotherTenantOrCollectionIsAnotherRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		accept(t, l, "r1")
		elsewhere := acceptance(activation("r1"))
		elsewhere.Tenant = "fabrikam"
		_, created, err := l.Accept(t.Context(), elsewhere)
		require.NoError(t, err)
		require.True(t, created)
		_, created, err = l.Accept(t.Context(), acceptance(pim.Resource{Collection: pim.Assignments, ID: "r1"}))
		require.NoError(t, err)
		require.True(t, created)
		_, err = l.Accepted(t.Context(), "northwind", activation("r1"))
		require.ErrorIs(t, err, pim.ErrNotFound)
	})
}

func TestHostileTextIsStoredAndLosesNoRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := activation(`r'1"; DROP TABLE requests; --`)
		a := acceptance(r)
		a.Body = json.RawMessage(`{"principal":{"id":"u\u00007","displayName":"A\u0000\u202eB"},"justification":"'); -- \u0000"}`)
		_, created, err := l.Accept(t.Context(), a)
		require.NoError(t, err)
		require.True(t, created)
		stored, err := l.Accepted(t.Context(), tenant, r)
		require.NoError(t, err)
		require.Equal(t, string(a.Body), string(stored.Body))

		id := propose(t, l, r, pim.Proposal{Hash: "h\x00\xff", Decision: pim.Decision{
			ReviewResult: pim.Deny, Justification: "no\x00 \xff 'way'", ReviewedBy: pim.Principal{ID: "u\x002", DisplayName: "\x00Bob\x00"}, ReviewedDateTime: noon,
		}})
		require.NoError(t, l.Record(t.Context(), tenant, r, pim.Change{Seq: 1, At: noon, What: pim.WhatDenied, Status: pim.Denied, DecisionID: id, By: "u\x002"}))
		view, err := l.View(t.Context(), tenant, r)
		require.NoError(t, err)
		require.Equal(t, "no \uFFFD 'way'", view.Timeline[1].Justification)
		require.Equal(t, &pim.Principal{ID: "u2", DisplayName: "Bob"}, view.Timeline[1].By)

		state := dueState(t, l, r, due(r, pim.ActivationPendingApproval, pim.PartAll, noon))
		hostile := people(1, 1)
		hostile[0].DisplayName, hostile[0].PrincipalID, hostile[0].Address = "Eve\x00\xc3(", "u'9\x00", "e've\x00@contoso.example"
		plan(t, l, state.EventKey, pim.PartAll, hostile)
		claims := claim(t, l, 1, state.EventKey)
		require.Equal(t, "Eve\uFFFD(", claims[0].Recipient.DisplayName)
		require.Equal(t, "u'9", claims[0].Recipient.PrincipalID)
		answer := settlement(claims[0], pim.StatusFailed)
		answer.Reason, answer.Detail = "refu\x00sed", "550 \x00\xff"
		require.NoError(t, l.Settle(t.Context(), []pim.Settlement{answer}))
		deliveries, err := l.Recipients(t.Context(), tenant, claims[0].Event.ID)
		require.NoError(t, err)
		require.Equal(t, "refused", deliveries[0].Reason)
	})
}

func TestANameThatCannotBeStoredIsRefusedOrNotThere(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		accept(t, l, "ab")
		for _, id := range []string{"a\x00b", "ab\xff"} {
			_, _, err := l.Accept(t.Context(), acceptance(activation(id)))
			require.ErrorContains(t, err, "must be valid UTF-8 without NUL")
			_, err = l.DueStates(t.Context(), tenant, activation(id), nil)
			require.ErrorContains(t, err, "must be valid UTF-8 without NUL")
			_, err = l.Accepted(t.Context(), tenant, activation(id))
			require.ErrorIs(t, err, pim.ErrNotFound)
			_, err = l.View(t.Context(), tenant, activation(id))
			require.ErrorIs(t, err, pim.ErrNotFound)
			_, err = l.Recipients(t.Context(), tenant, id)
			require.ErrorIs(t, err, pim.ErrNotFound)
			require.ErrorIs(t, l.MarkStarted(t.Context(), pim.Accepted{Acceptance: acceptance(activation(id))}, noon), pim.ErrNotFound)
			require.ErrorIs(t, l.Record(t.Context(), tenant, activation(id)), pim.ErrNotFound)
			events, err := l.Events(t.Context(), tenant, activation(id))
			require.NoError(t, err)
			require.Empty(t, events)
		}
	})
}

func TestARequestStaysStarted(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r := accept(t, l, "r1")
		for range 2 {
			markStarted(t, l, r)
		}
		_, created, err := l.Accept(t.Context(), acceptance(r))
		require.NoError(t, err)
		require.False(t, created)
		accepted, err := l.Accepted(t.Context(), tenant, r)
		require.NoError(t, err)
		require.True(t, accepted.Started)
		require.ErrorIs(t, l.MarkStarted(t.Context(), pim.Accepted{Acceptance: acceptance(activation("other"))}, noon), pim.ErrNotFound)
	})
}

func TestUnstartedRequestsAreTheOldOnesThatNobodyStarted(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		for i, id := range []string{"c", "b", "a", "started", "young"} {
			a := acceptance(activation(id))
			a.AcceptedAt = noon.Add(time.Duration(i) * time.Second)
			_, _, err := l.Accept(t.Context(), a)
			require.NoError(t, err)
		}
		markStarted(t, l, activation("started"))
		names := func(limit int) string {
			unstarted, err := l.Unstarted(t.Context(), noon.Add(4*time.Second), limit)
			require.NoError(t, err)
			var ids []string
			for _, a := range unstarted {
				require.Equal(t, acceptance(a.Resource).First, a.First)
				require.False(t, a.Started)
				ids = append(ids, a.Resource.ID)
			}
			return strings.Join(ids, " ")
		}
		require.Equal(t, "c b a", names(10))
		require.Equal(t, "c b a", names(3), "each once")
		require.Equal(t, "c a", names(2), "the oldest, and the newest of many")
	})
}

// An import leaves a hundred thousand that are to be started, of a record that is longer still.
func TestWhatIsToBeStartedIsFoundFromBothEndsOfAnIndex(t *testing.T) {
	const many = 20_000
	onBothURLs(t, func(t *testing.T, url string) {
		l, db := open(t, url), database(t, url)
		fill(t, db, many, `INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, accepted_at, started_at, updated_at)`,
			`'contoso', 'assignments', 'a' || i, '', '', '', 'Provisioned', 0, i, CASE WHEN i % 3 = 0 THEN i END, i`)
		fill(t, db, many, `INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, change, updated_at)`,
			`'contoso', 'assignments', 'a' || i, 0, i, 'assigned', 'Provisioned', '{}', i`)
		for range 2 {
			for _, query := range ledger.UnstartedQueries(noon, 100) {
				plan := explain(t, l, query)
				require.Contains(t, plan, "requests_unstarted", plan)
				require.NotRegexp(t, `(?m)Seq Scan on (requests|timeline)|^SCAN (requests|timeline|t)\b`, plan)
				require.NotRegexp(t, `(?s)Limit.*Nested Loop.*requests_unstarted`, plan[max(0, strings.Index(plan, "Limit")):], "all of it is put together")
			}
			_, err := db.ExecContext(t.Context(), `ANALYZE`)
			require.NoError(t, err)
		}
	})
}

func TestTheFirstChangeOfAnAcceptanceIsNumberZero(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		a := acceptance(activation("r1"))
		a.First.Seq = 1
		_, created, err := l.Accept(t.Context(), a)
		require.ErrorContains(t, err, "the first change must have seq 0, not 1")
		require.False(t, created)
	})
}
