package templates

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

var sharedGallery = sync.OnceValues(func() (*Gallery, error) {
	made, err := shared()
	if err != nil {
		return nil, err
	}
	return NewGallery(made)
})

func newGallery(t *testing.T) *Gallery {
	t.Helper()
	g, err := sharedGallery()
	require.NoError(t, err)
	return g
}

func served(g *Gallery, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

func TestTheGalleryShowsEverySampleInEveryWay(t *testing.T) {
	g, made := newGallery(t), newTemplates(t)
	index := parsePage(t, string(g.pages["index.html"]))
	for _, s := range Samples() {
		mail := render(t, made, s.Letter)
		require.Contains(t, index.links(), s.Name+".html")
		require.Contains(t, text(index.root), mail.Subject)

		require.Equal(t, mail.HTML, string(g.pages[s.Name+".mail.html"]), "as sent")
		require.Contains(t, string(g.pages[s.Name+".txt"]), mail.Plain)
		page := parsePage(t, string(g.pages[s.Name+".html"]))
		require.Equal(t, mail.Plain, text(page.all("pre")[0]))
		frames := page.all("iframe")
		require.Len(t, frames, 4)
		for i, class := range []string{"wide", "narrow", "wide dark", "narrow dark"} {
			require.Equal(t, class, attribute(frames[i].Parent, "class"))
			shown := parsePage(t, attribute(frames[i], "srcdoc"))
			sent := parsePage(t, mail.HTML)
			require.Equal(t, text(sent.root), text(shown.root), "the same mail")
			style := shown.all("style")[0].FirstChild.Data
			require.NotContains(t, style, "prefers-color-scheme", "whoever looks at it may prefer another")
			require.Equal(t, strings.Contains(class, "dark"), strings.Contains(style, "@media all"))
		}
	}
	require.Len(t, g.pages, 1+3*len(Samples()))
}

func TestThePagesOfTheGalleryLeadToEachOther(t *testing.T) {
	g := newGallery(t)
	for name, content := range g.pages {
		if !strings.HasSuffix(name, ".html") || strings.HasSuffix(name, ".mail.html") {
			continue
		}
		for _, link := range parsePage(t, string(content)).links() {
			require.Contains(t, g.pages, link, name)
		}
	}
}

func TestTheGalleryLoadsAndRunsNothing(t *testing.T) {
	g := newGallery(t)
	for name, content := range g.pages {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		p := parsePage(t, string(content))
		for _, element := range []string{"script", "img", "link", "object", "form", "base"} {
			require.Empty(t, p.all(element), name)
		}
		for _, frame := range p.all("iframe") {
			require.Empty(t, attribute(frame, "src"))
			require.True(t, slices.ContainsFunc(frame.Attr, func(a html.Attribute) bool { return a.Key == "sandbox" }), name)
		}
		if strings.HasSuffix(name, ".mail.html") {
			continue
		}
		meta := p.all("meta")
		require.Equal(t, "Content-Security-Policy", attribute(meta[1], "http-equiv"), name)
		require.Equal(t, galleryPolicy, attribute(meta[1], "content"))
	}
}

func TestTheGalleryIsServedUnderAStrictPolicy(t *testing.T) {
	g := newGallery(t)
	for path, kind := range map[string]string{
		"/": "text/html", "/index.html": "text/html", "/pim_enabled.html": "text/html", "/pim_enabled.mail.html": "text/html", "/pim_enabled.txt": "text/plain",
	} {
		w := served(g, http.MethodGet, path)
		require.Equal(t, http.StatusOK, w.Code, path)
		require.Equal(t, kind+"; charset=utf-8", w.Header().Get("Content-Type"))
		require.Equal(t, galleryPolicy+"; frame-ancestors 'none'", w.Header().Get("Content-Security-Policy"))
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		require.NotEmpty(t, w.Body.String())
	}
	require.Equal(t, served(g, http.MethodGet, "/").Body.String(), served(g, http.MethodGet, "/index.html").Body.String())
	for _, path := range []string{"/nothing.html", "/../gallery.go", "/pim_enabled", "/pim_enabled.html/"} {
		require.Equal(t, http.StatusNotFound, served(g, http.MethodGet, path).Code, path)
	}
	w := served(g, http.MethodPost, "/")
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
}

func TestTheGalleryIsWrittenAsItIsServed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "gallery")
	require.NoError(t, WriteGallery(dir, Options{PortalURL: "https://portal.contoso.example/pim"}))
	g := newGallery(t)
	written, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, written, len(g.pages))
	for name, want := range g.pages {
		got, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	}
}

func TestAGalleryThatCannotBeWrittenSaysWhy(t *testing.T) {
	occupied := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(occupied, nil, 0o600))
	require.ErrorContains(t, WriteGallery(occupied, Options{PortalURL: "https://portal.contoso.example"}), "make the folder of the gallery")
	require.ErrorContains(t, WriteGallery(t.TempDir(), Options{}), "portal URL")
}

func TestAMailThatDoesNotAdaptToTheDarkIsNotPassedOffAsOneThatDoes(t *testing.T) {
	_, err := inScheme("<html></html>", "dark")
	require.ErrorContains(t, err, "how it looks in the dark")
}
