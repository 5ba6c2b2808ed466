package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/mail/inbox"
)

// soak sends at four fifths of the rate for a while, one request after the other, and looks at what the worker holds at the beginning
// and at the end of it.
func soak(d time.Duration) func(t *testing.T, c *trial) {
	return func(t *testing.T, c *trial) {
		t.Helper()
		c.n = 80
		w := c.deploy(t, options{inbox: inbox.Options{Account: inbox.Account{MaxSendRate: 100}}})
		w.workers[0].awaitLog("send rate")
		var held []footprint
		var ids []string
		began := time.Now()
		each := time.NewTicker(time.Second)
		defer each.Stop()
		for i := 0; time.Since(began) < d; i++ {
			ids = append(ids, c.request(t, w, fmt.Sprintf("r%d", i)))
			if ended := i - 10; ended >= 0 { // its mails have left by then, or else they are counted as late
				w.call(t, http.MethodPost, "activationRequests/"+ids[ended]+"/cancel", "{}")
			}
			held = append(held, w.workers[0].footprint())
			<-each.C
		}
		c.settleLate(t, w, ids...)
		first, last := steadiest(held[len(held)/4:len(held)/2]), steadiest(held[3*len(held)/4:])
		c.note("%d requests; at the beginning and at the end: %.0f and %.0f goroutines, %.0f and %.0f MB", len(ids),
			first.goroutines, last.goroutines, first.memory/1e6, last.memory/1e6)
		require.Less(t, last.goroutines, 1.25*first.goroutines+50)
		require.Less(t, last.memory, 1.5*first.memory)
		c.nothingLost(t, 0)
	}
}

// settleLate is settle for requests that may have been cancelled when everybody was told.
func (c *trial) settleLate(t *testing.T, w *world, ids ...string) {
	t.Helper()
	for _, id := range ids {
		await(t, 3*time.Minute, "everybody's mail of "+id, func() bool { return len(w.arrivals(asking(id))) == c.n })
		c.settle(t, w, id)
	}
}

// footprint is what a process holds at a moment.
type footprint struct{ goroutines, memory float64 }

func (p workerProcess) footprint() footprint {
	p.t.Helper()
	page := p.metrics(p.t)
	read := func(name string) float64 {
		value, err := strconv.ParseFloat(metric(page, name), 64)
		require.NoError(p.t, err, name)
		return value
	}
	return footprint{read("go_goroutines"), read("process_resident_memory_bytes")}
}

// steadiest is the least of some moments: what is held when nothing happens to be going on.
func steadiest(all []footprint) footprint {
	least := all[0]
	for _, h := range all {
		least.goroutines, least.memory = min(least.goroutines, h.goroutines), min(least.memory, h.memory)
	}
	return least
}

// metric is the value of a metric without labels on a page; empty where it is not there.
func metric(page, name string) string {
	found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(page)
	if found == nil {
		return ""
	}
	return found[1]
}
