package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/activities"
	"pimnotify/pim"
)

// enabled tells that somebody enabled PIM, for the first time.
func (h *house) enabled(seq int, by string, at time.Time) activities.NotifyInput {
	r := pim.Resource{Collection: pim.PIMSetting}
	due := h.due(r, pim.PIMEnabled, "1", at)
	change := pim.Change{Seq: seq, At: at, What: pim.WhatEnabled, Status: pim.Provisioned, By: by, Schedule: []pim.Due{due}}
	return activities.NotifyInput{Tenant: tenant, Resource: r, Changes: []pim.Change{change}, Due: change.Schedule}
}

func isEnabled(on bool, by pim.Principal) pim.PIMChange {
	return pim.PIMChange{IsEnabled: &on, ChangedBy: by}
}

func TestThatPIMIsEnabledIsToldToTheAdministratorsOfTheTenant(t *testing.T) {
	t.Parallel()
	for name, profile := range map[string]pim.Profile{"entra": pim.Entra, "strict": pim.Strict} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 0)
			chosen := pim.DefaultSettings()
			chosen.Profile = profile
			h.Settings = settings{of: chosen}
			in := h.enabled(0, "u2", made)
			h.writeDown(t, in.Resource, in.Changes[0], isEnabled(true, adele))
			result := h.notify(t, in)
			require.True(t, result.Settled())
			require.False(t, result.Unreachable)
			const subject = " PIM: Privileged Identity Management is enabled for Contoso"
			require.Equal(t, []string{
				"grady" + subject, "henrietta" + subject, "delia" + subject, "adele" + subject, "alex" + subject, "u25 skipped noAddress",
			}, h.told(t, in.Due[0]))
			text := h.mail(t, in.Due[0], "grady").Text
			require.Contains(t, text, "Enabled by: Adele Vance (adele@contoso.example)\n")
			require.Contains(t, text, "Enabled: Mon 23 Nov 2026, 08:59 UTC\n")
		})
	}
}

// The record may hold another announcement than the one that is told of: here that PIM is disabled, by somebody else.
func TestALetterNamesWhoEnabledPIMThisTime(t *testing.T) {
	t.Parallel()
	onBoth(t, 0, func(t *testing.T, h *house) {
		in := h.enabled(1, "u2", made.Add(time.Hour))
		h.writeDown(t, in.Resource, pim.Change{At: made, What: pim.WhatDisabled, Status: pim.Revoked, By: "u11"}, isEnabled(false, lidia))
		h.notify(t, in)
		text := h.mail(t, in.Due[0], "grady").Text
		require.Contains(t, text, "Enabled by: Adele Vance (adele@contoso.example)\n")
		require.Contains(t, text, "Enabled: Mon 23 Nov 2026, 09:59 UTC\n")
	})
}

func TestWhoEnabledPIMIsNamedAsTheyWereWhereTheDirectoryDoesNotKnowThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	in := h.enabled(0, "x1", made)
	h.writeDown(t, in.Resource, in.Changes[0], isEnabled(true, pim.Principal{ID: "x1", DisplayName: "The installer"}))
	h.notify(t, in)
	require.Contains(t, h.mail(t, in.Due[0], "grady").Text, "The installer enabled Privileged Identity Management for Contoso.")
}

func TestNobodyIsToldThatPIMIsEnabledOnceItIsDisabledAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 0)
	in := h.enabled(0, "u2", made)
	h.writeDown(t, in.Resource, in.Changes[0], isEnabled(true, adele))
	require.NoError(t, h.record.Record(t.Context(), tenant, in.Resource, pim.Change{
		Seq: 1, At: made, What: pim.WhatDisabled, Status: pim.Revoked, By: "u2", Withdraw: []pim.EventRef{in.Due[0].Event},
	}))
	require.Equal(t, "withdrawn:disabled", h.notify(t, in).Events[0].Withdrawn)
	require.Empty(t, h.inbox.Requests())
}
