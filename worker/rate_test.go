package worker

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"pimnotify/mail/inbox"
	"pimnotify/mail/ses"
)

func TestTheSendRateFollowsWhatSESAnswersAndKeepsTheLastAnswer(t *testing.T) {
	box := inbox.New(inbox.Options{Account: inbox.Account{MaxSendRate: 50}})
	server := httptest.NewServer(box)
	sender, err := ses.New(context.Background(), ses.Options{Endpoint: server.URL})
	require.NoError(t, err)
	defer sender.Close()

	r := newRate(sender, 14, zap.NewNop())
	require.InDelta(t, 14, r.get(), 0, "until SES has answered")
	r.ask(context.Background())
	require.InDelta(t, 50, r.get(), 0)
	box.SetAccount(inbox.Account{MaxSendRate: 1})
	r.ask(context.Background())
	require.InDelta(t, 1, r.get(), 0)

	server.Close()
	r.ask(context.Background())
	require.InDelta(t, 1, r.get(), 0, "SES does not answer: what it said last holds")
}

func TestARateThatSESFindsTooFastIsHalvedAndGrowsBack(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	r := newRate(nil, 100, zap.NewNop())
	r.now = func() time.Time { return now }
	require.InDelta(t, 100, r.get(), 0)
	r.throttled()
	r.throttled() // another of the same moment
	require.InDelta(t, 50, r.get(), 0)
	now = now.Add(10 * time.Second)
	require.InDelta(t, 70, r.get(), 1e-9)
	for range 10 {
		r.throttled()
		now = now.Add(time.Second)
	}
	require.InDelta(t, 12, r.get(), 1e-9, "a tenth at least, and a second later")
	now = now.Add(time.Minute)
	require.InDelta(t, 100, r.get(), 0)
}

func TestAnAlarmIsRaisedOnceWhereFourFifthsOfTheDailyQuotaAreUsed(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	r := newRate(nil, 14, zap.New(core))
	alarms := func() int { return logs.FilterLevelExact(zap.ErrorLevel).Len() }
	for _, step := range []struct {
		sent, quota float64
		used        float64
		alarms      int
	}{
		{790, 1000, 0.79, 0},
		{800, 1000, 0.8, 1},
		{1000, 1000, 1, 1}, // it was said
		{500, 1000, 0.5, 1},
		{900, 1000, 0.9, 2}, // it had room meanwhile
		{900, -1, 0, 2},     // no quota at all
	} {
		r.watchQuota(ses.Account{SentLast24Hours: step.sent, Max24HourSend: step.quota})
		require.InDelta(t, step.used, r.quotaUsed(), 1e-9, "%v", step)
		require.Equal(t, step.alarms, alarms(), "%v", step)
	}
}
