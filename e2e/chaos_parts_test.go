package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // speaks to the ledger's database
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"pimnotify/internal/devserver"
	"pimnotify/internal/pgtest"
	"pimnotify/mail/inbox"
	"pimnotify/pim"
	"pimnotify/workflows"
)

// ownTemporal is a server that a test may kill, and that finds its state again.
func ownTemporal(t *testing.T) *devserver.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	own, err := devserver.Start(ctx, devserver.Options{DBFile: filepath.Join(t.TempDir(), "temporal.db")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = own.Stop() })
	return own
}

// again brings a server back where its clients look for it.
func again(t *testing.T, own *devserver.Server) *devserver.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	next, err := devserver.Start(ctx, own.Options)
	require.NoError(t, err)
	t.Cleanup(func() { _ = next.Stop() })
	return next
}

func temporalKilled(t *testing.T, c *trial) {
	own := ownTemporal(t)
	w := c.deploy(t, options{env: map[string]string{"TEMPORAL_ADDRESS": own.Address}})
	id := c.request(t, w, "r")
	w.awaitArrivals(t, asking(id), c.n/3)
	require.NoError(t, own.Kill())
	died := time.Now()
	<-time.After(10 * time.Second) // of a development server that is back in a moment, nobody would notice that it was away
	again(t, own)
	c.note("away for %.1f s", time.Since(died).Seconds())
	c.settle(t, w, id)
	w.decide(t, id, pim.Deny, "a0").done(t) // the process lives on, too
	w.awaitEnd(t, id, pim.Denied, patience)
	c.nothingLost(t, 0)
}

// temporalAwayAtACall makes the calls that need a process while there is no server: each is answered 503 and can be repeated.
func temporalAwayAtACall(t *testing.T, c *trial) {
	own := ownTemporal(t)
	c.n = 4
	w := c.deploy(t, options{env: map[string]string{"TEMPORAL_ADDRESS": own.Address}, inbox: inbox.Options{Account: inbox.Account{MaxSendRate: 100}}})
	asked := c.request(t, w, "asked")
	c.settle(t, w, asked)
	require.NoError(t, own.Kill())

	put := w.prefix + "put"
	for what, a := range map[string]answer{
		"PUT":      w.once(t, http.MethodPut, "activationRequests/"+put, activation()),
		"decision": w.once(t, http.MethodPost, "activationRequests/"+asked+"/decision", reviewed(pim.Approve, "a0")),
	} {
		require.Equal(t, http.StatusServiceUnavailable, a.status, "%s: %s", what, a.body)
		require.NotEmpty(t, a.header.Get("Retry-After"), what)
	}
	own = again(t, own)
	w.call(t, http.MethodPut, "activationRequests/"+put, activation())
	w.decide(t, asked, pim.Approve, "a0").done(t)
	w.awaitEnd(t, asked, pim.Provisioned, patience)
	c.settle(t, w, put)

	cl, err := client.Dial(client.Options{HostPort: own.Address})
	require.NoError(t, err)
	defer cl.Close()
	for _, id := range []string{asked, put} {
		require.Equal(t, 1, runsNamed(t, cl, workflows.ActivationID(tenant, id)), id)
	}
	c.note("503 twice, then one run of each")
	c.nothingLost(t, 0)
}

// runsNamed counts the runs that a workflow id ever had, once the server's list of them has caught up.
func runsNamed(t *testing.T, cl client.Client, workflowID string) (n int) {
	t.Helper()
	await(t, patience, "the run "+workflowID+" to be listed", func() bool {
		list, err := cl.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: "WorkflowId = '" + workflowID + "'"})
		n = len(list.GetExecutions())
		return err == nil && n > 0
	})
	return n
}

// ledgerKilled takes the database away while mails leave. What is in flight then is all that arrives until it is back, since
// nothing leaves without a claim.
func ledgerKilled(t *testing.T, c *trial) {
	pgtest.URL(t) // or skip, where that is allowed
	db, err := pgtest.Start()
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Stop() })
	url, err := db.Create(t.Context(), "ledger")
	require.NoError(t, err)
	commitsLast(t, url)
	w := c.deploy(t, options{env: map[string]string{"PIMNOTIFY_LEDGER": url}, inbox: inbox.Options{Faults: slowAnswers()}})
	id := c.request(t, w, "r")
	w.awaitArrivals(t, asking(id), c.n/3)
	require.NoError(t, db.Kill())
	before := len(w.arrivals(asking(id)))
	<-time.After(5 * time.Second) // nothing may happen in it: there is nothing to wait for
	meanwhile := len(w.arrivals(asking(id))) - before
	require.NoError(t, db.Revive())
	c.settle(t, w, id)
	c.note("%d mails that were claimed arrived while it was away", meanwhile)
	require.LessOrEqual(t, meanwhile, inFlight)
	c.nothingLost(t, 0)
}

// commitsLast makes a database of the tests' server keep what it has committed, as one does that is not for tests.
func commitsLast(t *testing.T, url string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(t.Context(), "ALTER DATABASE ledger SET synchronous_commit = on")
	require.NoError(t, err)
}

// apiKilled ends the API at random moments while callers ask. Each asks again until it is answered.
func apiKilled(t *testing.T, c *trial) {
	const callers, kills = 40, 5
	c.n = 4
	w := c.deploy(t, options{inbox: inbox.Options{Account: inbox.Account{MaxSendRate: 400}}})
	var answered atomic.Int64
	var all []func(testing.TB)
	ids := make([]string, callers)
	for i := range callers {
		ids[i] = fmt.Sprintf("%sr%d", w.prefix, i)
		all = append(all, func(t testing.TB) {
			t.Helper()
			await(t, patience, "an answer", func() bool {
				a := w.once(t, http.MethodPut, "activationRequests/"+ids[i], activation())
				return a.status == http.StatusCreated || a.status == http.StatusOK
			})
			answered.Add(1)
		})
	}
	died := 0
	all = append(all, func(testing.TB) {
		for ; died < kills && answered.Load() < callers; died++ {
			<-time.After(time.Duration(5+c.random.IntN(60)) * time.Millisecond) // a moment of chance, not a condition
			w.api.kill()
			w.startAPI()
		}
	})
	together(t, all...)
	c.settle(t, w, ids...)
	for _, id := range ids {
		require.Equal(t, 1, runsNamed(t, temporal, workflows.ActivationID(tenant, id)), id)
	}
	c.note("killed %d times while %d callers asked; one run for each", died, callers)
	c.nothingLost(t, 0)
}
