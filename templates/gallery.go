package templates

import (
	"bytes"
	"fmt"
	htmltemplate "html/template"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"pimnotify/pim"
)

// galleryPolicy lets the pages of the gallery, and the mails shown in them, load nothing and run nothing. Mails carry their
// styles with them, because mail clients want them so.
const galleryPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

// Gallery shows every sample as a mail: HTML in light and dark, wide and narrow, beside the plain text. It is an http.Handler,
// and can be written to a folder, from which it needs no server.
type Gallery struct {
	pages map[string][]byte // by the name of the file
}

// shown is one mail of the gallery.
type shown struct {
	Name, Subject, Plain string
	Kind                 pim.EventKind
	Reader               pim.RecipientType
	Views                []view
	Previous, Next       string
}

// view is one way in which a mail is looked at.
type view struct {
	Title  string
	Class  string
	Source string
}

// NewGallery renders every sample.
func NewGallery(t *Templates) (*Gallery, error) {
	page, err := htmltemplate.ParseFS(files, "gallery.html.tmpl")
	if err != nil {
		return nil, fmt.Errorf("parse the gallery: %w", err)
	}
	g := &Gallery{pages: map[string][]byte{}}
	var all []shown
	for _, s := range Samples() {
		mail, err := t.Render(s.Letter)
		if err != nil {
			return nil, fmt.Errorf("show sample %s: %w", s.Name, err)
		}
		light, err := inScheme(mail.HTML, "light")
		if err != nil {
			return nil, fmt.Errorf("show sample %s: %w", s.Name, err)
		}
		dark, err := inScheme(mail.HTML, "dark")
		if err != nil {
			return nil, fmt.Errorf("show sample %s: %w", s.Name, err)
		}
		all = append(all, shown{
			Name: s.Name, Subject: mail.Subject, Plain: mail.Plain, Kind: s.Letter.Kind, Reader: s.Letter.RecipientType,
			Views: []view{
				{"Wide, light", "wide", light}, {"Narrow, light", "narrow", light},
				{"Wide, dark", "wide dark", dark}, {"Narrow, dark", "narrow dark", dark},
			},
		})
		g.pages[s.Name+".mail.html"] = []byte(mail.HTML)
		g.pages[s.Name+".txt"] = []byte("Subject: " + mail.Subject + "\n\n" + mail.Plain)
	}
	if err := g.write(page, "index", "index.html", all); err != nil {
		return nil, err
	}
	for i, s := range all {
		if i > 0 {
			s.Previous = all[i-1].Name
		}
		if i < len(all)-1 {
			s.Next = all[i+1].Name
		}
		if err := g.write(page, "mail", s.Name+".html", s); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *Gallery) write(page *htmltemplate.Template, name, file string, data any) error {
	var b bytes.Buffer
	if err := page.ExecuteTemplate(&b, name, struct {
		Policy string
		Data   any
	}{galleryPolicy, data}); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	g.pages[file] = b.Bytes()
	return nil
}

// asTheReaderPrefers is where a mail adapts to light and dark.
const (
	asTheReaderPrefers = "@media (prefers-color-scheme: dark)"
	eitherScheme       = "color-scheme: light dark"
)

// inScheme is the mail as a reader sees it who prefers that scheme, whatever the one who looks at the gallery prefers.
func inScheme(html, scheme string) (string, error) {
	if !strings.Contains(html, asTheReaderPrefers) || !strings.Contains(html, eitherScheme) {
		return "", fmt.Errorf("the mail does not say how it looks in the dark")
	}
	applies := "@media not all"
	if scheme == "dark" {
		applies = "@media all"
	}
	html = strings.ReplaceAll(html, asTheReaderPrefers, applies)
	return strings.ReplaceAll(html, eitherScheme, "color-scheme: "+scheme), nil
}

// ServeHTTP serves the pages: the index at /, everything else under the name of its file.
func (g *Gallery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	page, ok := g.pages[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	kind := "text/html; charset=utf-8"
	if strings.HasSuffix(name, ".txt") {
		kind = "text/plain; charset=utf-8"
	}
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Length", strconv.Itoa(len(page)))
	header.Set("Content-Security-Policy", galleryPolicy+"; frame-ancestors 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	_, _ = w.Write(page) // a reader who has gone does not mind
}

// Write puts the gallery into a folder, which it makes where there is none. Of what lies there already, only files of the same
// names are replaced.
func (g *Gallery) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder of the gallery: %w", err)
	}
	for name, page := range g.pages {
		if err := os.WriteFile(filepath.Join(dir, name), page, 0o644); err != nil {
			return fmt.Errorf("write the gallery: %w", err)
		}
	}
	return nil
}

// WriteGallery renders every sample and puts the gallery into a folder.
func WriteGallery(dir string, o Options) error {
	t, err := New(o)
	if err != nil {
		return err
	}
	g, err := NewGallery(t)
	if err != nil {
		return err
	}
	return g.Write(dir)
}
