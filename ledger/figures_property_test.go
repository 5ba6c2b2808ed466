package ledger_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"pimnotify/ledger"
	"pimnotify/pim"
)

// However many things happened to however few people, and in whatever order and way the record learned of them: it counts what
// somebody counts who goes through all of it.
func TestTheFiguresAreThoseOfANaiveCount(t *testing.T) {
	onBoth(t, func(t *testing.T, l *ledger.Ledger) {
		run := 0
		var seen tiles
		rapid.Check(t, func(rt *rapid.T) {
			run++
			stories := drawStories(rt, fmt.Sprintf("tenant%d", run))
			learn(rt, l, stories)
			of := stories[0].Tenant
			for from := range moments {
				got := figures(rt, l, of, moment(from), moment(from+1))
				require.Equal(rt, naive(stories, moment(from), moment(from+1)), got, "at %d", from)
				for i := range seen {
					seen[i] += got[i]
				}
			}
			from, to := drawMoment(rt, "from"), drawMoment(rt, "to")
			require.Equal(rt, naive(stories, from, to), figures(rt, l, of, from, to))
		})
		for i, n := range seen {
			require.Positive(t, n, "tile %d was never more than nothing", i)
		}
	})
}

func figures(rt *rapid.T, l *ledger.Ledger, tenant string, from, to time.Time) tiles {
	f, err := l.Figures(rt.Context(), tenant, from, to)
	require.NoError(rt, err)
	return tiles{f.UsersActivated, f.UsersMadePermanent, f.AssignedInPIM, *f.AssignedOutsidePIM}
}

// There are few moments, so that things meet.
const moments = 10

func moment(n int) time.Time { return monday.Add(time.Duration(n) * time.Microsecond) }

func drawMoment(rt *rapid.T, label string) time.Time {
	return moment(rapid.IntRange(0, moments-1).Draw(rt, label))
}

func drawStories(rt *rapid.T, tenant string) []pim.Imported {
	var stories []pim.Imported
	for i := range rapid.IntRange(1, 9).Draw(rt, "stories") {
		kind := rapid.SampledFrom([]pim.ResourceKind{pim.DirectoryRole, pim.DirectoryRole, pim.DirectoryRole, pim.DirectoryRole, pim.AzureResource}).Draw(rt, "kind")
		principal := rapid.SampledFrom([]string{"u1", "u1", "u1", "u2"}).Draw(rt, "principal")
		role := rapid.SampledFrom([]string{"r1", "r1", "r1", "r2"}).Draw(rt, "role")
		var changes []pim.Change
		switch rapid.IntRange(0, 5).Draw(rt, "what it is") {
		case 0:
			changes = drawActivation(rt)
		case 1, 2:
			changes = []pim.Change{permanentFrom(drawMoment(rt, "at"))}
		default:
			changes = drawAssignment(rt)
		}
		s := story(fmt.Sprintf("s%d", i), fmt.Sprintf(`{"resourceKind":%q,"principal":{"id":%q},"role":{"id":%q},"scope":{"id":"/"}}`, kind, principal, role), changes...)
		s.Tenant = tenant
		stories = append(stories, s)
	}
	return stories
}

func drawMoments(rt *rapid.T, most int) []time.Time {
	var moments []time.Time
	for range rapid.IntRange(1, most).Draw(rt, "changes") {
		moments = append(moments, drawMoment(rt, "at"))
	}
	slices.SortFunc(moments, time.Time.Compare)
	return moments
}

func drawActivation(rt *rapid.T) []pim.Change {
	var changes []pim.Change
	for i, at := range drawMoments(rt, 4) {
		c := activationStep(at, pim.WhatRequested, pim.PendingApproval)
		if i > 0 {
			c.What = rapid.SampledFrom([]pim.What{pim.WhatApproved, pim.WhatActivated, pim.WhatDenied, pim.WhatDeactivated}).Draw(rt, "what")
		}
		changes = append(changes, c)
	}
	return changes
}

func drawAssignment(rt *rapid.T) []pim.Change {
	var changes []pim.Change
	for i, at := range drawMoments(rt, 6) {
		what := rapid.SampledFrom([]pim.What{pim.WhatAssigned, pim.WhatAssigned, pim.WhatAssignedOutsidePIM}).Draw(rt, "first")
		if i > 0 {
			what = rapid.SampledFrom([]pim.What{pim.WhatUpdated, pim.WhatMadePermanent, pim.WhatRemoved, pim.WhatExtended}).Draw(rt, "what")
		}
		c := assignmentStep(at, what,
			rapid.SampledFrom([]pim.RequestStatus{pim.Provisioned, pim.Provisioned, pim.Granted, pim.PendingAdminDecision, pim.Revoked, pim.Canceled}).Draw(rt, "status"),
			rapid.SampledFrom([]pim.AssignmentType{pim.Eligible, pim.Eligible, pim.Active}).Draw(rt, "type"), never)
		if rapid.IntRange(0, 2).Draw(rt, "ends") == 0 {
			c.Assignment.Term.End = drawMoment(rt, "end")
		}
		changes = append(changes, c)
	}
	return changes
}

// learn tells the record of all stories: some are brought in together, the others as they happened, each change by itself and in
// any order.
func learn(rt *rapid.T, l *ledger.Ledger, stories []pim.Imported) {
	var imported []pim.Imported
	type news struct {
		story  pim.Imported
		change pim.Change
	}
	var heard []news
	for _, s := range rapid.Permutation(stories).Draw(rt, "order") {
		if rapid.Bool().Draw(rt, "imported") {
			imported = append(imported, s)
			continue
		}
		_, _, err := l.Accept(rt.Context(), s.Acceptance)
		require.NoError(rt, err)
		for _, c := range s.Following {
			heard = append(heard, news{s, c})
		}
	}
	early := rapid.Bool().Draw(rt, "imported early")
	bring := func(now bool) {
		if now {
			_, err := l.Import(rt.Context(), imported)
			require.NoError(rt, err)
		}
	}
	bring(early)
	for _, n := range rapid.Permutation(heard).Draw(rt, "news") {
		require.NoError(rt, l.Record(rt.Context(), n.story.Tenant, n.story.Resource, n.change))
	}
	bring(!early)
}

func naive(stories []pim.Imported, from, to time.Time) tiles {
	var n tiles
	for _, s := range stories {
		about := newAbout(s)
		if about.ResourceKind != pim.DirectoryRole {
			continue
		}
		for _, c := range allOf(s) {
			if c.At.Before(from) || !c.At.Before(to) {
				continue
			}
			now := cmp.Or(c.Assignment, &pim.AssignmentNow{})
			forGood := now.AssignmentType == pim.Active && now.Term.End.IsZero()
			switch {
			case c.What == pim.WhatActivated:
				n[0]++
			case c.What == pim.WhatMadePermanent, c.What == pim.WhatAssigned && forGood && eligibleElsewhere(stories, s, c.At):
				n[1]++
			case c.What == pim.WhatAssigned && now.AssignmentType == pim.Eligible:
				n[2]++
			case c.What == pim.WhatAssignedOutsidePIM && now.Term.End.IsZero():
				n[3]++
			}
		}
	}
	return n
}

// eligibleElsewhere reports whether another assignment of the same left its principal eligible at that moment.
func eligibleElsewhere(stories []pim.Imported, s pim.Imported, at time.Time) bool {
	return slices.ContainsFunc(stories, func(other pim.Imported) bool {
		if other.Resource == s.Resource || newAbout(other) != newAbout(s) {
			return false
		}
		var latest pim.Change
		for _, c := range allOf(other) {
			if !c.At.After(at) {
				latest = c
			}
		}
		now := latest.Assignment
		return now != nil && now.AssignmentType == pim.Eligible && latest.Status != pim.Revoked && latest.Status != pim.Canceled &&
			(now.Term.End.IsZero() || now.Term.End.After(at))
	})
}
