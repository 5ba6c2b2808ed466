package e2e

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pimnotify/directory"
	"pimnotify/mail/inbox"
)

// world is one deployment: an inbox in SES's place, a ledger, a directory, an API and as many workers as a test wants.
type world struct {
	t       *testing.T
	inbox   *inbox.Inbox // nil where another server takes the mails
	env     map[string]string
	api     *process
	apiURL  string
	tenant  string // of whom calls speak
	prefix  string // of request ids: Temporal is shared by all tests
	workers []workerProcess
}

// options are what a test wants to be different from a deployment on this machine with the sample organisation.
type options struct {
	env       map[string]string
	directory []byte        // nil: the sample organisation
	inbox     inbox.Options // where ses is empty
	ses       string        // another server that speaks SES
	events    bool          // SES's events reach the workers
	noWorker  bool
}

var worlds atomic.Int64

// tenant is the one that tests speak of unless they say so.
const tenant = "contoso"

// approvalTimeout is longer than a busy machine takes to decide.
const approvalTimeout = 10 * time.Minute

// of is the same deployment, asked about another tenant.
func (w *world) of(tenant string) *world {
	other := *w
	other.tenant = tenant
	return &other
}

func newWorld(t *testing.T, o options) *world {
	t.Helper()
	folder := t.TempDir()
	w := &world{t: t, tenant: tenant, prefix: fmt.Sprintf("w%d-%d-", os.Getpid(), worlds.Add(1))}
	if o.ses == "" {
		w.inbox = inbox.New(o.inbox)
		ses := httptest.NewServer(w.inbox)
		t.Cleanup(ses.Close)
		o.ses = ses.URL
	}
	if o.directory == nil {
		o.directory = directory.Sample()
	}
	organisation := filepath.Join(folder, "directory.yaml")
	require.NoError(t, os.WriteFile(organisation, o.directory, 0o600))
	w.env = map[string]string{
		"TEMPORAL_ADDRESS":           server.Address,
		"AWS_ENDPOINT_URL_SESV2":     o.ses,
		"AWS_REGION":                 "eu-north-1",
		"AWS_ACCESS_KEY_ID":          "test",
		"AWS_SECRET_ACCESS_KEY":      "test",
		"PIMNOTIFY_LISTEN":           freeAddress(t),
		"PIMNOTIFY_LEDGER":           filepath.Join(folder, "ledger.db"),
		"PIMNOTIFY_DIRECTORY":        organisation,
		"PIMNOTIFY_PORTAL_URL":       "https://portal.contoso.example/pim",
		"PIMNOTIFY_ENGINE_DELAY":     "2s,3s,4s",
		"PIMNOTIFY_APPROVAL_TIMEOUT": approvalTimeout.String(),
		"PIMNOTIFY_GRACE":            "1s",
		"PIMNOTIFY_SEND_RATE":        "10000",
		"PIMNOTIFY_TASK_QUEUE":       "pimnotify-" + w.prefix,
	}
	if o.events {
		w.env["PIMNOTIFY_SES_CONFIGURATION_SET"] = "pimnotify"
		w.env["PIMNOTIFY_SES_EVENTS_QUEUE"] = o.ses + inbox.QueuePath
		w.env["AWS_ENDPOINT_URL_SQS"] = o.ses
	}
	maps.Copy(w.env, o.env)
	if w.env["PIMNOTIFY_SETTINGS"] == "" { // no slot of a digest is to pass while a test counts its mails
		settings := filepath.Join(folder, "settings.yaml")
		require.NoError(t, os.WriteFile(settings, []byte("tenants:\n  "+tenant+": {digest: {weekday: "+inThreeDays()+"}}\n"), 0o600))
		w.env["PIMNOTIFY_SETTINGS"] = settings
	}
	w.apiURL = "http://" + w.env["PIMNOTIFY_LISTEN"]
	w.startAPI()
	if !o.noWorker {
		w.startWorker().awaitReadyWorker()
	}
	return w
}

func (w *world) startAPI() {
	w.t.Helper()
	w.api = start(w.t, w.env, "api")
	w.api.awaitReady(w.apiURL + "/readyz")
}

// workerProcess is a worker and where it can be asked for its health.
type workerProcess struct {
	*process
	health string
}

func (w *world) startWorker() workerProcess {
	w.t.Helper()
	env := maps.Clone(w.env)
	env["PIMNOTIFY_WORKER_LISTEN"] = freeAddress(w.t)
	p := start(w.t, env, "worker")
	worker := workerProcess{p, "http://" + env["PIMNOTIFY_WORKER_LISTEN"] + "/readyz"}
	w.workers = append(w.workers, worker)
	return worker
}

// log is what the workers of this world have printed.
func (w *world) log() string {
	var all strings.Builder
	for _, p := range w.workers {
		all.WriteString(p.log.String())
	}
	return all.String()
}

// metrics is what a worker counts, as Prometheus reads it.
func (p workerProcess) metrics(t testing.TB) string {
	t.Helper()
	return get(t, strings.TrimSuffix(p.health, "readyz")+"metrics")
}

// get is what a page says.
func get(t testing.TB, url string) string {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	page, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(page)
}

func (p workerProcess) awaitReadyWorker() { p.t.Helper(); p.awaitReady(p.health) }

// lastPort is the last port that was given out. They lie below those that the system gives to outgoing connections, and each is
// given out once: a port that was free a moment ago is not one that nobody takes meanwhile.
var lastPort atomic.Int32

func freeAddress(t *testing.T) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+(os.Getpid()%100)*100+int(lastPort.Add(1)))
		if listener, err := net.Listen("tcp", address); err == nil {
			require.NoError(t, listener.Close())
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}
