package activities_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

// outside is an assignment that was made without PIM.
func outside(kind pim.ResourceKind, expiration pim.Expiration) pim.Assignment {
	a := given(kind)
	a.AssignmentType, a.Origin, a.ScheduleInfo.Expiration = pim.Active, pim.OutsidePIM, expiration
	return a
}

var (
	forGood  = pim.Expiration{Type: pim.NoExpiration}
	forATime = pim.Expiration{Type: pim.AfterDuration, Duration: "P180D"}
)

// alert is what is on record of an alert where these are the tenant's settings.
func (h *house) alert(t *testing.T, id string, a pim.Assignment, chosen pim.Settings) []string {
	t.Helper()
	h.Settings = settings{of: chosen}
	made := h.assign(t, id, a)
	due := made.due(pim.AssignmentAssignedOutsidePIM, "", pim.Telling{})
	result := h.notify(t, made.about(due))
	require.True(t, result.Settled())
	require.False(t, result.Unreachable)
	return h.told(t, due)
}

func TestAnAssignmentOutsideOfPIMAlertsItsAdministratorsAndNotTheAssignee(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	told := func(role string, who ...string) []string {
		for i := range who {
			who[i] += fmt.Sprintf(" PIM: Alain Charon was assigned the %s role outside of PIM", role)
		}
		return who
	}
	require.Equal(t, append(told("Exchange Administrator", "grady", "henrietta", "delia", "adele", "alex"), "u25 skipped noAddress"),
		h.alert(t, "a1", outside(pim.DirectoryRole, forATime), pim.DefaultSettings()))
	require.Equal(t, told("Backup Reader", "adele", "lidia", "lynne", "patti", "pradeep", "nestor"),
		h.alert(t, "a2", outside(pim.AzureResource, forGood), pim.DefaultSettings()))
}

func TestAnAlertThatIsSwitchedOffIsOnRecordForEverybodyItWouldHaveReached(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		off := pim.DefaultSettings()
		off.Alerts.AssignedOutsidePIM = false
		require.Equal(t, []string{
			"grady skipped alertOff", "henrietta skipped alertOff", "delia skipped alertOff",
			"u25 skipped alertOff", "adele skipped alertOff", "alex skipped alertOff",
		}, h.alert(t, "a1", outside(pim.DirectoryRole, forGood), off))
		require.Empty(t, h.inbox.Requests())
	})
}

func TestTheSwitchOfTheAlertSilencesNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	off := pim.DefaultSettings()
	off.Alerts.AssignedOutsidePIM = false
	h.Settings = settings{of: off}
	a := h.assign(t, "a1", given(pim.GroupResource))
	require.Equal(t, pim.Counts{pim.StatusSent: 3}, counts(h.notify(t, a.about(a.due(pim.AssignmentAssigned, "", pim.Telling{})))))
}

func TestStrictAlertsOfPermanentAssignmentsToEntraRolesOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	strict := pim.DefaultSettings()
	strict.Profile = pim.Strict
	require.Len(t, h.alert(t, "a1", outside(pim.DirectoryRole, forGood), strict), 6)
	require.Empty(t, h.alert(t, "a2", outside(pim.DirectoryRole, forATime), strict))
	require.Empty(t, h.alert(t, "a3", outside(pim.AzureResource, forGood), strict))
	strict.Alerts.AssignedOutsidePIM = false
	require.Empty(t, h.alert(t, "a4", outside(pim.DirectoryRole, forATime), strict), "nobody would have been told")
}

func TestNoRuleSilencesTheAlert(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	none := settings{of: pim.DefaultSettings(), rules: func(pim.ResourceKind, pim.Role, pim.Scope) pim.Rules {
		rules := pim.Rules{}
		for _, id := range pim.AllRuleIDs {
			rules[id] = pim.Rule{ID: id, NotificationLevel: pim.LevelNone}
		}
		return rules
	}}
	h.Settings = none
	a := h.assign(t, "a1", outside(pim.AzureResource, forGood))
	require.Equal(t, pim.Counts{pim.StatusSent: 6}, counts(h.notify(t, a.about(a.due(pim.AssignmentAssignedOutsidePIM, "", pim.Telling{})))))
}
