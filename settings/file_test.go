package settings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"pimnotify/activities"
	"pimnotify/pim"
	"pimnotify/settings"
	"pimnotify/starter"
)

// within is what an edit may take to count, by contract.
const within = 5 * time.Second

var (
	_ activities.Settings = (*settings.File)(nil)
	_ starter.Settings    = (*settings.File)(nil)
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBrokenFileIsRefusedAtStart(t *testing.T) {
	path := write(t, strings.Replace(good, "profile: strict", "profile: enhanced", 1))
	_, err := settings.Open(t.Context(), path, pim.DefaultSettings(), zap.NewNop())
	require.ErrorContains(t, err, "read settings file: "+path+":3: tenants.contoso.profile must be strict or entra: enhanced is reserved")
}

func TestMissingFileIsRefusedAtStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nowhere.yaml")
	_, err := settings.Open(t.Context(), path, pim.DefaultSettings(), zap.NewNop())
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, path)
}

func TestWithoutAFileTheDefaultsHoldForEverybody(t *testing.T) {
	defaults := pim.DefaultSettings()
	defaults.ApprovalTimeout = time.Minute
	f, err := settings.Open(t.Context(), "", defaults, zap.NewNop())
	require.NoError(t, err)
	require.Equal(t, defaults, f.Settings("contoso"))
	require.Empty(t, f.Rules("contoso", pim.DirectoryRole, asked, askedAt))
	rule, origin := f.Effective("contoso", pim.DirectoryRole, asked, askedAt, pim.AdminEndUserAssignment)
	require.Equal(t, pim.DefaultRule(pim.AdminEndUserAssignment), rule)
	require.True(t, origin.IsDefault())
	require.NoError(t, f.Problem())
	f.Close()
}

func TestEditCountsWithinSeconds(t *testing.T) {
	path := write(t, good)
	f, logs := open(t, path)
	require.Equal(t, pim.Strict, f.Settings("contoso").Profile)
	require.Equal(t, pim.LevelCritical, levelIn(f))
	edited := strings.NewReplacer("profile: strict", "profile: entra", "notificationLevel: Critical", "notificationLevel: None").Replace(good)
	require.NoError(t, os.WriteFile(path+".new", []byte(edited), 0o600))
	require.NoError(t, os.Rename(path+".new", path))
	require.Eventually(t, func() bool { return f.Settings("contoso").Profile == pim.Entra }, within, 10*time.Millisecond)
	require.Equal(t, pim.LevelNone, levelIn(f), "settings and rules of one edit come together")
	require.NoError(t, f.Problem())
	require.Eventually(t, func() bool { return logs.FilterMessage("settings file read again").Len() == 1 }, within, 10*time.Millisecond)
	require.EqualValues(t, 2, logs.FilterMessage("settings file read again").All()[0].ContextMap()["tenants"])
	_, origin := f.Effective("contoso", pim.DirectoryRole, asked, askedAt, pim.AdminEndUserAssignment)
	require.Equal(t, path+":24: tenants.contoso.policies[0].rules[0]", origin.String())
}

func TestBrokenEditKeepsTheLastGoodOneAndSaysSo(t *testing.T) {
	for name, broken := range map[string]string{
		"a mistake":          strings.Replace(good, "notificationLevel: Critical", "notificationLevel: Nobody", 1),
		"no YAML":            good[:len(good)-4] + "[",
		"emptied":            "",
		"a tag for a list":   strings.Replace(good, "[P30D, P7D, P1D]", "! 0", 1),
		"something reserved": strings.Replace(good, "profile: strict", "profile: enhanced", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, good)
			f, logs := open(t, path)
			require.NoError(t, os.WriteFile(path, []byte(broken), 0o600))
			require.Eventually(t, func() bool { return f.Problem() != nil }, within, 10*time.Millisecond)
			require.ErrorContains(t, f.Problem(), path+":")
			require.Equal(t, pim.Strict, f.Settings("contoso").Profile)
			require.Equal(t, pim.LevelCritical, levelIn(f))
			const said = "settings file is broken and the last good one stays in use"
			require.Eventually(t, func() bool { return logs.FilterMessage(said).Len() == 1 }, within, 10*time.Millisecond)

			require.NoError(t, os.WriteFile(path, []byte(strings.Replace(good, "profile: strict", "profile: entra", 1)), 0o600))
			require.Eventually(t, func() bool { return f.Settings("contoso").Profile == pim.Entra }, within, 10*time.Millisecond)
			require.Eventually(t, func() bool { return f.Problem() == nil }, within, 10*time.Millisecond)
		})
	}
}

func TestClosedFileAnswersAndFollowsNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	f, _ := open(t, write(t, good))
	f.Close()
	goleak.VerifyNone(t, before)
	require.Equal(t, pim.Strict, f.Settings("contoso").Profile)
}

func levelIn(f *settings.File) pim.NotificationLevel {
	return f.Rules("contoso", pim.DirectoryRole, asked, askedAt).Rule(pim.AdminEndUserAssignment).NotificationLevel
}

func write(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func open(t *testing.T, path string) (*settings.File, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zap.InfoLevel)
	f, err := settings.Open(t.Context(), path, pim.DefaultSettings(), zap.New(core))
	require.NoError(t, err)
	t.Cleanup(f.Close)
	return f, logs
}
