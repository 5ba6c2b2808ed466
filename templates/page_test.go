package templates

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// page is an HTML part as a mail client's parser sees it.
type page struct{ root *html.Node }

func parsePage(t *testing.T, text string) page {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	require.NoError(t, err)
	return page{root}
}

func (p page) each(visit func(*html.Node)) {
	for n := range p.root.Descendants() {
		visit(n)
	}
}

// structure is every element with its depth and its attributes, and nothing of the text between them.
func (p page) structure() []string {
	var all []string
	p.each(func(n *html.Node) {
		if n.Type == html.TextNode {
			return
		}
		depth := 0
		for range n.Ancestors() {
			depth++
		}
		line := strings.Repeat(" ", depth) + n.Data
		for _, a := range n.Attr {
			line += " " + a.Key + "=" + a.Val
		}
		all = append(all, line)
	})
	return all
}

// all are the elements of a name.
func (p page) all(name string) []*html.Node {
	var found []*html.Node
	p.each(func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	})
	return found
}

func (p page) links() []string {
	var all []string
	for _, a := range p.all("a") {
		all = append(all, attribute(a, "href"))
	}
	return all
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// text is what a reader sees of a part of the page.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "style" {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}
