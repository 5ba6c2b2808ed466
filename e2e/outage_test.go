package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/internal/devserver"
	"pimnotify/pim"
)

func TestADecisionMadeTheMomentAfterAPutWasAnsweredIsNeverLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	var all []func(testing.TB)
	for i := range 30 {
		id := fmt.Sprintf("%sat-once-%d", w.prefix, i)
		all = append(all, func(t testing.TB) {
			t.Helper()
			w.put(t, id, activation())
			require.Equal(t, pim.Provisioned, w.decide(t, id, pim.Approve, "u8").done(t).Status)
			w.awaitEnd(t, id, pim.Provisioned, patience)
		})
	}
	together(t, all...)
}

func TestWithoutAWorkerADecisionIsAnswered503AndTheRepeatedCallDecidesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{noWorker: true})
	id := w.prefix + "r"
	w.put(t, id, activation())
	a := w.once(t, http.MethodPost, "activationRequests/"+id+"/decision", reviewed(pim.Approve, "u8"))
	require.Equal(t, http.StatusServiceUnavailable, a.status, "%s", a.body)
	require.NotEmpty(t, a.header.Get("Retry-After"))
	require.Contains(t, string(a.body), "worker")
	require.Equal(t, pim.PendingApproval, w.view(t, id).Status, "a decision that nobody took is not one")

	w.startWorker().awaitReadyWorker()
	w.decide(t, id, pim.Approve, "u8").done(t)
	w.awaitEnd(t, id, pim.Provisioned, patience)
	w.decide(t, id, pim.Approve, "u8").done(t) // the same decision, after the run has closed
	other := w.decide(t, id, pim.Deny, "u1")
	require.Equal(t, http.StatusConflict, other.status)
	var problem struct {
		ReviewResult     pim.ReviewResult
		ReviewedBy       pim.Principal
		ReviewedDateTime time.Time
	}
	require.NoError(t, json.Unmarshal(other.body, &problem))
	require.Equal(t, pim.Approve, problem.ReviewResult)
	require.Equal(t, "u8", problem.ReviewedBy.ID)
	require.False(t, problem.ReviewedDateTime.IsZero())
	w.agree(t, id)
}

func TestAHundredEqualPutsAtOnceMakeOneRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	id := w.prefix + "r"
	var created, same, away atomic.Int32
	var wait sync.WaitGroup
	for range 100 {
		wait.Go(func() {
			// A machine that is too busy for a hundred starts says 503, and its caller asks again, as callers are told to.
			await(t, patience, "an answer", func() bool {
				a := w.once(t, http.MethodPut, "activationRequests/"+id, activation())
				switch a.status {
				case http.StatusCreated:
					created.Add(1)
				case http.StatusOK:
					same.Add(1)
				case http.StatusServiceUnavailable:
					away.Add(1)
					return false
				default:
					t.Errorf("%d %s", a.status, a.body)
				}
				return true
			})
		})
	}
	wait.Wait()
	require.EqualValues(t, 100, created.Load()+same.Load())
	require.LessOrEqual(t, created.Load(), int32(1))
	if away.Load() == 0 {
		require.EqualValues(t, 1, created.Load(), "without a 503, somebody was told that theirs was the first")
	}
	other := w.call(t, http.MethodPut, "activationRequests/"+id, activation(func(r *pim.ActivationRequest) { r.Justification = "another" }))
	require.Equal(t, http.StatusConflict, other.status)

	w.awaitEvent(t, id, pim.ActivationPendingApproval, pim.EventComplete)
	w.decide(t, id, pim.Approve, "u8").done(t)
	w.awaitEnd(t, id, pim.Provisioned, patience)
	require.Equal(t, 4+4+6, w.agree(t, id), "four approvers twice, the requestor and five administrators once")
	w.call(t, http.MethodPut, "activationRequests/"+id, activation()).done(t) // also when it is over
}

// A caller who is told 503 may never come back. What was accepted is started all the same, once Temporal is there again.
func TestARequestAcceptedWhileTemporalIsAwayIsStartedThoughItsCallerNeverComesBack(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	own, err := devserver.Start(ctx, devserver.Options{DBFile: filepath.Join(t.TempDir(), "temporal.db")})
	require.NoError(t, err)
	t.Cleanup(func() { _ = own.Stop() })
	w := newWorld(t, options{env: map[string]string{"TEMPORAL_ADDRESS": own.Address}})
	require.NoError(t, own.Kill())

	id := w.prefix + "r"
	a := w.once(t, http.MethodPut, "activationRequests/"+id, activation())
	require.Equal(t, http.StatusServiceUnavailable, a.status, "%s", a.body)
	require.NotEmpty(t, a.header.Get("Retry-After"))
	require.Contains(t, string(a.body), "Temporal")

	own, err = devserver.Start(ctx, own.Options)
	require.NoError(t, err)
	await(t, patience, "the request mail", func() bool {
		e, ok := event(w.view(t, id), pim.ActivationPendingApproval)
		return ok && e.Status == pim.EventComplete
	})
	w.decide(t, id, pim.Approve, "u8").done(t)
	w.awaitEnd(t, id, pim.Provisioned, patience)
	w.agree(t, id)
}
