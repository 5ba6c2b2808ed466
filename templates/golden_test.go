package templates

import (
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"pimnotify/pim"
)

var update = flag.Bool("update", false, "write the golden mails anew; then read the difference as mail")

// made once for all tests: making them tries every sample.
var shared = sync.OnceValues(func() (*Templates, error) {
	return New(Options{PortalURL: "https://portal.contoso.example/pim"})
})

func newTemplates(t *testing.T) *Templates {
	t.Helper()
	made, err := shared()
	require.NoError(t, err)
	return made
}

func TestEveryMailReadsAsItsGoldenMail(t *testing.T) {
	made := newTemplates(t)
	wanted := map[string]bool{}
	for _, s := range Samples() {
		t.Run(s.Name, func(t *testing.T) {
			text, err := made.Render(s.Letter)
			require.NoError(t, err)
			for ending, got := range map[string]string{"subject.txt": text.Subject + "\n", "txt": text.Plain, "html": text.HTML} {
				file := filepath.Join("testdata", s.Name+".golden."+ending)
				wanted[file] = true
				if *update {
					require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				}
				want, err := os.ReadFile(file)
				require.NoError(t, err, "run the test with -update")
				require.Equal(t, string(want), got)
			}
		})
	}
	found, err := filepath.Glob("testdata/*.golden.*")
	require.NoError(t, err)
	for _, file := range found {
		require.True(t, wanted[file], "%s belongs to no sample", file)
	}
}

func TestEveryRecipientOfTheMatrixHasAText(t *testing.T) {
	made := newTemplates(t)
	for _, table := range pim.Matrix() {
		for _, row := range table.Rows {
			for _, column := range pim.Columns(table.Kind, row.Event, pim.Entra, pim.PartAll, true) {
				_, reader := pim.Governing(row.Event, pim.Eligible, column.Audience)
				require.Contains(t, made.mails, key{row.Event, reader}, "%s %s", table.Kind, column.Audience)
			}
			if row.Event.RequiresAction() { // and nobody who could act is reached
				require.Contains(t, made.mails, key{row.Event, pim.AdminRecipient}, table.Kind)
			}
		}
	}
}
