package ledger_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/ledger"
	"pimnotify/pim"
)

func week(activated int) pim.DigestFigures {
	outside := 4
	return pim.DigestFigures{
		From: monday, To: nextMonday, UsersActivated: activated, UsersMadePermanent: 2, AssignedInPIM: 3, AssignedOutsidePIM: &outside,
		TopRoles: []pim.RoleFigure{{Role: "Global Administrator", Permanent: 5, Eligible: 6}, {Role: "Rôle \"x\"", Permanent: 1}},
	}
}

func TestTheFirstFiguresOfADigestAreKept(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, err := l.Digest(t.Context(), tenant, "2026-11-23")
		require.ErrorIs(t, err, pim.ErrNotFound)
		for _, later := range []int{7, 8, 9} {
			kept, err := l.KeepDigest(t.Context(), tenant, "2026-11-23", week(later))
			require.NoError(t, err)
			require.Equal(t, week(7), kept)
		}
		kept, err := l.Digest(t.Context(), tenant, "2026-11-23")
		require.NoError(t, err)
		require.Equal(t, week(7), kept)
		for _, other := range [][2]string{{"fabrikam", "2026-11-23"}, {tenant, "2026-11-16"}, {tenant, "2026-11-23\x00"}, {"\xff", "2026-11-23"}} {
			_, err := l.Digest(t.Context(), other[0], other[1])
			require.ErrorIs(t, err, pim.ErrNotFound)
		}
	})
}

func TestADigestWithoutTheAlertIsKeptWithoutIt(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		figures := week(0)
		figures.AssignedOutsidePIM, figures.TopRoles = nil, nil
		for range 2 {
			kept, err := l.KeepDigest(t.Context(), tenant, "2026-11-23", figures)
			require.NoError(t, err)
			require.Equal(t, figures, kept)
		}
	})
}

func TestADigestKeepsMomentsWhateverTheirZone(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		oslo := time.FixedZone("", 3600)
		figures := week(1)
		figures.From, figures.To = figures.From.In(oslo), figures.To.In(oslo)
		for range 2 {
			kept, err := l.KeepDigest(t.Context(), tenant, "2026-11-23", figures)
			require.NoError(t, err)
			require.Equal(t, week(1), kept)
		}
		before, err := l.DigestBefore(t.Context(), tenant, figures.To)
		require.NoError(t, err)
		require.Equal(t, week(1), before)
	})
}

func TestTheDigestBeforeIsTheOneThatEndsWhereThisOneBegins(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		_, err := l.KeepDigest(t.Context(), tenant, "2026-11-23", week(1))
		require.NoError(t, err)
		before, err := l.DigestBefore(t.Context(), tenant, nextMonday)
		require.NoError(t, err)
		require.Equal(t, week(1), before)

		_, err = l.KeepDigest(t.Context(), tenant, "2026-11-24", week(2))
		require.NoError(t, err)
		before, err = l.DigestBefore(t.Context(), tenant, nextMonday)
		require.NoError(t, err)
		require.Equal(t, week(2), before, "the later of two")

		for of, at := range map[string]time.Time{tenant: monday, "fabrikam": nextMonday, "\xff": nextMonday} {
			_, err = l.DigestBefore(t.Context(), of, at)
			require.ErrorIs(t, err, pim.ErrNotFound)
		}
		_, err = l.DigestBefore(t.Context(), tenant, nextMonday.Add(time.Microsecond))
		require.ErrorIs(t, err, pim.ErrNotFound)
	})
}

func TestADigestOfNoDateIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		for _, date := range []string{"", "2026-11-31", "2026-W47", "2026-11-23T08:00:00Z"} {
			_, err := l.KeepDigest(t.Context(), tenant, date, week(1))
			require.ErrorContains(t, err, "must be a date")
		}
		_, err := l.KeepDigest(t.Context(), "\xff", "2026-11-23", week(1))
		require.ErrorContains(t, err, "must be valid UTF-8")
	})
}

func TestOfManyWhoKeepADigestOneWinsAndAllAreToldTheSame(t *testing.T) {
	onBothURLs(t, func(t *testing.T, url string) {
		ledgers := []*ledger.Ledger{open(t, url), open(t, url)}
		var group sync.WaitGroup
		kept, errs := make([]pim.DigestFigures, 20), make([]error, 20)
		for i := range kept {
			group.Go(func() { kept[i], errs[i] = ledgers[i%2].KeepDigest(t.Context(), tenant, "2026-11-23", week(i)) })
		}
		group.Wait()
		require.NoError(t, errors.Join(errs...))
		for _, k := range kept {
			require.Equal(t, kept[0], k)
		}
	})
}

// A digest has no request of which it would be an event.
func TestADigestIsPlannedSentAndReadWithoutARequest(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		digest := pim.Resource{Collection: pim.Digest}
		weekly := pim.NewEvent(digest, pim.DigestWeekly, "2026-11-23", nextMonday)
		d := pim.Due{Event: weekly, Part: pim.PartAll, DueDateTime: nextMonday}
		require.Equal(t, "digest.2026-11-23", weekly.ID)
		require.NoError(t, l.Record(t.Context(), tenant, digest), "there is nothing to write")
		events, err := l.Events(t.Context(), tenant, digest)
		require.NoError(t, err)
		require.Empty(t, events)

		state := dueState(t, l, digest, d)
		require.False(t, state.Planned)
		recipients := people(1, 3)
		recipients[2].Status, recipients[2].Order = pim.StatusCapped, 3
		plan(t, l, state.EventKey, pim.PartAll, recipients)
		again := dueState(t, l, digest, d)
		require.Equal(t, pim.DueState{EventKey: state.EventKey, Planned: true}, again)

		claims := claim(t, l, 10, state.EventKey)
		require.Len(t, claims, 2)
		require.Equal(t, weekly, claims[0].Event)
		still, err := l.StillDue(t.Context(), claims[0], noon)
		require.NoError(t, err)
		require.True(t, still)
		settle(t, l, claims[0], pim.StatusSent)
		require.Equal(t, pim.Counts{pim.StatusSent: 1, pim.StatusSending: 1, pim.StatusCapped: 1}, counts(t, l, state.EventKey))
		lapsed, err := l.Lapse(t.Context(), []int64{state.EventKey}, noon.Add(time.Hour))
		require.NoError(t, err)
		require.Equal(t, 1, lapsed)

		shown := event(t, l, digest)
		require.Equal(t, pim.Event{
			ID: "digest.2026-11-23", Kind: pim.DigestWeekly, Resource: digest, Status: pim.EventSending, DueDateTime: nextMonday,
			Counts: pim.Counts{pim.StatusSent: 1, pim.StatusUnknown: 1, pim.StatusCapped: 1},
		}, shown)
		deliveries, err := l.Recipients(t.Context(), tenant, "digest.2026-11-23")
		require.NoError(t, err)
		require.Len(t, deliveries, 3)

		next := pim.NewEvent(digest, pim.DigestWeekly, "2026-11-30", nextMonday.AddDate(0, 0, 7))
		other := dueState(t, l, digest, pim.Due{Event: next, Part: pim.PartAll, DueDateTime: next.DueDateTime})
		require.NotEqual(t, state.EventKey, other.EventKey)
		require.ErrorIs(t, l.Record(t.Context(), tenant, digest, pim.Change{At: noon}), pim.ErrNotFound, "it has no timeline")
	})
}
