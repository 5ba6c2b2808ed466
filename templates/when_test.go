package templates

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMomentsAreInUTCAndSaySo(t *testing.T) {
	oslo := time.FixedZone("CET", 3600)
	require.Equal(t, "Mon 23 Nov 2026, 09:00 UTC", moment(time.Date(2026, time.November, 23, 10, 0, 0, 0, oslo)))
	require.Equal(t, "Fri 1 Jan 2027, 23:30 UTC", moment(time.Date(2027, time.January, 2, 0, 30, 0, 0, oslo)))
	require.Empty(t, moment(time.Time{}))
}

func TestSpansAreSaidInWords(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"8 hours":                            8 * time.Hour,
		"1 hour 30 minutes":                  90 * time.Minute,
		"14 days":                            14 * 24 * time.Hour,
		"1 day 1 hour 1 minute 1 second":     25*time.Hour + time.Minute + time.Second,
		"45 seconds":                         45*time.Second + 300*time.Millisecond,
		"2 days 2 hours 2 minutes 2 seconds": 50*time.Hour + 2*time.Minute + 2*time.Second,
		"":                                   0,
	} {
		require.Equal(t, want, inWords(d))
	}
}
