package ledger_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"pimnotify/internal/pgtest"
	"pimnotify/ledger"
	"pimnotify/pim"
)

// On SQLite writers take turns anyway. On PostgreSQL a claim must wait for a withdrawal that has begun: what it saw before is
// not true any more when it gives mails out.
func TestAClaimWaitsForAWithdrawalThatHasBegun(t *testing.T) {
	url := pgtest.URL(t)
	l := open(t, url)
	_, key, _ := planned(t, l, "r1", 1)
	settle(t, l, claim(t, l, 1, key)[0], pim.StatusUnknown)
	withdrawal := begin(t, url)
	_, err := withdrawal.Exec(t.Context(), `UPDATE events SET withdrawn = 'withdrawn:denied' WHERE event_key = $1`, key)
	require.NoError(t, err)

	again := request(1, noon, key)
	again.ResendBefore = noon.Add(time.Minute)
	answer := claimMeanwhile(t, l, again)
	awaitWaiter(t, withdrawal)
	require.NoError(t, withdrawal.Commit(t.Context()))
	got := <-answer
	require.NoError(t, got.err)
	require.Empty(t, got.claims)
}

// PostgreSQL undoes one of two transactions that wait for each other. The one that is the ledger's is done again.
func TestATransactionThatPostgreSQLUndidIsDoneAgain(t *testing.T) {
	url := pgtest.URL(t)
	l := open(t, url)
	_, first, _ := planned(t, l, "r1", 1)
	_, second, _ := planned(t, l, "r2", 1)
	low, high := min(first, second), max(first, second)
	other := begin(t, url)
	_, err := other.Exec(t.Context(), `SET LOCAL deadlock_timeout = '60s'`) // so that it is the other one that is undone
	require.NoError(t, err)
	touch := `UPDATE events SET updated_at = 0 WHERE event_key = $1`
	_, err = other.Exec(t.Context(), touch, high)
	require.NoError(t, err)

	answer := claimMeanwhile(t, l, request(2, noon, low, high)) // holds the lower, waits for the higher
	awaitWaiter(t, other)
	_, err = other.Exec(t.Context(), touch, low) // holds the higher, waits for the lower
	require.NoError(t, err)
	require.NoError(t, other.Commit(t.Context()))
	got := <-answer
	require.NoError(t, got.err)
	require.Len(t, got.claims, 2)
}

type claimed struct {
	claims []pim.Claim
	err    error
}

func claimMeanwhile(t *testing.T, l *ledger.Ledger, r pim.ClaimRequest) <-chan claimed {
	t.Helper()
	answer := make(chan claimed, 1)
	go func() {
		claims, err := l.Claim(t.Context(), r)
		answer <- claimed{claims, err}
	}()
	return answer
}

func begin(t *testing.T, url string) pgx.Tx {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	return tx
}

func awaitWaiter(t *testing.T, tx pgx.Tx) {
	t.Helper()
	require.Eventually(t, func() bool {
		var waiting int
		err := tx.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
			WHERE NOT l.granted AND a.datname = current_database()`).Scan(&waiting)
		return err == nil && waiting > 0
	}, 10*time.Second, 5*time.Millisecond, "nobody waits")
}
