package ledger_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/audit"
	"pimnotify/internal/pgtest"
	"pimnotify/ledger"
	"pimnotify/pim"
)

// A mail whose lease ends between the look at it and its answer is answered as what it is by then: the audit says from what it went on.
func TestAnAnswerGoesOnFromWhatTheMailIsByThen(t *testing.T) {
	url := pgtest.URL(t)
	l := open(t, url)
	_, key, _ := planned(t, l, "r1", 1)
	c := claim(t, l, 1, key)[0]
	other := begin(t, url)
	_, err := other.Exec(t.Context(), `UPDATE recipients SET status = 'unknown', lease_until = NULL, unknown_since = 1`)
	require.NoError(t, err)

	settled := make(chan error, 1)
	go func() { settled <- l.Settle(t.Context(), []pim.Settlement{settlement(c, pim.StatusSent)}) }()
	awaitWaiter(t, other)
	require.NoError(t, other.Commit(t.Context()))
	require.NoError(t, <-settled)

	last := lastLine(t, l)
	require.Equal(t, audit.MailSent, last.What)
	require.Equal(t, pim.StatusUnknown, last.From)
	require.Equal(t, pim.Counts{pim.StatusSent: 1}, counts(t, l, key))
}

// Whoever has the head has all other locks: two who wait for each other's rows never wait for it too, and a reader waits for nobody.
func TestTheAuditIsReadWhileSomebodyWrites(t *testing.T) {
	url := pgtest.URL(t)
	l := open(t, url)
	accept(t, l, "r1")
	other := begin(t, url)
	_, err := other.Exec(t.Context(), `SELECT * FROM audit_head FOR UPDATE`)
	require.NoError(t, err)
	_, err = l.VerifyAudit(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, other.Rollback(t.Context()))
}

func lastLine(t *testing.T, l *ledger.Ledger) (last audit.Line) {
	t.Helper()
	head, _, err := l.AuditHead(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.AuditEntries(t.Context(), head.Seq, func(e audit.Entry) error {
		lines, err := e.Lines()
		last = lines[len(lines)-1]
		return err
	}))
	return last
}
