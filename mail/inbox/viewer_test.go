package inbox_test

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/mail"
	"pimnotify/mail/inbox"
)

func TestTheListShowsNewestFirstInPages(t *testing.T) {
	b := inbox.New(inbox.Options{})
	require.Contains(t, call(b, "GET", "/", "").Body.String(), "Nothing has arrived yet")
	for i := range 250 {
		post(b, raw(func(m map[string]any) {
			m["Destination"] = map[string]any{"ToAddresses": []string{fmt.Sprintf("p%03d@contoso.example", i)}}
		}))
	}
	first := call(b, "GET", "/", "").Body.String()
	require.Equal(t, 100, strings.Count(first, `<td class="subject">`))
	require.Less(t, strings.Index(first, "p249@"), strings.Index(first, "p248@"))
	require.NotContains(t, first, "p149@")
	require.Contains(t, first, "1–100 of 250")
	require.NotContains(t, first, "newer")

	last := call(b, "GET", "/?page=3", "").Body.String()
	require.Contains(t, last, "201–250 of 250")
	require.Contains(t, last, "p000@")
	require.NotContains(t, last, "older →")
	require.Equal(t, 200, call(b, "GET", "/?page=99999999999999999999", "").Code)

	found := call(b, "GET", "/?q=P12", "").Body.String()
	require.Contains(t, found, "1–10 of 10")
	require.Contains(t, call(b, "GET", "/?q=%3Cscript%3E", "").Body.String(), "No mail has “&lt;script&gt;”")
}

func TestAMailCannotSpeakToThePageThatShowsIt(t *testing.T) {
	b, s, _ := serve(t, inbox.Options{})
	m := message(isabella)
	m.Subject = `"><script>alert(1)</script>`
	m.Text = "</pre><script>alert(2)</script>"
	m.Headers = []mail.Header{{Name: "X-Evil", Value: "<script>alert(3)</script>"}}
	out := s.Send(t.Context(), m)
	require.Equal(t, mail.Sent, out.Class, out)

	for _, path := range []string{"/", "/messages/" + out.MessageID} {
		w := call(b, "GET", path, "")
		require.Equal(t, 200, w.Code)
		require.NotContains(t, w.Body.String(), "<script>alert")
		require.Contains(t, w.Body.String(), "&lt;script&gt;alert(1)")
		csp := w.Header().Get("Content-Security-Policy")
		require.Contains(t, csp, "default-src 'none'")
		require.Contains(t, csp, "script-src 'nonce-")
	}
	page := call(b, "GET", "/messages/"+out.MessageID, "").Body.String()
	require.NotContains(t, page, "allow-scripts")
	require.NotContains(t, page, "allow-same-origin")

	html := call(b, "GET", "/messages/"+out.MessageID+"/html", "")
	require.Equal(t, m.HTML, html.Body.String(), "as it was sent")
	csp := html.Header().Get("Content-Security-Policy")
	require.True(t, strings.HasPrefix(csp, "sandbox "), csp)
	require.Contains(t, csp, "default-src 'none'")
	require.NotContains(t, csp, "script")
	require.Contains(t, call(b, "GET", "/messages/"+out.MessageID+"/raw", "").Header().Get("Content-Type"), "text/plain")
}

func TestAMessagePageShowsTheMailAndItsNeighbours(t *testing.T) {
	b, s, _ := serve(t, inbox.Options{})
	var ids []string
	for range 3 {
		ids = append(ids, s.Send(t.Context(), message(isabella)).MessageID)
	}
	page := call(b, "GET", "/messages/"+ids[1], "").Body.String()
	for _, want := range []string{
		"Säkerhet, PIM", isabella, "auto-generated", "activation.a1.completed", "mail=mail-1", "Zoë activated &lt;it&gt;",
		`rel="prev" href="/messages/` + ids[2], `rel="next" href="/messages/` + ids[0],
	} {
		require.Contains(t, page, want)
	}
	for _, path := range []string{"/messages/nope", "/messages/nope/html", "/messages/nope/raw"} {
		require.Equal(t, 404, call(b, "GET", path, "").Code)
	}
}

func TestTheRawViewIsAMailThatReadsBack(t *testing.T) {
	b, s, _ := serve(t, inbox.Options{})
	m := message(isabella)
	out := s.Send(t.Context(), m)
	read, err := netmail.ReadMessage(call(b, "GET", "/messages/"+out.MessageID+"/raw", "").Body)
	require.NoError(t, err)
	from, err := read.Header.AddressList("From")
	require.NoError(t, err)
	require.Equal(t, "Säkerhet, PIM", from[0].Name)
	subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, m.Subject, subject)

	_, params, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	require.NoError(t, err)
	parts := multipart.NewReader(read.Body, params["boundary"])
	for _, want := range []string{strings.ReplaceAll(m.Text, "\n", "\r\n"), m.HTML} {
		part, err := parts.NextRawPart()
		require.NoError(t, err)
		got, err := io.ReadAll(quotedprintable.NewReader(part))
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
}

func TestTheRevisionChangesWithEachChange(t *testing.T) {
	b := inbox.New(inbox.Options{})
	seen := map[string]bool{}
	for _, change := range []func(){func() {}, func() { post(b, raw(nil)) }, b.Clear} {
		change()
		seen[call(b, "GET", "/revision", "").Body.String()] = true
	}
	require.Len(t, seen, 3)
}
