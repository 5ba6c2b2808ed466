package inbox

import (
	"bytes"
	"crypto/rand"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

//go:embed viewer
var viewerFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{"decoded": decoded}).ParseFS(viewerFiles, "viewer/*.tmpl"))

// pageSize keeps a page light however many mails there are.
const pageSize = 100

type listData struct {
	Nonce                         string
	Query                         string
	Rows                          []Received
	Total, Found, Limit, Revision int
	Page, Pages, Newer, Older     int
	First, Last                   int
	Dropped                       int
	FaultCount                    int
}

// listPage shows what arrived, newest first; ?q= keeps what has it in recipient, subject or event, ?page= counts from 1.
func (b *Inbox) listPage(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	messages := b.store.snapshot()
	d := listData{Total: len(messages), Limit: b.store.limit, Dropped: b.store.dropped, Revision: b.store.revision}
	b.mu.Unlock()
	d.FaultCount = b.faults.count()
	d.Query = strings.TrimSpace(r.URL.Query().Get("q"))
	found := matching(messages, strings.ToLower(d.Query))
	d.Found = len(found)
	d.Pages = max(1, (len(found)+pageSize-1)/pageSize)
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	d.Page = min(max(page, 1), d.Pages)
	d.Newer, d.Older = d.Page-1, d.Page+1
	from := (d.Page - 1) * pageSize
	d.Rows = found[from:min(from+pageSize, len(found))]
	d.First, d.Last = from+1, from+len(d.Rows)
	b.render(w, "list.html.tmpl", &d.Nonce, &d)
}

// matching is newest first.
func matching(messages []Received, query string) []Received {
	found := make([]Received, 0, len(messages))
	for i := len(messages) - 1; i >= 0; i-- {
		m := messages[i]
		if query == "" || strings.Contains(strings.ToLower(strings.Join(m.To, " ")+"\n"+m.Subject+"\n"+m.Event()+"\n"+m.Header("X-PIM-Event-Id")), query) {
			found = append(found, m)
		}
	}
	return found
}

// Event is the kind of event that the mail tells of, "" if it does not say.
func (r Received) Event() string { return r.Header("X-PIM-Event") }

// Attempt is which attempt of the sender this was, "" if it does not say.
func (r Received) Attempt() string { return r.Tags["attempt"] }

// Recipients is for showing.
func (r Received) Recipients() string { return strings.Join(r.To, ", ") }

type messageData struct {
	Nonce        string
	Message      Received
	Newer, Older string // ids of the neighbours
}

func (b *Inbox) messagePage(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	i := b.store.find(r.PathValue("id"))
	var d messageData
	if i >= 0 {
		d.Message = b.store.messages[i]
		if i > 0 {
			d.Older = b.store.messages[i-1].ID
		}
		if i+1 < len(b.store.messages) {
			d.Newer = b.store.messages[i+1].ID
		}
	}
	b.mu.Unlock()
	if i < 0 {
		b.notHere(w)
		return
	}
	b.render(w, "message.html.tmpl", &d.Nonce, &d)
}

// messageHTML is the mail's HTML as it is. What keeps it from doing harm are the headers: no scripts, no form, nothing loaded
// from elsewhere, an origin of its own. A link opens in a tab of its own, or not at all.
func (b *Inbox) messageHTML(w http.ResponseWriter, r *http.Request) {
	m, ok := b.message(r.PathValue("id"))
	if !ok {
		b.notHere(w)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'")
	guard(h)
	_, _ = w.Write([]byte(m.HTML))
}

func (b *Inbox) messageRaw(w http.ResponseWriter, r *http.Request) {
	m, ok := b.message(r.PathValue("id"))
	if !ok {
		b.notHere(w)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'")
	guard(h)
	_, _ = w.Write(eml(m))
}

// revision lets a page ask cheaply whether anything has changed.
func (b *Inbox) revision(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	n := b.store.revision
	b.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(strconv.Itoa(n)))
}

func (b *Inbox) message(id string) (Received, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.store.find(id)
	if i < 0 {
		return Received{}, false
	}
	return b.store.messages[i], true
}

func (b *Inbox) notHere(w http.ResponseWriter) {
	http.Error(w, "This mail is not, or no longer, in the inbox.", http.StatusNotFound)
}

// render writes a page whose only script is our own, known by the nonce.
func (b *Inbox) render(w http.ResponseWriter, name string, nonce *string, data any) {
	*nonce = rand.Text()
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, data); err != nil {
		http.Error(w, "show the page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+*nonce+"'; script-src 'nonce-"+*nonce+"'; connect-src 'self'; frame-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	guard(h)
	_, _ = w.Write(page.Bytes())
}

func guard(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}
