package templates

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// with is the embedded templates, one of them replaced.
func with(t *testing.T, name, text string) fs.FS {
	t.Helper()
	copied := fstest.MapFS{}
	all, err := fs.Glob(files, "*.tmpl")
	require.NoError(t, err)
	for _, file := range all {
		data, err := files.ReadFile(file)
		require.NoError(t, err)
		copied[file] = &fstest.MapFile{Data: data}
	}
	require.Contains(t, copied, name)
	copied[name] = &fstest.MapFile{Data: []byte(text)}
	return copied
}

func TestABrokenTemplateIsNamedBeforeTheFirstMail(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"syntax":         {"activation_pending.html.tmpl", `{{define "lead"}}{{.User}`, "activation_pending"},
		"unknown field":  {"activation_failed.html.tmpl", `{{define "headline"}}x{{end}}{{define "preheader"}}x{{end}}{{define "lead"}}{{.Usr}}{{end}}`, "activation_failed.html.tmpl"},
		"no lead":        {"activation_denied_approver.txt.tmpl", `{{define "subject"}}x{{end}}{{define "headline"}}x{{end}}`, "lead"},
		"no subject":     {"activation_failed.txt.tmpl", `{{define "subject"}} {{end}}{{define "headline"}}x{{end}}{{define "lead"}}x{{end}}`, "activation_failed: has no subject"},
		"bad context":    {"activation_timed_out.html.tmpl", `{{define "headline"}}x{{end}}{{define "preheader"}}x{{end}}{{define "lead"}}<a href="{{end}}`, "render activation_timed_out: html/template"},
		"broken layout":  {"layout.html.tmpl", `{{define "mail"}}<p>{{template "headline" .}}{{end}}{{define "role"}}{{end}}{{define "user"}}{{end}}{{define "decider"}}{{end}}`, "HTML is not a whole page"},
		"no plain text":  {"layout.txt.tmpl", `{{define "mail"}} {{end}}`, "has no plain text"},
		"missing helper": {"layout.txt.tmpl", `{{define "mail"}}{{template "nothing" .}}{{end}}`, "nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(with(t, c.file, c.text), Options{PortalURL: "https://portal.contoso.example"})
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestAMissingTemplateIsNamed(t *testing.T) {
	broken := with(t, "activation_failed.txt.tmpl", "").(fstest.MapFS)
	delete(broken, "activation_failed.txt.tmpl")
	_, err := load(broken, Options{PortalURL: "https://portal.contoso.example"})
	require.ErrorContains(t, err, "activation_failed")
}

func TestASubjectStaysOneLineHoweverItsTemplateIsWritten(t *testing.T) {
	made, err := load(with(t, "activation_failed.txt.tmpl", "{{define \"subject\"}}\nYour request\r\n\tfailed\n{{end}}{{define \"headline\"}}x{{end}}{{define \"lead\"}}x{{end}}"),
		Options{PortalURL: "https://portal.contoso.example"})
	require.NoError(t, err)
	require.Equal(t, "PIM: Your request failed", render(t, made, entra().failed()).Subject)
}
