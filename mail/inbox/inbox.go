// Package inbox is a small server that speaks enough of Amazon SES v2, and of the SQS queue that SES's events arrive in, to develop and
// test against: it takes mails as SES does, keeps them in memory, shows them on a page, tells what became of them, and misbehaves on
// demand.
//
// It decides what SES would say to a request, as far as this project asks anything of SES. It refuses to deliver: no mail ever
// leaves it. It is no place for real mails either, because whoever reaches it can read everything: let it listen on loopback.
//
//	POST /v2/email/outbound-emails        SendEmail, Simple content
//	GET  /v2/email/account                GetAccount
//	GET  /v2/email/identities/{identity}  GetEmailIdentity
//	GET  /                                what arrived, newest first
//	GET  /messages/{id}                   one mail, with /html and /raw below it
//	GET  /store                           what arrived as JSON, in the shape of the npm package aws-ses-v2-local
//	POST /clear-store                     forget what arrived
//	GET, PUT, DELETE /faults              what goes wrong (type Fault), as {"faults": […]}
//	GET, PUT /account                     what the account may do (type Account)
//	POST /                                SQS: ReceiveMessage, DeleteMessage(Batch), GetQueueAttributes of the queue QueuePath
//	GET, PUT /stream                      what becomes of mails, and how it is told (type Stream)
//	POST /messages/{id}/events            tell of one mail: {"ends": "bounced"}
//	GET  /queue                           how many events wait, are in flight, were deleted, and are dead
//	GET  /health-check
//
// To see what becomes of a mail that is taken and whose answer is lost, one time in twenty:
//
//	curl -X PUT localhost:8025/faults -d '{"faults": [{"kind": "cut", "afterAccepting": true, "chance": 0.05, "seed": 1}]}'
package inbox

import (
	"net/http"
	"sync"
	"time"
)

// Options are what an Inbox starts with. The zero value takes every mail at any rate.
type Options struct {
	// Account is what the account may do. The zero value is an account that may send, without limits.
	Account Account
	// Identities are the verified (true) and pending (false) addresses and domains; others do not exist, and a mail from a
	// sender that is not verified is rejected. Nil: everything is verified.
	Identities map[string]bool
	// Faults are what goes wrong from the start.
	Faults []Fault
	// Limit is how many mails are kept, the oldest are dropped. Zero: 100,000.
	Limit int
	// Stream is what becomes of mails, and how it is told.
	Stream Stream
	// LimitBytes is how much text is kept in them. Zero: 256 MiB.
	LimitBytes int
}

const (
	defaultLimit      = 100_000
	defaultLimitBytes = 256 << 20
	// maxBody is SES's own limit of a message, with room for the JSON around it.
	maxBody = 12 << 20
)

// Inbox is the server. It is an http.Handler and safe for concurrent use.
type Inbox struct {
	handler http.Handler
	faults  faults
	stream  stream

	mu         sync.Mutex
	store      store
	account    Account
	bucket     bucket
	sent       day
	identities map[string]bool
}

var _ http.Handler = (*Inbox)(nil)

// New makes an empty inbox.
func New(o Options) *Inbox {
	if o.Limit <= 0 {
		o.Limit = defaultLimit
	}
	if o.LimitBytes <= 0 {
		o.LimitBytes = defaultLimitBytes
	}
	b := &Inbox{store: newStore(o.Limit, o.LimitBytes)}
	b.SetAccount(o.Account)
	b.SetIdentities(o.Identities)
	b.SetFaults(o.Faults...)
	b.stream.queue = newQueue()
	b.SetStream(o.Stream)
	b.handler = b.routes()
	return b
}

func (b *Inbox) routes() http.Handler {
	ses := http.NewServeMux()
	ses.HandleFunc("POST /v2/email/outbound-emails", b.sendEmail)
	ses.HandleFunc("GET /v2/email/account", b.getAccount)
	ses.HandleFunc("GET /v2/email/identities/{identity}", b.getEmailIdentity)
	ses.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, apiError{http.StatusNotFound, "UnknownOperationException", "this inbox does not know the call"})
	})

	mux := http.NewServeMux()
	mux.Handle("/v2/", authenticated(ses))
	mux.HandleFunc("GET /{$}", b.listPage)
	mux.HandleFunc("GET /revision", b.revision)
	mux.HandleFunc("GET /messages/{id}", b.messagePage)
	mux.HandleFunc("GET /messages/{id}/html", b.messageHTML)
	mux.HandleFunc("GET /messages/{id}/raw", b.messageRaw)
	mux.HandleFunc("GET /store", b.getStore)
	mux.HandleFunc("POST /clear-store", b.clearStore)
	mux.HandleFunc("GET /faults", b.getFaults)
	mux.HandleFunc("PUT /faults", b.putFaults)
	mux.HandleFunc("DELETE /faults", b.deleteFaults)
	mux.HandleFunc("GET /account", b.getLimits)
	mux.HandleFunc("PUT /account", b.putLimits)
	mux.Handle("POST /{$}", authenticated(http.HandlerFunc(b.sqs)))
	mux.HandleFunc("GET /stream", b.getStream)
	mux.HandleFunc("PUT /stream", b.putStream)
	mux.HandleFunc("POST /messages/{id}/events", b.postEvent)
	mux.HandleFunc("GET /queue", b.getQueue)
	mux.HandleFunc("GET /health-check", func(http.ResponseWriter, *http.Request) {})
	// Another page open in the same browser may not forget mails or break the sending.
	return http.NewCrossOriginProtection().Handler(mux)
}

func (b *Inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	b.handler.ServeHTTP(w, r)
}

// SetIdentities changes which identities there are, as Options.Identities.
func (b *Inbox) SetIdentities(identities map[string]bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.identities = nil
	if identities == nil {
		return
	}
	b.identities = make(map[string]bool, len(identities))
	for name, verified := range identities {
		b.identities[normal(name)] = verified
	}
}

// now is where the inbox takes its time from: arrival times show milliseconds, and nothing waits on them.
func now() time.Time { return time.Now() }
