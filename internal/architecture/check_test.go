package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "pimnotify"

func TestImportsKeepTheirDirection(t *testing.T) {
	output, err := exec.CommandContext(t.Context(), "go", "env", "GOMOD").Output()
	require.NoError(t, err)
	packages := list(t, filepath.Dir(strings.TrimSpace(string(output))))
	require.Greater(t, len(packages), 3, "too few packages: is this the module's root?")
	require.Empty(t, strings.Join(violations(module, packages), "\n"))
}

// A module that breaks each kind of rule once, read as the real one is: the check above can fail.
func TestEachKindOfViolationIsFound(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{
		"go.mod":                    "module pimnotify\n\ngo 1.26\n",
		"pim/a.go":                  "package pim\nimport _ \"pimnotify/mail\"\n",
		"mail/a.go":                 "package mail\n",
		"ledger/a.go":               "package ledger\nimport _ \"pimnotify/directory\"\n",
		"directory/a.go":            "package directory\n",
		"activities/a.go":           "package activities\nimport _ \"pimnotify/ledger\"\n",
		"workflows/a.go":            "package workflows\nimport (\n_ \"net/http\"\n_ \"os\"\n)\n",
		"worker/a.go":               "package worker\nimport _ \"pimnotify/cmd/tool\"\n",
		"cmd/tool/a.go":             "package tool\nimport _ \"pimnotify/ledger\"\n",
		"starter/a.go":              "package starter\n",
		"starter/a_test.go":         "package starter\nimport _ \"pimnotify/e2e\"\n",
		"e2e/a.go":                  "package e2e\n",
		"newcomer/a.go":             "package newcomer\n",
		"internal/leaf/a.go":        "package leaf\nimport _ \"pimnotify/pim\"\n",
		"templates/a.go":            "package templates\nimport _ \"pimnotify/internal/leaf\"\n",
		"templates/a_test.go":       "package templates\nimport _ \"pimnotify/ledger\"\n",
		"mail/inbox/inbox.go":       "package inbox\nimport _ \"pimnotify/mail\"\n",
		"starter/api/everything.go": "package api\nimport (\n_ \"pimnotify/ledger\"\n_ \"pimnotify/starter\"\n)\n",
	} {
		path = filepath.Join(root, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	require.Equal(t, []string{
		"activities imports pimnotify/ledger: activities knows only pim, mail",
		"internal/leaf imports pimnotify/pim: internal imports nothing of this module",
		"ledger imports pimnotify/directory: ledger knows only audit, pim",
		"newcomer: no rule speaks of this folder: add one",
		"pim imports pimnotify/mail: pim imports nothing of this module",
		"starter imports pimnotify/e2e in a test: nobody imports e2e",
		"worker imports pimnotify/cmd/tool: nobody imports cmd",
		"workflows imports net/http: workflows does without net and os",
		"workflows imports os: workflows does without net and os",
	}, violations(module, list(t, root)))
}

func TestOtherModulesStayWhereTheyBelong(t *testing.T) {
	const sesv2 = "github.com/aws/aws-sdk-go-v2/service/sesv2"
	for _, c := range []struct {
		name string
		pkg  pkg
		says string
	}{
		{"SES by its adapter", pkg{ImportPath: "pimnotify/mail/ses", Imports: []string{sesv2}}, ""},
		{"SES by the negative control", pkg{ImportPath: "pimnotify/e2e/naive", Imports: []string{sesv2}}, ""},
		{"SES by the inbox's test", pkg{ImportPath: "pimnotify/mail/inbox", XTestImports: []string{sesv2}}, ""},
		{"SES by the inbox", pkg{ImportPath: "pimnotify/mail/inbox", Imports: []string{sesv2}}, "only mail/ses and e2e/naive know"},
		{"SES by a command", pkg{ImportPath: "pimnotify/cmd/pimnotify", Imports: []string{sesv2}}, "only mail/ses and e2e/naive know"},
		{"SES by e2e's test", pkg{ImportPath: "pimnotify/e2e", TestImports: []string{sesv2}}, "only mail/ses and e2e/naive know"},
		{"ISO 8601 by the language", pkg{ImportPath: "pimnotify/pim", Imports: []string{"time", "github.com/sosodev/duration"}}, ""},
		{"a logger by the language", pkg{ImportPath: "pimnotify/pim", Imports: []string{"go.uber.org/zap"}}, "needs no other module than github.com/sosodev/duration"},
		{"a logger by the mail port", pkg{ImportPath: "pimnotify/mail", Imports: []string{"go.uber.org/zap"}}, "needs the standard library only"},
		{"testify by the language's test", pkg{ImportPath: "pimnotify/pim", TestImports: []string{"github.com/stretchr/testify/require"}}, ""},
		{"the SDK by a process", pkg{ImportPath: "pimnotify/workflows", Imports: []string{"go.temporal.io/sdk/workflow"}}, ""},
		{"a name that only begins alike", pkg{ImportPath: "pimnotify/pimento"}, "no rule speaks of this folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := strings.Join(violations(module, []pkg{c.pkg}), "\n")
			if c.says == "" {
				require.Empty(t, found)
			} else {
				require.Contains(t, found, c.says)
			}
		})
	}
}

func list(t *testing.T, root string) []pkg {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir, cmd.Stderr = root, &stderr
	cmd.Env = append(os.Environ(), "GOWORK=off")
	output, err := cmd.Output()
	require.NoError(t, err, stderr.String())

	var packages []pkg
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var p pkg
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		require.NoError(t, err)
		packages = append(packages, p)
	}
}
