package activities_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

var (
	adele   = pim.Principal{ID: "u2", DisplayName: "Old Name"}  // Global Administrator, and Owner of everything below the root
	alain   = pim.Principal{ID: "u7", DisplayName: "Old Name"}  // has the role
	sherman = pim.Principal{ID: "u9", DisplayName: "Old Name"}  // no administrator of anything
	lidia   = pim.Principal{ID: "u11", DisplayName: "Old Name"} // Owner of a subscription, and a platform engineer
	wanda   = pim.Principal{ID: "u19", DisplayName: "Old Name"} // permanent owner of the group Tier 0
)

// The administrators of each kind that the sample organisation has, in the order in which they are told: of Entra roles and
// groups those who are active now or permanent; of Azure resources the Owners in any state.
var (
	administrators = map[pim.ResourceKind][]string{
		pim.DirectoryRole: {"grady", "henrietta", "adele", "alex"},
		pim.AzureResource: {"adele", "lidia", "lynne", "patti", "pradeep", "nestor"},
		pim.GroupResource: {"debora", "wanda"},
	}
	askedToDecide = map[pim.ResourceKind][]string{ // those first who can decide now
		pim.DirectoryRole: {"grady", "henrietta", "adele", "alex"},
		pim.AzureResource: {"adele", "lidia", "lynne", "nestor", "pradeep", "patti"},
		pim.GroupResource: {"debora", "wanda"},
	}
	withoutAddress = map[pim.ResourceKind][]string{pim.DirectoryRole: {"u25 skipped noAddress"}}
)

func TestWhoIsToldOfEachEventOfAnAssignmentAndInWhichWords(t *testing.T) {
	t.Parallel()
	for _, kind := range []pim.ResourceKind{pim.DirectoryRole, pim.AzureResource, pim.GroupResource} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 0)
			role := given(kind).Role.DisplayName
			for i, c := range []struct {
				event      func(tenure) pim.Due
				admin, own string // subjects; own is empty where Alain is not told
			}{
				{
					func(a tenure) pim.Due { return a.due(pim.AssignmentAssigned, "", pim.Telling{}) },
					"Alain Charon was made eligible for the %s role", "You were made eligible for the %s role",
				},
				{
					func(a tenure) pim.Due { return a.due(pim.AssignmentExpiring, "1", pim.Telling{Before: "P14D"}) },
					"Alain Charon's %s role expires in 14 days", "Your %s role expires in 14 days",
				},
				{
					func(a tenure) pim.Due { return a.due(pim.AssignmentExtendable, "", pim.Telling{}) },
					"Alain Charon's %s role can be extended", "Your %s role can be extended",
				},
				{
					func(a tenure) pim.Due { return a.requested(t, pim.AssignmentExtendRequested, alain) },
					"Review Alain Charon's request to extend the %s role", "",
				},
				{
					func(a tenure) pim.Due { return a.requested(t, pim.AssignmentRenewRequested, alain) },
					"Review Alain Charon's request to renew the %s role", "",
				},
				{
					func(a tenure) pim.Due { return a.answer(t, pim.AssignmentExtended, alain, sherman) },
					"Alain Charon's %s role was extended", "Your %s role was extended",
				},
				{
					func(a tenure) pim.Due { return a.answer(t, pim.AssignmentRenewed, alain, sherman) },
					"Alain Charon's %s role was renewed", "Your %s role was renewed",
				},
				{
					func(a tenure) pim.Due { return a.answer(t, pim.AssignmentRefused, alain, sherman) },
					"Alain Charon's request to extend the %s role was denied", "Your request to extend the %s role was denied",
				},
				{
					func(a tenure) pim.Due {
						return a.due(pim.AssignmentExpired, "", pim.Telling{RenewUntil: term.End.Add(30 * day)})
					},
					"Alain Charon's %s role has expired", "Your %s role has expired",
				},
			} {
				a := h.assign(t, fmt.Sprintf("a%d", i), given(kind))
				due := c.event(a)
				result := h.notify(t, a.about(due))
				require.True(t, result.Settled())
				require.False(t, result.Unreachable)
				var want []string
				who := askedToDecide[kind]
				if c.own != "" {
					want, who = append(want, "alain PIM: "+fmt.Sprintf(c.own, role)), administrators[kind]
				}
				for _, admin := range who {
					want = append(want, admin+" PIM: "+fmt.Sprintf(c.admin, role))
				}
				require.Equal(t, append(want, withoutAddress[kind]...), h.told(t, due), due.Event.Kind)
			}
			for _, m := range h.inbox.Messages() {
				require.NotContains(t, m.Text, "Old Name", "the directory's names win")
				require.NotContains(t, m.Text, "elsewhere.example", "and so do its addresses")
			}
		})
	}
}

func TestMembersOfAGroupAreToldInItsPlaceHoweverDeepTheyAreIn(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		toGroup := given(pim.GroupResource)
		toGroup.Principal = pim.Principal{ID: tier0} // nobody says that it is a group, nor what it is called
		a := h.assign(t, "a1", toGroup)
		due := a.due(pim.AssignmentAssigned, "", pim.Telling{})
		result := h.notify(t, a.about(due))
		require.Equal(t, pim.Counts{pim.StatusSent: 6, pim.StatusSkipped: 1}, counts(result))
		const subject, ofOthers = " PIM: You were made eligible for the Member role", " PIM: Tier-0 approvers was made eligible for the Member role"
		require.Equal(t, []string{
			"isabella" + subject, "johanna" + subject, "joni" + subject, "lee" + subject,
			"debora" + ofOthers, "wanda" + ofOthers, "u25 skipped noAddress",
		}, h.told(t, due))
		require.Contains(t, h.mail(t, due, "lee").Text, "as a member of the group Tier-0 approvers")
		require.Contains(t, h.mail(t, due, "wanda").Text, "Assigned to: Tier-0 approvers\n")
	})
}

func TestAGroupOfOnePersonIsStillAGroup(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	toGroup := given(pim.GroupResource)
	toGroup.Principal = pim.Principal{ID: crowd, DisplayName: "Old Name", Type: pim.Group}
	a := h.assign(t, "a1", toGroup)
	due := a.due(pim.AssignmentAssigned, "", pim.Telling{})
	h.notify(t, a.about(due))
	require.Contains(t, h.mail(t, due, "wanda").Text, "Assigned to: Crowd\n")
}

func TestAGroupThatTheDirectoryDoesNotKnowIsCalledAsItWasAndComesToNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	toGroup := given(pim.GroupResource)
	toGroup.Principal = pim.Principal{ID: "g99", DisplayName: "Old guard", Type: pim.Group}
	a := h.assign(t, "a1", toGroup)
	due := a.due(pim.AssignmentAssigned, "", pim.Telling{})
	h.notify(t, a.about(due))
	const subject = " PIM: Old guard was made eligible for the Member role"
	require.Equal(t, []string{"debora" + subject, "wanda" + subject}, h.told(t, due))
}

func TestTheAdministratorWhoDecidedIsNotToldAsAMemberOfTheGroupEither(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	toGroup := given(pim.AzureResource)
	toGroup.Principal = pim.Principal{ID: "g3"} // platform engineers, of whom Lidia is one
	for _, kind := range []pim.EventKind{pim.AssignmentExtended, pim.AssignmentRenewed, pim.AssignmentRefused} {
		a := h.assign(t, "a-"+kind.Short(), toGroup)
		due := a.answer(t, kind, pim.Principal{ID: "u12"}, lidia)
		h.notify(t, a.about(due))
		told := strings.Join(h.told(t, due), "\n")
		require.Contains(t, told, "lidia skipped ownDecision")
		require.NotContains(t, told, "lidia PIM:")
		require.Contains(t, told, "lynne PIM:")
	}
}

func TestOnlyTheMemberWhoAskedReadsThatTheirRequestWasRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	toGroup := given(pim.AzureResource)
	toGroup.Principal = pim.Principal{ID: "g3"}
	a := h.assign(t, "a1", toGroup)
	due := a.answer(t, pim.AssignmentRefused, pim.Principal{ID: "u12", DisplayName: "Old Name"}, lidia)
	h.notify(t, a.about(due))
	told := h.told(t, due)
	require.Contains(t, told, "lynne PIM: Your request to extend the Backup Reader role was denied")
	require.Contains(t, told, "patti PIM: Platform engineers's request to extend the Backup Reader role was denied")
	require.Contains(t, h.mail(t, due, "patti").Text, "Lidia Holloway denied Lynne Robbins's request to extend your eligible assignment")
}

func TestTheAdministratorWhoDecidedIsTheOnlyOneNotTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	for _, kind := range []pim.EventKind{pim.AssignmentExtended, pim.AssignmentRenewed, pim.AssignmentRefused} {
		a := h.assign(t, "a-"+kind.Short(), given(pim.AzureResource))
		due := a.answer(t, kind, alain, adele)
		require.Equal(t, pim.Counts{pim.StatusSent: 6, pim.StatusSkipped: 1}, counts(h.notify(t, a.about(due))))
		told := h.told(t, due)
		require.Equal(t, "adele skipped ownDecision", told[6])
		require.Contains(t, h.mail(t, due, "alain").Text, "Adele Vance", "the directory's name of the decider")
	}
}

func TestAnAdministratorWhoActedUnaskedIsNotToldEither(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	a := h.assign(t, "a1", given(pim.AzureResource))
	due := a.due(pim.AssignmentExtended, pim.OccurrenceOfNumber(1), pim.Telling{
		PreviousEnd: term.End, Term: pim.Term{Number: 2, Start: made, End: term.End.Add(90 * day)}, DecisionRef: a.answered(t, "", adele),
	})
	h.notify(t, a.about(due))
	require.Contains(t, h.told(t, due), "adele skipped ownDecision")
	text := h.mail(t, due, "alain").Text
	require.Contains(t, text, "Extended by: Adele Vance (adele@contoso.example)")
	require.NotContains(t, text, "Requested by")
}

// Whoever asks can be one of those who would be asked: an Owner for themselves, or for a group that they are in.
func TestWhoeverAskedIsNotAskedAndTheOthersAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	for i, c := range []struct {
		event    pim.EventKind
		assignee pim.Principal
		asker    pim.Principal
		want     string
	}{
		{pim.AssignmentExtendRequested, adele, adele, "adele skipped ownRequest"},
		{pim.AssignmentRenewRequested, adele, adele, "adele skipped ownRequest"},
		{pim.AssignmentExtendRequested, pim.Principal{ID: "g3", Type: pim.Group}, lidia, "lidia skipped ownRequest"},
	} {
		assignment := given(pim.AzureResource)
		assignment.Principal = c.assignee
		a := h.assign(t, fmt.Sprintf("a%d", i), assignment)
		due := a.requested(t, c.event, c.asker)
		require.Equal(t, pim.Counts{pim.StatusSent: 5, pim.StatusSkipped: 1}, counts(h.notify(t, a.about(due))))
		require.Equal(t, c.want, h.told(t, due)[5])
	}
}

// An assignee who is an administrator decides on what somebody else asks for.
func TestAnAssigneeIsAskedAboutTheRequestOfAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	assignment := given(pim.AzureResource)
	assignment.Principal = lidia
	a := h.assign(t, "a1", assignment)
	due := a.requested(t, pim.AssignmentExtendRequested, adele)
	h.notify(t, a.about(due))
	require.Contains(t, h.told(t, due), "lidia PIM: Review Lidia Holloway's request to extend the Backup Reader role")
	require.Contains(t, h.mail(t, due, "lidia").Text, "Adele Vance asks to extend Lidia Holloway's eligible assignment")
}

func TestARequestThatNobodyElseCanDecideOnIsUnreachable(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	for _, kind := range []pim.EventKind{pim.AssignmentExtendRequested, pim.AssignmentRenewRequested} {
		nobody := given(pim.GroupResource)
		nobody.Scope.ID = "g1" // one owner
		nobody.Principal = pim.Principal{ID: "u13"}
		a := h.assign(t, "a-"+kind.Short(), nobody)
		due := a.requested(t, kind, pim.Principal{ID: "u13"})
		result := h.notify(t, a.about(due))
		require.True(t, result.Settled())
		require.True(t, result.Unreachable)
		require.Equal(t, []string{"megan skipped ownRequest"}, h.told(t, due))
	}
	require.Empty(t, h.inbox.Requests())
}

func TestNoticesThatReachNobodyAreNotUnreachable(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	nobody := given(pim.GroupResource)
	nobody.Scope.ID, nobody.Principal = "g99", pim.Principal{ID: "u25"}
	a := h.assign(t, "a1", nobody)
	result := h.notify(t, a.about(a.due(pim.AssignmentExpired, "", pim.Telling{})))
	require.Equal(t, pim.Counts{pim.StatusSkipped: 1}, counts(result))
	require.False(t, result.Unreachable)
}
