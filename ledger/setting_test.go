package ledger_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

var setting = pim.Resource{Collection: pim.PIMSetting}

// enabling is the event of the nth time that PIM was enabled.
func enabling(n int) pim.EventRef {
	return pim.NewEvent(setting, pim.PIMEnabled, strconv.Itoa(n), noon)
}

// switching is the step with which the setting becomes on or off: seq 0 enables it for the first time.
func switching(tenant string, seq int, on bool) pim.Acceptance {
	n := seq/2 + 1
	at := noon.Add(time.Duration(seq) * time.Hour)
	a := pim.Acceptance{
		Tenant: tenant, Resource: setting, Hash: fmt.Sprintf("%d %t", seq, on), AcceptedAt: at,
		Body: json.RawMessage(fmt.Sprintf(`{"isEnabled":%t,"changedBy":{"id":"u%d","displayName":"User %d","mail":"u%d@contoso.example"}}`, on, seq, seq, seq)),
		First: pim.Change{
			Seq: seq, At: at, What: pim.WhatDisabled, Status: pim.Revoked, By: fmt.Sprintf("u%d", seq), Withdraw: []pim.EventRef{enabling(n)},
		},
	}
	if on {
		a.First.What, a.First.Status, a.First.Withdraw = pim.WhatEnabled, pim.Provisioned, nil
		a.First.Schedule = []pim.Due{{Event: enabling(n), Part: pim.PartAll, DueDateTime: at}}
		a.Input = json.RawMessage(fmt.Sprintf(`{"tenant":"contoso","number":%d}`, n))
	}
	return a
}

func announce(t testing.TB, l *ledger.Ledger, tenant string) pim.Accepted {
	t.Helper()
	accepted, created, err := l.Accept(t.Context(), switching(tenant, 0, true))
	require.NoError(t, err)
	require.True(t, created)
	return accepted
}

func supersede(t testing.TB, l *ledger.Ledger, a pim.Acceptance) pim.Accepted {
	t.Helper()
	accepted, done, err := l.Supersede(t.Context(), a)
	require.NoError(t, err)
	require.True(t, done)
	return accepted
}

func pimOf(t testing.TB, l *ledger.Ledger, tenant string) pim.PIMView {
	t.Helper()
	view, err := l.PIM(t.Context(), tenant)
	require.NoError(t, err)
	return view
}

func TestTheSettingSaysWhoSwitchedItWhenAlsoLongAgo(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, err := l.PIM(t.Context(), tenant)
		require.ErrorIs(t, err, pim.ErrNotFound)
		announce(t, l, tenant)
		by := func(seq int) *pim.Principal {
			return &pim.Principal{ID: fmt.Sprintf("u%d", seq), DisplayName: fmt.Sprintf("User %d", seq)}
		}
		var timeline []pim.TimelineEntry
		for seq := range 4 {
			on := seq%2 == 0
			if seq > 0 {
				supersede(t, l, switching(tenant, seq, on))
			}
			at := noon.Add(time.Duration(seq) * time.Hour)
			entry := pim.TimelineEntry{At: at, What: pim.WhatEnabled, Status: pim.Provisioned, By: by(seq)}
			if !on {
				entry.What, entry.Status = pim.WhatDisabled, pim.Revoked
			}
			timeline = append(timeline, entry)
			shown := pimOf(t, l, tenant)
			require.Equal(t, pim.PIMView{
				IsEnabled: on, ChangedBy: by(seq), ChangedDateTime: &at, Timeline: timeline, Events: shown.Events,
			}, shown)
			require.Len(t, shown.Events, seq/2+1)
			require.Equal(t, !on, shown.Events[seq/2].Status == pim.EventCancelled)
		}
		_, err = l.PIM(t.Context(), "fabrikam")
		require.ErrorIs(t, err, pim.ErrNotFound)
		_, err = l.PIM(t.Context(), "\xff")
		require.ErrorIs(t, err, pim.ErrNotFound)
	})
}

func TestASwitchThatWasProposedKeepsItsProposal(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		announce(t, l, tenant)
		off := switching(tenant, 1, false)
		off.First.DecisionID = propose(t, l, setting, pim.Proposal{
			Name: "key/k1", Decision: pim.Decision{Justification: "maintenance", ReviewedBy: pim.Principal{ID: "u9", DisplayName: "Nine"}},
		})
		supersede(t, l, off)
		require.Equal(t, pim.TimelineEntry{
			At: noon.Add(time.Hour), What: pim.WhatDisabled, Status: pim.Revoked, By: &pim.Principal{ID: "u9", DisplayName: "Nine"}, Justification: "maintenance",
		}, pimOf(t, l, tenant).Timeline[1])
		_, err := l.AcceptedProposal(t.Context(), tenant, setting, "key/k1")
		require.NoError(t, err)
	})
}

func TestASwitchThatCannotBeReadIsWhoseItsChangeSays(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		for i, body := range []string{`{"isEnabled":true,"changedBy":7}`, `{}`, ``, "\x00", `{"changedBy":{"id":"u\u00000"}}`} {
			a := switching(fmt.Sprintf("tenant%d", i), 0, true)
			a.Body = json.RawMessage(body)
			_, _, err := l.Accept(t.Context(), a)
			require.NoError(t, err)
			require.Equal(t, &pim.Principal{ID: "u0"}, pimOf(t, l, a.Tenant).ChangedBy)
		}
	})
}

func TestWhatIsSupersededIsReplacedButForItsFirstChange(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		first := announce(t, l, tenant)
		require.False(t, first.Started)
		off := switching(tenant, 1, false)
		got := supersede(t, l, off)
		want := pim.Accepted{Acceptance: off, Started: true, Seq: 1, Status: pim.Revoked}
		want.First = first.First
		require.Equal(t, want, got, "there is no process to start")
		require.Empty(t, unstarted(t, l))

		on := switching(tenant, 2, true)
		got = supersede(t, l, on)
		want = pim.Accepted{Acceptance: on, Seq: 2, Status: pim.Provisioned}
		want.First = first.First
		require.Equal(t, want, got)
		require.Equal(t, []pim.Accepted{want}, unstarted(t, l), "its process is to be started")
		require.Equal(t, pim.Counts{}, pimOf(t, l, tenant).Events[1].Counts)

		stored, created, err := l.Accept(t.Context(), switching(tenant, 0, true))
		require.NoError(t, err)
		require.False(t, created)
		require.Equal(t, want, stored, "the first announcement again changes nothing")
	})
}

func unstarted(t testing.TB, l *ledger.Ledger) []pim.Accepted {
	t.Helper()
	accepted, err := l.Unstarted(t.Context(), noon.AddDate(1, 0, 0), 10)
	require.NoError(t, err)
	return accepted
}

func TestOnlyTheProcessOfWhatIsAcceptedNowIsMarkedStarted(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		first := announce(t, l, tenant)
		off := supersede(t, l, switching(tenant, 1, false))
		second := supersede(t, l, switching(tenant, 2, true))
		for _, late := range []pim.Accepted{first, off} {
			require.NoError(t, l.MarkStarted(t.Context(), late, noon))
			require.Len(t, unstarted(t, l), 1, "the process that was started is not the one of what is accepted now")
		}
		require.NoError(t, l.MarkStarted(t.Context(), second, noon))
		require.Empty(t, unstarted(t, l))
	})
}

func TestWhatNeedsNoProcessCountsAsStartedWhenItIsAccepted(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		off := switching(tenant, 0, false) // a tenant whose first word is that PIM is disabled
		accepted, created, err := l.Accept(t.Context(), off)
		require.NoError(t, err)
		require.True(t, created)
		require.True(t, accepted.Started)
		require.Nil(t, accepted.Input)
		require.Empty(t, unstarted(t, l))
		require.False(t, pimOf(t, l, tenant).IsEnabled)
	})
}

func TestASwitchThatDoesNotFollowTheLatestOneChangesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		announce(t, l, tenant)
		now := supersede(t, l, switching(tenant, 1, false))
		before := pimOf(t, l, tenant)
		for _, seq := range []int{1, 3, 4} {
			late := switching(tenant, seq, true)
			stored, done, err := l.Supersede(t.Context(), late)
			require.NoError(t, err)
			require.False(t, done)
			require.Equal(t, now, stored)
		}
		require.Equal(t, before, pimOf(t, l, tenant))
	})
}

func TestASupersessionThatIsNoneIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		announce(t, l, tenant)
		r := accept(t, l, "r1")
		other := acceptance(r)
		other.First.Seq = 1
		for says, a := range map[string]pim.Acceptance{
			"supersede activationRequests/r1: only the PIM setting can be superseded": other,
			"supersede pim: its change must have a seq of 1 or more, not 0":           switching(tenant, 0, true),
			"supersede pim: its change must have a seq of 1 or more, not -1":          {Tenant: tenant, Resource: setting, First: pim.Change{Seq: -1}},
			"supersede pim: " + pim.ErrNotFound.Error():                               switching("fabrikam", 1, false),
			"supersede pim/\xff: " + pim.ErrNotFound.Error():                          {Tenant: tenant, Resource: pim.Resource{Collection: pim.PIMSetting, ID: "\xff"}, First: pim.Change{Seq: 1}},
		} {
			_, done, err := l.Supersede(t.Context(), a)
			require.EqualError(t, err, says)
			require.False(t, done)
		}
		require.Len(t, pimOf(t, l, tenant).Timeline, 1)
		require.Len(t, view(t, l, r).Timeline, 1)
	})
}

func TestOneOfTwoOppositeSwitchesWinsAndTheOtherIsTold(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		ledgers := []*ledger.Ledger{open(t, url), open(t, url)}
		announce(t, ledgers[0], tenant)
		for seq := 1; seq <= 30; seq++ {
			on, off, event := switching(tenant, seq, true), switching(tenant, seq, false), enabling(100+seq)
			on.First.Schedule = []pim.Due{{Event: event, Part: pim.PartAll, DueDateTime: noon}}
			off.First.Withdraw = []pim.EventRef{event}
			switches := []pim.Acceptance{on, off}
			var group sync.WaitGroup
			stored, done, errs := make([]pim.Accepted, 2), make([]bool, 2), make([]error, 2)
			for i := range switches {
				group.Go(func() { stored[i], done[i], errs[i] = ledgers[i].Supersede(t.Context(), switches[i]) })
			}
			group.Wait()
			require.NoError(t, errors.Join(errs...))
			require.NotEqual(t, done[0], done[1])
			winner, status := on, pim.EventScheduled
			if done[1] {
				winner, status = off, pim.EventCancelled
			}
			require.Equal(t, stored[0], stored[1])
			require.Equal(t, winner.Hash, stored[0].Hash)
			require.Equal(t, winner.Body, stored[0].Body)
			require.Equal(t, winner.Input, stored[0].Input)
			require.Equal(t, winner.First.Status, stored[0].Status)
			shown := pimOf(t, ledgers[0], tenant)
			require.Len(t, shown.Timeline, seq+1)
			require.Equal(t, winner.First.What, shown.Timeline[seq].What)
			i := slices.IndexFunc(shown.Events, func(e pim.Event) bool { return e.ID == event.ID })
			require.Equal(t, status, shown.Events[i].Status, "the loser has scheduled or withdrawn nothing")
		}
	})
}

func TestASwitchMeetsAnAnnouncementThatIsBeingMade(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		l, other := open(t, url), open(t, url)
		for i := range 30 {
			tenant := fmt.Sprintf("tenant%d", i)
			var group sync.WaitGroup
			var created, done bool
			var acceptErr, supersedeErr error
			group.Go(func() { _, created, acceptErr = l.Accept(t.Context(), switching(tenant, 0, true)) })
			group.Go(func() { _, done, supersedeErr = other.Supersede(t.Context(), switching(tenant, 1, false)) })
			group.Wait()
			require.NoError(t, acceptErr)
			require.True(t, created)
			if !done {
				require.ErrorIs(t, supersedeErr, pim.ErrNotFound, "the announcement was there, and its seq is 0")
			}
			shown := pimOf(t, l, tenant)
			require.Equal(t, !done, shown.IsEnabled)
			accepted, err := l.Accepted(t.Context(), tenant, setting)
			require.NoError(t, err)
			require.Equal(t, done, accepted.Started)
			require.Equal(t, switching(tenant, len(shown.Timeline)-1, !done).Hash, accepted.Hash)
		}
	})
}
