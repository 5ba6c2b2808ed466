package inbox

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
	"time"
)

// eml writes the mail as an RFC 5322 message, about as SES would hand it on.
func eml(m Received) []byte {
	var b bytes.Buffer
	field := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	field("From", m.From)
	field("To", strings.Join(m.To, ", "))
	field("Subject", mime.QEncoding.Encode("utf-8", m.Subject))
	field("Date", m.At.Format(time.RFC1123Z))
	field("Message-ID", "<"+m.ID+"@inbox.local>")
	for _, h := range m.Headers {
		field(h.Name, h.Value)
	}
	field("MIME-Version", "1.0")

	parts := multipart.NewWriter(&b)
	field("Content-Type", fmt.Sprintf("multipart/alternative; boundary=%q", parts.Boundary()))
	b.WriteString("\r\n")
	for _, part := range [...]struct{ kind, body string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		if part.body == "" {
			continue
		}
		w, _ := parts.CreatePart(textproto.MIMEHeader{ // a bytes.Buffer never fails
			"Content-Type":              {part.kind + "; charset=utf-8"},
			"Content-Transfer-Encoding": {"quoted-printable"},
		})
		q := quotedprintable.NewWriter(w)
		_, _ = io.WriteString(q, part.body)
		_ = q.Close()
	}
	_ = parts.Close()
	return b.Bytes()
}

// decoded shows a header value as a reader of the mail would see it.
func decoded(s string) string {
	if d, err := new(mime.WordDecoder).DecodeHeader(s); err == nil {
		return d
	}
	return s
}
