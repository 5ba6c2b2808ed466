package ledger_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/audit"
	"pimnotify/ledger"
	"pimnotify/pim"
)

// replay is what the lines of an audit say of the mails of each event, followed one after the other.
type replay struct {
	status map[string]map[string]pim.RecipientStatus // by event and mail
	next   int64                                     // entry to follow
}

func newReplay() *replay {
	return &replay{status: map[string]map[string]pim.RecipientStatus{}, next: 1}
}

func (r *replay) follow(ctx context.Context, t require.TestingT, l *ledger.Ledger) {
	require.NoError(t, l.AuditEntries(ctx, r.next, func(e audit.Entry) error {
		require.Equal(t, r.next, e.Seq)
		lines, err := e.Lines()
		require.NoError(t, err)
		for _, line := range lines {
			r.take(t, line)
		}
		r.next++
		return nil
	}))
}

func (r *replay) take(t require.TestingT, line audit.Line) {
	if line.Mail == "" {
		return
	}
	mails := r.status[line.Event]
	if mails == nil {
		mails = map[string]pim.RecipientStatus{}
		r.status[line.Event] = mails
	}
	require.Equal(t, mails[line.Mail], line.From, "%+v", line)
	require.True(t, line.From == "" || line.From.CanBecome(pim.RecipientStatus(line.Status)), "%+v", line)
	mails[line.Mail] = pim.RecipientStatus(line.Status)
}

// Whatever happens to an event, in whatever order: what the lines say, followed from the first, is the record as it is, mail by mail; each
// line goes on from where the one before it stopped, and the whole chain proves it.
func TestReplayingTheAuditGivesTheRecord(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l := openAudited(t, url, oldKey)
		defer func() { require.NoError(t, l.Close()) }()
		run, all := 0, newReplay()
		rapid.Check(t, func(rt *rapid.T) {
			run++
			h := newHistory(rt, l, run)
			rt.Repeat(map[string]func(*rapid.T){
				"plan": h.plan, "claim": h.claim, "settle": h.settle, "settle 2": h.settle, "lapse": h.lapse, "withdraw": h.withdraw,
				"observe": h.observe, "clear": h.clear,
				"decide": func(rt *rapid.T) { h.decide(rt) },
				"bring in": func(rt *rapid.T) {
					_, err := l.Import(rt.Context(), []pim.Imported{entra(fmt.Sprintf("a%d", rapid.IntRange(1, 5).Draw(rt, "assignment")), "u7", eligibleFrom(monday))})
					require.NoError(rt, err)
				},
				"": func(rt *rapid.T) {
					h.check(rt)
					all.follow(rt.Context(), rt, l)
					is := map[string]pim.RecipientStatus{}
					for id, d := range h.before {
						is[id] = d.Status
					}
					if len(is) > 0 || len(all.status[h.due.Event.ID]) > 0 {
						require.Equal(rt, is, all.status[h.due.Event.ID])
					}
				},
			})
			_, err := l.VerifyAudit(rt.Context(), audit.Keys{oldKey})
			require.NoError(rt, err)
		})
	})
}

// decide proposes an answer and takes a step that names it, at any place of the timeline.
func (h *history) decide(rt *rapid.T) {
	id, err := h.l.Propose(rt.Context(), tenant, h.resource, pim.Proposal{Decision: pim.Decision{ReviewResult: pim.Approve, ReviewedBy: pim.Principal{ID: "u2"}, ReviewedDateTime: noon}})
	require.NoError(rt, err)
	step := pim.Change{Seq: rapid.IntRange(2, 4).Draw(rt, "seq"), At: h.clock, What: pim.WhatApproved, Status: pim.Granted, By: "u2", DecisionID: id}
	require.NoError(rt, h.l.Record(rt.Context(), tenant, h.resource, step))
}

// Many write at once, in two processes' worth of ledgers: the chain has one order, each is told its own entries in that order, once, and
// together they are all there are.
func TestManyWritersMakeOneChainAndEachIsToldItsEntriesInOrder(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		told := make([][]int64, 2)
		var ledgers []*ledger.Ledger
		for i := range told {
			l, err := ledger.Open(t.Context(), url, ledger.Audited(audit.Keys{oldKey}, func(e audit.Entry) { told[i] = append(told[i], e.Seq) }))
			require.NoError(t, err)
			ledgers = append(ledgers, l)
		}
		_, key, _ := planned(t, ledgers[0], "r0", 60)
		var all sync.WaitGroup
		for i := range 8 {
			l := ledgers[i%2]
			all.Go(func() {
				r := activation(fmt.Sprintf("r%d", i+1))
				_, _, err := l.Accept(t.Context(), acceptance(r))
				require.NoError(t, err)
				_, err = claimAll(t.Context(), l, key)
				require.NoError(t, err)
				require.NoError(t, l.Record(t.Context(), tenant, r, withdrawal(1, pim.WhatDenied, acceptance(r).First.Schedule[0].Event)))
			})
		}
		all.Wait()
		v, err := ledgers[0].VerifyAudit(t.Context(), audit.Keys{oldKey})
		require.NoError(t, err)
		for _, l := range ledgers {
			require.NoError(t, l.Close())
		}
		for _, seqs := range told {
			require.True(t, slices.IsSorted(seqs), seqs)
			require.NotEmpty(t, seqs)
		}
		together := slices.Sorted(slices.Values(append(told[0], told[1]...)))
		require.Len(t, together, int(v.Entries))
		require.Equal(t, together, slices.Compact(slices.Clone(together)))
	})
}

// What was rolled back is in no entry, and nothing that changes nothing makes one.
func TestOnlyWhatIsInTheRecordIsInTheAudit(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 2)
		claims := claim(t, l, 1, key)
		was, _, err := l.AuditHead(t.Context())
		require.NoError(t, err)

		wrong := settlement(claims[0], pim.StatusSent)
		wrong.Status, wrong.MailID = pim.StatusCapped, "zzz" // the last of the batch
		require.Error(t, l.Settle(t.Context(), []pim.Settlement{settlement(claims[0], pim.StatusSent), wrong}))
		late := settlement(claims[0], pim.StatusSent)
		late.Attempt = 7
		require.NoError(t, l.Settle(t.Context(), []pim.Settlement{late}))
		_, err = l.Lapse(t.Context(), []int64{key}, noon)
		require.NoError(t, err)
		dueState(t, l, activation("r1"), due(activation("r1"), pim.ActivationPendingApproval, pim.PartAll, noon))
		_, created, err := l.Accept(t.Context(), acceptance(activation("r1")))
		require.NoError(t, err)
		require.False(t, created)

		is, _, err := l.AuditHead(t.Context())
		require.NoError(t, err)
		require.Equal(t, was, is)
	})
}

// One transaction, one entry, however many it concerns.
func TestABatchIsOneEntry(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, key, _ := planned(t, l, "r1", 1000)
		was, _, err := l.AuditHead(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, was.Seq)
		var settlements []pim.Settlement
		for _, c := range claim(t, l, 1000, key) {
			settlements = append(settlements, settlement(c, pim.StatusSent))
		}
		require.NoError(t, l.Settle(t.Context(), settlements))
		is, _, err := l.AuditHead(t.Context())
		require.NoError(t, err)
		require.Equal(t, was.Seq+2, is.Seq)
		_, err = l.VerifyAudit(t.Context(), nil, is)
		require.NoError(t, err)
	})
}

// Nothing that people wrote, no name, no address and no subject is in an entry.
func TestNoNameAndNoAddressIsInTheAudit(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		r, key, e := planned(t, l, "r1", 3)
		claims := claim(t, l, 2, key)
		failed := settlement(claims[1], pim.StatusFailed)
		failed.Reason, failed.Detail = "messageRejected", "Address u2@contoso.example is not known"
		require.NoError(t, l.Settle(t.Context(), []pim.Settlement{settlement(claims[0], pim.StatusSent), failed}))
		id := propose(t, l, r, pim.Proposal{Decision: pim.Decision{
			ReviewResult: pim.Deny, Justification: "not tonight", ReviewedDateTime: noon,
			ReviewedBy: pim.Principal{ID: "u2", DisplayName: "Bea Approver", Mail: "bea@contoso.example"},
		}})
		change := withdrawal(1, pim.WhatDenied, e)
		change.DecisionID = id
		require.NoError(t, l.Record(t.Context(), tenant, r, change))

		seen := 0
		require.NoError(t, l.AuditEntries(t.Context(), 1, func(e audit.Entry) error {
			seen++
			for _, secret := range []string{"@", "example", "User ", "Alain", "Bea", "not tonight", "restore drill", "PIM: "} {
				require.NotContains(t, e.Body, secret)
			}
			return nil
		}))
		require.Equal(t, 6, seen)
	})
}

// A process that ends between a commit and its lines leaves the entry, from which the lines can be made at any time.
func TestLinesThatAProcessNeverWroteComeFromTheRecord(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		startChild(t, url, dieAfterCommit+" r1").wait(t)
		l := open(t, url)
		_, err := l.VerifyAudit(t.Context(), nil)
		require.NoError(t, err)
		var things []audit.What
		require.NoError(t, l.AuditEntries(t.Context(), 2, func(e audit.Entry) error {
			lines, err := e.Lines()
			for i, line := range lines {
				require.Equal(t, i, line.Index)
				require.Equal(t, e.Hash, line.Hash)
				require.Equal(t, "activationRequests/r1", line.Resource)
				things = append(things, line.What)
			}
			return err
		}))
		require.Equal(t, []audit.What{audit.Accepted, audit.EventScheduled}, things)
	})
}
