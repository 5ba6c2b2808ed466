package worker

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

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
