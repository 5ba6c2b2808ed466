package pim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

func TestSettingsThatNobodySet(t *testing.T) {
	const day = 24 * time.Hour
	want := pim.Settings{
		Profile:         "entra",
		EngineDelay:     pim.EngineDelay{Min: 3 * time.Minute, P90: 10 * time.Minute, Max: 15 * time.Minute},
		ApprovalTimeout: day,
		ExpiryNotices:   []time.Duration{14 * day, day},
		RenewWindow:     30 * day,
		Alerts:          pim.Alerts{AssignedOutsidePIM: true},
		Digest:          pim.DigestSettings{Enabled: true, Weekday: time.Monday, Hour: 8, TimeZone: "UTC", UnknownOutcome: "hold"},
		UnknownOutcome:  "resend",
	}
	require.Equal(t, want, pim.DefaultSettings())
	pim.DefaultSettings().ExpiryNotices[0] = 0
	require.Equal(t, want, pim.DefaultSettings(), "nobody shares the list")
}

func TestNoticesDescendAndThereIsOne(t *testing.T) {
	for _, good := range [][]time.Duration{{1}, {2, 1}, {time.Hour, time.Minute, time.Second}} {
		require.NoError(t, pim.ValidateNotices(good))
	}
	for _, bad := range [][]time.Duration{nil, {}, {0}, {-1}, {1, 1}, {1, 2}, {2, 1, 0}} {
		require.Error(t, pim.ValidateNotices(bad), "%v", bad)
	}
}

func TestOriginOfARuleIsALineOrTheDefault(t *testing.T) {
	require.Equal(t, "default", pim.RuleOrigin{}.String())
	o := pim.RuleOrigin{File: "settings.yaml", Line: 14, Key: "tenants.contoso.policies[0].rules[1]", Role: "*", Scope: "*"}
	require.False(t, o.IsDefault())
	require.Equal(t, "settings.yaml:14: tenants.contoso.policies[0].rules[1]", o.String())
}
